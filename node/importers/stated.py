"""Units that state a form: energy on the higher heating value, tonnes of steam by enthalpy, hot water by temperature.

The one fact: a form is read only where the unit itself states it; a tonne of steam alone is refused, because its heat
depends on pressure and temperature. Method: fuels.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from fractions import Fraction

from method.category import TemplateLine
from method.errors import BadField, UnknownUnit
from method.exact import encode_decimal
from method.fuels import FUELS, hot_water_energy, steam_energy, to_lower
from method.units import convert, parse_unit

_HIGHER = re.compile(r"(?P<unit>.+?)\s*\(?(hhv|gcv|高位|高位热值)\)?", re.IGNORECASE)
_STEAM = re.compile(
    r"(?P<unit>.+?)\s*(steam|蒸汽)\s*(?P<value>[0-9]{1,4}(\.[0-9]{1,6})?)\s*kj/kg", re.IGNORECASE
)
_WATER = re.compile(
    r"(?P<unit>.+?)\s*(hot water|热水)\s*(?P<value>[0-9]{1,3}(\.[0-9]{1,6})?)\s*°?c", re.IGNORECASE
)
_PLACES = 6
_LONGEST = 80
"""No unit is longer; the patterns above take the square of a text's length."""


@dataclass(frozen=True, slots=True)
class StatedUnit:
    """One of what was written is `ratio` of `unit`; `remark` says how, in both languages."""

    unit: str
    ratio: Fraction = field(repr=False)
    remark: str


def read_stated(text: str, line: TemplateLine) -> StatedUnit | None:
    """The unit in a cell of this line where it states a form; None for any other, also for one that cannot be."""
    written = unicodedata.normalize("NFKC", text[:_LONGEST]).strip()
    if len(text) > _LONGEST or len(written) > _LONGEST:
        return None
    try:
        if line.kind in FUELS:
            return _read_higher(written, line)
        return _read_heat(written) if line.kind == "heat" else None
    except (UnknownUnit, BadField):
        return None


def _read_higher(written: str, line: TemplateLine) -> StatedUnit | None:
    found = _HIGHER.fullmatch(written)
    unit = parse_unit(found["unit"]) if found else None
    if unit is None or unit.kind != "energy":
        return None
    ratio = to_lower(FUELS[line.kind], Fraction(1))
    shown = encode_decimal(ratio, _PLACES)
    return StatedUnit(unit.name, ratio, f"折到低位热值 to the lower heating value × {shown}")


def _read_heat(written: str) -> StatedUnit | None:
    steam, water = _STEAM.fullmatch(written), _WATER.fullmatch(written)
    found = steam or water
    if found is None or parse_unit(found["unit"]).kind != "mass":
        return None
    energy = steam_energy if steam else hot_water_energy
    ratio = energy(convert(1, found["unit"], "kg"), Fraction(found["value"]))
    return StatedUnit("MJ", ratio, f"{written} = {encode_decimal(ratio, _PLACES)} MJ")
