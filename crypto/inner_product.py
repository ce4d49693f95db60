"""The weighted inner product argument under the range proof (Bulletproofs+, eprint 2020/735, section 3).

The one fact: it shows knowledge of vectors a, b and a residue alpha with
    P = sum a[i]*g[i] + sum b[i]*h[i] + (sum a[i]*b[i]*y^(i+1))*G + alpha*H
Rounds fold the vectors in two until LAST_LENGTH is left; those are answered openly, blinded. Generators are never
folded: in a sum each carries the product of what the rounds gave it, because a table multiplies the fixed ones
for a third of what it costs to multiply others. Protocol 14, decision 0008.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np

from crypto.commitment import commit
from crypto.group import ORDER, MaybePoint, Point, Random, random_scalar, random_scalars
from crypto.transcript import Transcript
from crypto.vector_bases import Rows, sum_secret

LAST_LENGTH = 32
"""Vectors up to this length are not folded further: half as long costs the prover an eighth more work."""


@dataclass(frozen=True, slots=True)
class Responses:
    """What opens the last vectors, blinded: r and s as long as these, and delta."""

    r: tuple[int, ...]
    s: tuple[int, ...]
    delta: int


@dataclass(frozen=True, slots=True)
class InnerProductProof:
    """A pair of points for each round, then Schnorr's two points and the responses."""

    rounds: tuple[tuple[Point, Point], ...]
    last_points: tuple[Point, Point]
    responses: Responses


@dataclass(frozen=True, slots=True, repr=False)
class Witness:
    """The SECRET vectors a, b and the blinding alpha of the relation above."""

    a: tuple[int, ...]
    b: tuple[int, ...]
    alpha: int


@dataclass(frozen=True, slots=True)
class Factors:
    """What the rounds so far multiply g and h by: block t of the generators, from the first, by g[t] and h[t]."""

    g: tuple[int, ...] = (1,)
    h: tuple[int, ...] = (1,)


def rounds_of(length: int) -> int:
    """Return the number of rounds for vectors of this length, a power of two."""
    return max(0, (length // LAST_LENGTH).bit_length() - 1)


def present(point: MaybePoint) -> Point:
    """Return a point that random scalars keep from infinity but once in 2^256; ValueError then."""
    if point is None:
        raise ValueError("a proof's point is infinity, which has no encoding; draw again")
    return point


def prove_inner_product(
    witness: Witness, weight: int, transcript: Transcript, random: Random
) -> InnerProductProof:
    """Return a proof for a P that the transcript already determines; `weight` is y."""
    rounds, factors = [], Factors()
    while len(witness.a) > LAST_LENGTH:
        blindings = random_scalar(random), random_scalar(random)
        pair = _cross_terms(witness, factors, weight, blindings)
        rounds.append(pair)
        challenge = absorb_round(pair, transcript)
        shift = pow(weight, len(witness.a) // 2, ORDER)
        witness = _fold_witness(witness, blindings, challenge, shift)
        factors = _fold_factors(factors, challenge, shift)
    return _prove_last(witness, factors, weight, (tuple(rounds), transcript), random)


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


def weighted_product(a: Sequence[int], b: Sequence[int], weight: int) -> int:
    """Return the sum of a[i]*b[i]*weight^(i+1)."""
    total = 0
    for left, right in zip(reversed(a), reversed(b), strict=True):  # Horner
        total = (total + left * right) * weight % ORDER
    return total


@cache
def _crossed(length: int, half: int) -> tuple[Rows, Rows]:
    """Rows of L (high g, low h, G, H) and of R (low g, high h, G, H) in the round that leaves `half`."""
    rows = np.arange(length, dtype=np.intp)
    high = (rows // half) % 2 == 1
    ends = np.array([2 * length, 2 * length + 1], dtype=np.intp)
    left = np.concatenate([rows[high], length + rows[~high], ends])
    return left, np.concatenate([rows[~high], length + rows[high], ends])


def _cross_terms(
    witness: Witness, factors: Factors, weight: int, blindings: tuple[int, int]
) -> tuple[Point, Point]:
    half = len(witness.a) // 2
    length = len(witness.a) * len(factors.g)
    shift = pow(weight, half, ORDER)
    unshift = pow(shift, -1, ORDER)
    a_low, a_high = witness.a[:half], witness.a[half:]
    b_low, b_high = witness.b[:half], witness.b[half:]
    left = [
        *_spread([factor * unshift % ORDER for factor in factors.g], a_low),
        *_spread(factors.h, b_high),
        weighted_product(a_low, b_high, weight),
        blindings[0],
    ]
    right = [
        *_spread([factor * shift % ORDER for factor in factors.g], a_high),
        *_spread(factors.h, b_low),
        shift * weighted_product(a_high, b_low, weight),
        blindings[1],
    ]
    left_rows, right_rows = _crossed(length, half)
    return (
        present(sum_secret(length, left_rows, left)),
        present(sum_secret(length, right_rows, right)),
    )


def _spread(factors: Sequence[int], vector: Sequence[int]) -> list[int]:
    """Return the scalars that a folded vector means for the generators of each block."""
    return [factor * value for factor in factors for value in vector]


def _fold_witness(witness: Witness, blindings: tuple[int, int], challenge: int, shift: int) -> Witness:
    half, inverse = len(witness.a) // 2, pow(challenge, -1, ORDER)
    high = shift * inverse % ORDER
    a_pairs = zip(witness.a[:half], witness.a[half:], strict=True)
    b_pairs = zip(witness.b[:half], witness.b[half:], strict=True)
    return Witness(
        a=tuple((lower * challenge + upper * high) % ORDER for lower, upper in a_pairs),
        b=tuple((lower * inverse + upper * challenge) % ORDER for lower, upper in b_pairs),
        alpha=(blindings[0] * challenge**2 + witness.alpha + blindings[1] * inverse**2) % ORDER,
    )


def _fold_factors(factors: Factors, challenge: int, shift: int) -> Factors:
    """Split each block: g' = low/e + high*e*y^-n and h' = low*e + high/e."""
    inverse = pow(challenge, -1, ORDER)
    g_high = challenge * pow(shift, -1, ORDER) % ORDER
    return Factors(
        g=tuple(factor * part % ORDER for factor in factors.g for part in (inverse, g_high)),
        h=tuple(factor * part % ORDER for factor in factors.h for part in (challenge, inverse)),
    )


def _prove_last(
    witness: Witness,
    factors: Factors,
    weight: int,
    progress: tuple[tuple[tuple[Point, Point], ...], Transcript],
    random: Random,
) -> InnerProductProof:
    (rounds, transcript), last = progress, len(witness.a)
    length = last * len(factors.g)
    # All nonces: whoever learns one learns of a, b or alpha, so they are secrets like these.
    r, s = random_scalars(last, random), random_scalars(last, random)
    delta, eta = random_scalars(2, random)
    crossed = weighted_product(r, witness.b, weight) + weighted_product(witness.a, s, weight)
    first = [*_spread(factors.g, r), *_spread(factors.h, s), crossed, delta]
    points = (
        present(sum_secret(length, np.arange(2 * length + 2, dtype=np.intp), first)),
        present(commit(weighted_product(r, s, weight), eta, random)),
    )
    e = absorb_last(points, transcript)
    responses = Responses(
        r=tuple((nonce + value * e) % ORDER for nonce, value in zip(r, witness.a, strict=True)),
        s=tuple((nonce + value * e) % ORDER for nonce, value in zip(s, witness.b, strict=True)),
        delta=(eta + delta * e + witness.alpha * e**2) % ORDER,
    )
    return InnerProductProof(rounds, points, responses)
