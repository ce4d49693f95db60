"""What the doors hand in, on its way to the log: bounded lines between the threads that work on it.

The one fact: a line takes no more than it may hold and says so at once; who stands in a line that is closed is told to
try again, so nobody waits for a thread that has ended. Protocol section 11.
"""

from __future__ import annotations

import queue
import threading
from concurrent.futures import Future
from dataclasses import dataclass, field

from coordinator.admission import Sender
from protocol.errors import StoreError
from protocol.statements import Signed
from protos.values import Outcome

GROUP_STATEMENTS = 512
QUEUE_LIMIT = 4096
"""Submissions waiting; further ones are told to try again."""
QUEUE_BYTES = 128 * 1024 * 1024
"""Bytes of envelopes waiting, likewise."""
STOPPING = "the coordinator is stopping; try again"


@dataclass(frozen=True, slots=True)
class Submission:
    """Parsed statements of one call, in order, and where its outcomes go. `proven`: ids of those whose proofs hold.

    `number` is where another replica handed it over; 0 for one of this process.
    """

    statements: tuple[Signed, ...]
    sender: Sender
    proven: frozenset[str] = frozenset()
    outcomes: Future[tuple[Outcome, ...]] = field(default_factory=Future)
    number: int = 0

    @property
    def size(self) -> int:
        """Bytes of envelopes."""
        return sum(len(signed.data) for signed in self.statements)


class Line:
    """A bounded line. `put` and `wake` from any thread; one thread calls `take`, until it gets no further."""

    def __init__(self) -> None:
        self._queue: queue.SimpleQueue[Submission | None] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._count = self._bytes = 0
        self._is_woken = self._is_closed = False

    @property
    def is_closed(self) -> bool:
        """Whether nothing more is taken."""
        return self._is_closed

    def put(self, submission: Submission) -> None:
        """Join the end; StoreError when the line is full or closed."""
        with self._lock:
            if self._is_closed:
                raise StoreError(STOPPING)
            if self._count >= QUEUE_LIMIT or self._bytes + submission.size > QUEUE_BYTES:
                raise StoreError("the coordinator has too much to do; try again")
            self._count += 1
            self._bytes += submission.size
            self._queue.put(submission)

    def wake(self) -> None:
        """Let `take` return, with nothing if need be."""
        with self._lock:
            if self._is_woken:
                return
            self._is_woken = True
        self._queue.put(None)

    def take(self, seconds: float) -> list[Submission]:
        """Up to a group of those that wait; after `seconds` or a wake perhaps none. Who has gone is left out."""
        group: list[Submission] = []
        count = 0
        try:
            item = self._queue.get(timeout=seconds)
            while True:
                if item is None:
                    with self._lock:
                        self._is_woken = False
                else:
                    self._leave(item)
                    if item.outcomes.running() or item.outcomes.set_running_or_notify_cancel():
                        group.append(item)
                        count += len(item.statements)
                if count >= GROUP_STATEMENTS:
                    return group
                item = self._queue.get_nowait()
        except queue.Empty:
            return group

    def close(self) -> None:
        """Take nothing more; what stands in the line is still to be taken."""
        with self._lock:
            self._is_closed = True
        self.wake()

    def abandon(self) -> None:
        """Close the line and tell everyone in it to try again."""
        self.close()
        while group := self.take(0):
            for item in group:
                item.outcomes.set_exception(StoreError(STOPPING))

    def is_empty(self) -> bool:
        """Whether nobody waits."""
        return self._count == 0

    def _leave(self, submission: Submission) -> None:
        with self._lock:
            self._count -= 1
            self._bytes -= submission.size
