"""Exact numbers: what is read, and the one place where digits are dropped."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from method.errors import BadNumber
from method.exact import (
    encode_at_most,
    encode_decimal,
    encode_rational,
    parse_decimal,
    parse_rational,
    round_down,
    round_half_even,
    round_up,
)

fractions = st.fractions(min_value=-(10**12), max_value=10**12)


@pytest.mark.parametrize(
    ("text", "value"), [("0", 0), ("-12.50", Fraction(-25, 2)), ("0.000001", Fraction(1, 10**6))]
)
def test_plain_decimals_are_read(text: str, value: Fraction) -> None:
    assert parse_decimal(text, "x") == value


@pytest.mark.parametrize(
    "bad", ["", "+1", "01", "1.", ".5", "1e3", "NaN", "1/2", "1,5", "１", "1 ", 1, 1.5, None, "9" * 19]
)
def test_anything_else_is_no_decimal(bad: object) -> None:
    with pytest.raises(BadNumber, match="plain decimal"):
        parse_decimal(bad, "x")


@pytest.mark.parametrize("bad", ["", "1/0", "1/-2", "0.5", "01", "1/02", "1//2", 1])
def test_anything_else_is_no_rational(bad: object) -> None:
    with pytest.raises(BadNumber, match="rational"):
        parse_rational(bad, "x")


@given(fractions)
def test_rationals_survive_a_round_trip(value: Fraction) -> None:
    assert Fraction(encode_rational(value)) == value


@given(st.integers(-(10**30), 10**30), st.integers(0, 15))
def test_decimals_survive_a_round_trip(digits: int, places: int) -> None:
    value = Fraction(digits, 10**places)
    assert Fraction(encode_decimal(value)) == value


@given(fractions)
def test_rounding_brackets_the_value(value: Fraction) -> None:
    assert round_down(value) <= value <= round_up(value) < value + 1
    assert abs(round_half_even(value) - value) <= Fraction(1, 2)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Fraction(2, 3), "0.666666666666667"), (Fraction(-1, 10**20), "0"), (Fraction(100), "100"),
        (Fraction(-25, 2), "-12.5"), (Fraction(5, 10**16), "0"), (Fraction(15, 10**16), "0.000000000000002"),
    ],
)  # fmt: skip
def test_known_decimals(value: Fraction, text: str) -> None:
    assert encode_decimal(value) == text


@given(fractions)
def test_a_bound_that_holds_at_most_is_written_at_or_above_it(value: Fraction) -> None:
    written = Fraction(encode_at_most(value, 3))
    assert value <= written < value + Fraction(1, 1000)
