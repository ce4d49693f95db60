"""The generators that carry the bits of range proofs, with the tables that multiply them.

The one fact: they are the same for every proof, so a table of their multiples, made once a process, serves all.
Protocol 14.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from functools import cache

import numpy as np
import numpy.typing as npt

from crypto.fixed_base import FixedBases
from crypto.group import G, H, MaybePoint, Point, make_generator, multi_multiply, negate

LONGEST = 256
"""The bits of a range proof's longest part: so many generators on each side, 2 MiB of table."""

TABLE_PAYS_FROM = 8
"""Public sums after which a process makes a table for them: one sum without takes as long as making an eighth."""

Rows = npt.NDArray[np.intp]


_uses: Counter[int] = Counter()


@cache
def vector_generators(side: str, length: int) -> tuple[Point, ...]:
    """Return the generators range/SIDE/0 … of `side` "G" or "H", which no one else uses."""
    if length != LONGEST:
        return vector_generators(side, LONGEST)[:length]
    return tuple(make_generator(f"range/{side}/{index}") for index in range(length))


@cache
def negated_generators(length: int) -> tuple[Point, ...]:
    """Return the negatives of the generators range/H/0 …"""
    negatives = (negate(point) for point in vector_generators("H", length))
    return tuple(point for point in negatives if point is not None)


@cache
def generators_digest(length: int) -> bytes:
    """Return SHA-512 of the generators of both sides, g first."""
    points = (*vector_generators("G", length), *vector_generators("H", length))
    return hashlib.sha512(b"".join(point.encode() for point in points)).digest()


@cache
def _table(length: int) -> FixedBases:
    return FixedBases([*vector_generators("G", length), *vector_generators("H", length), G, H])


def prepare() -> None:
    """Make the table of the longest proofs now, in a tenth of a second, and not with the first proofs."""
    _uses[LONGEST] += TABLE_PAYS_FROM
    _table(LONGEST)


def sum_secret(length: int, rows: Rows, scalars: Sequence[int]) -> MaybePoint:
    """Return the sum of scalars, SECRET or public, times generators of a proof of this length.

    Row i below `length` is g[i], row length + i is h[i]; 2*length is G and 2*length + 1 is H.
    """
    _uses[length] += TABLE_PAYS_FROM
    return _table(length).sum_secret(rows, scalars)


def sum_public(g_scalars: Sequence[int], h_scalars: Sequence[int]) -> MaybePoint:
    """Return the sum of PUBLIC scalars times the first generators of both sides, equally many."""
    length = len(g_scalars)
    _uses[length] += 1
    if _uses[length] < TABLE_PAYS_FROM:
        return multi_multiply(vector_terms(g_scalars, h_scalars))
    return _table(length).sum_secret(np.arange(2 * length, dtype=np.intp), [*g_scalars, *h_scalars])


def vector_terms(g_scalars: Sequence[int], h_scalars: Sequence[int]) -> list[tuple[int, MaybePoint]]:
    """Return the terms of that sum."""
    length = len(g_scalars)
    g, h = vector_generators("G", length), vector_generators("H", length)
    return [*zip(g_scalars, g, strict=True), *zip(h_scalars, h, strict=True)]
