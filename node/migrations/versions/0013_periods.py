"""A declaration says of which period it is, so that two years of one product are told apart."""

from __future__ import annotations

import base64
import json

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_OUTGOING = sa.table("outgoing", sa.column("id"), sa.column("kind"), sa.column("data"))
_DECLARATIONS = sa.table("declarations", sa.column("id"), sa.column("period_start"), sa.column("period_end"))


def upgrade() -> None:
    """Add the columns, and fill them from the statement of each declaration, where it is in the outbox."""
    for name in ("period_start", "period_end"):
        op.add_column("declarations", sa.Column(name, sa.String(10), nullable=False, server_default=""))
    connection = op.get_bind()
    own = (_OUTGOING.c.kind == "declaration", _OUTGOING.c.id == _DECLARATIONS.c.id)
    query = sa.select(_OUTGOING.c.id, _OUTGOING.c.data).where(*own)
    known = []
    for statement, data in connection.execute(query):
        period = json.loads(base64.b64decode(json.loads(bytes(data))["payload"]))["period"]
        known.append({"statement": statement, "first": period["start"], "last": period["end"]})
    if known:
        dated = _DECLARATIONS.update().where(_DECLARATIONS.c.id == sa.bindparam("statement"))
        dated = dated.values(period_start=sa.bindparam("first"), period_end=sa.bindparam("last"))
        connection.execute(dated, known)


def downgrade() -> None:
    """Drop them."""
    op.drop_column("declarations", "period_end")
    op.drop_column("declarations", "period_start")
