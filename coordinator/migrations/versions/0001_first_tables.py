"""The first tables: the log, its projections, blobs, refused envelopes."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

ID = sa.String(64)
READER = sa.String(420)


def upgrade() -> None:
    """Create every table."""
    op.create_table(
        "statements",
        sa.Column("log_index", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("id", ID, nullable=False, unique=True),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("signer", ID, nullable=False),
        sa.Column("calculation", ID, nullable=True),
        sa.Column("subject", ID, nullable=True),
        sa.Column("audience", READER, nullable=True),
        sa.Column("data", sa.LargeBinary, nullable=False),
        sa.Column("logged_at", sa.BigInteger, nullable=False),
    )
    op.create_index("statements_of_kind", "statements", ["kind", "log_index"])
    op.create_index("statements_about", "statements", ["subject", "kind"])
    op.create_index("statements_of_calculation", "statements", ["calculation", "log_index"])
    op.create_index("statements_for_audience", "statements", ["audience", "log_index"])
    op.create_table(
        "hashes",
        sa.Column("level", sa.BigInteger, nullable=False),
        sa.Column("position", sa.BigInteger, nullable=False),
        sa.Column("hash", sa.LargeBinary(32), nullable=False),
        sa.PrimaryKeyConstraint("level", "position"),
    )
    op.create_table(
        "checkpoints",
        sa.Column("size", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("logged_at", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "calculation_readers",
        sa.Column("calculation", ID, nullable=False),
        sa.Column("reader", READER, nullable=False),
        sa.PrimaryKeyConstraint("calculation", "reader"),
    )
    op.create_index("calculations_of_reader", "calculation_readers", ["reader", "calculation"])
    op.create_table(
        "calculations",
        sa.Column("id", ID, primary_key=True),
        sa.Column("requester", READER, nullable=False),
        sa.Column("phase", sa.String(32), nullable=False),
        sa.Column("deadline", sa.BigInteger, nullable=True),
    )
    op.create_index("calculations_by_deadline", "calculations", ["deadline"])
    op.create_index("calculations_of_requester", "calculations", ["requester", "deadline"])
    op.create_table(
        "refused",
        sa.Column("id", ID, primary_key=True),
        sa.Column("signer", ID, nullable=False),
        sa.Column("failed_check", sa.String(200), nullable=False),
        sa.Column("message", sa.Text, nullable=False),
        sa.Column("refused_at", sa.BigInteger, nullable=False),
        sa.Column("data", sa.LargeBinary, nullable=False),
    )
    op.create_index("refused_of_signer", "refused", ["signer", "refused_at"])
    op.create_table(
        "blobs",
        sa.Column("sha256", ID, nullable=False),
        sa.Column("owner", READER, nullable=False),
        sa.Column("length", sa.BigInteger, nullable=False),
        sa.Column("complete", sa.Boolean, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("sha256", "owner"),
    )
    op.create_index("blobs_of_owner", "blobs", ["owner"])
    op.create_table(
        "blob_uses",
        sa.Column("sha256", ID, nullable=False),
        sa.Column("calculation", ID, nullable=False),
        sa.Column("purpose", sa.String(16), nullable=False),
        sa.PrimaryKeyConstraint("sha256", "calculation", "purpose"),
    )
    op.create_table(
        "aggregates",
        sa.Column("calculation", ID, primary_key=True),
        sa.Column("sha256", ID, nullable=False),
        sa.Column("length", sa.BigInteger, nullable=False),
    )


def downgrade() -> None:
    """Drop every table."""
    op.drop_table("aggregates")
    op.drop_table("blob_uses")
    op.drop_table("blobs")
    op.drop_table("refused")
    op.drop_table("calculations")
    op.drop_table("calculation_readers")
    op.drop_table("checkpoints")
    op.drop_table("hashes")
    op.drop_table("statements")
