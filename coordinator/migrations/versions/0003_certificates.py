"""Statements are found by further subjects: declarations by the certificates they cite."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "topics",
        sa.Column("topic", sa.String(64), nullable=False),
        sa.Column("log_index", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("topic", "log_index"),
    )


def downgrade() -> None:
    """Drop the table."""
    op.drop_table("topics")
