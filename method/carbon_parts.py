"""Fossil, biogenic and land-use carbon, kept apart. Method: traps; ISO 14067:2018, 6.4.9; PACT methodology 3.0.

The one fact: uptake of CO2 by plants is negative and stands apart: `including = excluding + uptake`. Land use change
belongs to the total excluding uptake and is shown by itself as well.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from method.errors import BadField


@dataclass(frozen=True, slots=True)
class CarbonParts:
    """kgCO2e per unit: `fossil`, `biogenic` (release, methane included), `land_use`, `uptake` (at most 0)."""

    fossil: Fraction
    biogenic: Fraction
    land_use: Fraction
    uptake: Fraction

    def __post_init__(self) -> None:
        """Raise BadField for an uptake above 0 or a biogenic release below 0: its uptake belongs elsewhere."""
        if self.uptake > 0:
            raise BadField("biogenic uptake: expected at most 0; what is released belongs to biogenic")
        if self.biogenic < 0:
            raise BadField("biogenic release: expected at least 0; what is taken up belongs to uptake")

    @property
    def excluding_uptake(self) -> Fraction:
        """The total of a footprint under every rule set here: fossil, biogenic release and land use."""
        return self.fossil + self.biogenic + self.land_use

    @property
    def including_uptake(self) -> Fraction:
        """Excluding plus uptake: what remains when the carbon in the product is taken as stored."""
        return self.excluding_uptake + self.uptake


def add_parts(one: CarbonParts, two: CarbonParts) -> CarbonParts:
    """Part by part sums."""
    return CarbonParts(
        one.fossil + two.fossil,
        one.biogenic + two.biogenic,
        one.land_use + two.land_use,
        one.uptake + two.uptake,
    )


def scale_parts(parts: CarbonParts, amount: Fraction) -> CarbonParts:
    """Part by part products; raise BadField for an amount below 0."""
    if amount < 0:
        raise BadField("expected an amount of at least 0")
    return CarbonParts(
        parts.fossil * amount, parts.biogenic * amount, parts.land_use * amount, parts.uptake * amount
    )
