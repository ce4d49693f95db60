"""Many verification equations checked as one sum.

The one fact: every equation claims that a sum of scalar*point is infinity. Each is multiplied by a 128-bit
weight drawn after its proof was fixed, so sums that are not infinity cancel with probability 2^-128 only, and
a generator that all of them use is multiplied once. Protocol 4.
"""

from collections.abc import Iterable

from crypto.group import ORDER, MaybePoint, Point, Random, multi_multiply

WEIGHT_BYTES = 16


class EquationBatch:
    """Collects equations; `random` must be unknown to whoever made the proofs."""

    __slots__ = ("_random", "_scalars")

    def __init__(self, random: Random) -> None:
        self._random = random
        self._scalars: dict[Point, int] = {}

    def add(self, terms: Iterable[tuple[int, MaybePoint]]) -> None:
        """Claim that the sum of scalar*point is infinity."""
        weight = int.from_bytes(self._random(WEIGHT_BYTES)) + 1  # never 0
        scalars = self._scalars
        for scalar, point in terms:
            if point is not None:
                # Not reduced here: an integer grows by a few bits a batch, one reduction at the end.
                scalars[point] = scalars.get(point, 0) + weight * scalar

    def holds(self) -> bool:
        """Return whether all equations hold; an empty batch does. More may be added afterwards."""
        return multi_multiply((scalar % ORDER, point) for point, scalar in self._scalars.items()) is None
