"""Whose turn it is at a door: of one party so many calls are let in, a few are worked on at a time, the rest wait.

The one fact: the door's calls and threads are limited and belong to all; without turns one enrolled party that asks
without end, or begins calls and never says what it asks, would have every one of them. Protocol section 11.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from protocol.errors import Refused

AT_ONCE = 4
"""Calls of one party that are worked on at a time: half of a door's threads."""


class Turns:
    """Calls and turns by party, on one event loop. A party that has no call under way is forgotten."""

    def __init__(self, calls_a_party: int) -> None:
        self._most = calls_a_party
        self._turns: dict[bytes, asyncio.Semaphore] = {}
        self._calls: Counter[bytes] = Counter()

    def enter(self, party: bytes) -> None:
        """Count a call, until `leave`; Refused("busy") when as many as a party may have are under way."""
        if self._calls[party] >= self._most:
            raise Refused("busy", f"{self._most} calls of yours are under way; wait until some have ended")
        self._calls[party] += 1

    def leave(self, party: bytes) -> None:
        """A call that was counted has ended."""
        self._calls[party] -= 1
        if not self._calls[party]:
            del self._calls[party]
            self._turns.pop(party, None)

    @asynccontextmanager
    async def take(self, party: bytes) -> AsyncIterator[None]:
        """Wait for one of the turns of a party that has entered, and hold it until the block ends."""
        async with self._turns.setdefault(party, asyncio.Semaphore(AT_ONCE)):
            yield
