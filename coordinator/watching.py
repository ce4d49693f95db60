"""Watch streams: statements that concern a party, in log order, then live; a cursor is a log index.

The one fact: a stream sends everything that concerns its reader between its cursor and the next one it names, from
memory or from the store, so whoever resumes at the last cursor it got misses nothing. It ends as soon as its reader's
enrolment does, before another statement leaves, and soon after its certificate does. Architecture, "Doors"; protocol
section 11.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable

from coordinator.journal import Journal
from coordinator.presence import Presence
from coordinator.store.contract import LogStore
from coordinator.tail import Tail
from protocol.errors import Refused, StoreError
from protos.values import REPLY_BYTES, LoggedData, WatchBatch

HEARTBEAT_SECONDS = 20
STREAMS_A_PARTY = 16
ROWS = 128


class Watching:
    """Serves every Watch stream of this process, on one event loop."""

    def __init__(
        self, log: LogStore, tail: Tail, journal: Journal, reach: Callable[[int], None], presence: Presence
    ) -> None:
        """`reach` looks into the store when somebody was told of a longer log than this process knows."""
        self.presence = presence
        self._log = log
        self._reach = reach
        self._tail = tail
        self._journal = journal
        self._stopping = asyncio.Event()

    @property
    def count(self) -> int:
        """Streams open now."""
        return self.presence.count

    def stop(self) -> None:
        """End every stream, from its own event loop; callers reconnect elsewhere or later."""
        self._stopping.set()
        self._tail.wake()

    async def stream(
        self, owner: str, readers: frozenset[str], cursor: int, check: Callable[[], None]
    ) -> AsyncIterator[WatchBatch]:
        """Batches for `readers` from `cursor` on. `check` raises once the reader may no longer listen."""
        await asyncio.to_thread(
            self._reach, cursor
        )  # it may wait for the database, and this loop serves everybody
        if cursor > self._tail.size:
            raise Refused("cursor", f"the log has {self._tail.size} leaves; resume at most there")
        if self.presence.streams(owner) >= STREAMS_A_PARTY:
            raise Refused("busy", f"{STREAMS_A_PARTY} streams of yours are open; close one")
        self.presence.begin(owner)
        try:
            async for batch in self._batches(readers, cursor, check):
                yield batch
        finally:
            self.presence.end(owner)

    async def _batches(
        self, readers: frozenset[str], cursor: int, check: Callable[[], None]
    ) -> AsyncIterator[WatchBatch]:
        is_due = True  # the first batch is sent even when empty: it tells where the log stands
        alarms, checked = self._tail.alarms, time.monotonic()
        while not self._stopping.is_set():
            if alarms != self._tail.alarms or time.monotonic() - checked >= HEARTBEAT_SECONDS:
                alarms, checked = self._tail.alarms, time.monotonic()
                await asyncio.to_thread(check)
            end = self._tail.size
            next_cursor, found = await self._read(readers, cursor, end)
            if alarms != self._tail.alarms:
                continue
            if found or is_due:
                yield WatchBatch(next_cursor, tuple(found), self._journal.head.note)
                is_due = False
            cursor = next_cursor
            if cursor < self._tail.size:
                continue
            is_due = not await self._tail.wait_beyond(cursor, HEARTBEAT_SECONDS)
        raise StoreError("the coordinator is stopping; connect again")

    async def _read(self, readers: frozenset[str], cursor: int, end: int) -> tuple[int, list[LoggedData]]:
        at_hand = self._tail.since(cursor, readers, REPLY_BYTES)
        if at_hand is not None:
            return at_hand
        rows = await asyncio.to_thread(self._log.concerning, readers, cursor, ROWS)
        found: list[LoggedData] = []
        total = 0
        for row in rows:
            total += len(row.data)
            if row.index >= end or (found and total > REPLY_BYTES):
                return row.index if row.index < end else end, found
            found.append(LoggedData(row.data, row.index, row.logged_at))
        # A full page may have cut some off; else everything below `end` has been seen.
        return (rows[-1].index + 1 if len(rows) == ROWS else end), found
