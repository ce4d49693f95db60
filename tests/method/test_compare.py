"""Two readings of one pack: the NCM example's published stages, and the words that follow from the rule sets."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest

from method.compare import Reading, describe_differences, describe_energy
from method.functional_unit import parse_functional_unit
from method.rules import RULES, STAGES

UNIT = parse_functional_unit(
    {
        "model": "N100", "chemistry": "NCM622", "vehicle_category": "M1", "pack_energy_kwh": "100",
        "usable_energy_kwh": "100", "cycles_per_year": "60", "warranty_years": "8", "measured_cycles": "1500",
    }
)  # fmt: skip
# Stages of the 100 kWh NCM example: full CFF with A 0.5, full with the EU's A, partial.
MEE_FULL = ("6432.109", "1057.101", "243.917", "-1181.608")
EU_FULL = ("6636.715", "1057.101", "243.917", "-1963.279")
PARTIAL = ("6091.1", "1057.101", "243.917")


def read(method: str, boundary: str, stages: tuple[str, ...]) -> Reading:
    kg = dict(zip(STAGES, map(Fraction, stages), strict=False))
    return Reading(RULES[method], boundary, UNIT, kg, Fraction(0))


MEE = read("mee-2025-cff", "full", MEE_FULL)
EU = read("eu-cfb-2024-draft", "full", EU_FULL)


def english(base: Reading, other: Reading) -> str:
    found = describe_differences(base, other)
    assert all(zh and en for zh, en in found)
    return "\n".join(en for _, en in found)


def test_the_formula_of_total_energy_in_words() -> None:
    assert describe_energy(UNIT, MEE.rules)[1] == (
        "usable energy 100 kWh x 60 cycles a year x 8 years of warranty = 48000 kWh"
    )
    assert "1500 measured cycles = 150000 kWh" in describe_energy(UNIT, RULES["miit-551"])[1]
    assert "每年 60 次" in describe_energy(UNIT, EU.rules)[0]


def test_the_mee_draft_against_the_eu_draft() -> None:
    text = english(MEE, EU)
    assert "Total energy" not in text
    assert "mee-2025-cff full 6432.109 kg, eu-cfb-2024-draft full 6636.715 kg (+204.606 kg)" in text
    assert "(-781.671 kg)" in text
    assert "Battery production" not in text
    assert "0.5 and 0.2 for metals" in text and "plastics" not in text
    assert "Accepted electricity differs" in text
    assert "should be at most 3; eu-cfb-2024-draft full has bands and no known limit" in text


def test_the_boundary_explains_the_raw_material_stage() -> None:
    text = english(read("mee-2025-cff", "partial", PARTIAL), MEE)
    assert "leaves the end of life out" in text and "changes the raw material stage as well" in text
    assert "(+341.009 kg)" in text and "allocation factor" not in text


def test_measured_cycles_spread_the_same_kilograms_over_more_energy() -> None:
    text = english(MEE, read("miit-551", "full", MEE_FULL))
    assert "3.125 times as much" in text
    assert "kg (" not in text and "Recycling is computed" not in text


def test_the_formula_as_printed_is_told_apart() -> None:
    text = english(MEE, read("mee-2025-literal", "full", MEE_FULL))
    assert "Recycling is computed differently" in text and "by formula (3) as printed" in text


def test_electricity_that_is_not_accepted_is_named_with_its_kilograms() -> None:
    text = english(MEE, replace(EU, strict_kg=Fraction("12.3456")))
    assert "counted at the national average, changes its total by +12.346 kg" in text


@pytest.mark.parametrize("reading", [MEE, EU])
def test_a_reading_does_not_differ_from_itself(reading: Reading) -> None:
    assert describe_differences(reading, reading) == ()
    assert reading.total_kg == sum(reading.stages.values())
