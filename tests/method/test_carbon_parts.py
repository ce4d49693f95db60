"""Fossil, biogenic and land use stay apart."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from method.carbon_parts import CarbonParts, add_parts, scale_parts
from method.errors import BadField

sizes = st.fractions(min_value=0, max_value=1000, max_denominator=1000)
parts = st.builds(CarbonParts, sizes, sizes, sizes, sizes.map(lambda size: -size))


def test_including_is_excluding_plus_uptake() -> None:
    # Method, traps: including = excluding + uptake; here 5 + 1 + 2 and -3.
    one = CarbonParts(Fraction(5), Fraction(1), Fraction(2), Fraction(-3))
    assert (one.excluding_uptake, one.including_uptake) == (8, 5)


@given(parts, parts, sizes)
def test_parts_are_linear(one: CarbonParts, two: CarbonParts, amount: Fraction) -> None:
    both = scale_parts(add_parts(one, two), amount)
    assert both.including_uptake == amount * (one.including_uptake + two.including_uptake)
    assert both.including_uptake <= both.excluding_uptake


def test_an_uptake_that_adds_and_a_release_that_takes_away_are_refused() -> None:
    with pytest.raises(BadField, match="at most 0"):
        CarbonParts(Fraction(1), Fraction(0), Fraction(0), Fraction(1))
    with pytest.raises(BadField, match="belongs to uptake"):
        CarbonParts(Fraction(1), Fraction(-1), Fraction(0), Fraction(0))
    with pytest.raises(BadField, match="amount"):
        scale_parts(CarbonParts(Fraction(1), Fraction(0), Fraction(0), Fraction(-1)), Fraction(-1))
