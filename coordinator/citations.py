"""Counts the citations of factors in certificates, for their owners. Protocol section 6, step 8.

The one fact: counts follow from the log alone and are told to the owner of the factor only, without who cited it. They
are made again after a start, ahead of who asks (coordinator/reading_ahead.py); a page shows what is counted so far.
"""

from __future__ import annotations

from collections import Counter
from threading import Lock

from coordinator.record import Recent, read_fields
from coordinator.store.contract import LogStore, StoredStatement
from protocol.citations import Owned, cited_by, month_of, owner_of
from protocol.errors import PeerError
from protocol.statements import Record
from protos.citations import MOST, Citation

AT_ONCE = 5
"""Certificates that a page counts itself."""
EVERY = 1 << 40
DECLARATIONS_KEPT = 100_000
"""Of so many it is remembered what they cite: some kilobytes each."""


class Citations:
    """Reads the certificates that the log gained since the last look; safe for many threads."""

    def __init__(self, log: LogStore, record: Record) -> None:
        self._log = log
        self._record = record
        self._counting, self._telling = Lock(), Lock()
        self._next = 0
        self._cited: Recent[frozenset[str]] = Recent(DECLARATIONS_KEPT)
        self._owners: dict[str, Owned | None] = {}
        self._counts: dict[str, Counter[tuple[str, int, str, str]]] = {}
        self._told: dict[str, tuple[Citation, ...]] = {}

    def of(self, owner: str) -> tuple[Citation, ...]:
        """The counts of this legal entity's factors, newest month first."""
        with self._counting:
            self._count(EVERY)
        return self._tell(owner)

    def so_far(self, owner: str) -> tuple[tuple[Citation, ...], bool]:
        """The counts as far as they are made, and whether that is all: for who does not wait."""
        is_all = False
        if self._counting.acquire(blocking=False):
            try:
                is_all = self._count(AT_ONCE)
            finally:
                self._counting.release()
        return self._tell(owner), is_all

    def read_ahead(self) -> bool:
        """Count a few more, before anybody asks; whether none is left."""
        with self._counting:
            return self._count(AT_ONCE)

    def _count(self, most: int) -> bool:
        """Count at most so many further certificates; whether none is left."""
        while most > 0:
            rows = self._log.of_kind("certificate", self._next, AT_ONCE)
            for row in rows:
                self._add(row)
                self._next = row.index + 1
            if len(rows) < AT_ONCE:
                return True
            most -= len(rows)
        return False

    def _add(self, certificate: StoredStatement) -> None:
        request = self._log.statement(read_fields(certificate)["request"])
        if request is None:
            raise PeerError("certificate", f"the request of certificate {certificate.id} is not in the log")
        terms, month = read_fields(request), month_of(certificate.logged_at)
        cited = cited_by(self._cited_in(entry["declaration"]) for entry in terms["entries"])
        found = [one for one in map(self._owner_of, cited) if one is not None]
        with self._telling:
            for one in found:
                counts = self._counts.setdefault(one.owner, Counter())
                counts[one.code, one.version, terms["method"], month] += 1
                self._told.pop(one.owner, None)

    def _cited_in(self, declaration: str) -> frozenset[str]:
        return self._cited.get(declaration, lambda: self._read_declaration(declaration)) or frozenset()

    def _read_declaration(self, declaration: str) -> frozenset[str]:
        # Not through the record, whose place is for what is asked for again.
        stored = self._log.statement(declaration)
        if stored is None or stored.kind != "declaration":
            raise PeerError("certificate", f"{declaration} is not a logged declaration")
        return frozenset(line["factor"] for line in read_fields(stored)["lines"])

    def _owner_of(self, publication: str) -> Owned | None:
        if publication not in self._owners:
            self._owners[publication] = owner_of(publication, self._record)
        return self._owners[publication]

    def _tell(self, owner: str) -> tuple[Citation, ...]:
        with self._telling:
            if owner not in self._told:
                found = [Citation(*factor, count) for factor, count in self._counts.get(owner, {}).items()]
                found.sort(key=lambda one: (one.code, one.version, one.method))
                found.sort(key=lambda one: one.month, reverse=True)
                self._told[owner] = tuple(found[:MOST])
            return self._told[owner]
