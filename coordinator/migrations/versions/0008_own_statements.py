"""What an organisation's verifiers signed is found by the organisation: small indexes of a few kinds of statement.

Expand only. On PostgreSQL they are built beside reads and writes, as those of 0007.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

INDEXES = (
    ("enrolments_of", ["audience"], "kind = 'enrolment'"),
    (
        "statements_of_verifiers",
        ["signer", "kind", "log_index"],
        "kind = 'opening_request' OR kind = 'verification'",
    ),
)


def upgrade() -> None:
    """Build them."""
    if op.get_bind().dialect.name != "postgresql":
        for name, columns, kinds in INDEXES:
            op.create_index(name, "statements", columns, sqlite_where=sa.text(kinds))
        return
    with op.get_context().autocommit_block():
        for name, columns, kinds in INDEXES:
            op.drop_index(name, "statements", if_exists=True, postgresql_concurrently=True)
            op.create_index(
                name, "statements", columns, postgresql_where=sa.text(kinds), postgresql_concurrently=True
            )


def downgrade() -> None:
    """Drop them."""
    for name, _, _ in INDEXES:
        op.drop_index(name, "statements")
