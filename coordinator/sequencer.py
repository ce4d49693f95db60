"""The one thread that appends to the log: takes queued submissions in groups, judges, commits, answers, wakes.

The one fact: a receipt is given only after the store has the statement; when an append fails, the log is read again
before anything else is believed. After each append the coordinator's own duties join the queue. Protocol 5, 8, 11.
"""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field, replace

from coordinator.admission import Admission, Admitted, Candidate, Desk, Sender, Verdict
from coordinator.duties import Duties
from coordinator.journal import Journal
from coordinator.readers import readers_of, signer_key
from coordinator.record import StoreRecord
from coordinator.store.contract import Append, BlobUse, CalculationState
from coordinator.tail import Tail, TailItem
from crypto.errors import CryptoError
from protocol.calculation import Calculation, Phase
from protocol.errors import PeerError, SealsumError, StoreError
from protocol.payloads import Contribution, Declaration, Request, Revocation
from protocol.statements import Logged, Signed
from protos.values import LoggedData, Outcome, Receipt, Refusal

GROUP_STATEMENTS = 512
QUEUE_LIMIT = 4096
"""Submissions waiting; further ones are told to try again."""
QUEUE_BYTES = 128 * 1024 * 1024
"""Bytes of envelopes waiting, likewise."""
TICK_SECONDS = 1.0
"""How often deadlines are looked at."""
SWEEP_SECONDS = 3600.0
"""How often uploads that nobody uses are removed."""

_log = logging.getLogger("sealsum.coordinator.sequencer")


@dataclass(frozen=True, slots=True)
class Submission:
    """Parsed statements of one call, in order, and where its outcomes go."""

    statements: tuple[Signed, ...]
    sender: Sender
    outcomes: Future[tuple[Outcome, ...]] = field(default_factory=Future)

    @property
    def size(self) -> int:
        """Bytes of envelopes."""
        return sum(len(signed.data) for signed in self.statements)


@dataclass(frozen=True, slots=True)
class Parts:
    """What the sequencer works with."""

    desk: Desk
    record: StoreRecord
    journal: Journal
    tail: Tail
    admission: Admission
    duties: Duties
    clock: Callable[[], int]


class Sequencer:
    """Owns the right to append. `submit` from any thread; `start` and `stop` once."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._queue: queue.Queue[Submission | None] = queue.Queue(QUEUE_LIMIT)
        self._thread = threading.Thread(target=self._run, name="sequencer", daemon=True)
        self._dead = threading.Event()
        self._serving: list[Submission] = []
        self._bytes_lock = threading.Lock()
        self._bytes = 0
        self._attended = self._swept = time.monotonic()

    @property
    def is_running(self) -> bool:
        """Whether submissions are being taken."""
        return self._thread.is_alive() and not self._dead.is_set()

    def start(self) -> None:
        """Do what is owed since the last stop, then take submissions."""
        self._thread.start()

    def stop(self) -> None:
        """Finish what is queued and end."""
        if self._thread.is_alive():
            self._queue.put(None)
            self._thread.join()

    def submit(self, statements: Sequence[Signed], sender: Sender) -> Future[tuple[Outcome, ...]]:
        """Queue statements; the future holds one outcome each, or StoreError: try again."""
        submission = Submission(tuple(statements), sender)
        if self._dead.is_set():
            raise StoreError("the coordinator is stopping; try again")
        try:
            self._weigh(submission.size)
            self._queue.put_nowait(submission)
        except queue.Full as error:
            raise StoreError("the coordinator has too much to do; try again") from error
        if (
            self._dead.is_set() and submission.outcomes.cancel()
        ):  # it ended just now and may not have seen this one
            raise StoreError("the coordinator is stopping; try again")
        return submission.outcomes

    def _weigh(self, size: int) -> None:
        with self._bytes_lock:
            if size > 0 and self._bytes + size > QUEUE_BYTES:
                raise StoreError("the coordinator has too much to do; try again")
            self._bytes += size

    # --- the thread

    def _run(self) -> None:
        try:
            self._attend(None)
            while self._turn():
                pass
        finally:  # a bug ends this thread; nobody is left waiting for it
            self._dead.set()
            left = [item for item in self._serving if not item.outcomes.done()]
            while not self._queue.empty():
                item = self._queue.get_nowait()
                if item is not None and item.outcomes.set_running_or_notify_cancel():
                    left.append(item)
            for item in left:
                item.outcomes.set_exception(StoreError("the coordinator is stopping; try again"))

    def _turn(self) -> bool:
        if time.monotonic() - self._attended >= TICK_SECONDS:
            self._attend(self._parts.clock())
        try:
            first = self._queue.get(timeout=TICK_SECONDS)
        except queue.Empty:
            return True
        group, go_on = self._drain(first)
        self._serving = group
        if group:
            self._serve(group)
        return go_on

    def _drain(self, first: Submission | None) -> tuple[list[Submission], bool]:
        group: list[Submission] = []
        count, item = 0, first
        while item is not None:
            self._weigh(-item.size)
            if item.outcomes.set_running_or_notify_cancel():  # else whoever asked has gone
                group.append(item)
                count += len(item.statements)
            if count >= GROUP_STATEMENTS or self._queue.empty():
                return group, True
            item = self._queue.get_nowait()
        return group, False

    def _serve(self, group: list[Submission]) -> None:
        candidates = [Candidate(signed, item.sender) for item in group for signed in item.statements]
        try:
            verdicts, touched = self._log_group(candidates)
            outcomes = [self._outcome(verdict) for verdict in verdicts]
        except SealsumError as error:
            _log.warning("a group of %d statements was not logged: %s", len(candidates), error)
            for item in group:
                item.outcomes.set_exception(StoreError(str(error)))
            return
        for item in group:
            item.outcomes.set_result(tuple(outcomes[: len(item.statements)]))
            del outcomes[: len(item.statements)]
        self._do_duties(touched)

    def _outcome(self, verdict: Verdict) -> Receipt | Refusal:
        if isinstance(verdict, PeerError):
            return Refusal(verdict.check, verdict.message)
        return self._parts.journal.receipt(verdict)

    def _log_group(self, candidates: list[Candidate]) -> tuple[tuple[Verdict, ...], tuple[Calculation, ...]]:
        """Judge a group and append what passes, in one durable transaction; StoreError when that fails."""
        parts = self._parts
        self._catch_up()
        at = max(parts.clock(), parts.journal.head.logged_at)  # it never decreases
        admitted = parts.admission.judge(candidates, at, parts.journal.place(0))
        if admitted.accepted:
            self._commit(admitted)
        return admitted.verdicts, admitted.calculations

    def _catch_up(self) -> None:
        parts = self._parts
        if not parts.desk.log.hold_log():
            raise StoreError("another coordinator appends to this log; try again there")
        if parts.journal.refresh():
            parts.desk.folds.clear()
            parts.record.forget_revocations()
            parts.tail.jump(parts.journal.head.frontier.size)

    def _commit(self, admitted: Admitted) -> None:
        parts = self._parts
        bare, frontier = parts.journal.prepare(admitted.accepted, admitted.record)
        batch = _with_projections(bare, admitted)
        try:
            parts.desk.log.append(batch)
        except StoreError:
            # Whether it was written is open. If it was, it is as good as any append.
            newest = parts.desk.log.newest_checkpoint()
            if newest is None or newest.note != batch.checkpoint.note:
                raise
        parts.journal.accept(batch, frontier)
        for logged in admitted.accepted:
            parts.record.keep(logged)
        for calculation in admitted.calculations:
            parts.desk.folds.keep(calculation)
        if any(isinstance(logged.payload, Revocation) for logged in admitted.accepted):
            parts.tail.alarm()  # before it is streamed: the one it is about hears no more
        parts.tail.extend(_tail_items(batch, admitted))

    # --- duties

    def _attend(self, now: int | None) -> None:
        """Look after every open calculation, or after those whose deadline has passed."""
        parts = self._parts
        self._attended = time.monotonic()
        try:
            if not parts.desk.log.hold_log():
                if parts.journal.refresh():
                    parts.desk.folds.clear()
                    parts.record.forget_revocations()
                parts.tail.jump(parts.journal.head.frontier.size)
                parts.journal.freshen(parts.clock())
                return
            parts.journal.freshen(parts.clock())
            if self._attended - self._swept >= SWEEP_SECONDS:
                self._swept = self._attended
                parts.desk.blobs.sweep()
            for state in parts.desk.log.open_calculations(now):
                calculation = parts.desk.folds.get(state.id)
                self._do_duties([] if calculation is None else [calculation])
        except StoreError as error:
            _log.warning("the store failed: %s", error)

    def _do_duties(self, calculations: Sequence[Calculation]) -> None:
        parts = self._parts
        waiting = list(calculations)
        while waiting:
            now = max(parts.clock(), parts.journal.head.logged_at)
            try:
                owed = [self._owed(calculation, now) for calculation in waiting]
                candidates = [Candidate(signed, Sender()) for signed in owed if signed is not None]
                if not candidates:
                    return
                verdicts, touched = self._log_group(candidates)
            except StoreError as error:
                _log.warning("duties wait for the store: %s", error)
                return
            for verdict in verdicts:
                if isinstance(verdict, PeerError):
                    _log.error("a statement of our own was refused: %s", verdict)
            waiting = list(touched)

    def _owed(self, calculation: Calculation, now: int) -> Signed | None:
        """What is owed to one calculation; its trouble (a lost or hostile blob) delays no other one."""
        try:
            return self._parts.duties.owed(calculation, now)
        except (StoreError, CryptoError) as error:
            _log.warning("calculation %s waits: %s", calculation.request.id, error)
            return None


def _with_projections(bare: Append, admitted: Admitted) -> Append:
    record = admitted.record
    requests = [item for item in admitted.accepted if isinstance(item.payload, Request)]
    by_id = {calculation.request.id: calculation for calculation in admitted.calculations}
    readers = tuple(
        (item.id, reader) for item in requests for reader in sorted(readers_of(by_id[item.id], record))
    )
    states = tuple(
        CalculationState(
            id=calculation.request.id,
            requester=signer_key(calculation.request.payload, record),
            phase=calculation.phase.value,
            deadline=_open_until(calculation),
        )
        for calculation in admitted.calculations
    )
    uses = tuple(use for logged in admitted.accepted for use in _uses(logged))
    topics = tuple(
        (digest, item.index)
        for item in admitted.accepted
        if isinstance(item.payload, Declaration)
        for digest in item.payload.certificates
    )
    return replace(bare, readers=readers, calculations=states, uses=uses, topics=topics)


def _open_until(calculation: Calculation) -> int | None:
    # A published result awaits our certificate: it is owed at once, and still owed after a crash.
    return 0 if calculation.phase is Phase.PUBLISHED else calculation.deadline


def _uses(logged: Logged) -> list[BlobUse]:
    match logged.payload:
        case Request(he_key=blob):
            return [BlobUse(blob.sha256, logged.id, "he_key")]
        case Contribution(request=request, ciphertext=blob):
            return [BlobUse(blob.sha256, request, "ciphertext")]
        case _:
            return []


def _tail_items(batch: Append, admitted: Admitted) -> list[TailItem]:
    readers = {
        calculation.request.id: readers_of(calculation, admitted.record)
        for calculation in admitted.calculations
    }
    items = []
    for stored in batch.statements:
        audience = frozenset() if stored.audience is None else frozenset({stored.audience})
        concerned = audience if stored.calculation is None else readers[stored.calculation]
        items.append(TailItem(LoggedData(stored.data, stored.index, stored.logged_at), concerned))
    return items
