"""Categories and factors are found by their code."""

from __future__ import annotations

import base64
import json

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_STATEMENTS = sa.table(
    "statements", sa.column("id"), sa.column("kind"), sa.column("subject"), sa.column("data")
)
_KINDS = ("category", "factor")


def upgrade() -> None:
    """Write the code of every category and factor beside it."""
    connection = op.get_bind()
    query = sa.select(_STATEMENTS.c.id, _STATEMENTS.c.data).where(_STATEMENTS.c.kind.in_(_KINDS))
    for statement_id, data in connection.execute(query).all():
        code = json.loads(base64.b64decode(json.loads(bytes(data))["payload"]))["code"]
        connection.execute(_STATEMENTS.update().where(_STATEMENTS.c.id == statement_id).values(subject=code))


def downgrade() -> None:
    """Forget the codes."""
    op.execute(_STATEMENTS.update().where(_STATEMENTS.c.kind.in_(_KINDS)).values(subject=None))
