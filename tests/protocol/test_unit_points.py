"""The unit footprint's commitment is the plain sum of coefficients times commitments, however it is computed."""

from types import SimpleNamespace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from crypto.group import B, multi_multiply, multiply
from protocol.declaring import unit_points

TOTAL = st.integers(-(2**40) + 1, 2**40 - 1)
SMALL = st.integers(0, 15)


@st.composite
def coefficients(draw: st.DrawFn) -> tuple[int, int, int, int]:
    """As the method makes them, and sometimes not."""
    total, biogenic, scores = draw(TOTAL), draw(TOTAL), draw(SMALL)
    if draw(st.booleans()):
        return total, biogenic, abs(total), scores * abs(total)
    return total, 0, draw(TOTAL), draw(TOTAL)


@settings(max_examples=30, deadline=None)
@given(st.lists(coefficients(), min_size=1, max_size=6), st.booleans())
def test_unit_points_are_the_plain_sums(rows: list[tuple[int, int, int, int]], repeats: bool) -> None:
    points = [multiply(B, 1 if repeats else number + 1) for number in range(len(rows))]
    declaration: Any = SimpleNamespace(lines=[SimpleNamespace(amount=point) for point in points])
    template: Any = SimpleNamespace(coefficients=tuple(rows))
    expected = tuple(multi_multiply(zip(column, points, strict=True)) for column in zip(*rows, strict=True))
    assert unit_points(declaration, template) == expected


def test_unit_points_that_cancel_are_infinity() -> None:
    declaration: Any = SimpleNamespace(lines=[SimpleNamespace(amount=B), SimpleNamespace(amount=B)])
    template: Any = SimpleNamespace(coefficients=((5, 0, 5, 20), (-5, 0, 5, 20)))
    assert unit_points(declaration, template) == (None, None, multiply(B, 10), multiply(B, 40))
