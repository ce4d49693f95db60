"""Stored values as rows: the columns of a statement in the order of its fields, and the row of a use."""

from __future__ import annotations

from sqlalchemy import select

from coordinator.store.contract import BlobUse
from coordinator.store.tables import statements

STATEMENT_COLUMNS = select(
    statements.c.id,
    statements.c.kind,
    statements.c.signer,
    statements.c.calculation,
    statements.c.subject,
    statements.c.audience,
    statements.c.data,
    statements.c.log_index,
    statements.c.logged_at,
)


def use_row(use: BlobUse) -> dict[str, str]:
    """The row of a use."""
    return {"sha256": use.sha256, "calculation": use.calculation, "purpose": use.purpose}
