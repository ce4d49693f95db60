"""Range proofs: each committed value lies in [0, 2^width), its own width (Bulletproofs+, eprint 2020/735).

The one fact: values are packed, in order, into parts of at most 256 bits, one after the other in one transcript.
In a part the bits of all values are concatenated and padded to a power of two; bit k of value j carries
z^(2(j+1)) * 2^k and padding carries nothing, so one inner product ties all bits to all commitments. Count,
widths, commitments and generators are absorbed before the part's first challenge. Protocol 14.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from crypto.batch import EquationBatch, Term
from crypto.commitment import commit
from crypto.errors import BadProof
from crypto.group import (
    ORDER,
    POINT_BYTES,
    SCALAR_BYTES,
    G,
    H,
    MaybePoint,
    Point,
    Random,
    encode_scalar,
    multi_multiply,
    multiply_secret,
    parse_point,
    parse_scalar,
    random_scalar,
    sum_points,
)
from crypto.inner_product import (
    LAST_LENGTH,
    InnerProductProof,
    Responses,
    Witness,
    absorb_last,
    absorb_round,
    present,
    prove_inner_product,
    rounds_of,
    weighted_product,
)
from crypto.range_widths import padded_length, split_widths
from crypto.transcript import Transcript
from crypto.vector_bases import (
    generators_digest,
    negated_generators,
    vector_generators,
    vector_terms,
)


@dataclass(frozen=True, slots=True)
class RangePart:
    """The commitment to all bits of a part, and the inner product argument that ties them to the values."""

    bits: Point
    inner: InnerProductProof

    def encode(self) -> bytes:
        """Return 33 bytes a point (bits, each round's two, the last two), then r, s, delta, 32 bytes each."""
        pairs, responses = self.inner.rounds, self.inner.responses
        points = [self.bits, *(point for pair in pairs for point in pair), *self.inner.last_points]
        scalars = map(encode_scalar, (*responses.r, *responses.s, responses.delta))
        return b"".join(point.encode() for point in points) + b"".join(scalars)


@dataclass(frozen=True, slots=True)
class RangeProof:
    """One part after the other."""

    parts: tuple[RangePart, ...]

    def encode(self) -> bytes:
        """Return the parts one after the other."""
        return b"".join(part.encode() for part in self.parts)


@dataclass(frozen=True, slots=True)
class _Challenges:
    """y, z and how the widths place 2^k on the padded bits."""

    y: int
    y_inverse: int
    z: int
    widths: tuple[int, ...]
    length: int

    def value_weights(self) -> list[int]:
        """Return z^2, z^4, … one for each value."""
        square = self.z * self.z % ORDER
        return _powers(square, square, len(self.widths))

    def bit_weights(self, scale: int) -> list[int]:
        """Return scale * d[i] * y^(length-i) for each padded bit i."""
        weights: list[int] = []
        ratio = 2 * self.y_inverse % ORDER  # the next bit weighs twice as much, and one y less
        y_power = scale * pow(self.y, self.length, ORDER) % ORDER
        for value_weight, width in zip(self.value_weights(), self.widths, strict=True):
            weights += _powers(value_weight * y_power % ORDER, ratio, width)
            y_power = y_power * pow(self.y_inverse, width, ORDER) % ORDER
        return weights + [0] * (self.length - len(weights))


class _Equation(NamedTuple):
    """Terms, and scalars of the vector generators, that add up to infinity when a part holds."""

    terms: list[Term]
    g: list[int]
    h: list[int]


def parse_range_proof(data: bytes, widths: Sequence[int]) -> RangeProof:
    """Read a proof for values of these widths, or raise BadProof (length) or BadEncoding (contents)."""
    lengths = [padded_length(widths[part]) for part in _checked_parts(widths)]
    expected = sum(map(_encoded_length, lengths))
    if len(data) != expected:
        raise BadProof(f"a range proof of {sum(widths)} bits has {expected} bytes, got {len(data)}")
    parts, start = [], 0
    for length in lengths:
        end = start + _encoded_length(length)
        parts.append(_parse_part(data[start:end], length))
        start = end
    return RangeProof(tuple(parts))


def _encoded_length(length: int) -> int:
    return (2 * rounds_of(length) + 3) * POINT_BYTES + (2 * min(length, LAST_LENGTH) + 1) * SCALAR_BYTES


def _parse_part(data: bytes, length: int) -> RangePart:
    split, last = (2 * rounds_of(length) + 3) * POINT_BYTES, min(length, LAST_LENGTH)
    points = [parse_point(data[at : at + POINT_BYTES]) for at in range(0, split, POINT_BYTES)]
    scalars = [parse_scalar(data[at : at + SCALAR_BYTES]) for at in range(split, len(data), SCALAR_BYTES)]
    pairs = tuple(zip(points[1:-2:2], points[2:-2:2], strict=True))
    responses = Responses(tuple(scalars[:last]), tuple(scalars[last:-1]), scalars[-1])
    return RangePart(points[0], InnerProductProof(pairs, (points[-2], points[-1]), responses))


def prove_range(
    values: Sequence[int],
    blindings: Sequence[int],
    widths: Sequence[int],
    transcript: Transcript,
    random: Random,
) -> RangeProof:
    """Return a proof that each value, committed to under its blinding, lies in [0, 2**width).

    ValueError, without the value, when one does not fit its width.
    """
    if not len(values) == len(blindings) == len(widths):
        raise ValueError(
            f"expected as many blindings and widths as values, got {len(blindings)} and {len(widths)}"
        )
    parts = split_widths(widths)
    _check_fit(values, widths)
    return RangeProof(
        tuple(_prove_part(values[part], blindings[part], widths[part], transcript, random) for part in parts)
    )


def _prove_part(
    values: Sequence[int],
    blindings: Sequence[int],
    widths: Sequence[int],
    transcript: Transcript,
    random: Random,
) -> RangePart:
    length = padded_length(widths)
    bits = _bits_of(values, widths, length)
    commitments = [commit(value, blind, random) for value, blind in zip(values, blindings, strict=True)]
    _absorb_statement(commitments, widths, length, transcript)
    draw = transcript.nonces([*values, *blindings], random)
    alpha = random_scalar(draw)
    bits_point = _commit_bits(bits, alpha, draw)
    challenges = _absorb_bits(bits_point, widths, length, transcript)
    witness = _shifted_witness(bits, blindings, alpha, challenges)
    return RangePart(bits_point, prove_inner_product(witness, challenges.y, transcript, draw))


def queue_range(
    batch: EquationBatch,
    commitments: Sequence[MaybePoint],
    widths: Sequence[int],
    proof: RangeProof,
    transcript: Transcript,
) -> None:
    """Add the proof's equations to `batch`, one a part; raise BadProof when it is of another size."""
    for equation in _equations(commitments, widths, proof, transcript):
        batch.add(*equation)


def check_range(
    commitments: Sequence[MaybePoint], widths: Sequence[int], proof: RangeProof, transcript: Transcript
) -> None:
    """Raise BadProof unless each commitment holds a value in [0, 2**width)."""
    for terms, g, h in _equations(commitments, widths, proof, transcript):
        if multi_multiply([*terms, *vector_terms(g, h)]) is not None:
            raise BadProof(f"a range proof over {len(widths)} values does not hold; refuse the statement")


def _checked_parts(widths: Sequence[int]) -> list[slice]:
    try:
        return split_widths(widths)
    except ValueError as error:
        raise BadProof(str(error)) from error


def _check_fit(values: Sequence[int], widths: Sequence[int]) -> None:
    for index, (value, width) in enumerate(zip(values, widths, strict=True)):
        if not 0 <= value < 1 << width:
            raise ValueError(f"value {index} does not fit its {width} bits; it cannot be proven in range")


def _bits_of(values: Sequence[int], widths: Sequence[int], length: int) -> tuple[bool, ...]:
    pairs = zip(values, widths, strict=True)
    bits = [bool(value >> bit & 1) for value, width in pairs for bit in range(width)]
    return (*bits, *[False] * (length - len(bits)))


def _commit_bits(bits: Sequence[bool], alpha: int, random: Random) -> Point:
    """Return sum of bit*G[i] + (bit-1)*H[i], + alpha*H: one point a bit whatever the bits are."""
    length = len(bits)
    pairs = zip(bits, vector_generators("G", length), negated_generators(length), strict=True)
    chosen = [one if bit else zero for bit, one, zero in pairs]
    return present(sum_points([*chosen, multiply_secret(H, alpha, random)]))


def _shifted_witness(
    bits: Sequence[bool], blindings: Sequence[int], alpha: int, challenges: _Challenges
) -> Witness:
    """Return a = bits - z, b = bits - 1 + z + d[i]*y^(length-i), and alpha with the values' blindings."""
    z, length = challenges.z, challenges.length
    blinding = sum(w * blind for w, blind in zip(challenges.value_weights(), blindings, strict=True))
    weights = zip(bits, challenges.bit_weights(1), strict=True)
    return Witness(
        a=tuple((bit - z) % ORDER for bit in bits),
        b=tuple((bit - 1 + z + weight) % ORDER for bit, weight in weights),
        alpha=(alpha + blinding * pow(challenges.y, length + 1, ORDER)) % ORDER,
    )


def _absorb_statement(
    commitments: Sequence[MaybePoint], widths: Sequence[int], length: int, transcript: Transcript
) -> None:
    transcript.absorb_int("range/count", len(commitments))
    for width in widths:
        transcript.absorb_int("range/width", width)
    transcript.absorb("range/generators", generators_digest(length))
    for commitment in commitments:
        transcript.absorb_point("range/V", commitment)


def _absorb_bits(bits: Point, widths: Sequence[int], length: int, transcript: Transcript) -> _Challenges:
    transcript.absorb_point("range/A", bits)
    y, z = transcript.challenge("range/y"), transcript.challenge("range/z")
    return _Challenges(y, pow(y, -1, ORDER), z, tuple(widths), length)


def _equations(
    commitments: Sequence[MaybePoint], widths: Sequence[int], proof: RangeProof, transcript: Transcript
) -> Iterator[_Equation]:
    parts = _checked_parts(widths)
    if len(commitments) != len(widths) or len(proof.parts) != len(parts):
        raise BadProof(
            f"expected {len(widths)} commitments and {len(parts)} parts, "
            f"got {len(commitments)} and {len(proof.parts)}"
        )
    for chosen, part in zip(parts, proof.parts, strict=True):
        yield _equation(commitments[chosen], widths[chosen], part, transcript)


def _equation(
    commitments: Sequence[MaybePoint], widths: Sequence[int], part: RangePart, transcript: Transcript
) -> _Equation:
    """Return what adds up to infinity when the part holds: last^2*P + last*A + B - the responses' side.

    The rounds are unrolled: a generator carries the product of the challenges that its index takes.
    """
    length, inner = padded_length(widths), part.inner
    _check_sizes(length, inner)
    _absorb_statement(commitments, widths, length, transcript)
    challenges = _absorb_bits(part.bits, widths, length, transcript)
    folds = [absorb_round(pair, transcript) for pair in inner.rounds]
    inverses = _inverses(folds)
    last = absorb_last(inner.last_points, transcript)
    square = last * last % ORDER
    terms: list[Term] = [(square, part.bits), (last, inner.last_points[0]), (1, inner.last_points[1])]
    for (left, right), fold, inverse in zip(inner.rounds, folds, inverses, strict=True):
        terms += [(square * fold * fold % ORDER, left), (square * inverse * inverse % ORDER, right)]
    value_scale = square * pow(challenges.y, length + 1, ORDER) % ORDER
    terms += [
        (value_scale * weight % ORDER, commitment)
        for weight, commitment in zip(challenges.value_weights(), commitments, strict=True)
    ]
    terms += [(_value_scalar(challenges, inner.responses, square), G), (-inner.responses.delta, H)]
    g_scalars, h_scalars = _unfold(challenges.y_inverse, folds, inverses, (inner.responses, last))
    shift = square * challenges.z % ORDER
    weights = zip(challenges.bit_weights(square), h_scalars, strict=True)
    return _Equation(
        terms,
        [-shift - scalar for scalar in g_scalars],
        [shift + weight - scalar for weight, scalar in weights],
    )


def _check_sizes(length: int, inner: InnerProductProof) -> None:
    rounds, last = rounds_of(length), min(length, LAST_LENGTH)
    found = len(inner.rounds), len(inner.responses.r), len(inner.responses.s)
    if found != (rounds, last, last):
        raise BadProof(f"expected {rounds} rounds and {last} responses of each kind, got {found}")


def _value_scalar(challenges: _Challenges, responses: Responses, square: int) -> int:
    """Return the scalar of G: square * ((z - z^2) * sum y^i - z * y^(length+1) * sum d) - sum r*s*y^i."""
    y, z = challenges.y, challenges.z
    y_sum, y_power = y, y  # y + … + y^length, doubling the number of addends
    for _ in range(challenges.length.bit_length() - 1):
        y_sum, y_power = y_sum * (1 + y_power) % ORDER, y_power * y_power % ORDER
    pairs = zip(challenges.value_weights(), challenges.widths, strict=True)
    d_sum = sum(weight * ((1 << width) - 1) for weight, width in pairs)
    expected = (z - z * z) * y_sum - z * pow(y, challenges.length + 1, ORDER) * d_sum
    return (square * expected - weighted_product(responses.r, responses.s, y)) % ORDER


def _unfold(
    y_inverse: int, folds: Sequence[int], inverses: Sequence[int], answer: tuple[Responses, int]
) -> tuple[list[int], list[int]]:
    """Return the scalars that the folds give each g and h, with one multiplication a scalar.

    At the fold by challenge e over bit t of the index, g[i] takes 1/e or e*y^(-2^t), h[i] takes e or 1/e.
    """
    responses, last = answer
    g_scale = h_scale = last
    for fold, inverse in zip(folds, inverses, strict=True):
        g_scale, h_scale = g_scale * inverse % ORDER, h_scale * fold % ORDER
    g_scalars = [g_scale * response % ORDER for response in responses.r]
    h_scalars = [h_scale * response % ORDER for response in responses.s]
    y_power = pow(y_inverse, len(g_scalars), ORDER)
    for fold, inverse in zip(
        reversed(folds), reversed(inverses), strict=True
    ):  # the last fold is the lowest bit
        g_ratio, h_ratio = fold * fold * y_power % ORDER, inverse * inverse % ORDER
        g_scalars += [scalar * g_ratio % ORDER for scalar in g_scalars]
        h_scalars += [scalar * h_ratio % ORDER for scalar in h_scalars]
        y_power = y_power * y_power % ORDER
    return g_scalars, h_scalars


def _powers(start: int, ratio: int, count: int) -> list[int]:
    """Return start, start*ratio, … `count` of them."""
    powers = []
    for _ in range(count):
        powers.append(start)
        start = start * ratio % ORDER
    return powers


def _inverses(residues: Sequence[int]) -> list[int]:
    """Return the inverses of residues other than 0, for the price of one inversion."""
    products = [1]
    for residue in residues:
        products.append(products[-1] * residue % ORDER)
    inverse = pow(products.pop(), -1, ORDER)
    inverses = []
    for residue, product in zip(reversed(residues), reversed(products), strict=True):
        inverses.append(inverse * product % ORDER)
        inverse = inverse * residue % ORDER
    return inverses[::-1]
