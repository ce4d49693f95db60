"""Dense equations are found exactly: held against every subset, and against linear algebra with random coefficients."""

import itertools
import random
from collections.abc import Sequence
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from crypto.group import ORDER
from protocol.equations import KNOWN_FROM, find_tightest

SYSTEMS = st.lists(
    st.frozensets(st.integers(1, 6), max_size=5).map(lambda s: s | {0}), min_size=1, max_size=7
)


def counted(system: Sequence[frozenset[int]]) -> dict[frozenset[int], int]:
    return {unknowns: system.count(unknowns) for unknowns in system}


def densest(system: Sequence[frozenset[int]]) -> Fraction:
    """The most equations for each unknown over all subsets of the equations."""
    subsets = (
        subset for size in range(1, len(system) + 1) for subset in itertools.combinations(system, size)
    )
    return max(Fraction(len(subset), len(frozenset().union(*subset))) for subset in subsets)


def is_determined(system: Sequence[frozenset[int]], unknown: int, seed: int) -> bool:
    """Whether equations with random coefficients mod a prime fix an unknown: its unit vector is in the row space."""
    draw = random.Random(seed)
    rows = [[draw.randrange(1, ORDER) if u in unknowns else 0 for u in range(7)] for unknowns in system]
    target = [int(u == unknown) for u in range(7)]
    return rank(rows) == rank([*rows, target])


def rank(rows: Sequence[Sequence[int]]) -> int:
    left, found = [list(row) for row in rows], 0
    for column in range(7):
        pivot = next((row for row in left if row[column]), None)
        if pivot is None:
            continue
        found += 1
        left.remove(pivot)
        inverse = pow(pivot[column], -1, ORDER)
        left = [
            [(a - row[column] * inverse * b) % ORDER for a, b in zip(row, pivot, strict=True)] for row in left
        ]
    return found


@given(SYSTEMS)
def test_equations_are_dense_exactly_when_some_of_them_are(system: list[frozenset[int]]) -> None:
    found = find_tightest(counted(system))
    assert (found is not None) == (densest(system) >= KNOWN_FROM)
    if found is not None:
        assert Fraction(*found) >= KNOWN_FROM


@given(SYSTEMS, st.integers(0, 6), st.integers())
def test_whatever_linear_algebra_can_solve_is_called_known(
    system: list[frozenset[int]], unknown: int, seed: int
) -> None:
    if is_determined(system, unknown, seed):
        assert find_tightest(counted(system)) is not None


def test_a_dense_group_is_found_behind_a_wide_total() -> None:
    wide = frozenset(range(50))
    groups = [{0, 1, 2}, {0, 1, 3}, {0, 2, 3}]
    equations = {wide: 1, **{frozenset(group): 1 for group in groups}}
    assert find_tightest(equations) == (3, 4)
    assert find_tightest({wide: 1}) is None
    assert find_tightest({wide: 29}) is None
    assert find_tightest({wide: 30}) == (30, 50)
