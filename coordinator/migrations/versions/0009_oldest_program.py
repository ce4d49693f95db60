"""The tables say which program is the oldest that can work with them; only one that takes something away changes it.

Expand only: a program of the version before does not look.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_OLDEST_PROGRAM = sa.table("oldest_program", sa.column("place"), sa.column("version"))


def upgrade() -> None:
    """Make the table, with this version: the first whose program looks."""
    op.create_table(
        "oldest_program",
        sa.Column("place", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("version", sa.String(32), nullable=False),
    )
    op.execute(_OLDEST_PROGRAM.insert().values(place=1, version=revision))


def downgrade() -> None:
    """Drop it."""
    op.drop_table("oldest_program")
