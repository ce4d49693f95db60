"""The library as pages and the HTTP door show it: brought up to date from the store at each look. Protocol section 5.

The one fact: a look costs one question to the store while the log has not grown, and what it gained when it has.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from threading import Lock
from typing import Any, TypeVar

from coordinator.record import parse_stored
from coordinator.store.contract import LogStore
from protocol.errors import Refused
from protocol.searching import Query, Searcher
from protocol.shelf import LIBRARY_KINDS, Item, Shelf

AT_ONCE = 1000
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _Shown:
    """The library at one size of the log, from so many statements."""

    size: int
    count: int
    items: Sequence[Item]
    by_id: Mapping[str, Item]
    searcher: Searcher
    derived: dict[str, Any] = field(default_factory=dict)


class Catalogue:
    """Reads what the log gained since the last look; safe for many threads. StoreError when the database fails."""

    def __init__(self, log: LogStore) -> None:
        self._log = log
        self._lock = Lock()
        self._shelf = Shelf()
        self._next = dict.fromkeys(LIBRARY_KINDS, 0)
        self._count = 0
        self._shown = _Shown(0, 0, (), {}, Searcher(()))

    def search(self, query: Query) -> list[Item]:
        """What the log holds now and the query asks for, best first."""
        return self._look().searcher.search(query)

    def items(self) -> Sequence[Item]:
        """Every submission that the log holds now, in its order."""
        return self._look().items

    def derived(self, name: str, make: Callable[[Sequence[Item]], T]) -> T:
        """What `make` gives of all submissions, made once until the log holds more about them; `name` tells it from
        others. It may rest on nothing but these and what never changes."""
        shown = self._look()
        if name not in shown.derived:
            shown.derived[name] = make(shown.items)
        found: T = shown.derived[name]
        return found

    def item(self, submission: str) -> Item | None:
        """The submission with this statement id."""
        return self._look().by_id.get(submission)

    def find(self, submission: str) -> Item:
        """The submission with this statement id; Refused("unknown") where the log holds none."""
        item = self.item(submission)
        if item is None:
            raise Refused("unknown", f"the library has no submission {submission[:64]}")
        return item

    def _look(self) -> _Shown:
        newest = self._log.newest_checkpoint()
        size = 0 if newest is None else newest.size
        with self._lock:
            if size > self._shown.size:
                for kind in LIBRARY_KINDS:
                    self._read(kind)
                self._shown = self._show(self._shown, size)
            return self._shown

    def _show(self, before: _Shown, size: int) -> _Shown:
        if before.count == self._count:
            return replace(before, size=size)
        items = self._shelf.items()
        by_id = {item.id: item for item in items}
        return _Shown(size, self._count, items, by_id, Searcher(items, before.searcher))

    def _read(self, kind: str) -> None:
        while rows := self._log.of_kind(kind, self._next[kind], AT_ONCE):
            for row in rows:
                self._shelf.add(parse_stored(row))
            self._next[kind] = rows[-1].index + 1
            self._count += len(rows)
