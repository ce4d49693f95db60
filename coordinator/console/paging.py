"""Long lists, page by page, by leaf index: `before` names the leaf below which the page begins.

The one fact: a page costs the same wherever it is in the log, however long the log is.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import Query

from web.visits import Visit

ROWS, MOST_ROWS = 50, 5000
"""Rows of a page, and of a file."""
END = 1 << 53
Before = Annotated[int, Query(ge=0, le=END)]


def rows_wanted(visit: Visit) -> int:
    """How many rows this answer may have."""
    return MOST_ROWS if visit.wants_file else ROWS


def next_before(indexes: list[int], asked: int) -> int | None:
    """Where the next page begins; None when this one was not full."""
    return indexes[-1] if len(indexes) == asked and indexes[-1] > 0 else None
