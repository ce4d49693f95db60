"""Data quality: the background data of the NCM example, weighted by hand before there was code."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from method.quality import Scores, is_within_limit, name_band, rate_quality
from method.rules import RULES

MEE, EU, MIIT = RULES["mee-2025-cff"], RULES["eu-cfb-2024-draft"], RULES["miit-551"]
# Every background flow of the NCM example: kgCO2e per pack, technology, time, geography.
BACKGROUND = (
    ("338.949616", 2, 1, 2), ("325.1001622", 2, 1, 2), ("739.9510038", 2, 1, 3), ("675.8602404", 2, 1, 2),
    ("44.27838", 3, 2, 3), ("148.51993", 3, 2, 3), ("49.7109806", 3, 2, 3), ("115.155", 3, 2, 3), ("14.5863", 3, 2, 3),
    ("184.8648", 2, 3, 3), ("603.4564", 2, 2, 3), ("100.8", 3, 2, 3), ("74.7", 3, 2, 3), ("17.25", 3, 2, 3),
    ("150.66", 2, 2, 3), ("6.21", 3, 2, 3), ("10.8", 3, 2, 3), ("3.28", 3, 2, 3), ("578.00988", 2, 2, 3),
    ("37.690506", 3, 2, 3), ("162.0", 4, 2, 3), ("28.5768", 3, 2, 3), ("42.0", 3, 2, 3), ("11.9", 3, 2, 3),
    ("37.8", 4, 2, 3), ("34.903", 3, 2, 3),
)  # fmt: skip
scores = st.builds(Scores, *(st.integers(1, 5) for _ in range(3)))
footprints = st.fractions(min_value=-1000, max_value=1000, max_denominator=100).filter(bool)
items = st.lists(st.tuples(footprints, scores), min_size=1, max_size=6)


def sum_quality(found: Iterable[tuple[Fraction, Scores]]) -> tuple[Fraction, Fraction]:
    """Sums of absolute kg and of absolute kg times three scores, as the lines of a calculation sum them."""
    pairs = list(found)
    return sum((abs(kg) for kg, _ in pairs), Fraction(0)), sum(
        (abs(kg) * one.total for kg, one in pairs), Fraction(0)
    )


def test_the_rating_of_the_ncm_background() -> None:
    # Expected: 4537.013 kg, rating 2.1794, limit 3.
    secondary, quality = sum_quality((Fraction(kg), Scores(*three)) for kg, *three in BACKGROUND)
    rating = rate_quality(quality, secondary)
    assert rating is not None
    assert (round(float(secondary), 3), round(float(rating), 4)) == (4537.013, 2.1794)
    assert is_within_limit(rating, MEE) is True
    assert name_band(rating, MEE) == "good"


@pytest.mark.parametrize(("three", "mean"), [((2, 1, 2), Fraction(5, 3)), ((5, 5, 5), Fraction(5))])
def test_a_data_set_is_rated_by_the_mean_of_three(three: tuple[int, int, int], mean: Fraction) -> None:
    secondary, quality = sum_quality([(Fraction(7), Scores(*three))])
    assert rate_quality(quality, secondary) == mean


@given(items)
def test_a_weighted_rating_lies_between_the_best_and_the_worst(found: list[tuple[Fraction, Scores]]) -> None:
    secondary, quality = sum_quality(found)
    rating = rate_quality(quality, secondary)
    rated = [Fraction(one.total, 3) for _, one in found]
    assert rating is not None and min(rated) <= rating <= max(rated)


@given(items, footprints)
def test_a_credit_weighs_as_much_as_a_burden(found: list[tuple[Fraction, Scores]], scale: Fraction) -> None:
    turned = [(kg * scale, one) for kg, one in found]
    assert rate_quality(*sum_quality(turned)[::-1]) == rate_quality(*sum_quality(found)[::-1])


def test_the_limit_and_the_edges_of_each_rule_set() -> None:
    # MEE draft 5.4.5: at most 3.0, edges go to the worse band. PEF method: edges go to the better band.
    assert [is_within_limit(Fraction(rating), MEE) for rating in ("3", "3.0001")] == [True, False]
    assert is_within_limit(Fraction(5), EU) is None
    edges = [Fraction(edge) for edge in ("1.5", "2", "3", "4")]
    assert [name_band(edge, MEE) for edge in edges] == ["very good", "good", "fair", "fair"]
    assert [name_band(edge, EU) for edge in edges] == ["excellent", "very good", "good", "fair"]
    assert (name_band(Fraction("4.1"), EU), name_band(Fraction(2), MIIT)) == ("poor", "")
