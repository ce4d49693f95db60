"""What the rules may look up, served from the store: parsed statements and folded calculations, least used first out.

The one fact: both caches hold what follows from the log alone, so dropping them at any time costs work, never truth.
Memory is bounded by their sizes, not by the log. Protocol section 5.
"""

from __future__ import annotations

import base64
import json
from collections import OrderedDict
from collections.abc import Callable, Sequence, Set
from threading import Lock
from typing import Any, Generic, TypeVar

from coordinator.store.contract import LogStore, StoredStatement
from operation.moments import tell_moment
from protocol.calculation import Calculation, fold
from protocol.payloads import Enrolment, Revocation
from protocol.statements import Logged, Record, parse_statement, topics_of

STATEMENT_BYTES_KEPT = 32 * 1024 * 1024
"""Bytes of envelopes; parsed they take a few times that."""
ALL = 1 << 40
ENROLMENTS_KEPT = 32 * 1024
ENTRIES_KEPT = 4096
"""Entries of all folded calculations together; one alone may have more."""

V = TypeVar("V")


class Recent(Generic[V]):
    """A mapping of bounded weight that forgets what was used longest ago. Safe for many threads."""

    def __init__(self, limit: int, weigh: Callable[[V], int] = lambda _: 1) -> None:
        self._limit = limit
        self._weigh = weigh
        self._weight = 0
        self._items: OrderedDict[str, V] = OrderedDict()
        self._lock = Lock()

    def get(self, key: str, make: Callable[[], V | None]) -> V | None:
        """The value under `key`, made when absent; None is not kept."""
        with self._lock:
            if key in self._items:
                self._items.move_to_end(key)
                return self._items[key]
        value = make()
        if value is not None:
            self.put(key, value)
        return value

    def put(self, key: str, value: V) -> None:
        """Keep a value, forgetting others if need be."""
        with self._lock:
            earlier = self._items.pop(key, None)
            self._weight += self._weigh(value) - (0 if earlier is None else self._weigh(earlier))
            self._items[key] = value
            while self._weight > self._limit and len(self._items) > 1:
                self._weight -= self._weigh(self._items.popitem(last=False)[1])

    def drop(self, key: str) -> None:
        """Forget what is under `key`, if anything is."""
        with self._lock:
            if key in self._items:
                self._weight -= self._weigh(self._items.pop(key))

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._items.clear()
            self._weight = 0


def parse_stored(stored: StoredStatement) -> Logged:
    """A stored statement as the rules see it."""
    return Logged(parse_statement(stored.data), stored.index, stored.logged_at)


def tell_revoked(record: Record, enrolment: str, at: int) -> str:
    """When, and for which reason, this enrolment was revoked, in words for its holder."""
    ended = (one.payload for one in record.about("revocation", enrolment))
    reasons = [one.reason for one in ended if isinstance(one, Revocation)]
    return f"this enrolment was revoked on {tell_moment(at, 'en')} (reason: {reasons[0]})"


def read_fields(stored: StoredStatement) -> Any:
    """What a stored statement says, as JSON: for pages, which need not check again what the log has taken."""
    return json.loads(base64.b64decode(json.loads(stored.data)["payload"]))


class StoreRecord:
    """A Record over the store."""

    def __init__(self, log: LogStore) -> None:
        self._log = log
        self._lock = Lock()
        self._revoked: dict[str, int] | None = None  # all of them: few, and asked for at every call
        self._recent: Recent[Logged] = Recent(STATEMENT_BYTES_KEPT, lambda logged: len(logged.signed.data))
        self._enrolled: Recent[str] = Recent(ENROLMENTS_KEPT)
        self._enrolments_seen = 0

    def get(self, statement_id: str) -> Logged | None:
        """The logged statement with this id, or None."""
        return self._recent.get(statement_id, lambda: self._read(statement_id))

    def revoked_at(self, enrolment_id: str) -> int | None:
        """When this enrolment was first revoked, or None."""
        # Under the lock, so that what was read before a commit is never put back after `keep` dropped it.
        with self._lock:
            if self._revoked is None:
                rows = self._log.of_kind("revocation", 0, ALL)
                self._revoked = {stored.subject or "": stored.logged_at for stored in reversed(rows)}
            return self._revoked.get(enrolment_id)

    def enrolled(self, certificate: str) -> Logged | None:
        """The newest enrolment of the certificate with this fingerprint, or None."""
        seen = self._enrolments_seen
        known = self._enrolled.get(certificate, lambda: None)
        if known is None:
            found = self._log.about("enrolment", certificate)
            if not found:
                return None
            known = found[-1].id
            with self._lock:  # what was read before another was logged is not kept
                if seen == self._enrolments_seen:
                    self._enrolled.put(certificate, known)
        return self.get(known)

    def forget_enrolments(self) -> None:
        """Read them again: the log has grown by one, here or by another process."""
        with self._lock:
            self._enrolments_seen += 1
            self._enrolled.clear()

    def about(self, kind: str, subject: str) -> Sequence[Logged]:
        """The statements of a kind about this subject, in log order."""
        found = (self.get(stored.id) for stored in self._log.about(kind, subject))
        return [logged for logged in found if logged is not None]

    def keep(self, logged: Logged) -> None:
        """Remember a statement that the log took just now."""
        self._recent.put(logged.id, logged)
        if isinstance(logged.payload, Revocation):
            self.forget_revocations()
        if isinstance(logged.payload, Enrolment):
            self.forget_enrolments()

    def forget_revocations(self) -> None:
        """Read them again: the log has grown by one, or by what another process appended."""
        with self._lock:
            self._revoked = None

    def parsed(self, stored: StoredStatement) -> Logged:
        """A stored statement as the rules see it, parsed once."""
        found = self._recent.get(stored.id, lambda: parse_stored(stored))
        assert found is not None
        return found

    def _read(self, statement_id: str) -> Logged | None:
        stored = self._log.statement(statement_id)
        return None if stored is None else parse_stored(stored)


class PendingRecord:
    """A Record with the statements of one group on top that the log has not taken yet.

    `absent`: ids that the record below is known not to have.
    """

    def __init__(self, below: Record, absent: Set[str] = frozenset()) -> None:
        self._below = below
        self._absent = absent
        self._pending: dict[str, Logged] = {}
        self._revoked: dict[str, int] = {}
        self._about: dict[tuple[str, str], list[Logged]] = {}

    def get(self, statement_id: str) -> Logged | None:
        """The statement with this id, logged or about to be."""
        found = self._pending.get(statement_id)
        if found is None and statement_id not in self._absent:
            found = self._below.get(statement_id)
        return found

    def revoked_at(self, enrolment_id: str) -> int | None:
        """When this enrolment was revoked, or is about to be."""
        found = self._below.revoked_at(enrolment_id)
        return self._revoked.get(enrolment_id) if found is None else found

    def about(self, kind: str, subject: str) -> Sequence[Logged]:
        """The statements of a kind about this subject, logged or about to be."""
        return [*self._below.about(kind, subject), *self._about.get((kind, subject), ())]

    def add(self, logged: Logged) -> None:
        """Take a statement that the checks let through."""
        self._pending[logged.id] = logged
        for topic in topics_of(logged.payload):
            self._about.setdefault((logged.payload.type, topic), []).append(logged)
        if isinstance(logged.payload, Revocation):
            self._revoked.setdefault(logged.payload.enrolment, logged.logged_at)


class Folds:
    """The calculations that were used last, each folded from the store when it is not at hand.

    `get`, `keep` and `clear` are the sequencer's: another thread could put an older state back. Others `read`.
    """

    def __init__(self, log: LogStore, record: StoreRecord) -> None:
        self._log = log
        self._record = record
        self._recent: Recent[Calculation] = Recent(ENTRIES_KEPT, lambda found: len(found.suppliers))

    def get(self, request_id: str) -> Calculation | None:
        """The calculation of a logged request, or None."""
        return self._recent.get(request_id, lambda: self._fold(request_id))

    def keep(self, calculation: Calculation) -> None:
        """Remember the newest state of a calculation."""
        self._recent.put(calculation.request.id, calculation)

    def clear(self) -> None:
        """Forget everything, when another process appended to the log."""
        self._recent.clear()

    def read(self, request_id: str) -> Calculation | None:
        """The calculation of a logged request as the store has it now, or None. For any thread."""
        return self._fold(request_id)

    def read_until(self, request_id: str, index: int) -> Calculation | None:
        """The calculation as it was right after the statement at this index, or None. For any thread."""
        return self._fold(request_id, index)

    def _fold(self, request_id: str, until: int | None = None) -> Calculation | None:
        stored = self._log.calculation_statements(request_id, until)
        if not stored or stored[0].kind != "request":
            return None
        return fold(map(self._record.parsed, stored), self._record)
