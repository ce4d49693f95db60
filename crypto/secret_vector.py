"""Secret vectors inside the range prover, and how they multiply public points without showing themselves.

The one fact: libsecp256k1's multiplication takes a time that depends on the scalar, so `safe_terms` returns
scalars that are either public or uniform. Bits choose, they do not multiply: as long as a vector is a few
rows of bits with public weights, plus public residues, its product with points is a choice of points,
summed, times public weights. That also saves most of the multiplications. Protocol 4.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import compress
from operator import not_
from typing import Protocol

from crypto.group import ORDER, MaybePoint, Point, Random, add, make_generator, split_secrets, sum_points

Term = tuple[int, MaybePoint]

ANCHOR = make_generator("range/anchor")
"""A point that no sum of the others reaches."""


class SecretVector(Protocol):
    """A vector that the prover folds in two, again and again, down to one residue."""

    def residues(self) -> list[int]:
        """Return the secret residues modulo ORDER."""
        ...

    def halves(self) -> tuple["SecretVector", "SecretVector"]:
        """Return the lower and the upper half."""
        ...

    def fold(self, low: int, high: int) -> "SecretVector":
        """Return low * lower half + high * upper half, for public `low` and `high`."""
        ...

    def safe_terms(self, scale: int, points: Sequence[Point], random: Random) -> list[Term]:
        """Return terms for `multi_multiply`, in sum scale * (sum of residue[i]*point[i]); public `scale`."""
        ...


@dataclass(frozen=True, slots=True, repr=False)
class Residues:
    """Secret residues without structure; every multiplication is split at random."""

    values: tuple[int, ...]

    def residues(self) -> list[int]:
        return list(self.values)

    def halves(self) -> tuple[SecretVector, SecretVector]:
        half = len(self.values) // 2
        return Residues(self.values[:half]), Residues(self.values[half:])

    def fold(self, low: int, high: int) -> SecretVector:
        half = len(self.values) // 2
        pairs = zip(self.values[:half], self.values[half:], strict=True)
        return Residues(tuple((low * lower + high * upper) % ORDER for lower, upper in pairs))

    def safe_terms(self, scale: int, points: Sequence[Point], random: Random) -> list[Term]:
        terms = [(scale * value % ORDER, point) for value, point in zip(self.values, points, strict=True)]
        return split_secrets(terms, random)


@dataclass(frozen=True, slots=True, repr=False)
class BitRow:
    """Bits, which are secret, and the weight they all carry, which everyone can compute."""

    weight: int
    bits: tuple[bool, ...]


@dataclass(frozen=True, slots=True, repr=False)
class BitVector:
    """The residues `sum over rows of weight * bit[i]  +  constant + public[i]`; only the bits are secret."""

    rows: tuple[BitRow, ...]
    constant: int
    public: tuple[int, ...]

    def residues(self) -> list[int]:
        values = [self.constant + residue for residue in self.public]
        for row in self.rows:
            values = [value + row.weight * bit for value, bit in zip(values, row.bits, strict=True)]
        return [value % ORDER for value in values]

    def halves(self) -> tuple["BitVector", "BitVector"]:
        half = len(self.public) // 2
        lower = tuple(BitRow(row.weight, row.bits[:half]) for row in self.rows)
        upper = tuple(BitRow(row.weight, row.bits[half:]) for row in self.rows)
        return (
            BitVector(lower, self.constant, self.public[:half]),
            BitVector(upper, self.constant, self.public[half:]),
        )

    def fold(self, low: int, high: int) -> SecretVector:
        lower, upper = self.halves()
        rows = tuple(
            BitRow(factor * row.weight % ORDER, row.bits)
            for factor, half in ((low, lower), (high, upper))
            for row in half.rows
        )
        pairs = zip(lower.public, upper.public, strict=True)
        public = tuple((low * below + high * above) % ORDER for below, above in pairs)
        folded = BitVector(rows, self.constant * (low + high) % ORDER, public)
        # Each row costs a multiplication, each residue two: with as many rows the structure no longer pays.
        return folded if len(rows) < len(public) else Residues(tuple(folded.residues()))

    def safe_terms(self, scale: int, points: Sequence[Point], random: Random) -> list[Term]:
        terms: list[Term] = [
            (scale * residue % ORDER, point) for residue, point in zip(self.public, points, strict=True)
        ]
        every: MaybePoint = None
        for row in self.rows:
            # Both sides are summed, so that the work does not depend on how many bits are set; each with the
            # anchor, so that a row without set bits is no skipped multiplication.
            chosen = sum_points([ANCHOR, *compress(points, row.bits)])
            every = add(chosen, sum_points([ANCHOR, *compress(points, map(not_, row.bits))]))
            terms.append((scale * row.weight, chosen))
        anchors = sum(row.weight for row in self.rows) + 2 * self.constant
        return [*terms, (scale * self.constant, every), (-scale * anchors, ANCHOR)]
