"""Finds what concerns a reader, page by page, in a log of any length.

The one fact: each query walks one index from the cursor on and stops after a page, so a page costs what it holds and
what its reader takes part in, not what the log holds. Architecture, "Doors".
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from sqlalchemy import Select, literal_column, select, true

from coordinator.readers import OPERATORS, VERIFIERS
from coordinator.store.rows import STATEMENT_COLUMNS
from coordinator.store.tables import calculation_readers, statements

OF_EVERY_CALCULATION = frozenset({OPERATORS, VERIFIERS})
"""Reader keys that every calculation has: for them the log itself is walked."""


def concerning_queries(
    readers: Collection[str], start: int, limit: int, has_lateral: bool
) -> Iterator[Select[Any]]:
    """Queries that together find the first `limit` statements from `start` on, each without a gap up to its last."""
    place = statements.c.log_index
    page = STATEMENT_COLUMNS.where(place >= start).order_by(place).limit(limit)
    for reader in sorted(readers):
        yield page.where(statements.c.audience == reader)
    if OF_EVERY_CALCULATION & set(readers):
        yield page.where(statements.c.calculation.is_not(None))
        return
    own = select(calculation_readers.c.calculation).where(calculation_readers.c.reader.in_(readers))
    yield _walk_each(own, page, limit) if has_lateral else page.where(statements.c.calculation.in_(own))


def _walk_each(own: Select[Any], page: Select[Any], limit: int) -> Select[Any]:
    """At most a page of each calculation by its own index, then the first page of all of them."""
    calculations = own.distinct().subquery("own")
    each = page.where(statements.c.calculation == calculations.c.calculation).lateral("each")
    joined = select(*each.c).select_from(calculations.join(each, true()))
    return joined.order_by(literal_column("log_index")).limit(limit)
