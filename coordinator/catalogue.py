"""The library as the HTTP door shows it: brought up to date from the store at each look. Protocol section 5."""

from __future__ import annotations

from threading import Lock

from coordinator.record import parse_stored
from coordinator.store.contract import LogStore
from protocol.searching import Query, search
from protocol.shelf import LIBRARY_KINDS, Item, Shelf

AT_ONCE = 1000


class Catalogue:
    """Reads what the log gained since the last look; safe for many threads."""

    def __init__(self, log: LogStore) -> None:
        self._log = log
        self._lock = Lock()
        self._shelf = Shelf()
        self._next = dict.fromkeys(LIBRARY_KINDS, 0)
        self._items: list[Item] = []

    def search(self, query: Query) -> list[Item]:
        """What the log holds now and the query asks for, best first."""
        return search(self.items(), query)

    def items(self) -> list[Item]:
        """Every submission that the log holds now."""
        with self._lock:
            gained = [self._read(kind) for kind in LIBRARY_KINDS]
            if any(gained):
                self._items = self._shelf.items()
            return self._items

    def _read(self, kind: str) -> bool:
        is_new = False
        while rows := self._log.of_kind(kind, self._next[kind], AT_ONCE):
            for row in rows:
                self._shelf.add(parse_stored(row))
            self._next[kind] = rows[-1].index + 1
            is_new = True
        return is_new
