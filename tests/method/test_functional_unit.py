"""Total energy under each rule set; expected values are those of the drafts and of the MEE worked case."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from method.errors import BadField
from method.exact import encode_decimal
from method.functional_unit import (
    FunctionalUnit,
    cycles_of,
    life_energy_of,
    make_functional_unit_fields,
    parse_functional_unit,
    total_energy_of,
)
from method.rules import RULES

MEE, EU, MIIT = RULES["mee-2025-cff"], RULES["eu-cfb-2024-draft"], RULES["miit-551"]


def make_unit(**changes: Any) -> FunctionalUnit:
    record = {
        "model": "N100", "chemistry": "NCM", "pack_energy_kwh": "100", "usable_energy_kwh": "100",
        "warranty_years": "8",
    }  # fmt: skip
    return parse_functional_unit({**record, **changes})


def test_the_worked_case_of_the_mee_draft() -> None:
    # Drafting explanation, table 5-3: 100 kWh x 60 x 8 = 48 000 kWh.
    assert total_energy_of(make_unit(), MEE) == 48000


@pytest.mark.parametrize(
    ("vehicle", "cycles"),
    [("L", 20), ("M1", 60), ("N1", 60), ("M2", 250), ("M3", 250), ("N2", 250), ("N3", 250)],
)
def test_cycles_of_the_eu_draft_do_not_depend_on_the_maker(vehicle: str, cycles: int) -> None:
    # EU draft act of April 2024: M1, N1 60; L 20; M2, M3, N2, N3 250.
    assert cycles_of(make_unit(vehicle_category=vehicle), EU) == cycles
    assert cycles_of(make_unit(vehicle_category=vehicle, cycles_per_year="99"), EU) == cycles


def test_a_light_commercial_vehicle_has_360_cycles_by_the_mee_draft() -> None:
    # Drafting explanation, 5.4.1: 120 000 km a year, 20 000 km stand for 60 cycles.
    commercial = make_unit(vehicle_category="M1-commercial")
    assert cycles_of(commercial, MEE) == Fraction(120_000, 20_000) * 60 == 360
    assert cycles_of(make_unit(vehicle_category="M1-commercial", cycles_per_year="200"), MEE) == 200


def test_another_vehicle_needs_one_of_the_eu_values_and_a_reason() -> None:
    chosen = {"vehicle_category": "other", "cycles_per_year": "250"}
    with pytest.raises(BadField, match="say why in cycles_reason"):
        cycles_of(make_unit(**chosen), EU)
    assert cycles_of(make_unit(**chosen, cycles_reason="used as a bus is"), EU) == 250
    with pytest.raises(BadField, match="one of 20, 60, 250"):
        cycles_of(make_unit(vehicle_category="other", cycles_per_year="70", cycles_reason="so"), EU)
    with pytest.raises(BadField, match="cycles_per_year is missing"):
        cycles_of(make_unit(vehicle_category="other"), EU)
    with pytest.raises(BadField, match="no default for vehicle category N3"):
        cycles_of(make_unit(vehicle_category="N3"), MEE)


def test_a_mileage_warranty_becomes_years_and_the_shorter_counts() -> None:
    # EU draft: light vehicles 20 000 km a year (MEE drafting explanation 5.4.1): 120 000 km are 6 years.
    assert life_energy_of(make_unit(warranty_km="120000"), EU).years == 6
    assert life_energy_of(make_unit(warranty_km="200000"), EU).years == 8
    assert life_energy_of(make_unit(warranty_years=None, warranty_km="200000"), EU).years == 10
    assert total_energy_of(make_unit(warranty_km="120000"), EU) == 36000
    commercial = make_unit(vehicle_category="M1-commercial", warranty_km="600000")
    assert life_energy_of(commercial, MEE).years == 5
    with pytest.raises(BadField, match="no yearly mileage for vehicle category N3"):
        life_energy_of(make_unit(vehicle_category="N3", warranty_km="1"), EU)


def test_what_the_total_energy_is_the_product_of() -> None:
    life = life_energy_of(make_unit(warranty_km="120000"), MEE)
    assert life.limits == {"warranty_years": 8, "warranty_km": 6} and life.yearly_km == 20000
    assert (life.cycles, life.is_stated, life.years, life.total_kwh) == (60, False, 6, 36000)
    assert life_energy_of(make_unit(cycles_per_year="70"), MEE).is_stated
    measured = life_energy_of(make_unit(measured_cycles="1500"), MIIT)
    assert (measured.cycles, measured.years, measured.total_kwh) == (1500, None, 150_000)


def test_measured_cycles_count_under_the_miit_notice() -> None:
    # 100 kWh x 1500 cycles; the NCM example's partial footprint then is 0.049281 per kWh.
    energy = total_energy_of(make_unit(measured_cycles="1500"), MIIT)
    assert energy == 150_000
    assert encode_decimal(Fraction("7392.118") / energy, 6) == "0.049281"


def test_what_is_missing_is_named() -> None:
    with pytest.raises(BadField, match="measured_cycles is missing; miit-551"):
        total_energy_of(make_unit(), MIIT)
    for rules in (MEE, EU):
        with pytest.raises(BadField, match="warranty_years is missing"):
            total_energy_of(make_unit(warranty_years=None), rules)


def test_an_unknown_vehicle_category_is_refused() -> None:
    with pytest.raises(BadField, match="vehicle_category"):
        make_unit(vehicle_category="Z9")


@given(st.fractions(min_value=1, max_value=1000).map(lambda value: Fraction(round(value * 1000), 1000)))
def test_total_energy_is_linear_in_usable_energy(energy: Fraction) -> None:
    text = encode_decimal(energy)
    unit = make_unit(pack_energy_kwh=text, usable_energy_kwh=text, measured_cycles="1500")
    assert total_energy_of(unit, MEE) == energy * 480
    assert total_energy_of(unit, MIIT) == energy * 1500


def test_fields_are_read_back() -> None:
    unit = make_unit(measured_cycles="1500", warranty_km="150000", cycles_reason="")
    fields = make_functional_unit_fields(unit, EU)
    assert fields.pop("total_energy_kwh") == "45000"
    assert parse_functional_unit(fields) == unit
