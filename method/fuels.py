"""Heating values of fuels: MJ per kg or m3, by a stated basis and source. Method: traps (lower and higher).

The one fact: factors in kgCO2e per MJ are on the lower heating value unless they say otherwise, and so are the values
here. `to_higher` is the convention of IPCC 2006, volume 2, section 1.4.1.2: lower is 95 % of higher for coal and oil,
90 % for gas.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from method.errors import BadField

Basis = Literal["LHV", "HHV"]

GB_2008 = "GB/T 2589-2008 annex A (from memory, not looked up)"
NDRC = "NDRC guideline for enterprises of other industries (trial), annex 2, default values (from a copy)"
IPCC = "IPCC 2006, volume 2, table 1.2"


@dataclass(frozen=True, slots=True)
class Fuel:
    """A fuel as it is bought, in `unit` (kg or m3). `lower`: MJ per unit; `higher_ratio`: lower over higher.

    `ipcc_lower`: the IPCC default in MJ per kg, None where the table has no such fuel or another unit.
    """

    code: str
    name_zh: str
    name_en: str
    unit: str
    lower: Fraction
    higher_ratio: Fraction
    source: str
    ipcc_lower: Fraction | None


_OIL_OR_COAL, _GAS = Fraction("0.95"), Fraction("0.90")


def _solid(code: str, names: tuple[str, str], lower: str, source: str, ipcc: str | None) -> Fuel:
    known = None if ipcc is None else Fraction(ipcc)
    return Fuel(code, *names, "kg", Fraction(lower), _OIL_OR_COAL, source, known)


FUELS: dict[str, Fuel] = {
    fuel.code: fuel
    for fuel in (
        Fuel(
            "natural_gas",
            "天然气",
            "Natural gas",
            "m3",
            Fraction("35.544"),
            _GAS,
            GB_2008 + " (gas-field gas, 35 544 kJ/m3); China Energy Statistical Yearbook, appendix 4",
            None,
        ),
        _solid("lpg", ("液化石油气", "Liquefied petroleum gas"), "50.179", GB_2008, "47.3"),
        _solid("gasoline", ("汽油", "Gasoline"), "43.070", GB_2008, "44.3"),
        _solid("diesel", ("柴油", "Diesel"), "42.652", GB_2008, "43.0"),
        _solid("kerosene", ("煤油", "Kerosene"), "43.070", GB_2008, "43.8"),
        _solid("fuel_oil", ("燃料油", "Fuel oil"), "41.816", GB_2008, "40.4"),
        _solid("raw_coal", ("原煤", "Raw coal"), "20.908", GB_2008, None),
        _solid("cleaned_coal", ("洗精煤", "Cleaned coal"), "26.344", GB_2008, None),
        _solid("coke", ("焦炭", "Coke"), "28.435", GB_2008, "28.2"),
        _solid("anthracite", ("无烟煤", "Anthracite"), "24.515", NDRC, "26.7"),
        _solid("bituminous_coal", ("烟煤", "Bituminous coal"), "23.204", NDRC, "25.8"),
        _solid("lignite", ("褐煤", "Lignite"), "14.449", NDRC, "11.9"),
    )
}

FEED_WATER_KJ_PER_KG = Fraction("83.74")
"""Enthalpy of water at 20 °C, which bought steam is counted above. NDRC guidelines, bought heat."""
WATER_KJ_PER_KG_K = Fraction("4.1868")
FEED_WATER_CELSIUS = Fraction(20)


def to_lower(fuel: Fuel, energy: Fraction) -> Fraction:
    """MJ on the higher heating value expressed on the lower one."""
    return energy * fuel.higher_ratio


def steam_energy(mass_kg: Fraction, enthalpy_kj_per_kg: Fraction) -> Fraction:
    """MJ of bought steam: `mass x (enthalpy - 83.74) / 1000`, enthalpy by its pressure and temperature.

    NDRC guidelines, bought heat. Raises BadField when the enthalpy is below that of the feed water.
    """
    if mass_kg < 0 or enthalpy_kj_per_kg < FEED_WATER_KJ_PER_KG:
        raise BadField("steam: expected a mass of at least 0 and an enthalpy of at least 83.74 kJ/kg")
    return mass_kg * (enthalpy_kj_per_kg - FEED_WATER_KJ_PER_KG) / 1000


def hot_water_energy(mass_kg: Fraction, celsius: Fraction) -> Fraction:
    """MJ of bought hot water: `mass x (temperature - 20) x 4.1868 / 1000`. NDRC guidelines; raise BadField."""
    if mass_kg < 0 or celsius < FEED_WATER_CELSIUS:
        raise BadField("hot water: expected a mass of at least 0 and a temperature of at least 20 °C")
    return mass_kg * (celsius - FEED_WATER_CELSIUS) * WATER_KJ_PER_KG_K / 1000
