"""An anomaly may carry evidence that others can check."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column."""
    op.add_column("anomalies", sa.Column("evidence", sa.LargeBinary, nullable=True))
