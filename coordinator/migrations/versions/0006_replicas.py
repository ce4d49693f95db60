"""Replicas share the log: who appends, what they hand to it, what parties have spent; when a calculation was over.

Expand only: a program of the version before ignores what is new.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

ID = sa.String(64)
READER = sa.String(420)
_CALCULATIONS = sa.table(
    "calculations", sa.column("id"), sa.column("phase"), sa.column("deadline"), sa.column("over_at")
)
_STATEMENTS = sa.table("statements", sa.column("calculation"), sa.column("logged_at"))
_SEQUENCING = sa.table("sequencing", sa.column("place"), sa.column("epoch"), sa.column("holder"))


def upgrade() -> None:
    """Make the tables and the column; say of calculations that are over when they ended."""
    op.create_table(
        "sequencing",
        sa.Column("place", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("epoch", sa.BigInteger, nullable=False),
        sa.Column("holder", sa.String(200), nullable=False),
    )
    op.execute(_SEQUENCING.insert().values(place=1, epoch=0, holder=""))
    op.create_table(
        "fresh",
        sa.Column("place", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("signed_at", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "handed",
        sa.Column(
            "number",
            sa.BigInteger().with_variant(sa.Integer, "sqlite"),
            sa.Identity(),
            primary_key=True,
        ),
        sa.Column("taker", ID, nullable=False),
        sa.Column("sender", READER, nullable=True),
        sa.Column("certificate", ID, nullable=True),
        sa.Column("proven", sa.String(256), nullable=False),
        sa.Column("data", sa.LargeBinary, nullable=False),
        sa.Column("answer", sa.Text, nullable=True),
        sa.Column("handed_at", sa.BigInteger, nullable=False),
    )
    op.create_index("handed_by", "handed", ["taker"])
    op.create_table(
        "spent",
        sa.Column("identity", READER, primary_key=True),
        sa.Column("statements", sa.BigInteger, nullable=False),
        sa.Column("bytes", sa.BigInteger, nullable=False),
        sa.Column("refusals", sa.BigInteger, nullable=False),
        sa.Column("spent_at", sa.BigInteger, nullable=False),
    )
    op.add_column("calculations", sa.Column("over_at", sa.BigInteger, nullable=True))
    newest = (
        sa.select(sa.func.max(_STATEMENTS.c.logged_at))
        .where(_STATEMENTS.c.calculation == _CALCULATIONS.c.id)
        .scalar_subquery()
    )
    op.execute(_CALCULATIONS.update().where(_CALCULATIONS.c.deadline.is_(None)).values(over_at=newest))


def downgrade() -> None:
    """Drop what was made."""
    with op.batch_alter_table("calculations") as batch:
        batch.drop_column("over_at")
    for table in ("spent", "handed", "fresh", "sequencing"):
        op.drop_table(table)
