"""Whose nodes are heard at this process: who listens now, and when each called or listened last.

The one fact: it is in memory only, so it begins with the process, and each replica knows its own callers.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable


class Presence:
    """Keyed by the reader key of a legal entity (coordinator.readers). Safe for many threads."""

    def __init__(self, clock: Callable[[], int]) -> None:
        self._clock = clock
        self._heard: dict[str, int] = {}
        self._streams: Counter[str] = Counter()
        self.since = clock()
        """From when on it knows anything, Unix seconds."""

    def hear(self, owner: str) -> None:
        """A call of this entity's node has come in."""
        self._heard[owner] = self._clock()

    def begin(self, owner: str) -> None:
        """A Watch stream of this entity's node is open from now on. On one event loop, as `end`."""
        self._streams[owner] += 1

    def end(self, owner: str) -> None:
        """One of its streams is over."""
        self._streams[owner] -= 1
        self.hear(owner)

    def streams(self, owner: str) -> int:
        """How many streams this entity's nodes have open."""
        return self._streams[owner]

    @property
    def count(self) -> int:
        """Streams open now."""
        return self._streams.total()

    def heard(self, owner: str) -> int | None:
        """When it was heard last, Unix seconds; None for never since the process began."""
        return self._heard.get(owner)
