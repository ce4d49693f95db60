"""From period totals to unit footprints, exact and in fixed point."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from method.activity import ActivityRecord, make_line_amounts
from method.category import Category, parse_category
from method.coefficient import LIMIT, amount_to_fixed, make_coefficients, quantity_to_fixed
from method.errors import BadField, BadOutput, OutOfRange, WrongFactor
from method.factor import Factor, parse_factor
from method.footprint import make_fixed_footprint, make_unit_footprint
from method.rules import DEFAULT_METHOD, RULES

amounts = st.fractions(min_value=0, max_value=1_000_000)
BASIS = (RULES[DEFAULT_METHOD], "partial")
SECRET = Fraction("1234567.891")


def make_record(line: str, amount: Fraction, unit: str, share: Fraction = Fraction(1)) -> ActivityRecord:
    return ActivityRecord(line, "2025-01-01", "2025-12-31", amount, unit, share, "", "", "", "", 1)


@pytest.fixture
def category(category_record: dict[str, Any]) -> Category:
    category_record["lines"][2]["coefficient"] = "-1/2"
    return parse_category(category_record)


@pytest.fixture
def factors(factor_record: dict[str, Any]) -> dict[str, Factor]:
    gas = {**factor_record, "code": "gas", "total": "0.0561", "unit": "MJ"}
    scrap = {**factor_record, "code": "scrap", "total": "2", "unit": "kg"}
    return {record["code"]: parse_factor(record) for record in (factor_record, gas, scrap)}


@pytest.fixture
def records() -> list[ActivityRecord]:
    return [
        make_record("output", Fraction(2), "t"),
        make_record("electricity", Fraction(3), "MWh"),
        make_record("electricity", Fraction(4000), "kWh", Fraction(1, 4)),
        make_record("gas", Fraction(100), "m3"),
        make_record("credit", Fraction(400), "kg"),
    ]


def test_totals_over_output_become_amounts_per_declared_unit(
    category: Category, records: list[ActivityRecord]
) -> None:
    # (3000 + 4000 * 1/4) kWh / 2000 kg; 100 m3 * 35.544 MJ/m3 / 2000 kg; 400 kg / 2000 kg.
    assert [item.amount for item in make_line_amounts(records, category)] == [
        Fraction(2),
        Fraction("1.7772"),
        Fraction("0.2"),
    ]


def test_lines_without_records_have_amount_zero_and_the_default_factor(category: Category) -> None:
    lines = make_line_amounts([make_record("output", Fraction(1), "kg")], category)
    assert [(line.line, line.factor, line.amount) for line in lines] == [
        ("electricity", "grid", 0),
        ("gas", "gas", 0),
        ("credit", "scrap", 0),
    ]


@pytest.mark.parametrize("output", [[], [make_record("output", Fraction(0), "kg")]])
def test_activity_without_output_is_refused(category: Category, output: list[ActivityRecord]) -> None:
    with pytest.raises(BadOutput, match="more than zero"):
        make_line_amounts(output, category)


def test_the_four_indicators_of_a_unit_footprint(
    category: Category, factors: dict[str, Factor], records: list[ActivityRecord]
) -> None:
    footprint = make_unit_footprint(category, make_line_amounts(records, category), factors, *BASIS)
    electricity, gas, credit = (
        2 * Fraction("0.5777"),
        Fraction("1.7772") * Fraction("0.0561"),
        Fraction("-0.2"),
    )
    biogenic = Fraction("0.01") * (2 + Fraction("1.7772") - Fraction("0.1"))
    secondary = gas + abs(credit)
    assert footprint.indicators == (electricity + gas + credit, biogenic, secondary, 5 * secondary)


def test_amounts_out_of_template_order_are_refused(
    category: Category, factors: dict[str, Factor], records: list[ActivityRecord]
) -> None:
    lines = make_line_amounts(records, category)
    with pytest.raises(BadField, match="in order"):
        make_unit_footprint(category, lines[::-1], factors, *BASIS)


def test_an_unpublished_factor_is_refused(
    category: Category, factors: dict[str, Factor], records: list[ActivityRecord]
) -> None:
    del factors["gas"]
    with pytest.raises(WrongFactor, match="not published"):
        make_unit_footprint(category, make_line_amounts(records, category), factors, *BASIS)


def test_coefficients_in_fixed_point(category: Category, factors: dict[str, Factor]) -> None:
    electricity, gas, credit = category.lines
    assert make_coefficients(electricity, factors["grid"], *BASIS) == (577700, 10000, 0, 0)
    assert make_coefficients(gas, factors["gas"], *BASIS) == (56100, 10000, 56100, 5 * 56100)
    assert make_coefficients(credit, factors["scrap"], *BASIS) == (-1000000, -5000, 1000000, 5000000)


@pytest.mark.parametrize(("total", "expected"), [("0.0000005", 0), ("0.0000015", 2), ("0.0000025", 2)])
def test_coefficients_round_half_to_even(
    category_record: dict[str, Any], factor_record: dict[str, Any], total: str, expected: int
) -> None:
    line = parse_category(category_record).lines[0]
    assert make_coefficients(line, parse_factor({**factor_record, "total": total}), *BASIS)[0] == expected


def test_a_coefficient_of_2_to_the_40_is_refused(
    category_record: dict[str, Any], factor_record: dict[str, Any]
) -> None:
    line = parse_category(category_record).lines[0]
    make_coefficients(line, parse_factor({**factor_record, "total": "1099511.627775"}), *BASIS)
    with pytest.raises(OutOfRange):
        make_coefficients(line, parse_factor({**factor_record, "total": "1099511.627776"}), *BASIS)


@given(amounts, st.sampled_from([1, -1]))
def test_rounding_an_amount_never_understates_its_line(amount: Fraction, sign: int) -> None:
    fixed = amount_to_fixed(amount, sign * 577700)
    assert sign * fixed >= sign * amount * 10**6
    assert abs(fixed - amount * 10**6) < 1


@pytest.mark.parametrize("amount", [Fraction(-1, 10**6), Fraction(LIMIT, 10**6)])
def test_amounts_outside_the_range_are_refused_without_naming_them(amount: Fraction) -> None:
    with pytest.raises(OutOfRange) as caught:
        amount_to_fixed(amount, 1)
    assert str(amount) not in str(caught.value)


def test_quantities_round_up_and_stay_in_range() -> None:
    assert quantity_to_fixed(Fraction("18.8606")) == 18861
    for bad in (Fraction(0), Fraction(-1), Fraction(2**32, 1000)):
        with pytest.raises(OutOfRange):
            quantity_to_fixed(bad)


@given(st.lists(amounts, min_size=3, max_size=3))
def test_the_fixed_footprint_is_above_the_exact_one_by_less_than_its_last_digits(
    values: list[Fraction],
) -> None:
    coefficients = [(577700, 0, 0, 0), (56100, 0, 56100, 280500), (-1000000, 0, 1000000, 5000000)]
    fixed = make_fixed_footprint(
        [amount_to_fixed(value, w[0]) for value, w in zip(values, coefficients, strict=True)], coefficients
    )
    exact = sum(value * w[0] * 10**6 for value, w in zip(values, coefficients, strict=True))
    assert exact <= fixed[0] < exact + sum(abs(w[0]) for w in coefficients)


@given(st.lists(amounts, min_size=2, max_size=5), amounts.filter(lambda x: x > 0))
def test_splitting_a_record_changes_nothing(parts: list[Fraction], output: Fraction) -> None:
    category = parse_category(LINES_ONLY)
    whole = [make_record("output", output, "kg"), make_record("electricity", sum(parts, Fraction(0)), "kWh")]
    split = [
        make_record("output", output, "kg"),
        *(make_record("electricity", part, "kWh") for part in parts),
    ]
    assert make_line_amounts(whole, category) == make_line_amounts(split, category)


def test_private_numbers_stay_out_of_every_repr(category: Category, factors: dict[str, Factor]) -> None:
    records = [make_record("output", Fraction(1), "kg"), make_record("electricity", SECRET, "kWh")]
    lines = make_line_amounts(records, category)
    footprint = make_unit_footprint(category, lines, factors, *BASIS)
    for text in (repr(records), repr(lines), repr(footprint), repr(footprint.lines)):
        assert "1234567" not in text
        assert "redacted" in text


LINES_ONLY: dict[str, Any] = {
    "code": "powder", "version": 1, "name_zh": "粉", "name_en": "Powder", "declared_unit": "kg",
    "stages": ["raw_material_and_parts"],
    "lines": [
        {
            "code": "electricity", "name_zh": "电", "name_en": "Electricity", "unit": "kWh", "kind": "electricity",
            "coefficient": "1", "secondary": False, "accepts": [], "default_factor": "grid",
        }
    ],
    "reference": ["1", "0", "0", "0"], "quantity_low": "1", "quantity_high": "2",
}  # fmt: skip
