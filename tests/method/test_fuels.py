"""Fuels: heating values by their published tables, and the two bases kept apart."""

from __future__ import annotations

from fractions import Fraction

import pytest

from method.category import LINE_KINDS
from method.conversions import CONVERSIONS, convert_for
from method.errors import BadField, WrongKind
from method.fuels import FUELS, hot_water_energy, steam_energy, to_lower

# GB/T 2589-2008 annex A in kJ per kg or m3; NDRC guideline of other industries, annex 2, in GJ per t.
GB_2589 = {
    "natural_gas": 35544, "lpg": 50179, "gasoline": 43070, "diesel": 42652, "kerosene": 43070, "fuel_oil": 41816,
    "raw_coal": 20908, "cleaned_coal": 26344, "coke": 28435,
}  # fmt: skip
NDRC = {"anthracite": "24.515", "bituminous_coal": "23.204", "lignite": "14.449"}
# IPCC 2006, volume 2, table 1.2: default net calorific values, TJ per Gg, with their 95 % limits.
IPCC = {
    "lpg": ("47.3", 44.8, 52.2), "gasoline": ("44.3", 42.5, 44.8), "diesel": ("43.0", 41.4, 43.3),
    "kerosene": ("43.8", 42.4, 45.2), "fuel_oil": ("40.4", 39.8, 41.7), "coke": ("28.2", 25.1, 30.2),
    "anthracite": ("26.7", 21.6, 32.2), "bituminous_coal": ("25.8", 19.9, 30.5), "lignite": ("11.9", 5.5, 21.6),
}  # fmt: skip


def test_heating_values_of_the_chinese_tables() -> None:
    expected = {code: Fraction(value, 1000) for code, value in GB_2589.items()}
    expected |= {code: Fraction(value) for code, value in NDRC.items()}
    assert {code: fuel.lower for code, fuel in FUELS.items()} == expected


def test_heating_values_of_the_ipcc_stand_beside_them() -> None:
    known = {code: fuel.ipcc_lower for code, fuel in FUELS.items() if fuel.ipcc_lower is not None}
    assert known == {code: Fraction(value) for code, (value, _, _) in IPCC.items()}


def test_chinese_values_lie_in_the_range_of_the_ipcc() -> None:
    # Fuel oil of the Chinese table lies 0.3 % above the upper limit.
    for code, (_, low, high) in IPCC.items():
        assert low <= FUELS[code].lower <= high * 1.005, code


@pytest.mark.parametrize("code", sorted(FUELS))
def test_a_line_of_each_fuel_reads_what_was_bought(code: str) -> None:
    fuel = FUELS[code]
    assert code in LINE_KINDS
    assert convert_for(Fraction(2), fuel.unit, "MJ", code) == 2 * fuel.lower
    assert CONVERSIONS[code].basis == "lower heating value"
    with pytest.raises(WrongKind, match=f"{code} is given in {fuel.unit} or MJ"):
        convert_for(Fraction(1), "km", "MJ", code)


def test_a_tonne_of_diesel_is_42_gigajoules_and_its_litre_is_not_guessed() -> None:
    assert convert_for(Fraction(1), "t", "GJ", "diesel") == Fraction("42.652")
    with pytest.raises(WrongKind, match="diesel is given in kg or MJ"):
        convert_for(Fraction(1), "L", "MJ", "diesel")


def test_the_higher_heating_value_by_the_convention_of_the_ipcc() -> None:
    # IPCC 2006, volume 2, 1.4.1.2: lower is 5 % below higher for coal and oil, 10 % for gas.
    assert to_lower(FUELS["natural_gas"], Fraction(100)) == 90
    assert to_lower(FUELS["diesel"], Fraction(100)) == to_lower(FUELS["lignite"], Fraction(100)) == 95


def test_bought_heat_by_enthalpy() -> None:
    # NDRC guidelines: AD = mass x (enthalpy - 83.74); water 4.1868 kJ per kg and degree above 20.
    assert steam_energy(Fraction(1000), Fraction("2783.74")) == 2700
    assert hot_water_energy(Fraction(1000), Fraction(70)) == Fraction("209.34")
    assert steam_energy(Fraction(1000), Fraction("83.74")) == hot_water_energy(Fraction(5), Fraction(20)) == 0


@pytest.mark.parametrize(("mass", "enthalpy"), [("-1", "2700"), ("1", "83.73")])
def test_bought_heat_below_nothing_is_refused(mass: str, enthalpy: str) -> None:
    with pytest.raises(BadField, match="at least"):
        steam_energy(Fraction(mass), Fraction(enthalpy))
    with pytest.raises(BadField, match="at least"):
        hot_water_energy(Fraction(-1), Fraction(70))
    with pytest.raises(BadField, match="20 °C"):
        hot_water_energy(Fraction(1), Fraction(19))
