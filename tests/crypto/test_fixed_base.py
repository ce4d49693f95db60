import os

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crypto import fixed_base, vector_bases
from crypto.fixed_base import FixedBases
from crypto.group import ORDER, G, H, make_generator, multi_multiply, sum_points
from crypto.vector_bases import sum_public, sum_secret, vector_generators, vector_terms

POINTS = (G, H, make_generator("one"), make_generator("two"))
TABLE = FixedBases(POINTS)
ROWS = np.arange(len(POINTS), dtype=np.intp)

EDGES = (0, 1, -1, 2, 127, 128, 129, 255, 256, 2**255, ORDER - 1, ORDER, ORDER + 1, ORDER // 2, -(2**256))
OFFSETS = tuple(sign * int.from_bytes(bytes([byte]) * 32) for sign in (1, -1) for byte in (127, 128, 129))


def plain(scalars, points=POINTS):
    return multi_multiply(zip(scalars, points, strict=True))


@pytest.mark.parametrize("edge", EDGES + OFFSETS)
def test_the_table_gives_what_multiplying_gives(edge):
    for scalars in ((edge, 0, 0, 0), (edge,) * 4, (edge, 5, -edge, 7)):
        assert TABLE.sum_secret(ROWS, scalars) == plain(scalars)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(-(2**300), 2**300), min_size=4, max_size=4))
def test_the_table_takes_scalars_of_any_sign_and_size(scalars):
    assert TABLE.sum_secret(ROWS, scalars) == plain(scalars)


def test_rows_choose_points():
    rows = np.array([3, 1], dtype=np.intp)
    assert TABLE.sum_secret(rows, (5, -9)) == plain((5, -9), (POINTS[3], POINTS[1]))


def test_a_sum_of_nothing_is_infinity():
    assert TABLE.sum_secret(ROWS, (0, 0, 0, 0)) is None
    assert TABLE.sum_secret(ROWS, (ORDER, 0, -ORDER, 0)) is None
    assert TABLE.sum_secret(ROWS[:0], ()) is None


def test_the_work_does_not_depend_on_the_scalars(monkeypatch):
    combine, sizes = fixed_base._combine, []
    monkeypatch.setattr(fixed_base, "_combine", lambda out, at: (sizes.append(len(at)), combine(out, at))[1])
    seen = set()
    for scalars in ((0,) * 4, (1,) * 4, (ORDER - 1, 0, 1, 2**200), (EDGES[-4], *OFFSETS[:3])):
        sizes.clear()
        TABLE.sum_secret(ROWS, scalars)
        assert min(sizes) > 0
        seen.add((len(sizes), sum(sizes)))
    assert len(seen) == 1


def test_public_sums_agree_before_and_after_their_table_is_made(monkeypatch):
    monkeypatch.setattr(vector_bases, "_uses", vector_bases.Counter())
    scalars = [int.from_bytes(os.urandom(32)) for _ in range(8)]
    wanted = multi_multiply(vector_terms(scalars[:4], scalars[4:]))
    for _ in range(vector_bases.TABLE_PAYS_FROM + 1):
        assert sum_public(scalars[:4], scalars[4:]) == wanted


def test_rows_of_the_vector_generators_are_g_then_h_then_the_two_of_commitments():
    points = (*vector_generators("G", 4), *vector_generators("H", 4), G, H)
    for row, point in enumerate(points):
        assert sum_secret(4, np.array([row], dtype=np.intp), (1,)) == point
    assert len({point.encode() for point in points}) == len(points)
    assert sum_points(points) is not None
