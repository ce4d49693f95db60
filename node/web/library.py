"""The public library for pages: read from the store once, and again when something was published or retired.

The one fact: reading thousands of factors takes long, so what was read is kept until the log brings more of them.
"""

from __future__ import annotations

import threading

from sqlalchemy import func, select

from method.factor import Factor
from node.library import Library, fetch_or_read, read_library
from node.organisation import Node
from node.tables import STATEMENTS
from protocol.shelf import LIBRARY_KINDS


class Shelf:
    """One node's library."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._mark: tuple[int, ...] | None = None
        self._library: Library | None = None

    def read(self, node: Node) -> Library:
        """As this node knows it; asks the coordinator only when it knows nothing yet."""
        with self._lock:
            mark = self._mark_of(node)
            if self._library is None or mark != self._mark:
                library = read_library(node)
                if not library.categories:
                    library, _ = fetch_or_read(node)
                    mark = self._mark_of(node)
                self._library, self._mark = library, mark
            return self._library

    def fetch(self, node: Node) -> tuple[Library, str]:
        """Brought up to date first; the second is why not, when the coordinator does not answer."""
        _, failure = fetch_or_read(node)
        return self.read(node), failure

    def _mark_of(self, node: Node) -> tuple[int, ...]:
        query = select(func.count(), func.coalesce(func.max(STATEMENTS.c.log_index), 0))
        with node.store.read() as connection:
            row = connection.execute(query.where(STATEMENTS.c.kind.in_(LIBRARY_KINDS))).one()
        return (id(node.store), *map(int, row))


def factors_of(library: Library) -> dict[str, Factor]:
    """The published factors by code."""
    return {code: item.factor for code, item in library.factors.items()}
