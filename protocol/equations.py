"""When totals give their unknowns away: the densest equations among those that a customer holds. Protocol section 9.

The one fact: a customer chooses the coefficients, so equations are independent as long as it likes; what counts is how
many there are over how many unknowns, and a few dense ones are not made harmless by others beside them.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Hashable, Mapping
from fractions import Fraction
from itertools import pairwise
from typing import Generic, TypeVar

T = TypeVar("T", bound=Hashable)

KNOWN_FROM = Fraction(6, 10)
"""Equations per unknown from which a customer will know a unit footprint: the rest it can guess or buy."""


def find_tightest(equations: Mapping[frozenset[T], int]) -> tuple[int, int] | None:
    """(equations, unknowns) of some equations that are at least 0.6 times as many as their unknowns, or None.

    `equations` maps a set of unknowns to how many totals there are over exactly that set. Exact: by Hall's theorem
    such equations exist unless every equation can hand out its weight to its unknowns, none of which takes more than
    its own; where one cannot, what it reaches is the answer.
    """
    # 5 per equation against 3 per unknown; a little more for each equation makes a tie count as too many.
    scale = sum(equations.values()) + 1
    supply, room = KNOWN_FROM.denominator * scale + 1, KNOWN_FROM.numerator * scale
    flow = _Flow(dict(equations), room)
    for unknowns, count in sorted(equations.items(), key=lambda item: len(item[0])):
        stuck = flow.hand_out(unknowns, count * supply)
        if stuck is not None:
            reached: frozenset[T] = frozenset().union(*stuck)
            return sum(equations[one] for one in stuck), len(reached)
    return None


class _Flow(Generic[T]):
    """How much of its weight each set of unknowns has handed to each of them."""

    def __init__(self, equations: Mapping[frozenset[T], int], room: int) -> None:
        self._given: dict[T, dict[frozenset[T], int]] = {
            unknown: {} for unknowns in equations for unknown in unknowns
        }
        self._left: dict[T, int] = dict.fromkeys(self._given, room)

    def hand_out(self, source: frozenset[T], amount: int) -> set[frozenset[T]] | None:
        """Find room for `amount`; None when there was, else the sets that share the unknowns which are full."""
        while amount > 0:
            path = self._find_room(source)
            if isinstance(path, set):
                return path
            amount -= self._move(path, amount)
        return None

    def _find_room(self, source: frozenset[T]) -> list[tuple[frozenset[T], T]] | set[frozenset[T]]:
        """The shortest way to an unknown with room, as (set, unknown) steps; else every set that was reached."""
        came: dict[frozenset[T], tuple[frozenset[T], T] | None] = {source: None}
        seen: set[T] = set()
        queue = deque([source])
        while queue:
            current = queue.popleft()
            for unknown in current:
                if unknown in seen:
                    continue
                seen.add(unknown)
                if self._left[unknown] > 0:
                    return self._trace(came, current, unknown)
                for holder in self._given[unknown]:
                    if holder not in came:
                        came[holder] = (current, unknown)
                        queue.append(holder)
        return set(came)

    @staticmethod
    def _trace(
        came: Mapping[frozenset[T], tuple[frozenset[T], T] | None], last: frozenset[T], unknown: T
    ) -> list[tuple[frozenset[T], T]]:
        path = [(last, unknown)]
        step = came[last]
        while step is not None:
            path.append(step)
            step = came[step[0]]
        return path

    def _move(self, path: list[tuple[frozenset[T], T]], amount: int) -> int:
        """Push along a path from its end: each set gives to the nearer unknown what it takes from the one before."""
        target = path[0][1]
        limit = min(amount, self._left[target])
        # A set on the way takes back what it gave to the unknown through which it was reached.
        for (holder, _), (_, through) in pairwise(path):
            limit = min(limit, self._given[through][holder])
        self._left[target] -= limit
        for holder, unknown in path:
            self._given[unknown][holder] = self._given[unknown].get(holder, 0) + limit
        for (holder, _), (_, through) in pairwise(path):
            self._given[through][holder] -= limit
            if not self._given[through][holder]:
                del self._given[through][holder]
        return limit
