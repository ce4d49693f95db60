"""The weighted inner product argument under the range proof (Bulletproofs+, eprint 2020/735, section 3).

The one fact: it shows knowledge of vectors a, b and a residue alpha with
    P = sum a[i]*g[i] + sum b[i]*h[i] + (sum a[i]*b[i]*y^(i+1))*G + alpha*H
in logarithmic size: each round folds everything in two. The prover's folded generators share a common factor,
which saves it a second multiplication a point; the verifier never folds them. Protocol 4.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from crypto.group import (
    ORDER,
    G,
    H,
    MaybePoint,
    Point,
    Random,
    make_generator,
    multi_multiply,
    multi_multiply_secret,
    negate,
    random_scalar,
    random_scalars,
    split_secrets,
)
from crypto.secret_vector import SecretVector
from crypto.transcript import Transcript


@dataclass(frozen=True, slots=True)
class InnerProductProof:
    """A pair of points for each round, then Schnorr's two points and three responses."""

    rounds: tuple[tuple[Point, Point], ...]
    last_points: tuple[Point, Point]
    responses: tuple[int, int, int]


@dataclass(frozen=True, slots=True, repr=False)
class Witness:
    """The secret vectors a, b and the blinding alpha of the relation above."""

    a: SecretVector
    b: SecretVector
    alpha: int


@dataclass(frozen=True, slots=True)
class Bases:
    """Generators; the real ones are g_factor*g[i] and h_factor*h[i], and weight is the relation's y."""

    g: tuple[Point, ...]
    h: tuple[Point, ...]
    g_factor: int
    h_factor: int
    weight: int


@cache
def _vector_generator(side: str, index: int) -> Point:
    return make_generator(f"range/{side}/{index}")


@cache
def vector_generators(side: str, length: int) -> tuple[Point, ...]:
    """Return the generators range/SIDE/0 … of `side` "G" or "H", which no one else uses."""
    return tuple(_vector_generator(side, index) for index in range(length))


@cache
def negated_generators(length: int) -> tuple[Point, ...]:
    """Return the negatives of the generators range/H/0 …"""
    return tuple(present(negate(point)) for point in vector_generators("H", length))


def present(point: MaybePoint) -> Point:
    """Return a point that random scalars keep from infinity but once in 2^256; ValueError then."""
    if point is None:
        raise ValueError("a proof's point is infinity, which has no encoding; draw again")
    return point


def prove_inner_product(
    witness: Witness, bases: Bases, transcript: Transcript, random: Random
) -> InnerProductProof:
    """Return a proof for a P that the transcript already determines; the vectors' length is a power of 2."""
    rounds = []
    while len(bases.g) > 1:
        blindings = random_scalar(random), random_scalar(random)
        pair = _cross_terms(witness, bases, blindings, random)
        rounds.append(pair)
        challenge = absorb_round(pair, transcript)
        witness, bases = _fold_witness(witness, bases, blindings, challenge), _fold_bases(bases, challenge)
    return _prove_last(witness, bases, tuple(rounds), transcript, random)


def absorb_round(pair: tuple[Point, Point], transcript: Transcript) -> int:
    """Absorb a round's points and return its challenge."""
    transcript.absorb_point("range/L", pair[0])
    transcript.absorb_point("range/R", pair[1])
    return transcript.challenge("range/e")


def absorb_last(points: tuple[Point, Point], transcript: Transcript) -> int:
    """Absorb the last two points and return the last challenge."""
    transcript.absorb_point("range/last/A", points[0])
    transcript.absorb_point("range/last/B", points[1])
    return transcript.challenge("range/last/e")


def _cross_terms(
    witness: Witness, bases: Bases, blindings: tuple[int, int], random: Random
) -> tuple[Point, Point]:
    half = len(bases.g) // 2
    shift = pow(bases.weight, half, ORDER)
    a_low, a_high = witness.a.halves()
    b_low, b_high = witness.b.halves()
    g_factors = bases.g_factor * pow(shift, -1, ORDER) % ORDER, bases.g_factor * shift % ORDER
    # The vectors' terms are safe by `safe_terms`; their inner products and the blindings are split here.
    left = [
        *a_low.safe_terms(g_factors[0], bases.g[half:], random),
        *b_high.safe_terms(bases.h_factor, bases.h[:half], random),
        *split_secrets([(_weighted(a_low, b_high, bases.weight), G), (blindings[0], H)], random),
    ]
    right = [
        *a_high.safe_terms(g_factors[1], bases.g[:half], random),
        *b_low.safe_terms(bases.h_factor, bases.h[half:], random),
        *split_secrets([(shift * _weighted(a_high, b_low, bases.weight), G), (blindings[1], H)], random),
    ]
    return present(multi_multiply(left)), present(multi_multiply(right))


def _weighted(a: SecretVector, b: SecretVector, weight: int) -> int:
    """Return the sum of a[i]*b[i]*weight^(i+1)."""
    total = 0
    for left, right in zip(reversed(a.residues()), reversed(b.residues()), strict=True):  # Horner
        total = (total + left * right) * weight % ORDER
    return total


def _fold_witness(witness: Witness, bases: Bases, blindings: tuple[int, int], challenge: int) -> Witness:
    inverse = pow(challenge, -1, ORDER)
    shift = pow(bases.weight, len(bases.g) // 2, ORDER)
    return Witness(
        a=witness.a.fold(challenge, shift * inverse % ORDER),
        b=witness.b.fold(inverse, challenge),
        alpha=(blindings[0] * challenge**2 + witness.alpha + blindings[1] * inverse**2) % ORDER,
    )


def _fold_bases(bases: Bases, challenge: int) -> Bases:
    """Fold g to low/e + high*e*y^-n and h to low*e + high/e, the factor of the low half put aside.

    Generators and challenges are public, so plain multiplication will do.
    """
    half = len(bases.g) // 2
    inverse = pow(challenge, -1, ORDER)
    g_ratio = challenge**2 * pow(bases.weight, -half, ORDER) % ORDER
    h_ratio = inverse**2 % ORDER
    return Bases(
        g=_fold_points(bases.g, g_ratio),
        h=_fold_points(bases.h, h_ratio),
        g_factor=bases.g_factor * inverse % ORDER,
        h_factor=bases.h_factor * challenge % ORDER,
        weight=bases.weight,
    )


def _fold_points(points: Sequence[Point], ratio: int) -> tuple[Point, ...]:
    half = len(points) // 2
    pairs = zip(points[:half], points[half:], strict=True)
    return tuple(present(multi_multiply(((1, low), (ratio, high)))) for low, high in pairs)


def _prove_last(
    witness: Witness,
    bases: Bases,
    rounds: tuple[tuple[Point, Point], ...],
    transcript: Transcript,
    random: Random,
) -> InnerProductProof:
    (a,), (b,), y = witness.a.residues(), witness.b.residues(), bases.weight
    r, s, delta, eta = random_scalars(4, random)
    # All nonces: whoever learns one learns a, b or alpha, so they are split.
    first = [(r * bases.g_factor, bases.g[0]), (s * bases.h_factor, bases.h[0])]
    first += [((r * b + s * a) * y, G), (delta, H)]
    points = (
        present(multi_multiply_secret(first, random)),
        present(multi_multiply_secret([(r * s * y, G), (eta, H)], random)),
    )
    challenge = absorb_last(points, transcript)
    responses = (
        (r + a * challenge) % ORDER,
        (s + b * challenge) % ORDER,
        (eta + delta * challenge + witness.alpha * challenge**2) % ORDER,
    )
    return InnerProductProof(rounds, points, responses)
