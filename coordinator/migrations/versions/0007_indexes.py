"""Indexes for what sweeps and lists look up in large tables.

On PostgreSQL they are built beside reads and writes, outside a transaction; one that broke off is built again.
"""

from __future__ import annotations

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

INDEXES = (
    ("calculations_over", "calculations", ["over_at"]),
    ("uses_of_calculation", "blob_uses", ["calculation"]),
    ("aggregates_by_blob", "aggregates", ["sha256"]),
    ("blobs_by_age", "blobs", ["created_at"]),
    ("refused_by_time", "refused", ["refused_at"]),
)


def upgrade() -> None:
    """Build them."""
    if op.get_bind().dialect.name != "postgresql":
        for name, table, columns in INDEXES:
            op.create_index(name, table, columns)
        return
    with op.get_context().autocommit_block():
        for name, table, columns in INDEXES:
            op.drop_index(name, table, if_exists=True, postgresql_concurrently=True)
            op.create_index(name, table, columns, postgresql_concurrently=True)


def downgrade() -> None:
    """Drop them."""
    for name, table, _ in INDEXES:
        op.drop_index(name, table)
