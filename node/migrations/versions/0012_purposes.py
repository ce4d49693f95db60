"""Rows of the ledger say which statement of the outbox they are, so that it can be told for whom they were."""

from __future__ import annotations

import base64
import hashlib
import json

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_OUTGOING = sa.table("outgoing", sa.column("key"), sa.column("kind"), sa.column("data"))
_EGRESS = sa.table("egress", sa.column("id"), sa.column("kind"), sa.column("sha256"), sa.column("purpose"))


def upgrade() -> None:
    """Add the column, and fill it for what left before, found again by its hash."""
    op.add_column("egress", sa.Column("purpose", sa.String(200), nullable=False, server_default=""))
    connection = op.get_bind()
    purposes = {}
    for key, kind, data in connection.execute(sa.select(_OUTGOING.c.key, _OUTGOING.c.kind, _OUTGOING.c.data)):
        purposes[hashlib.sha256(bytes(data)).hexdigest()] = key
        if kind == "contribution":
            payload = json.loads(base64.b64decode(json.loads(bytes(data))["payload"]))
            purposes[payload["ciphertext"]["sha256"]] = key
    rows = connection.execute(sa.select(_EGRESS.c.id, _EGRESS.c.sha256)).all()
    known = [{"row": number, "key": purposes[sha256]} for number, sha256 in rows if sha256 in purposes]
    if known:
        wanted = _EGRESS.c.id == sa.bindparam("row")
        connection.execute(_EGRESS.update().where(wanted).values(purpose=sa.bindparam("key")), known)


def downgrade() -> None:
    """Drop it."""
    op.drop_column("egress", "purpose")
