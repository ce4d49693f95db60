"""Stored values as rows: the columns of a statement in the order of its fields, and what is written of each value."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from coordinator.store.contract import BlobUse, CalculationState, StoredStatement
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


def statement_row(item: StoredStatement) -> dict[str, Any]:
    """The row of a statement."""
    return {
        "log_index": item.index,
        "id": item.id,
        "kind": item.kind,
        "signer": item.signer,
        "calculation": item.calculation,
        "subject": item.subject,
        "audience": item.audience,
        "data": item.data,
        "logged_at": item.logged_at,
    }


def calculation_row(state: CalculationState) -> dict[str, Any]:
    """The row of a calculation."""
    return {
        "id": state.id,
        "requester": state.requester,
        "phase": state.phase,
        "deadline": state.deadline,
        "over_at": state.over_at,
    }
