"""Conversions between kinds, by name only: a volume or a mass is energy for a stated fuel at a stated heating value.

A template line asks for one by its kind (`natural_gas`, `diesel`); no conversion happens unless the line does so.
Lower and higher heating value differ by up to 11 % (gas), so the basis is part of the record.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from method.errors import WrongKind
from method.exact import Number, make_fraction
from method.fuels import FUELS
from method.units import KIND_NAMES, Unit, convert, parse_unit


@dataclass(frozen=True, slots=True)
class Conversion:
    """`ratio` of `target` per one `source`, with the published source of that ratio."""

    code: str
    source: str
    target: str
    ratio: Fraction
    basis: str
    published_in: str


CONVERSIONS: dict[str, Conversion] = {
    fuel.code: Conversion(fuel.code, fuel.unit, "MJ", fuel.lower, "lower heating value", fuel.source)
    for fuel in FUELS.values()
}


def convert_for(amount: Number, source: str | Unit, target: str | Unit, line_kind: str) -> Fraction:
    """As `units.convert`, and through the conversion named by the line's kind where kinds differ.

    Raises UnknownUnit, or WrongKind when the line names no conversion that fits.
    """
    origin = source if isinstance(source, Unit) else parse_unit(source)
    goal = target if isinstance(target, Unit) else parse_unit(target)
    conversion = CONVERSIONS.get(line_kind)
    if origin.kind == goal.kind or conversion is None:
        return convert(amount, origin, goal)
    between = parse_unit(conversion.target)
    if origin.kind != parse_unit(conversion.source).kind or goal.kind != between.kind:
        raise WrongKind(
            f"{origin.name} measures {KIND_NAMES[origin.kind]}; {line_kind} is given in "
            f"{conversion.source} or {conversion.target}"
        )
    bought = convert(make_fraction(amount, "amount"), origin, conversion.source)
    return convert(bought * conversion.ratio, between, goal)
