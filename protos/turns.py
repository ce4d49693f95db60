"""Whose turn it is at a door: of one party so many calls are let in, a few are worked on at a time, the rest wait.

The one fact: the door's calls and threads are limited and belong to all; without turns one enrolled party that asks
without end, or begins calls and never says what it asks, would have every one of them. Protocol section 11.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

from protocol.errors import Refused

CALLS_A_PARTY = 256
"""Calls of one party under way; those that wait or have not said what they ask, and streams, included."""
AT_ONCE = 4
"""Calls of one party that are worked on at a time: half of a door's threads."""


class Turns:
    """Calls and turns by party, on one event loop. A party that has no call under way is forgotten."""

    def __init__(self) -> None:
        self._turns: dict[bytes, asyncio.Semaphore] = {}
        self._calls: Counter[bytes] = Counter()

    @contextmanager
    def enter(self, party: bytes) -> Iterator[None]:
        """Count a call until the block ends; Refused("busy") when CALLS_A_PARTY of this party are under way."""
        if self._calls[party] >= CALLS_A_PARTY:
            raise Refused("busy", f"{CALLS_A_PARTY} calls of yours are under way; wait until some have ended")
        self._calls[party] += 1
        try:
            yield
        finally:
            self._calls[party] -= 1
            if not self._calls[party]:
                del self._calls[party]
                self._turns.pop(party, None)

    @asynccontextmanager
    async def take(self, party: bytes) -> AsyncIterator[None]:
        """Wait for one of the turns of a party that has entered, and hold it until the block ends."""
        async with self._turns.setdefault(party, asyncio.Semaphore(AT_ONCE)):
            yield
