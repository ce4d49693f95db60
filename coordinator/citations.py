"""Counts the citations of factors in certificates, for their owners. Protocol section 6, step 8.

The one fact: counts follow from the log alone and are told to the owner of the factor only, without who cited it.
"""

from __future__ import annotations

from collections import Counter
from threading import Lock

from coordinator.record import parse_stored
from coordinator.store.contract import LogStore
from protocol.citations import cited_by, owned_factors
from protocol.statements import Record
from protos.citations import MOST, Citation

AT_ONCE = 200


class Citations:
    """Reads the certificates that the log gained since the last look; safe for many threads."""

    def __init__(self, log: LogStore, record: Record) -> None:
        self._log = log
        self._record = record
        self._lock = Lock()
        self._next = 0
        self._counts: Counter[tuple[str, str, str]] = Counter()

    def of(self, owner: str) -> tuple[Citation, ...]:
        """The counts of this legal entity's factors, newest month first."""
        with self._lock:
            self._read()
            counts = dict(self._counts)
        factors = owned_factors(owner, {publication for publication, _, _ in counts}, self._record)
        found = [
            Citation(factors[publication].code, factors[publication].version, method, month, count)
            for (publication, method, month), count in counts.items()
            if publication in factors
        ]
        found.sort(key=lambda one: (one.code, one.version, one.method))
        found.sort(key=lambda one: one.month, reverse=True)
        return tuple(found[:MOST])

    def _read(self) -> None:
        while rows := self._log.of_kind("certificate", self._next, AT_ONCE):
            for row in rows:
                cited = cited_by(parse_stored(row), self._record)
                self._counts.update((one, cited.method, cited.month) for one in cited.publications)
                self._next = row.index + 1
