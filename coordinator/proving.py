"""Checks the proofs of what this process takes in, before it goes to the process that appends.

The one fact: what is found to hold here spares the sequencer the work and decides nothing else. Whatever does not hold,
or cannot be judged yet, goes on unproven, and the sequencer judges it as if nobody had looked. So a group of replicas
shares the work of proofs, and one alone does it beside its appends. Protocol sections 7 and 11.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from coordinator.admission import DAY, FAILED_PROOFS_A_DAY, Desk, check_blob, look_up_blobs
from coordinator.record import Recent
from coordinator.submissions import STOPPING, Line, Submission
from crypto.batch import EquationBatch
from crypto.errors import CryptoError
from crypto.group import Random
from crypto.vector_bases import prepare
from protocol.calculation import Calculation
from protocol.errors import PeerError, SealsumError, StoreError
from protocol.payloads import Contribution, Roster
from protocol.rules import Context, check_proofs, check_signature, queue_proofs
from protocol.statements import Signed

PROVABLE = frozenset({"declaration", "request", "consent", "contribution"})
"""Kinds whose proofs rest on what the statement names, not on what else was logged meanwhile."""
ENTRIES_KEPT = 16 * 1024
WAIT_SECONDS = 1.0
_log = logging.getLogger("sealsum.coordinator.proving")


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What proofs are checked against and with."""

    desk: Desk
    random: Random
    clock: Callable[[], int]


class Proving:
    """A thread between the doors and the sequencer. `submit` from any thread; `start` and `stop` once."""

    def __init__(self, surroundings: Surroundings, pass_on: Callable[[Submission], None]) -> None:
        self._desk = surroundings.desk
        self._random = surroundings.random
        self._clock = surroundings.clock
        self._pass_on = pass_on
        self._line = Line()
        self._closed: Recent[Calculation] = Recent(ENTRIES_KEPT, lambda found: len(found.suppliers))
        self._thread = threading.Thread(target=self._run, name="proving", daemon=True)

    @property
    def is_running(self) -> bool:
        """Whether submissions are being taken."""
        return self._thread.is_alive() and not self._line.is_closed

    def start(self) -> None:
        """Take submissions from now on."""
        self._thread.start()

    def stop(self) -> None:
        """Pass on what is in line and end."""
        self._line.close()
        if self._thread.is_alive():
            self._thread.join()

    def submit(self, submission: Submission) -> None:
        """Have the proofs looked at, or pass on at once what has none; StoreError when there is too much to do."""
        if any(signed.payload.type in PROVABLE for signed in submission.statements):
            self._line.put(submission)
        else:
            self._pass_on(submission)

    def _run(self) -> None:
        group: list[Submission] = []
        prepare()
        try:
            while not (self._line.is_closed and self._line.is_empty()):
                group = self._line.take(WAIT_SECONDS)
                if group:
                    self._serve(group)
                group = []
        finally:  # a bug ends this thread; nobody is left waiting for it
            self._line.abandon()
            for item in group:
                if not item.outcomes.done():
                    item.outcomes.set_exception(StoreError(STOPPING))

    def _serve(self, group: list[Submission]) -> None:
        try:
            proven = self.prove([signed for item in group for signed in item.statements])
        except StoreError as error:
            _log.warning("proofs are left to the sequencer: %s", error)
            proven = frozenset()
        for item in group:
            try:
                self._pass_on(replace(item, proven=proven))
            except StoreError as error:
                item.outcomes.set_exception(error)

    def prove(self, statements: Sequence[Signed]) -> frozenset[str]:
        """The ids of statements that are signed by whom they name and whose proofs and blobs hold; StoreError."""
        spoilt, now = set[str](), self._clock()
        look_up_blobs((signed.payload for signed in statements), self._desk)
        signers = frozenset(signed.payload.by for signed in statements)
        failures = self._desk.ledger.counts_refused(signers, "proof", now - DAY)
        # Whoever failed too often today is left to the sequencer, which refuses it without looking at proofs.
        chosen = [
            signed
            for signed in statements
            if signed.payload.type in PROVABLE and failures.get(signed.payload.by, 0) < FAILED_PROOFS_A_DAY
        ]
        while True:
            equations, queued = EquationBatch(self._random), list[tuple[Signed, Context]]()
            before = len(spoilt)
            for signed in chosen:
                if signed.id not in spoilt:
                    self._queue(signed, equations, queued, spoilt)
            if len(spoilt) > before and queued:
                continue  # a malformed proof may have left equations behind
            if equations.holds():
                return frozenset(signed.id for signed, _ in queued)
            return frozenset(signed.id for signed, context in queued if self._holds(signed, context))

    def _queue(
        self,
        signed: Signed,
        equations: EquationBatch,
        queued: list[tuple[Signed, Context]],
        spoilt: set[str],
    ) -> None:
        try:
            context = self._context(signed)
            check_signature(signed, context, self._clock())
            check_blob(signed.payload, self._desk, self._desk.record)
            queue_proofs(equations, signed, context)
        except (PeerError, CryptoError):
            spoilt.add(signed.id)
            return
        queued.append((signed, context))

    def _holds(self, signed: Signed, context: Context) -> bool:
        try:
            check_proofs(signed, context, self._random)
        except SealsumError:
            return False
        return True

    def _context(self, signed: Signed) -> Context:
        record = self._desk.record
        if not isinstance(signed.payload, Contribution):
            return Context(record, self._desk.root)
        roster = record.get(signed.payload.roster)
        if (
            roster is None
            or not isinstance(roster.payload, Roster)
            or roster.payload.request != signed.payload.request
        ):
            raise PeerError("roster", "the roster is not logged, or of another request")
        request, index = signed.payload.request, roster.index
        closed = self._closed.get(roster.id, lambda: self._desk.folds.read_until(request, index))
        return Context(record, self._desk.root, closed)
