"""Direct emissions by gas: kg of gas times its warming potential over 100 years. Method: GWP100.

Potentials of two assessment reports do not mix in one sum. IPCC AR5 WG1 table 8.A.1, AR6 WG1 table 7.SM.7; methane
is the entry of each table that names no origin (28; 27.9).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from method.errors import BadField, WrongFactor

GWP100: dict[str, dict[str, Fraction]] = {
    "AR5": {
        "CO2": Fraction(1),
        "CH4": Fraction(28),
        "N2O": Fraction(265),
        "SF6": Fraction(23500),
        "NF3": Fraction(16100),
        "CF4": Fraction(6630),
        "C2F6": Fraction(11100),
        "HFC-134a": Fraction(1300),
    },
    "AR6": {
        "CO2": Fraction(1),
        "CH4": Fraction("27.9"),
        "N2O": Fraction(273),
        "SF6": Fraction(25200),
        "NF3": Fraction(17400),
        "CF4": Fraction(7380),
        "C2F6": Fraction(12400),
        "HFC-134a": Fraction(1530),
    },
}
GASES = tuple(GWP100["AR6"])
UNKNOWN_SET = "unknown"


@dataclass(frozen=True, slots=True, repr=False)
class GasRelease:
    """So many kg of one gas that left the plant."""

    gas: str
    mass_kg: Fraction

    def __repr__(self) -> str:
        return f"GasRelease(gas={self.gas!r}, <redacted>)"


def find_gwp(gas: str, gwp_set: str) -> Fraction:
    """kgCO2e per kg of a gas under one assessment report; raise BadField."""
    potentials = GWP100.get(gwp_set)
    if potentials is None:
        raise BadField(f"unknown set of warming potentials {gwp_set!r}: expected one of {', '.join(GWP100)}")
    if gas not in potentials:
        raise BadField(f"unknown gas {gas!r}: expected one of {', '.join(GASES)}")
    return potentials[gas]


def sum_releases(releases: Iterable[GasRelease], gwp_set: str) -> Fraction:
    """kgCO2e of releases, all under one set; raise BadField, for a negative mass as well."""
    total = Fraction(0)
    for release in releases:
        if release.mass_kg < 0:
            raise BadField(f"release of {release.gas}: expected a mass of at least 0")
        total += release.mass_kg * find_gwp(release.gas, gwp_set)
    return total


def check_one_set(sets: Iterable[str]) -> None:
    """Raise WrongFactor unless all known sets of warming potentials are the same one."""
    known = sorted(set(sets) - {UNKNOWN_SET})
    if len(known) > 1:
        raise WrongFactor(
            f"warming potentials of {' and '.join(known)} do not mix in one sum; use factors of one report"
        )
