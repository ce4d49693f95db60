"""Units: exact, closed, in two languages. pint is the independent judge of every scale."""

from decimal import Decimal
from fractions import Fraction

import pint
import pytest
from hypothesis import given
from hypothesis import strategies as st

from method.conversions import convert_for
from method.errors import BadNumber, UnknownUnit, WrongKind
from method.units import BASES, UNITS, convert, parse_unit

PINT_NAMES = {
    "万kWh": "10000 * kilowatt_hour", "万m3": "10000 * meter**3", "t": "metric_ton", "kt": "kilometric_ton",
    "L": "liter", "mL": "milliliter", "m3": "meter**3", "t*km": "metric_ton * kilometer",
    "kg*km": "kilogram * kilometer",
    "Wh": "watt_hour", "kWh": "kilowatt_hour", "MWh": "megawatt_hour", "GWh": "gigawatt_hour",
}  # fmt: skip
amounts = st.decimals(min_value=0, max_value=10**9, places=6)
unit_names = st.sampled_from(sorted(UNITS))


@pytest.fixture(scope="module")
def registry() -> pint.UnitRegistry:
    return pint.UnitRegistry(non_int_type=Fraction)


@pytest.mark.parametrize("name", sorted(name for name, unit in UNITS.items() if unit.kind != "count"))
def test_every_scale_agrees_with_pint(name: str, registry: pint.UnitRegistry) -> None:
    unit = UNITS[name]
    base = PINT_NAMES.get(BASES[unit.kind], BASES[unit.kind])
    expected = registry(PINT_NAMES.get(name, name)).to(base).magnitude
    assert Fraction(expected) == unit.scale


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("kWh", "kWh"), ("千瓦时", "kWh"), ("度", "kWh"), ("kW·h", "kWh"), ("ｋＷｈ", "kWh"), (" MWh ", "MWh"),
        ("兆瓦时", "MWh"), ("万千瓦时", "万kWh"), ("吨", "t"), ("千克", "kg"), ("公斤", "kg"), ("克", "g"),
        ("立方米", "m3"),
        ("立方", "m3"),
        ("块", "piece"),
        ("m³", "m3"), ("Nm³", "m3"), ("万m³", "万m3"), ("升", "L"), ("t·km", "t*km"), ("t*km", "t*km"), ("tkm", "t*km"),
        ("t.km", "t*km"), ("吨公里", "t*km"), ("吨·公里", "t*km"), ("公里", "km"), ("piece", "piece"), ("pcs", "piece"),
        ("件", "piece"), ("个", "piece"), ("GJ", "GJ"), ("吉焦", "GJ"),
    ],
)  # fmt: skip
def test_names_people_write_are_read(text: str, name: str) -> None:
    assert parse_unit(text).name == name


@pytest.mark.parametrize(
    "text", ["", "ton", "卡", "mj", "Mg", "kWh/h", "10**10**10", "kg)", "x" * 1000, "kgCO2e"]
)
def test_names_outside_the_list_are_unknown(text: str) -> None:
    with pytest.raises(UnknownUnit, match="expected one such as kWh"):
        parse_unit(text)


@given(amounts, unit_names, unit_names)
def test_converting_there_and_back_changes_nothing(amount: Decimal, one: str, two: str) -> None:
    if UNITS[one].kind == UNITS[two].kind:
        assert convert(convert(amount, one, two), two, one) == Fraction(amount)


def test_a_third_of_a_kilowatt_hour_stays_exact() -> None:
    assert convert(Decimal(1), "MJ", "kWh") == Fraction(5, 18)


def test_units_of_another_kind_are_refused_with_both_kinds_named() -> None:
    with pytest.raises(WrongKind, match=r"t measures mass.*kWh \(energy"):
        convert(Decimal(1), "t", "kWh")


@pytest.mark.parametrize("bad", ["NaN", "Infinity", "-Infinity"])
def test_nan_and_infinity_are_no_amounts(bad: str) -> None:
    with pytest.raises(BadNumber, match="finite"):
        convert(Decimal(bad), "kg", "t")


def test_gas_volume_becomes_energy_by_the_published_lower_heating_value() -> None:
    # GB/T 2589-2008 annex A: gas-field gas 35 544 kJ/m3.
    assert convert_for(Decimal(10), "m3", "MJ", "natural_gas") == Fraction("355.44")
    assert convert_for(Decimal(1), "万m3", "GJ", "natural_gas") == Fraction("355.44")
    assert convert_for(Decimal(2), "GJ", "MJ", "natural_gas") == 2000


@pytest.mark.parametrize("kind", ["electricity", "material", ""])
def test_a_volume_becomes_energy_on_no_other_line(kind: str) -> None:
    with pytest.raises(WrongKind):
        convert_for(Decimal(1), "m3", "MJ", kind)


def test_gas_is_not_read_from_a_mass() -> None:
    with pytest.raises(WrongKind, match="natural_gas is given in m3 or MJ"):
        convert_for(Decimal(1), "t", "MJ", "natural_gas")
