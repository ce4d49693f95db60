"""Accounts, sessions and what belongs to them, for the web pages."""

from __future__ import annotations

from web.first_tables import create_tables, drop_tables

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    create_tables()


def downgrade() -> None:
    """Drop them."""
    drop_tables()
