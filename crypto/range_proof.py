"""Range proofs: each committed value lies in [0, 2^width), its own width (Bulletproofs+, eprint 2020/735).

The one fact: the bits of all values are concatenated and padded to a power of two; bit k of value j carries
z^(2(j+1)) * 2^k and padding carries nothing, so one inner product ties all bits to all commitments. Count,
widths, commitments and generators are absorbed before the first challenge, after the caller's context.
Protocol 4.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from crypto.batch import EquationBatch
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
    Bases,
    InnerProductProof,
    Witness,
    absorb_last,
    absorb_round,
    negated_generators,
    present,
    prove_inner_product,
    vector_generators,
)
from crypto.secret_vector import BitRow, BitVector, Term
from crypto.transcript import Transcript

MAX_WIDTH = 64
MAX_BITS = 2048


@dataclass(frozen=True, slots=True)
class RangeProof:
    """The commitment to all bits, and the inner product argument that ties them to the values."""

    bits: Point
    inner: InnerProductProof

    def encode(self) -> bytes:
        """Return 33 bytes a point (bits, each round's two, the last two), then the three responses."""
        points = [
            self.bits,
            *(point for pair in self.inner.rounds for point in pair),
            *self.inner.last_points,
        ]
        scalars = map(encode_scalar, self.inner.responses)
        return b"".join(point.encode() for point in points) + b"".join(scalars)


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


def padded_length(widths: Sequence[int]) -> int:
    """Return the number of padded bits, or raise ValueError: widths are 0 to 64, in all at most 2048 bits."""
    if not 0 < len(widths) <= MAX_BITS:
        raise ValueError(f"a range proof is about 1 to {MAX_BITS} values, got {len(widths)}")
    if any(not 0 <= width <= MAX_WIDTH for width in widths):
        raise ValueError(f"widths are 0 to {MAX_WIDTH} bits, got {min(widths)} to {max(widths)}")
    if sum(widths) > MAX_BITS:
        raise ValueError(f"a range proof holds at most {MAX_BITS} bits, got {sum(widths)}; make several")
    return 1 << max(0, sum(widths) - 1).bit_length()


def parse_range_proof(data: bytes, widths: Sequence[int]) -> RangeProof:
    """Read a proof for values of these widths, or raise BadProof (length) or BadEncoding (contents)."""
    rounds = _checked_length(widths).bit_length() - 1
    split = (2 * rounds + 3) * POINT_BYTES
    expected = split + 3 * SCALAR_BYTES
    if len(data) != expected:
        raise BadProof(f"a range proof of {sum(widths)} bits has {expected} bytes, got {len(data)}")
    points = [parse_point(data[at : at + POINT_BYTES]) for at in range(0, split, POINT_BYTES)]
    r, s, delta = (parse_scalar(data[at : at + SCALAR_BYTES]) for at in range(split, expected, SCALAR_BYTES))
    pairs = tuple(zip(points[1:-2:2], points[2:-2:2], strict=True))
    return RangeProof(points[0], InnerProductProof(pairs, (points[-2], points[-1]), (r, s, delta)))


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
    length = padded_length(widths)
    bits = _bits_of(values, widths, length)
    commitments = [commit(value, blind, random) for value, blind in zip(values, blindings, strict=True)]
    _absorb_statement(commitments, widths, length, transcript)
    draw = transcript.nonces([*values, *blindings], random)
    alpha = random_scalar(draw)
    bits_point = _commit_bits(bits, alpha, draw)
    challenges = _absorb_bits(bits_point, widths, length, transcript)
    witness = _shifted_witness(bits, blindings, alpha, challenges)
    g, h = vector_generators("G", length), vector_generators("H", length)
    inner = prove_inner_product(witness, Bases(g, h, 1, 1, challenges.y), transcript, draw)
    return RangeProof(bits_point, inner)


def queue_range(
    batch: EquationBatch,
    commitments: Sequence[MaybePoint],
    widths: Sequence[int],
    proof: RangeProof,
    transcript: Transcript,
) -> None:
    """Add the proof's one equation to `batch`; raise BadProof when it is of another size."""
    batch.add(_equation(commitments, widths, proof, transcript))


def check_range(
    commitments: Sequence[MaybePoint], widths: Sequence[int], proof: RangeProof, transcript: Transcript
) -> None:
    """Raise BadProof unless each commitment holds a value in [0, 2**width)."""
    if multi_multiply(_equation(commitments, widths, proof, transcript)) is not None:
        raise BadProof(f"a range proof over {len(widths)} values does not hold; refuse the statement")


def _checked_length(widths: Sequence[int]) -> int:
    try:
        return padded_length(widths)
    except ValueError as error:
        raise BadProof(str(error)) from error


def _bits_of(values: Sequence[int], widths: Sequence[int], length: int) -> tuple[bool, ...]:
    bits: list[bool] = []
    for index, (value, width) in enumerate(zip(values, widths, strict=True)):
        if not 0 <= value < 1 << width:
            raise ValueError(f"value {index} does not fit its {width} bits; it cannot be proven in range")
        bits += [bool(value >> bit & 1) for bit in range(width)]
    return (*bits, *[False] * (length - len(bits)))


def _commit_bits(bits: Sequence[bool], alpha: int, random: Random) -> Point:
    """Return sum of bit*G[i] + (bit-1)*H[i], + alpha*H: one point a bit whatever the bits are."""
    length = len(bits)
    pairs = zip(bits, vector_generators("G", length), negated_generators(length), strict=True)
    chosen = [one if bit else zero for bit, one, zero in pairs]
    return present(sum_points([*chosen, multiply_secret(H, alpha, random)]))


def _shifted_witness(
    bits: tuple[bool, ...], blindings: Sequence[int], alpha: int, challenges: _Challenges
) -> Witness:
    """Return a = bits - z, b = bits - 1 + z + d[i]*y^(length-i), and alpha with the values' blindings."""
    z, length = challenges.z, challenges.length
    blinding = sum(w * blind for w, blind in zip(challenges.value_weights(), blindings, strict=True))
    return Witness(
        a=BitVector((BitRow(1, bits),), -z, (0,) * length),
        b=BitVector((BitRow(1, bits),), z - 1, tuple(challenges.bit_weights(1))),
        alpha=(alpha + blinding * pow(challenges.y, length + 1, ORDER)) % ORDER,
    )


def _absorb_statement(
    commitments: Sequence[MaybePoint], widths: Sequence[int], length: int, transcript: Transcript
) -> None:
    transcript.absorb_int("range/count", len(commitments))
    for width in widths:
        transcript.absorb_int("range/width", width)
    transcript.absorb("range/generators", _generators_digest(length))
    for commitment in commitments:
        transcript.absorb_point("range/V", commitment)


@cache
def _generators_digest(length: int) -> bytes:
    points = (*vector_generators("G", length), *vector_generators("H", length))
    return hashlib.sha512(b"".join(point.encode() for point in points)).digest()


def _absorb_bits(bits: Point, widths: Sequence[int], length: int, transcript: Transcript) -> _Challenges:
    transcript.absorb_point("range/A", bits)
    y, z = transcript.challenge("range/y"), transcript.challenge("range/z")
    return _Challenges(y, pow(y, -1, ORDER), z, tuple(widths), length)


def _equation(
    commitments: Sequence[MaybePoint], widths: Sequence[int], proof: RangeProof, transcript: Transcript
) -> list[Term]:
    """Return terms whose sum is infinity when the proof holds: last^2*P + last*A + B - the responses' side.

    The rounds are unrolled: a generator carries the product of the challenges that its index takes.
    """
    length = _checked_length(widths)
    inner = proof.inner
    if len(commitments) != len(widths) or 1 << len(inner.rounds) != length:
        raise BadProof(
            f"expected {len(widths)} commitments and {length.bit_length() - 1} rounds, "
            f"got {len(commitments)} and {len(inner.rounds)}"
        )
    _absorb_statement(commitments, widths, length, transcript)
    challenges = _absorb_bits(proof.bits, widths, length, transcript)
    folds = [absorb_round(pair, transcript) for pair in inner.rounds]
    inverses = _inverses(folds)
    last = absorb_last(inner.last_points, transcript)
    square = last * last % ORDER
    terms: list[Term] = [(square, proof.bits), (last, inner.last_points[0]), (1, inner.last_points[1])]
    for (left, right), fold, inverse in zip(inner.rounds, folds, inverses, strict=True):
        terms += [(square * fold * fold % ORDER, left), (square * inverse * inverse % ORDER, right)]
    value_scale = square * pow(challenges.y, length + 1, ORDER) % ORDER
    terms += [
        (value_scale * weight % ORDER, commitment)
        for weight, commitment in zip(challenges.value_weights(), commitments, strict=True)
    ]
    terms += [(_value_scalar(challenges, inner.responses, square), G), (-inner.responses[2], H)]
    unfolded = _unfold(challenges.y_inverse, folds, inverses, [last * each for each in inner.responses[:2]])
    return terms + _vector_terms(challenges, square, *unfolded)


def _value_scalar(challenges: _Challenges, responses: tuple[int, int, int], square: int) -> int:
    """Return the scalar of G: square * ((z - z^2) * sum y^i - z * y^(length+1) * sum d) - r*y*s."""
    y, z = challenges.y, challenges.z
    y_sum, y_power = y, y  # y + … + y^length, doubling the number of addends
    for _ in range(challenges.length.bit_length() - 1):
        y_sum, y_power = y_sum * (1 + y_power) % ORDER, y_power * y_power % ORDER
    pairs = zip(challenges.value_weights(), challenges.widths, strict=True)
    d_sum = sum(weight * ((1 << width) - 1) for weight, width in pairs)
    expected = (z - z * z) * y_sum - z * pow(y, challenges.length + 1, ORDER) * d_sum
    return (square * expected - responses[0] * y * responses[1]) % ORDER


def _unfold(
    y_inverse: int, folds: Sequence[int], inverses: Sequence[int], responses: Sequence[int]
) -> tuple[list[int], list[int]]:
    """Return the scalars that the folds give each g and h, with one multiplication a scalar.

    At the fold by challenge e over bit t of the index, g[i] takes 1/e or e*y^(-2^t), h[i] takes e or 1/e.
    """
    g_scalar, h_scalar = responses
    for fold, inverse in zip(folds, inverses, strict=True):
        g_scalar, h_scalar = g_scalar * inverse % ORDER, h_scalar * fold % ORDER
    g_scalars, h_scalars = [g_scalar], [h_scalar]
    for fold, inverse in zip(reversed(folds), reversed(inverses), strict=True):  # the last fold is bit 0
        g_ratio, h_ratio = fold * fold * y_inverse % ORDER, inverse * inverse % ORDER
        g_scalars += [scalar * g_ratio % ORDER for scalar in g_scalars]
        h_scalars += [scalar * h_ratio % ORDER for scalar in h_scalars]
        y_inverse = y_inverse * y_inverse % ORDER
    return g_scalars, h_scalars


def _vector_terms(
    challenges: _Challenges, square: int, g_scalars: Sequence[int], h_scalars: Sequence[int]
) -> list[Term]:
    """Return the vector generators' terms: -square*z and square*(z + d[i]*y^(length-i)), less `scalars`."""
    length, shift = challenges.length, square * challenges.z % ORDER
    g_pairs = zip(g_scalars, vector_generators("G", length), strict=True)
    h_rows = zip(challenges.bit_weights(square), h_scalars, vector_generators("H", length), strict=True)
    g_terms = [(-shift - scalar, point) for scalar, point in g_pairs]
    return [*g_terms, *((shift + weight - scalar, point) for weight, scalar, point in h_rows)]


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
