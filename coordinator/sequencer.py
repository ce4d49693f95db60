"""The one thread that appends to the log: takes submissions in groups, judges, commits, answers, wakes.

The one fact: a receipt is given only after the store has the statement; when an append fails, the log is read again
before anything else is believed. After each append the coordinator's own duties join the queue. Of several processes
over one store one leads, which is to say appends; the others hand over to it and follow. Protocol 5, 8, 11.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass

from coordinator.admission import Admission, Admitted, Candidate, Desk, Sender, Verdict
from coordinator.duties import Duties
from coordinator.following import Following
from coordinator.journal import Journal
from coordinator.limits import DAY, Limits
from coordinator.projecting import tail_items, with_projections
from coordinator.proving import Proving, Surroundings
from coordinator.record import StoreRecord
from coordinator.relaying import Relaying
from coordinator.store.contract import Answer, Placed, Spending
from coordinator.store.signals import ANSWERED, HANDED, LOG_GREW
from coordinator.submissions import STOPPING, Line, Submission
from coordinator.tail import Tail
from crypto.errors import CryptoError
from crypto.group import Random
from protocol.calculation import Calculation
from protocol.errors import PeerError, SealsumError, StoreError
from protocol.payloads import Revocation
from protocol.statements import Signed
from protos.values import Outcome, Refusal

TICK_SECONDS = 1.0
"""How often deadlines are looked at, and what signals may have missed."""
TRY_SECONDS = 0.5
"""How often a process that follows tries to lead."""
DRAIN_SECONDS = 5.0
"""How long one that stops waits for the answers to what it handed over."""
AGAIN_SECONDS = 5.0
"""How often duties are tried again that a failing store kept from being done."""
SWEEP_SECONDS = 3600.0
"""How often uploads that nobody uses are removed."""

_log = logging.getLogger("sealsum.coordinator.sequencer")


@dataclass(frozen=True, slots=True)
class Parts:
    """What the sequencer works with."""

    desk: Desk
    record: StoreRecord
    journal: Journal
    tail: Tail
    following: Following
    relaying: Relaying
    admission: Admission
    duties: Duties
    limits: Limits
    spending: Spending | None
    clock: Callable[[], int]
    random: Random


class Sequencer:
    """Appends, or follows who does. `submit` from any thread; `start` and `stop` once."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._line = Line()
        self._proving = Proving(Surroundings(parts.desk, parts.random, parts.clock), self._line.put)
        self._thread = threading.Thread(target=self._run, name="sequencer", daemon=True)
        self._serving: list[Submission] = []
        self._news: set[str] = set()
        self._news_lock = threading.Lock()
        self._is_leading = False
        self._attended = self._swept = time.monotonic()
        self._looked = self._tried = self._retried = 0.0
        self._owing: set[str] = set()

    @property
    def is_running(self) -> bool:
        """Whether submissions are being taken."""
        return self._thread.is_alive() and not self._line.is_closed and self._proving.is_running

    def start(self) -> None:
        """Do what is owed since the last stop, then take submissions."""
        self._line.wake()  # the first turn waits for nobody
        self._thread.start()
        self._proving.start()

    def stop(self) -> None:
        """Finish what is queued and end."""
        self._proving.stop()
        self._line.close()
        if self._thread.is_alive():
            self._thread.join()

    def submit(self, statements: Sequence[Signed], sender: Sender) -> Future[tuple[Outcome, ...]]:
        """Queue statements; the future holds one outcome each, or StoreError: try again."""
        submission = Submission(tuple(statements), sender)
        if self._line.is_closed:
            raise StoreError(STOPPING)
        self._proving.submit(submission)
        return submission.outcomes

    def wake(self, channel: str) -> None:
        """There is news under this name of coordinator.store.signals; from any thread."""
        if self._is_leading and channel != HANDED and not self._parts.relaying.is_waiting:
            return  # our own
        with self._news_lock:
            self._news.add(channel)
        self._line.wake()

    # --- the thread

    def _run(self) -> None:
        try:
            while not (self._line.is_closed and self._line.is_empty()):
                self._turn()
            give_up = time.monotonic() + DRAIN_SECONDS
            while self._parts.relaying.is_waiting and time.monotonic() < give_up:
                self._turn()
        finally:  # a bug ends this thread; nobody is left waiting for it
            self._line.abandon()
            self._parts.relaying.abandon()
            for item in self._serving:
                if not item.outcomes.done():
                    item.outcomes.set_exception(StoreError(STOPPING))

    def _turn(self) -> None:
        group = self._line.take(TICK_SECONDS)
        self._serving = group
        with self._news_lock:
            news, self._news = self._news, set()
        if time.monotonic() - self._looked >= TICK_SECONDS:
            self._looked = time.monotonic()
            news |= {HANDED, ANSWERED, LOG_GREW}
            self._settle()
        if self._leads():
            self._lead(group, HANDED in news)
        else:
            self._parts.relaying.hand_over(group)
        self._collect(news)

    def _settle(self) -> None:
        spending = self._parts.spending
        try:
            if spending is not None:
                self._parts.limits.settle(spending, self._parts.clock())
        except StoreError as error:
            _log.warning("what parties handed in is told to other replicas later: %s", error)

    def _leads(self) -> bool:
        was_leading, now = self._is_leading, time.monotonic()
        if not was_leading and now - self._tried < TRY_SECONDS:
            return False
        self._tried = now
        self._is_leading = self._parts.desk.log.hold_log()
        if self._is_leading and not was_leading:
            self._attend(None)
        return self._is_leading

    def _lead(self, group: list[Submission], is_handed: bool) -> None:
        if time.monotonic() - self._attended >= TICK_SECONDS:
            self._attend(self._parts.clock())
        try:
            handed = self._parts.relaying.take() if is_handed else []
        except StoreError as error:
            _log.warning("what others handed over waits for the store: %s", error)
            handed = []
        if handed:
            self.wake(HANDED)  # there may be more
        if group or handed:
            self._serve([*group, *handed])

    def _collect(self, news: set[str]) -> None:
        """See what others appended, and what became of what was handed over."""
        relaying = self._parts.relaying
        if not news & {ANSWERED, LOG_GREW} or (self._is_leading and not relaying.is_waiting):
            return
        try:
            if relaying.is_waiting and ANSWERED in news:
                relaying.collect()
            self._parts.following.catch_up()  # after it: an answer may tell of a leaf that is younger than a look
            relaying.give_out()
        except StoreError as error:
            _log.warning("what others appended waits for the store: %s", error)
        relaying.expire()

    def _serve(self, group: list[Submission]) -> None:
        candidates = [
            Candidate(signed, item.sender, signed.id in item.proven)
            for item in group
            for signed in item.statements
        ]
        try:
            with self._parts.following.moving:
                verdicts, touched = self._log_group(candidates)
                outcomes = [self._outcomes(item, verdicts) for item, verdicts in _shared_out(group, verdicts)]
        except SealsumError as error:
            _log.warning("a group of %d statements was not logged: %s", len(candidates), error)
            for item in group:
                if not item.number:  # what was handed over stays where it is
                    item.outcomes.set_exception(StoreError(str(error)))
            return
        answers = []
        for item, found in zip(group, outcomes, strict=True):
            if isinstance(found, Answer):
                answers.append(found)
            else:
                item.outcomes.set_result(found)
        self._parts.relaying.answer(answers)
        self._do_duties(touched)

    def _outcomes(self, item: Submission, verdicts: Sequence[Verdict]) -> tuple[Outcome, ...] | Answer:
        """Receipts and refusals for a caller of ours; what to tell the replica that took it for one of another."""
        if item.number:
            return Answer(item.number, tuple(_placed(verdict) for verdict in verdicts))
        return tuple(
            Refusal(verdict.check, verdict.message)
            if isinstance(verdict, PeerError)
            else self._parts.journal.receipt(verdict)
            for verdict in verdicts
        )

    def _log_group(self, candidates: list[Candidate]) -> tuple[tuple[Verdict, ...], tuple[Calculation, ...]]:
        """Judge a group and append what passes, in one durable transaction; StoreError when that fails."""
        parts = self._parts
        if not parts.desk.log.hold_log():
            raise StoreError("another coordinator appends to this log; try again")
        parts.following.catch_up()
        at = self._moment()
        admitted = parts.admission.judge(candidates, at, parts.journal.place(0))
        if admitted.accepted:
            self._commit(admitted)
        return admitted.verdicts, admitted.calculations

    def _commit(self, admitted: Admitted) -> None:
        parts = self._parts
        bare, frontier = parts.journal.prepare(admitted.accepted, admitted.record)
        batch = with_projections(bare, admitted)
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
        parts.tail.extend(tail_items(batch, admitted))

    # --- duties

    def _attend(self, now: int | None) -> None:
        """Look after every open calculation, or after those whose deadline has passed."""
        parts = self._parts
        self._attended = time.monotonic()
        try:
            with parts.following.moving:
                parts.following.catch_up()
                parts.journal.freshen(parts.clock())
            if self._attended - self._swept >= SWEEP_SECONDS:
                self._swept = self._attended
                parts.desk.blobs.sweep()
                parts.relaying.forget()
                if parts.spending is not None:
                    parts.spending.forget(parts.clock() - DAY)
            due = [state.id for state in parts.desk.log.open_calculations(now)]
            for request in dict.fromkeys([*due, *self._overdue()]):
                calculation = parts.desk.folds.get(request)
                self._owing.discard(request)
                self._do_duties([] if calculation is None else [calculation])
        except StoreError as error:
            _log.warning("the store failed: %s", error)

    def _overdue(self) -> Sequence[str]:
        """Calculations whose duties the store kept from being done, when it is time to try again."""
        if self._attended - self._retried < AGAIN_SECONDS:
            return ()
        self._retried = self._attended
        return sorted(self._owing)

    def _do_duties(self, calculations: Sequence[Calculation]) -> None:
        parts = self._parts
        waiting = list(calculations)
        while waiting:
            now = self._moment()
            try:
                owed = [self._owed(calculation, now) for calculation in waiting]
                candidates = [Candidate(signed, Sender()) for signed in owed if signed is not None]
                if not candidates:
                    return
                with parts.following.moving:
                    verdicts, touched = self._log_group(candidates)
            except StoreError as error:
                _log.warning("duties wait for the store: %s", error)
                self._owing.update(calculation.request.id for calculation in waiting)
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
            if isinstance(error, StoreError):
                self._owing.add(calculation.request.id)
            return None

    def _moment(self) -> int:
        """Now, for the log: it never decreases, nor does the time of its checkpoints, whatever our clock says."""
        return max(self._parts.clock(), self._parts.journal.head.signed_at)


def _shared_out(
    group: Sequence[Submission], verdicts: Sequence[Verdict]
) -> Iterator[tuple[Submission, Sequence[Verdict]]]:
    """Each submission with the verdicts on its statements."""
    place = 0
    for item in group:
        end = place + len(item.statements)
        yield item, verdicts[place:end]
        place = end


def _placed(verdict: Verdict) -> Placed | Refusal:
    if isinstance(verdict, PeerError):
        return Refusal(verdict.check, verdict.message)
    return Placed(verdict.index, verdict.logged_at)
