"""What an organisation signed, of a kind or of any, is found by who signed.

Expand only. On PostgreSQL they are built beside reads and writes, as those of 0007.
"""

from __future__ import annotations

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

INDEXES = (
    ("statements_signed", ["signer", "log_index"]),
    ("statements_signed_of_kind", ["signer", "kind", "log_index"]),
)


def upgrade() -> None:
    """Build them."""
    if op.get_bind().dialect.name != "postgresql":
        for name, columns in INDEXES:
            op.create_index(name, "statements", columns)
        return
    with op.get_context().autocommit_block():
        for name, columns in INDEXES:
            op.drop_index(name, "statements", if_exists=True, postgresql_concurrently=True)
            op.create_index(name, "statements", columns, postgresql_concurrently=True)


def downgrade() -> None:
    """Drop them."""
    for name, _ in INDEXES:
        op.drop_index(name, "statements")
