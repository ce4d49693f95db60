"""How often who is not known may ask at a door, by address; kept in this process only.

The one fact: an answer costs a row of the ledger, so who guesses or floods is soon answered with nothing at all.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable

STRANGERS_A_MINUTE = 60
MOST_ADDRESSES = 10_000
_WINDOW = 60.0


class Turnstile:
    """Counts requests that ended without a known partner, in the last minute."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._seen: dict[str, deque[float]] = {}
        self._lock = threading.Lock()

    def may_pass(self, address: str) -> bool:
        """Whether an address may ask: it has not failed too often."""
        with self._lock:
            return len(self._recent(address)) < STRANGERS_A_MINUTE

    def note_stranger(self, address: str) -> None:
        """A request of this address came from nobody who is known."""
        with self._lock:
            recent = self._recent(address)
            recent.append(self._now())
            if len(self._seen) >= MOST_ADDRESSES and address not in self._seen:
                self._seen.pop(next(iter(self._seen)))
            self._seen[address] = recent

    def _recent(self, address: str) -> deque[float]:
        found = self._seen.get(address, deque())
        while found and found[0] <= self._now() - _WINDOW:
            found.popleft()
        return found
