"""Lattice reduction, for attacks that solve for small integers behind few totals. Small dimensions only."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

Vector = list[int]


def reduce(basis: Sequence[Vector], delta: Fraction = Fraction(99, 100)) -> list[Vector]:
    """An LLL-reduced basis of the same lattice (Lenstra, Lenstra, Lovász 1982), in exact arithmetic."""
    rows = [list(row) for row in basis]
    orthogonal, factors = _orthogonalise(rows)
    k = 1
    while k < len(rows):
        for j in range(k - 1, -1, -1):
            quotient = round(factors[k][j])
            if quotient:
                rows[k] = [a - quotient * b for a, b in zip(rows[k], rows[j], strict=True)]
                for i in range(j + 1):
                    factors[k][i] -= quotient * (factors[j][i] if i < j else 1)
        if _dot(orthogonal[k], orthogonal[k]) >= (delta - factors[k][k - 1] ** 2) * _dot(
            orthogonal[k - 1], orthogonal[k - 1]
        ):
            k += 1
            continue
        rows[k], rows[k - 1] = rows[k - 1], rows[k]
        orthogonal, factors = _orthogonalise(rows)
        k = max(k - 1, 1)
    return rows


def solve_small(
    equations: Sequence[tuple[Sequence[int], int]], guesses: Sequence[int], slack: int = 1
) -> list[int]:
    """Integers x near `guesses` with sum of coefficient*x = total in each equation, up to errors of about `slack`
    times as much as x may differ from its guess; the best that the reduced basis of Kannan's embedding holds, or the
    guesses when it holds nothing.
    """
    size, scale = len(guesses), max(guesses)
    rows = [
        [slack * (i == j) for j in range(size)] + [0] + [coefficients[i] for coefficients, _ in equations]
        for i in range(size)
    ]
    misses = [
        sum(c * g for c, g in zip(coefficients, guesses, strict=True)) - total
        for coefficients, total in equations
    ]
    rows.append([0] * size + [slack * scale] + misses)
    ends = [row for row in reduce(rows) if abs(row[size]) == slack * scale]
    if not ends:
        return list(guesses)
    found = min(ends, key=lambda row: sum(value * value for value in row))
    sign = 1 if found[size] > 0 else -1
    return [guess + sign * shift // slack for guess, shift in zip(guesses, found[:size], strict=True)]


def _dot(one: Sequence[Fraction], other: Sequence[Fraction]) -> Fraction:
    return sum((a * b for a, b in zip(one, other, strict=True)), Fraction(0))


def _orthogonalise(rows: Sequence[Vector]) -> tuple[list[list[Fraction]], list[list[Fraction]]]:
    orthogonal: list[list[Fraction]] = []
    factors: list[list[Fraction]] = []
    for row in rows:
        rest = [Fraction(value) for value in row]
        exact, own = list(rest), []
        for other in orthogonal:
            factor = _dot(exact, other) / _dot(other, other)
            own.append(factor)
            rest = [a - factor * b for a, b in zip(rest, other, strict=True)]
        orthogonal.append(rest)
        factors.append([*own, *[Fraction(0)] * (len(rows) - len(own))])
    return orthogonal, factors
