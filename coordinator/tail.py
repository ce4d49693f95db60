"""The newest part of the log in memory, so that a hundred live watchers cost no query each.

The one fact: what is not here is in the store; a watcher that is behind reads there and catches up, so nothing is
lost when this forgets. Architecture, "Doors".
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Sequence, Set
from dataclasses import dataclass
from itertools import islice
from threading import Lock

from protos.values import LoggedData

BYTES_KEPT = 16 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class TailItem:
    """One statement with the reader keys it concerns."""

    logged: LoggedData
    readers: frozenset[str]


class Tail:
    """Holds the log from `start` on, and wakes whoever waits for more. Safe for many threads and loops."""

    def __init__(self, size: int) -> None:
        self._lock = Lock()
        self._items: deque[TailItem] = deque()
        self._start = self._size = size
        self._bytes = 0
        self._alarms = 0
        self._waiting: set[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = set()

    @property
    def size(self) -> int:
        """How many leaves the log has, as far as watchers may know."""
        return self._size

    @property
    def alarms(self) -> int:
        """How often it was said that a reader's rights may have changed; streams look again when it moves."""
        return self._alarms

    def alarm(self) -> None:
        """Somebody's enrolment has ended: every stream asks whether its reader may still listen, at once."""
        with self._lock:
            self._alarms += 1
        self.wake()

    def extend(self, items: Sequence[TailItem]) -> None:
        """Add statements that the log has just taken, and wake the watchers."""
        with self._lock:
            for item in items:
                self._items.append(item)
                self._bytes += len(item.logged.data)
            self._size += len(items)
            while self._bytes > BYTES_KEPT:
                self._bytes -= len(self._items.popleft().logged.data)
                self._start += 1
        self.wake()

    def jump(self, size: int) -> None:
        """The log was extended by another process: forget everything and begin at `size`."""
        with self._lock:
            if size == self._size:
                return
            self._items.clear()
            self._bytes, self._start, self._size = 0, size, size
            self._alarms += 1  # what another process appended may end somebody's enrolment
        self.wake()

    def since(self, cursor: int, readers: Set[str], limit: int) -> tuple[int, list[LoggedData]] | None:
        """At most `limit` bytes of statements from `cursor` on for `readers`, and the next cursor.

        At least one statement if there is any. None when `cursor` lies before what is kept: ask the store.
        """
        with self._lock:
            if cursor < self._start:
                return None
            items = list(islice(self._items, cursor - self._start, None))
            end = max(cursor, self._size)
        found: list[LoggedData] = []
        total = 0
        for item in items:
            if item.readers.isdisjoint(readers):
                continue
            total += len(item.logged.data)
            if found and total > limit:
                return item.logged.index, found
            found.append(item.logged)
        return end, found

    async def wait_beyond(self, cursor: int, seconds: float) -> bool:
        """Wait until the log is longer than `cursor`, or for a wake; False when `seconds` passed without."""
        event = asyncio.Event()
        waiter = (asyncio.get_running_loop(), event)
        with self._lock:
            if self._size > cursor:
                return True
            self._waiting.add(waiter)
        try:
            async with asyncio.timeout(seconds):
                await event.wait()
        except TimeoutError:
            return False
        finally:
            with self._lock:
                self._waiting.discard(waiter)
        return True

    def wake(self) -> None:
        """Wake everyone who waits."""
        with self._lock:
            waiting = list(self._waiting)
        for loop, event in waiting:
            if not loop.is_closed():
                loop.call_soon_threadsafe(event.set)
