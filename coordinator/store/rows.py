"""The columns of a stored statement, in the order of its fields. Contract: StoredStatement."""

from __future__ import annotations

from sqlalchemy import select

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
