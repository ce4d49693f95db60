"""File name and hash of an import move to the secrets, which are locked when the store is opened next.

Revision ID: 0003
Revises: 0002
"""

from __future__ import annotations

import json

import sqlalchemy as sa
from alembic import op

revision: str = "0003"
down_revision: str | None = "0002"
branch_labels: None = None
depends_on: None = None


def upgrade() -> None:
    """One secret per import instead of two columns."""
    connection = op.get_bind()
    rows = connection.execute(sa.text("SELECT id, file_name, file_sha256 FROM activities")).all()
    for number, name, sha256 in rows:
        data = json.dumps({"name": name, "sha256": sha256}, ensure_ascii=False).encode()
        statement = sa.text("INSERT INTO secrets (name, data) VALUES (:name, :data)")
        connection.execute(statement, {"name": f"source/{number}", "data": data})
    op.drop_column("activities", "file_name")
    op.drop_column("activities", "file_sha256")


def downgrade() -> None:
    """Older versions cannot read locked secrets."""
    raise NotImplementedError("restore the backup made before this version was installed")
