"""Lists that stay quick when they are long: indexes, and how each own calculation stands, told from its statements."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_INDEXES = {
    "statements_author": ("statements", ["author", "kind", "calculation"]),
    "outgoing_created": ("outgoing", ["created", "key"]),
    "outgoing_kind": ("outgoing", ["kind", "calculation", "created"]),
    "declarations_created": ("declarations", ["created", "id"]),
    "inbox_state": ("inbox", ["state", "created", "request", "entry"]),
    "inbox_created": ("inbox", ["created", "request", "entry"]),
    "egress_kind": ("egress", ["kind", "id"]),
}


def upgrade() -> None:
    """Make the table and the indexes."""
    op.create_table(
        "standings",
        sa.Column("request", sa.String(64), primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("sequence", sa.Integer, nullable=False),
        sa.Column("model", sa.Text, nullable=False),
        sa.Column("method", sa.String(64), nullable=False),
        sa.Column("boundary", sa.String(16), nullable=False),
        sa.Column("year", sa.String(4), nullable=False),
        sa.Column("created", sa.Integer, nullable=False),
        sa.Column("phase", sa.String(16), nullable=False),
        sa.Column("deadline", sa.Integer, nullable=True),
        sa.Column("members", sa.Integer, nullable=False),
        sa.Column("consented", sa.Integer, nullable=False),
        sa.Column("contributed", sa.Integer, nullable=False),
        sa.Column("seen", sa.Integer, nullable=False),
        sa.Column("unit", sa.Text, nullable=False),
        sa.Column("result_at", sa.Integer, nullable=True),
        sa.Column("figures", sa.Text, nullable=True),
    )
    op.create_index("standings_phase", "standings", ["phase"])
    op.create_index("standings_model", "standings", ["model", "sequence", "phase"])
    op.create_index("standings_sequence", "standings", ["sequence"])
    op.create_index(
        "standings_compared", "standings", ["method", "boundary", "model", "year", "sequence", "result_at"]
    )
    for name, (table, columns) in _INDEXES.items():
        op.create_index(name, table, columns)
    waits = sa.text("log_index IS NULL AND refused_check IS NULL")
    op.create_index("outgoing_waiting", "outgoing", ["created", "key"], sqlite_where=waits)


def downgrade() -> None:
    """Drop them."""
    op.drop_index("outgoing_waiting", "outgoing")
    for name, (table, _) in _INDEXES.items():
        op.drop_index(name, table)
    op.drop_table("standings")
