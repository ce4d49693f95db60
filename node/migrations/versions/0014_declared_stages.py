"""How a calculation stands says in which stages its request has entries, so that an undeclared one is no 0."""

from __future__ import annotations

import base64
import json

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

_STATEMENTS = sa.table("statements", sa.column("id"), sa.column("kind"), sa.column("data"))
_STANDINGS = sa.table("standings", sa.column("request"), sa.column("declared"))


def upgrade() -> None:
    """Add the column, and fill it from the request of each calculation."""
    op.add_column("standings", sa.Column("declared", sa.Text, nullable=False, server_default="[]"))
    connection = op.get_bind()
    asked = (_STATEMENTS.c.kind == "request", _STATEMENTS.c.id.in_(sa.select(_STANDINGS.c.request)))
    for request, data in connection.execute(
        sa.select(_STATEMENTS.c.id, _STATEMENTS.c.data).where(*asked)
    ).all():
        entries = json.loads(base64.b64decode(json.loads(bytes(data))["payload"]))["entries"]
        stages = json.dumps(sorted({entry["stage"] for entry in entries}))
        connection.execute(_STANDINGS.update().where(_STANDINGS.c.request == request).values(declared=stages))


def downgrade() -> None:
    """Drop it."""
    op.drop_column("standings", "declared")
