"""What enrolments are called, to find one by its name: read once, then what the log gained since the last look.

The one fact: an enrolment never changes, so its names are kept where they can be looked through without the database.
"""

from __future__ import annotations

from collections.abc import Iterator
from threading import Lock

from coordinator.record import read_fields
from coordinator.store.contract import LogStore, StoredStatement

SEARCHED = ("name_zh", "name_en", "legal_entity", "parent")
AT_ONCE = 1000


class Enrolled:
    """Safe for many threads; StoreError when the database fails."""

    def __init__(self, log: LogStore) -> None:
        self._log = log
        self._lock = Lock()
        self._read: list[tuple[int, str]] = []
        """Leaf and names of each, in the log's order."""

    def find(self, words: str, before: int) -> Iterator[int]:
        """The leaves below `before` of enrolments with these words in a name or identifier, newest first."""
        wanted = words.casefold()
        with self._lock:
            self._read_on()
            known = self._read
        return (leaf for leaf, names in reversed(known) if leaf < before and wanted in names)

    def _read_on(self) -> None:
        known = self._read
        while rows := self._log.of_kind("enrolment", known[-1][0] + 1 if known else 0, AT_ONCE):
            known = [*known, *((row.index, _names_of(row)) for row in rows)]
        self._read = known


def _names_of(row: StoredStatement) -> str:
    fields = read_fields(row)
    return "\n".join(fields[name] for name in SEARCHED).casefold()
