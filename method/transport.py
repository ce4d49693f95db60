"""Freight: t·km times the factor of its mode, and one owner for each leg. MEE draft 2025, formula (4), table 5-2."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from method.errors import BadField
from method.units import convert

MODE_FACTORS: dict[str, Fraction] = {
    "road": Fraction("0.076"),
    "rail": Fraction("0.003"),
    "water": Fraction("0.020"),
    "air": Fraction("1.404"),
}
"""kgCO2e per t·km: default values of table 5-2 of the drafting explanation."""


@dataclass(frozen=True, slots=True, repr=False)
class Leg:
    """Goods from one place to another, and who reports it (a legal entity or an item).

    `goods` tells apart what travels the same way twice, such as a product code or a delivery note.
    """

    owner: str
    origin: str
    destination: str
    goods: str
    mode: str
    mass: Fraction
    mass_unit: str
    distance: Fraction
    distance_unit: str

    def __repr__(self) -> str:
        return f"Leg(owner={self.owner!r}, goods={self.goods!r}, mode={self.mode!r}, <redacted>)"


def transport_work(leg: Leg) -> Fraction:
    """Mass times distance in t·km; raise BadField, UnknownUnit or WrongKind."""
    if leg.mass < 0 or leg.distance < 0:
        raise BadField(f"leg of {leg.goods}: expected a mass and a distance of at least 0")
    return convert(leg.mass, leg.mass_unit, "t") * convert(leg.distance, leg.distance_unit, "km")


def leg_footprint(leg: Leg) -> Fraction:
    """kgCO2e of a leg by the default factor of its mode; raise BadField."""
    factor = MODE_FACTORS.get(leg.mode)
    if factor is None:
        raise BadField(f"leg of {leg.goods}: mode: expected one of {', '.join(MODE_FACTORS)}")
    return transport_work(leg) * factor


def check_legs(legs: Iterable[Leg]) -> None:
    """Raise BadField when two owners claim one leg, or one owner claims it twice."""
    owners: dict[tuple[str, str, str], str] = {}
    for leg in legs:
        way = (leg.goods, leg.origin, leg.destination)
        if way in owners:
            claimed = " and ".join(sorted({owners[way], leg.owner}))
            raise BadField(
                f"leg of {leg.goods} from {leg.origin} to {leg.destination}: claimed twice, by {claimed}; "
                "agree who reports it"
            )
        owners[way] = leg.owner
