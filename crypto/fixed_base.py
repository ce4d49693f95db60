"""Sums of multiples of fixed points, from a table of 2^(8j) times each: additions instead of multiplications.

The one fact: the work does not depend on the scalars, so they may be SECRET. A scalar is 32 signed digits; every
digit, zero included, puts one point of the table into the bucket of its size, every bucket holds an anchor
besides, so the library adds as many points as many times whatever the scalars are. Beside `crypto.group` this
is the only module that touches libsecp256k1, in its own memory: 64 bytes a point, a hundred of them in the time
of one multiplication. Pippenger's method for fixed bases; protocol 4.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from coincurve import PublicKey
from coincurve._libsecp256k1 import ffi, lib
from coincurve.context import GLOBAL_CONTEXT

from crypto.group import (
    ORDER,
    POINT_BYTES,
    SCALAR_BYTES,
    MaybePoint,
    Point,
    make_generator,
    multiply,
    wrap_key,
)

_CONTEXT = GLOBAL_CONTEXT.ctx
_ITEM = ffi.sizeof("secp256k1_pubkey")
_SHIFTS = SCALAR_BYTES  # a digit is a byte
_SHIFT = (256).to_bytes(SCALAR_BYTES)
_LARGEST = 128  # digits are -128 to 127
_OFFSET = int.from_bytes(bytes([_LARGEST]) * SCALAR_BYTES)
_BITS = range(_LARGEST.bit_length() - 1, -1, -1)
_CHOSEN = {bit: [size for size in range(1, _LARGEST + 1) if size >> bit & 1] for bit in _BITS}

Addresses = npt.NDArray[np.uintp]
Indexes = npt.NDArray[np.intp]


class FixedBases:
    """A table for these points; making it takes a millisecond for four of them, and 4 KiB each."""

    __slots__ = ("_anchor", "_correction", "_items", "_table")

    def __init__(self, points: Sequence[Point]) -> None:
        self._table = ffi.new("secp256k1_pubkey[]", 2 * _SHIFTS * len(points) + 2)
        self._items = np.frombuffer(ffi.buffer(self._table), np.dtype((np.void, _ITEM)))
        for row, point in enumerate(points):
            self._fill(2 * _SHIFTS * row, point)
        # An anchor in each bucket keeps buckets from being empty; the correction takes the anchors out of the sum.
        anchor = make_generator("fixed/anchor")
        self._anchor = 2 * _SHIFTS * len(points)
        self._put(self._anchor, anchor)
        self._put(self._anchor + 1, multiply(anchor, -sum(range(_LARGEST + 1))))

    def _put(self, place: int, point: MaybePoint) -> None:
        assert point is not None, "no fixed point is infinity"
        lib.secp256k1_ec_pubkey_parse(_CONTEXT, self._table + place, point.encode(), POINT_BYTES)

    def _fill(self, place: int, point: Point) -> None:
        """Write 2^(8j)*point and its negative for each digit j, the most significant first."""
        self._put(place + 2 * (_SHIFTS - 1), point)
        for at in range(place + 2 * (_SHIFTS - 1), place - 1, -2):
            if at > place:
                self._table[at - 2] = self._table[at]
                lib.secp256k1_ec_pubkey_tweak_mul(_CONTEXT, self._table + at - 2, _SHIFT)
            self._table[at + 1] = self._table[at]
            lib.secp256k1_ec_pubkey_negate(_CONTEXT, self._table + at + 1)

    def sum_secret(self, rows: Indexes, scalars: Sequence[int]) -> MaybePoint:
        """Return the sum of scalar * (the point of that row) for SECRET or public scalars; no row comes twice."""
        places, ends = self._sorted(rows, scalars)
        items = self._items[places]  # copied in order: the library would wait for memory at each point
        pointers = _pointers(ffi.from_buffer("secp256k1_pubkey[]", items), len(items))
        # Room for the buckets' sums, two totals in turn, and the correction.
        sums = ffi.new("secp256k1_pubkey[]", _LARGEST + 4)
        sums[_LARGEST + 3] = self._table[self._anchor + 1]
        start = 0
        for size, end in enumerate(ends):  # bucket 0 as well, for the work; its sum is not used
            if not _combine(sums + size, pointers[start:end]):
                raise ValueError("a bucket adds up to infinity, which 2^-256 of the scalars do; draw again")
            start = end
        return _weighted_sum(sums)

    def _sorted(self, rows: Indexes, scalars: Sequence[int]) -> tuple[Indexes, list[int]]:
        """Return the places of what is added, bucket by bucket with its anchor, and where each bucket ends."""
        data = b"".join([((scalar + _OFFSET) % ORDER).to_bytes(SCALAR_BYTES) for scalar in scalars])
        digits = np.frombuffer(data, np.uint8).astype(np.int16) - _LARGEST
        places = (rows[:, None] * _SHIFTS + np.arange(_SHIFTS)).ravel() * 2 + (digits < 0)
        sizes = np.concatenate([np.abs(digits), np.arange(_LARGEST + 1)]).astype(np.uint8)
        order = np.argsort(sizes, kind="stable")
        ends: list[int] = np.cumsum(np.bincount(sizes, minlength=_LARGEST + 1)).tolist()
        return np.concatenate([places, np.full(_LARGEST + 1, self._anchor)])[order], ends


def _weighted_sum(sums: Any) -> MaybePoint:
    """Return the sum of size * bucket[size], bit by bit of the sizes, plus the correction behind them."""
    pointers = _pointers(sums, _LARGEST + 4)
    total, other, correction = range(_LARGEST + 1, _LARGEST + 4)
    for bit in _BITS:
        chosen = list(_CHOSEN[bit])
        if bit < _BITS[0]:
            chosen += [total, total]
        if bit == 0:
            chosen.append(correction)
        total, other = other, total
        if not _combine(sums + total, pointers[chosen]):
            return None  # with bit 0; before it the anchors keep the total from infinity
    return wrap_key(PublicKey(ffi.new("secp256k1_pubkey *", sums[total])))


def _pointers(items: Any, count: int) -> Addresses:
    addresses: Addresses = int(ffi.cast("uintptr_t", items)) + _ITEM * np.arange(count, dtype=np.uintp)
    return addresses


def _combine(out: Any, pointers: Addresses) -> bool:
    array = ffi.from_buffer("secp256k1_pubkey *[]", pointers)
    return bool(lib.secp256k1_ec_pubkey_combine(_CONTEXT, out, array, len(pointers)))
