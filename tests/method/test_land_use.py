"""Biogenic carbon and land use are parts of a factor's total, and the three parts of a footprint are all of it."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from method.activity import LineAmount
from method.category import parse_category
from method.errors import BadNumber
from method.factor import find_parts_above, make_factor_fields, parse_factor
from method.factor_table import encode_factor_row, parse_factor_row
from method.footprint import UnitFootprint, make_unit_footprint
from method.rules import FULL, RULES

KG = st.decimals(-(10**6), 10**6, places=9).map(lambda value: f"{value:f}" if value else "0")
WOOD = {"code": "wood", "unit": "kg", "total": "-0.3", "biogenic": "-1.8", "land_use": "0.3"}


@pytest.mark.parametrize(
    ("total", "biogenic", "land_use", "above"),
    [
        ("1", "1", "0", ()),
        ("1", "0.4", "0.6", ()),
        ("1", "1.1", "0", ("biogenic",)),
        ("0", "0", "0.1", ("land_use",)),
        ("1", "2", "3", ("biogenic", "land_use")),
        ("1", "0.6", "0.5", ("biogenic", "land_use")),
        ("0.3", "-0.6", "0.4", ()),
        ("-0.3", "-1.8", "0.3", ()),
        ("-2", "0.1", "0", ()),
    ],
)
def test_a_part_is_above_its_total_unless_another_is_negative(
    factor_record: dict[str, Any], total: str, biogenic: str, land_use: str, above: tuple[str, ...]
) -> None:
    given = {**factor_record, "total": total, "biogenic": biogenic, "land_use": land_use}
    assert find_parts_above(parse_factor(given)) == above


def weigh(
    factor_record: dict[str, Any], role: str, coefficient: str, method: str, boundary: str
) -> UnitFootprint:
    """4 kg on one line under the wood factor."""
    wood = parse_factor({**factor_record, **WOOD})
    line = {
        "code": "frame", "name_zh": "框", "name_en": "Frame", "unit": "kg", "kind": "material",
        "coefficient": coefficient, "secondary": True, "accepts": ["wood"], "default_factor": "wood",
        "role": role, "material": "" if role == "activity" else "other",
    }  # fmt: skip
    category = parse_category(
        {
            "code": "part", "version": 1, "name_zh": "件", "name_en": "Part", "declared_unit": "kg",
            "stages": ["raw_material_and_parts"], "lines": [line], "reference": ["1", "0", "0", "0"],
            "quantity_low": "1", "quantity_high": "2",
        }
    )  # fmt: skip
    amounts = [LineAmount("frame", "wood", Fraction(4))]
    return make_unit_footprint(category, amounts, {"wood": wood}, RULES[method], boundary)


def test_a_total_with_uptake_is_the_total_without_it_and_the_uptake(factor_record: dict[str, Any]) -> None:
    # ISO 14067: fossil 1.2, land use 0.3, uptake 1.8 kg of CO2 per kg of wood.
    wood = parse_factor({**factor_record, **WOOD})
    excluding, uptake = Fraction("1.5"), Fraction("-1.8")
    assert (wood.fossil, wood.land_use) == (Fraction("1.2"), Fraction("0.3"))
    assert wood.fossil + wood.land_use == excluding
    assert wood.total == excluding + uptake


@pytest.mark.parametrize(
    ("role", "coefficient", "method", "boundary", "expected"),
    [
        # 4 kg x 0.3; the line's coefficient; a credit.
        ("activity", "1", "mee-2025-cff", FULL, "1.2"),
        ("activity", "5/2", "mee-2025-cff", "partial", "3"),
        ("activity", "-1", "mee-2025-cff", FULL, "-1.2"),
        # Circular footprint formula, A 0.5: 1 - A of recycled input counts as virgin, nothing in a partial boundary.
        ("recycled_input_virgin", "1", "mee-2025-cff", FULL, "0.6"),
        ("recycled_input_virgin", "1", "mee-2025-cff", "partial", "0"),
        ("recycled_output_avoided", "1", "eu-cfb-2024-draft", FULL, "-0.6"),
    ],
)
def test_land_use_is_weighted_as_the_total_of_its_line(
    factor_record: dict[str, Any], role: str, coefficient: str, method: str, boundary: str, expected: str
) -> None:
    found = weigh(factor_record, role, coefficient, method, boundary)
    assert found.land_use == Fraction(expected)
    # -0.3 and -1.8 to 0.3 per kg.
    assert found.indicators[:2] == (-Fraction(expected), -6 * Fraction(expected))
    fossil = 4 * Fraction(expected)
    assert fossil + found.indicators[1] + found.land_use == found.indicators[0]


def test_a_factor_that_does_not_state_land_use_has_none(factor_record: dict[str, Any]) -> None:
    without = {name: value for name, value in factor_record.items() if name != "land_use"}
    assert parse_factor(without) == parse_factor({**without, "land_use": "0"})
    assert make_factor_fields(parse_factor(without))["land_use"] == "0"


@pytest.mark.parametrize("bad", ["", "1e3", "+1", "0,5", ".5", "1/3", 0.5, 1, None, "NaN"])
def test_land_use_other_than_a_plain_decimal_is_refused(factor_record: dict[str, Any], bad: object) -> None:
    with pytest.raises(BadNumber, match="land_use"):
        parse_factor({**factor_record, "land_use": bad})


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(total=KG, biogenic=KG, land_use=KG)
def test_any_three_parts_survive_and_sum_to_the_total(
    factor_record: dict[str, Any], total: str, biogenic: str, land_use: str
) -> None:
    made = parse_factor({**factor_record, "total": total, "biogenic": biogenic, "land_use": land_use})
    assert made.fossil + made.biogenic + made.land_use == Fraction(total)
    assert parse_factor(make_factor_fields(made)) == made
    assert parse_factor_row(encode_factor_row(made)) == made


def test_an_empty_cell_of_a_csv_is_no_land_use(factor_record: dict[str, Any]) -> None:
    row = encode_factor_row(parse_factor({**factor_record, "land_use": "0.004"}))
    assert row["land_use"] == "0.004"
    assert parse_factor_row({**row, "land_use": ""}).land_use == 0
