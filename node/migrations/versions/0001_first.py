"""The first shape of a node's store."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create every table of the first version."""
    _create_settings()
    _create_secrets()
    _create_statements()
    _create_outgoing()
    _create_blobs()
    _create_products()
    _create_activities()
    _create_declarations()
    _create_requests()
    _create_inbox()
    _create_policies()
    _create_egress()
    _create_certificates()
    _create_anomalies()


def _create_settings() -> None:
    op.create_table(
        "settings",
        sa.Column("name", sa.String(64), primary_key=True),
        sa.Column("value", sa.Text, nullable=False),
    )


def _create_secrets() -> None:
    op.create_table(
        "secrets",
        sa.Column("name", sa.String(200), primary_key=True),
        sa.Column("data", sa.LargeBinary, nullable=False),
    )


def _create_statements() -> None:
    op.create_table(
        "statements",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("log_index", sa.Integer, nullable=False),
        sa.Column("logged_at", sa.Integer, nullable=False),
        sa.Column("author", sa.String(64), nullable=False),
        sa.Column("calculation", sa.String(64), nullable=True),
        sa.Column("subject", sa.String(64), nullable=True),
        sa.Column("data", sa.LargeBinary, nullable=False),
    )
    op.create_index("statements_calculation", "statements", ["calculation", "log_index"])
    op.create_index("statements_kind", "statements", ["kind", "log_index"])
    op.create_index("statements_subject", "statements", ["subject"])


def _create_outgoing() -> None:
    op.create_table(
        "outgoing",
        sa.Column("key", sa.String(200), primary_key=True),
        sa.Column("id", sa.String(64), nullable=False, unique=True),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("calculation", sa.String(64), nullable=True),
        sa.Column("data", sa.LargeBinary, nullable=False),
        sa.Column("created", sa.Integer, nullable=False),
        sa.Column("log_index", sa.Integer, nullable=True),
        sa.Column("logged_at", sa.Integer, nullable=True),
        sa.Column("refused_check", sa.String(64), nullable=True),
        sa.Column("refused_message", sa.Text, nullable=True),
    )
    op.create_index("outgoing_calculation", "outgoing", ["calculation"])


def _create_blobs() -> None:
    op.create_table(
        "blobs",
        sa.Column("sha256", sa.String(64), primary_key=True),
        sa.Column("owner", sa.String(200), nullable=False),
        sa.Column("data", sa.LargeBinary, nullable=False),
        sa.Column("uploaded", sa.Boolean, nullable=False),
    )


def _create_products() -> None:
    op.create_table(
        "products",
        sa.Column("code", sa.String(64), primary_key=True),
        sa.Column("category", sa.String(64), nullable=False),
        sa.Column("description", sa.Text, nullable=False),
    )


def _create_activities() -> None:
    op.create_table(
        "activities",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("product", sa.String(64), nullable=False),
        sa.Column("created", sa.Integer, nullable=False),
        sa.Column("file_name", sa.Text, nullable=False),
        sa.Column("file_sha256", sa.String(64), nullable=False),
    )
    op.create_index("ix_activities_product", "activities", ["product"])


def _create_declarations() -> None:
    op.create_table(
        "declarations",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("product", sa.String(64), nullable=False),
        sa.Column("activity", sa.Integer, nullable=False),
        sa.Column("created", sa.Integer, nullable=False),
    )
    op.create_index("ix_declarations_product", "declarations", ["product"])


def _create_requests() -> None:
    op.create_table(
        "requests",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("created", sa.Integer, nullable=False),
        sa.Column("sequence", sa.Integer, nullable=False, unique=True),
        sa.Column("pack", sa.Text, nullable=False),
    )


def _create_inbox() -> None:
    op.create_table(
        "inbox",
        sa.Column("request", sa.String(64), primary_key=True),
        sa.Column("entry", sa.Integer, primary_key=True),
        sa.Column("declaration", sa.String(64), nullable=False),
        sa.Column("product", sa.String(64), nullable=False),
        sa.Column("customer", sa.Text, nullable=False),  # legal entity
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("findings", sa.Text, nullable=False),
        sa.Column("decided_by", sa.String(16), nullable=True),
        sa.Column("answer", sa.Text, nullable=False),
        sa.Column("policy", sa.Integer, nullable=True),
        sa.Column("models", sa.Integer, nullable=False),
        sa.Column("created", sa.Integer, nullable=False),
    )


def _create_policies() -> None:
    op.create_table(
        "policies",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("customer", sa.Text, nullable=False),
        sa.Column("product", sa.String(64), nullable=False),
        sa.Column("totals", sa.Integer, nullable=False),
        sa.Column("created", sa.Integer, nullable=False),
    )


def _create_egress() -> None:
    op.create_table(
        "egress",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("at", sa.Integer, nullable=False),
        sa.Column("receiver", sa.Text, nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("size", sa.Integer, nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("holds_en", sa.Text, nullable=False),
        sa.Column("holds_zh", sa.Text, nullable=False),
    )


def _create_certificates() -> None:
    op.create_table(
        "certificates",
        sa.Column("request", sa.String(64), primary_key=True),
        sa.Column("at", sa.Integer, nullable=False),
        sa.Column("bundle", sa.LargeBinary, nullable=False),
        sa.Column("checks", sa.Text, nullable=False),
        sa.Column("holds", sa.Boolean, nullable=False),
    )


def _create_anomalies() -> None:
    op.create_table(
        "anomalies",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("at", sa.Integer, nullable=False),
        sa.Column("statement", sa.String(64), nullable=True),
        sa.Column("check", sa.String(64), nullable=False),
        sa.Column("message", sa.Text, nullable=False),
    )
