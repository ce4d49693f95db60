"""Many verification equations checked as one sum.

The one fact: every equation claims that a sum of scalar*point is infinity. Each is multiplied by a 128-bit
weight drawn after its proof was fixed, so sums that are not infinity cancel with probability 2^-128 only, and
a generator that all of them use is multiplied once. Protocol 4.
"""

from collections.abc import Iterable, Sequence

from crypto.group import BUCKETS_PAY_FROM, MaybePoint, Point, Random, multi_multiply
from crypto.vector_bases import sum_public, vector_terms

WEIGHT_BYTES = 16


Term = tuple[int, MaybePoint]


class EquationBatch:
    """Collects equations; `random` must be unknown to whoever made the proofs."""

    __slots__ = ("_g", "_h", "_points", "_random", "_scalars")

    def __init__(self, random: Random) -> None:
        self._random = random
        # By encoding: bytes keep their hash, and a batch looks up dozens of points an equation.
        self._points: dict[bytes, Point] = {}
        self._scalars: dict[bytes, int] = {}
        self._g: list[int] = []
        self._h: list[int] = []

    def add(self, terms: Iterable[Term], g: Sequence[int] = (), h: Sequence[int] = ()) -> None:
        """Claim that the sum of scalar*point is infinity; g and h multiply the first vector generators."""
        weight = int.from_bytes(self._random(WEIGHT_BYTES)) + 1  # never 0
        points, scalars = self._points, self._scalars
        for scalar, point in terms:
            if point is not None:
                name = point.encode()
                points[name] = point
                # Not reduced here: an integer grows by a few bits a batch, one reduction at the end.
                scalars[name] = scalars.get(name, 0) + weight * scalar
        self._g, self._h = _weighed(self._g, g, weight), _weighed(self._h, h, weight)

    def holds(self) -> bool:
        """Return whether all equations hold; an empty batch does. More may be added afterwards."""
        terms: list[Term] = [(scalar, self._points[name]) for name, scalar in self._scalars.items()]
        if len(terms) + 2 * len(self._g) >= BUCKETS_PAY_FROM:
            return multi_multiply([*terms, *vector_terms(self._g, self._h)]) is None
        vectors = sum_public(self._g, self._h) if self._g else None
        return multi_multiply([*terms, (1, vectors)]) is None


def _weighed(sums: list[int], scalars: Sequence[int], weight: int) -> list[int]:
    """Return sums + weight * scalars, as long as the longer of the two."""
    if not scalars:
        return sums
    common = [total + weight * scalar for total, scalar in zip(sums, scalars, strict=False)]
    rest = [weight * scalar for scalar in scalars[len(common) :]]
    return common + sums[len(common) :] + rest
