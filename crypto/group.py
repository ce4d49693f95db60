"""The prime-order group secp256k1, and with `crypto.fixed_base` the only module that touches libsecp256k1.

The one fact: that library aborts the process or raises on zero scalars, empty sums and sums that cancel,
so infinity is `None` everywhere in this house and never reaches it. Its multiplication takes a time that
depends on the scalar: `multiply` and `multi_multiply` are for public scalars, `multiply_secret` and
`multi_multiply_secret` for the others. Protocol 4 and 12.
"""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache

from coincurve import PublicKey
from coincurve._libsecp256k1 import ffi, lib
from coincurve.context import GLOBAL_CONTEXT

from crypto.errors import BadEncoding

ORDER = 0xFFFFFFFF_FFFFFFFF_FFFFFFFF_FFFFFFFE_BAAEDCE6_AF48A03B_BFD25E8C_D0364141
FIELD = 2**256 - 2**32 - 977
POINT_BYTES = 33
SCALAR_BYTES = 32
BUCKETS_PAY_FROM = 2000  # terms, measured

Random = Callable[[int], bytes]
"""Draws that many uniform bytes: `os.urandom` in production, a seeded stream in tests."""


@dataclass(frozen=True, slots=True, repr=False)
class Point:
    """A point of the group other than infinity; made by the functions of this module only."""

    _data: bytes
    _key: PublicKey = field(compare=False)

    def encode(self) -> bytes:
        """Return the 33 bytes that `parse_point` reads."""
        return self._data

    def __repr__(self) -> str:
        return f"Point({self._data[:6].hex()}…)"

    def __reduce__(self) -> tuple[Callable[[bytes], "Point"], tuple[bytes]]:
        # The library's own object cannot cross to another process; the 33 bytes can.
        return parse_point, (self._data,)


MaybePoint = Point | None
"""A point, or `None` for infinity."""


def parse_point(data: bytes) -> Point:
    """Read a point, or raise BadEncoding.

    1. exactly 33 bytes (the library alone would take 65-byte and hybrid forms)
    2. prefix 02 or 03
    3. an x below the field's prime that lies on the curve
    """
    if len(data) != POINT_BYTES:  # 1
        raise BadEncoding(f"a point has {POINT_BYTES} bytes, got {len(data)}; send the compressed form")
    if data[0] not in (2, 3):  # 2
        raise BadEncoding(f"a point starts with 02 or 03, got {data[0]:02x}; send the compressed form")
    try:
        return Point(bytes(data), PublicKey(bytes(data)))  # 3
    except ValueError as error:
        raise BadEncoding(f"{data[:6].hex()}… is no point of secp256k1; check how it was sent") from error


def parse_scalar(data: bytes) -> int:
    """Read a scalar below ORDER from exactly 32 big-endian bytes, or raise BadEncoding."""
    if len(data) != SCALAR_BYTES:
        raise BadEncoding(f"a scalar has {SCALAR_BYTES} bytes, got {len(data)}")
    value = int.from_bytes(data)
    if value >= ORDER:
        raise BadEncoding("a scalar must be below the group order; reduce it before sending")
    return value


def encode_scalar(value: int) -> bytes:
    """Return `value` mod ORDER as 32 big-endian bytes."""
    return (value % ORDER).to_bytes(SCALAR_BYTES)


def random_scalar(random: Random) -> int:
    """Return a scalar uniform in [1, ORDER)."""
    while True:
        value = int.from_bytes(random(SCALAR_BYTES))
        if 0 < value < ORDER:  # rejection, not reduction: no bias
            return value


def random_scalars(count: int, random: Random) -> list[int]:
    """Return `count` scalars uniform in [1, ORDER), drawn in one go."""
    drawn = random(SCALAR_BYTES * count)
    values = [int.from_bytes(drawn[at : at + SCALAR_BYTES]) for at in range(0, len(drawn), SCALAR_BYTES)]
    return [value if 0 < value < ORDER else random_scalar(random) for value in values]


@cache
def make_generator(name: str) -> Point:
    """Return the generator of this name, whose logarithm nobody knows. Protocol 4 and 12."""
    seed = b"sealsum/v1/generator/" + name.encode()
    counter = 0
    while True:
        try:
            return parse_point(b"\x02" + hashlib.sha256(seed + counter.to_bytes(4)).digest())
        except BadEncoding:
            counter += 1


B = parse_point(bytes.fromhex("0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798"))
G = make_generator("G")
H = make_generator("H")


def wrap_key(key: PublicKey) -> Point:
    """Return the library's own object as a point; for this module and `crypto.fixed_base`."""
    return Point(key.format(), key)


def _negated(key: PublicKey) -> PublicKey:
    plain = key.format(compressed=False)
    opposite = FIELD - int.from_bytes(plain[33:])  # y is never 0, the order is odd
    return PublicKey(plain[:33] + opposite.to_bytes(32))


def _multiplied(key: PublicKey, reduced: int) -> PublicKey:
    return key.multiply(reduced.to_bytes(SCALAR_BYTES))


def _combined(keys: list[PublicKey]) -> PublicKey | None:
    if not keys:
        return None  # the library aborts the process on an empty sum
    try:
        return PublicKey.combine_keys(keys)
    except ValueError:
        return None  # its only failure on valid points: the sum is infinity


def _as_they_are(terms: Sequence[tuple[int, PublicKey]]) -> tuple[PublicKey | None, PublicKey | None]:
    """Return the sum of the keys whose scalar is 1, and what those add whose scalar is -1: no multiplication."""
    minus = _combined([key for scalar, key in terms if scalar == ORDER - 1])
    plain = _combined([key for scalar, key in terms if scalar == 1])
    return plain, None if minus is None else _negated(minus)


def _bucket_sum(terms: Sequence[tuple[int, PublicKey]]) -> PublicKey | None:
    """Return the sum of scalar*key by Pippenger's buckets, one window a byte, for reduced scalars."""
    total: PublicKey | None = None
    keys = [key for _, key in terms]
    windows = zip(*(scalar.to_bytes(SCALAR_BYTES) for scalar, _ in terms), strict=True)
    for window in windows:  # from the most significant byte
        buckets: list[list[PublicKey]] = [[] for _ in range(256)]
        for digit, key in zip(window, keys, strict=True):
            buckets[digit].append(key)
        sums = [(digit, _combined(buckets[digit])) for digit in range(1, 256)]
        for bit in reversed(range(8)):
            part = _combined([each for digit, each in sums if each is not None and digit >> bit & 1])
            total = _combined([each for each in (total, total, part) if each is not None])
    return total


def negate(point: MaybePoint) -> MaybePoint:
    """Return -point; the time does not depend on the point."""
    return None if point is None else wrap_key(_negated(point._key))


def add(*points: MaybePoint) -> MaybePoint:
    """Return the sum of the points."""
    return sum_points(points)


def sum_points(points: Iterable[MaybePoint]) -> MaybePoint:
    """Return the sum of the points; of none, infinity."""
    total = _combined([point._key for point in points if point is not None])
    return None if total is None else wrap_key(total)


def multiply(point: MaybePoint, scalar: int) -> MaybePoint:
    """Return scalar*point for a PUBLIC scalar of any sign and size; the time depends on the scalar."""
    reduced = scalar % ORDER
    if point is None or reduced == 0:
        return None
    return point if reduced == 1 else wrap_key(_multiplied(point._key, reduced))


def multiply_secret(point: MaybePoint, scalar: int, random: Random) -> MaybePoint:
    """Return scalar*point for a SECRET scalar."""
    return multi_multiply_secret([(scalar, point)], random)


def multiply_base(scalar: int) -> MaybePoint:
    """Return scalar*B for a secret or public scalar; the library's own path in constant time."""
    reduced = scalar % ORDER
    return None if reduced == 0 else wrap_key(PublicKey.from_valid_secret(reduced.to_bytes(SCALAR_BYTES)))


def hash_multiple(point: Point, scalar: int) -> bytes:
    """Return SHA-256 of the 33 bytes of scalar*point for a SECRET scalar; ValueError when it is 0 mod ORDER.

    The library's Diffie-Hellman, in constant time by its own promise, so nothing is split.
    """
    digest = ffi.new("unsigned char[32]")
    secret = (scalar % ORDER).to_bytes(SCALAR_BYTES)
    key = point._key.public_key
    if not lib.secp256k1_ecdh(GLOBAL_CONTEXT.ctx, digest, key, secret, ffi.NULL, ffi.NULL):
        raise ValueError("expected a secret scalar between 1 and the group order")
    return bytes(ffi.buffer(digest))


def multi_multiply(terms: Iterable[tuple[int, MaybePoint]]) -> MaybePoint:
    """Return the sum of scalar*point for PUBLIC scalars; the time depends on them."""
    reduced = [(scalar % ORDER, point._key) for scalar, point in terms if point is not None]
    plain, minus = _as_they_are(reduced)
    others = [(scalar, key) for scalar, key in reduced if 1 < scalar < ORDER - 1]
    if len(others) >= BUCKETS_PAY_FROM:
        products = [_bucket_sum(others)]
    else:
        products = [_multiplied(key, scalar) for scalar, key in others]
    total = _combined([key for key in (*products, plain, minus) if key is not None])
    return None if total is None else wrap_key(total)


def multi_multiply_secret(terms: Sequence[tuple[int, MaybePoint]], random: Random) -> MaybePoint:
    """Return the sum of scalar*point for SECRET scalars."""
    return multi_multiply(split_secrets(terms, random))


def split_secrets(terms: Sequence[tuple[int, MaybePoint]], random: Random) -> list[tuple[int, MaybePoint]]:
    """Return terms of the same sum whose scalars `multi_multiply` may take, though those given are SECRET.

    Each scalar is split at random into two uniform shares, so the time of either multiplication
    says nothing of it. Every scalar has a share of its own: with one for all, equal scalars would show.
    """
    shares = random_scalars(len(terms), random)
    split = [(scalar - share, point) for share, (scalar, point) in zip(shares, terms, strict=True)]
    return split + [(share, point) for share, (_, point) in zip(shares, terms, strict=True)]
