"""Everything submitted to the library, as pages need it: read once, and again when the log brought more.

The one fact: reading thousands of submissions takes long, so what was read is kept until there are others.
"""

from __future__ import annotations

import threading

from sqlalchemy import func, select

from node.library import fetch_submissions, read_submissions
from node.organisation import Node
from node.tables import STATEMENTS
from protocol.errors import NetworkError
from protocol.library import is_same_entity
from protocol.shelf import LIBRARY_KINDS, Item


class Submissions:
    """One node's view of the library's submissions. Safe for many threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._mark: tuple[int, ...] | None = None
        self._items: list[Item] = []

    def read(self, node: Node) -> tuple[list[Item], NetworkError | None]:
        """What is known, brought up to date first; the second is why not, when the coordinator does not answer."""
        with self._lock:
            failure = None
            try:
                fetch_submissions(node)
            except NetworkError as error:
                failure = error
            mark = _mark_of(node)
            if mark != self._mark:
                self._items, self._mark = read_submissions(node), mark
                node.record.need(
                    {one.payload.by for item in self._items for one in (item.logged, *item.reviews)}
                )
            return self._items, failure


def _mark_of(node: Node) -> tuple[int, ...]:
    query = select(func.count(), func.coalesce(func.max(STATEMENTS.c.log_index), 0))
    with node.store.read() as connection:
        row = connection.execute(query.where(STATEMENTS.c.kind.in_(LIBRARY_KINDS))).one()
    return (id(node.store), *map(int, row))


def is_own(node: Node, item: Item) -> bool:
    """Whether this organisation submitted it."""
    return is_same_entity(item.payload.by, node.id, node.record)


def is_reviewed(node: Node, item: Item) -> bool:
    """Whether this organisation has written about it."""
    return any(is_same_entity(review.payload.by, node.id, node.record) for review in item.reviews)
