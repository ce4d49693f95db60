"""Lines of gases, transport and electricity worked out by hand, under the factors that ship."""

from __future__ import annotations

import tomllib
from fractions import Fraction
from typing import Any

import pytest

from coordinator.shipped import shipped_files
from method.activity import LineAmount
from method.category import parse_category
from method.factor import Factor, parse_factor
from method.footprint import make_unit_footprint
from method.rules import RULES
from method.units import convert

SHIPPED: dict[str, Factor] = {
    record["code"]: parse_factor(record)
    for path in shipped_files()
    for record in tomllib.loads(path.read_text("utf-8")).get("factor", [])
}


def make_line(factor: str, kind: str) -> dict[str, Any]:
    return {
        "code": factor, "name_zh": "行", "name_en": "Line", "unit": SHIPPED[factor].unit, "kind": kind,
        "coefficient": "1", "secondary": False, "accepts": [factor], "default_factor": factor,
    }  # fmt: skip


def weigh(*lines: tuple[str, str, Fraction]) -> Fraction:
    """kgCO2e of (factor, kind, amount) lines; under every rule set the same."""
    category = parse_category(
        {
            "code": "part", "version": 1, "name_zh": "件", "name_en": "Part", "declared_unit": "kg",
            "stages": ["distribution"], "lines": [make_line(factor, kind) for factor, kind, _ in lines],
            "reference": ["1", "0", "0", "0"], "quantity_low": "1", "quantity_high": "2",
        }
    )  # fmt: skip
    amounts = [LineAmount(factor, factor, amount) for factor, _, amount in lines]
    found = {
        make_unit_footprint(category, amounts, SHIPPED, rules, boundary).indicators[0]
        for rules in RULES.values()
        for boundary in rules.boundaries
    }
    (total,) = found
    return total


def test_a_sum_of_gases() -> None:
    # IPCC AR6, table 7.SM.7: 2 kg of methane and 1 kg of sulfur hexafluoride, 2 x 27.9 + 25200.
    gases = [("gwp-ch4-ar6", Fraction(2)), ("gwp-sf6-ar6", Fraction(1))]
    assert weigh(*((code, "direct_emission", kg) for code, kg in gases)) == Fraction("25255.8")


@pytest.mark.parametrize(
    ("mode", "expected"), [("road", "288.8"), ("rail", "11.4"), ("water", "76"), ("air", "5335.2")]
)
def test_a_journey_by_each_mode(mode: str, expected: str) -> None:
    # MEE draft, formula (4) and table 5-2: 2000 kg over 1900 km are 3800 t·km.
    work = convert(2000, "kg", "t") * 1900
    assert weigh((f"transport-{mode}", "transport", work)) == Fraction(expected)


def test_electricity_of_two_models() -> None:
    # Notices on carbon footprint factors: 540 kWh of wind at 0.0336, 1000 kWh at the average of 2024, 0.5777.
    lines = (("electricity-wind-cn-2023", Fraction(540)), ("electricity-cn-2024", Fraction(1000)))
    assert weigh(*((code, "electricity", kwh) for code, kwh in lines)) == Fraction("595.844")
