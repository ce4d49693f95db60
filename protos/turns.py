"""Whose turn it is at a door: of one party a few calls are worked on at a time, the rest wait behind one another.

The one fact: the door's threads are few and belong to all; without turns one enrolled party that asks without end would
have every one of them, and everybody else would wait behind its questions. Protocol section 11.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

AT_ONCE = 4
"""Calls of one party that are worked on at a time: half of a door's threads."""


class Turns:
    """Turns by party, on one event loop. A party that has no call under way is forgotten."""

    def __init__(self) -> None:
        self._turns: dict[bytes, asyncio.Semaphore] = {}
        self._calls: Counter[bytes] = Counter()

    @asynccontextmanager
    async def take(self, party: bytes) -> AsyncIterator[None]:
        """Wait for one of the party's turns and hold it until the block ends."""
        self._calls[party] += 1
        turn = self._turns.setdefault(party, asyncio.Semaphore(AT_ONCE))
        try:
            async with turn:
                yield
        finally:
            self._calls[party] -= 1
            if not self._calls[party]:
                del self._calls[party], self._turns[party]
