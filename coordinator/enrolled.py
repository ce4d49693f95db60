"""What enrolments are called, to find one by its name: read once, then what the log gained since the last look.

The one fact: an enrolment never changes, so its names are kept where they can be looked through without the database.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from threading import Lock

from coordinator.record import read_fields
from coordinator.store.contract import LogStore, StoredStatement

SEARCHED = ("name_zh", "name_en", "legal_entity", "parent")
AT_ONCE = 1000
NAMED = 50
"""How many enrolments of a name are taken together."""
_ID = re.compile(r"[0-9a-f]{6,64}")
ANYWHERE = 1 << 53


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

    def entities(self, words: str) -> frozenset[str]:
        """The reader keys of whom these words mean: a legal entity's code, an enrolment's id or its beginning, else
        everybody with the words in a name or identifier; empty for nobody."""
        rows = [self._log.statement_at(leaf) for leaf in islice(self.find(words, ANYWHERE), NAMED)]
        if _ID.fullmatch(words):
            rows += [row for row in self._log.beginning(words, NAMED) if row.kind == "enrolment"]
        keys = frozenset(row.audience for row in rows if row is not None and row.audience is not None)
        exactly = f"entity:{words}"
        return frozenset({exactly}) if exactly in keys else keys

    def _read_on(self) -> None:
        known = self._read
        while rows := self._log.of_kind("enrolment", known[-1][0] + 1 if known else 0, AT_ONCE):
            known = [*known, *((row.index, _names_of(row)) for row in rows)]
        self._read = known


def _names_of(row: StoredStatement) -> str:
    fields = read_fields(row)
    return "\n".join(fields[name] for name in SEARCHED).casefold()
