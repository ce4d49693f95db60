"""Long lists, page by page: `before` names the leaf below which a page of the log begins, `start` a place in a list
that is in memory.

The one fact: a page costs the same wherever it is in the log, however long the log is.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, TypeVar

from fastapi import Query

from coordinator.store.contract import LogStore
from web.visits import Visit

ROWS, MOST_ROWS = 50, 5000
"""Rows of a page, and of a file."""
END = 1 << 53
Before = Annotated[int, Query(ge=0, le=END)]
Start = Annotated[int, Query(ge=0, le=END)]
T = TypeVar("T")


def rows_wanted(visit: Visit) -> int:
    """How many rows this answer may have."""
    return MOST_ROWS if visit.wants_file else ROWS


def next_before(indexes: list[int], asked: int) -> int | None:
    """Where the next page begins; None when this one was not full."""
    return indexes[-1] if len(indexes) == asked and indexes[-1] > 0 else None


def cut(visit: Visit, items: Sequence[T], start: int) -> tuple[Sequence[T], int | None]:
    """The items of the page that begins at `start`, and where the next one does; None when this is the last."""
    end = start + rows_wanted(visit)
    return items[start:end], end if end < len(items) else None


def first_since(log: LogStore, size: int, since: int) -> int:
    """The first leaf that was logged at this time or later; `size` when there is none."""
    low, high = 0, size
    while low < high:
        middle = (low + high) // 2
        stored = log.statement_at(middle)
        if stored is None or stored.logged_at >= since:
            high = middle
        else:
            low = middle + 1
    return low
