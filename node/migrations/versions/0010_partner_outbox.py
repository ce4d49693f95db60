"""Where partners take events, and the events that wait to be sent to them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.add_column("partner_events", sa.Column("answer", sa.String(8), nullable=False, server_default="none"))
    op.create_table(
        "partner_hosts",
        sa.Column("partner", sa.Integer, primary_key=True),
        sa.Column("url", sa.Text, nullable=False),
        sa.Column("token_url", sa.Text, nullable=False),
        sa.Column("client", sa.String(300), nullable=False),
        sa.Column("source", sa.Text, nullable=False),
    )
    op.create_table(
        "partner_outbox",
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("partner", sa.Integer, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("asked", sa.Text, nullable=False),
        sa.Column("about", sa.Text, nullable=False),
        sa.Column("created", sa.Integer, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("not_before", sa.Integer, nullable=False),
        sa.Column("state", sa.String(8), nullable=False),
        sa.Column("said", sa.Text, nullable=False),
    )
    op.create_index("partner_outbox_waiting", "partner_outbox", ["state", "not_before"])


def downgrade() -> None:
    """Drop the tables."""
    op.drop_table("partner_outbox")
    op.drop_table("partner_hosts")
    with op.batch_alter_table("partner_events") as table:
        table.drop_column("answer")
