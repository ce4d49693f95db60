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

    __slots__ = ("_points", "_random", "_scalars")

    def __init__(self, random: Random) -> None:
        self._random = random
        # By encoding: bytes keep their hash, and a batch looks up hundreds of points an equation.
        self._points: dict[bytes, Point] = {}
        self._scalars: dict[bytes, int] = {}

    def add(self, terms: Iterable[tuple[int, MaybePoint]]) -> None:
        """Claim that the sum of scalar*point is infinity."""
        weight = int.from_bytes(self._random(WEIGHT_BYTES)) + 1  # never 0
        points, scalars = self._points, self._scalars
        for scalar, point in terms:
            if point is not None:
                name = point.encode()
                points[name] = point
                # Not reduced here: an integer grows by a few bits a batch, one reduction at the end.
                scalars[name] = scalars.get(name, 0) + weight * scalar

    def holds(self) -> bool:
        """Return whether all equations hold; an empty batch does. More may be added afterwards."""
        terms = ((scalar % ORDER, self._points[name]) for name, scalar in self._scalars.items())
        return multi_multiply(terms) is None
