"""What section 9 asks: the questions of an inquiry, what a policy accepts, and what was counted of each request."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns and the table; policies made before accept no question."""
    op.add_column("inbox", sa.Column("asks", sa.Text, nullable=False, server_default="[]"))
    op.add_column("policies", sa.Column("accepts", sa.Text, nullable=False, server_default="[]"))
    op.create_table(
        "asked",
        sa.Column("request", sa.String(64), primary_key=True),
        sa.Column("asked", sa.Text, nullable=False),
    )
