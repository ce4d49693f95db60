"""The units that an amount may be in: those of its line's kind, and those that the line's conversion starts from."""

from __future__ import annotations

import re

from method.conversions import CONVERSIONS
from method.errors import MethodError
from method.units import UNITS, parse_unit

_UNUSUAL = frozenset({"J", "Wh", "mg", "mL", "m", "kg*km"})

_AREA = re.compile(r"(m2|m²|㎡|平方米|平米)$", re.IGNORECASE)


def list_units(goal: str, line_kind: str) -> tuple[str, ...]:
    """Names of units as they are shown, the line's own first, then the one that its fuel is bought in."""
    first = [goal, *([CONVERSIONS[line_kind].source] if line_kind in CONVERSIONS else [])]
    kinds = [parse_unit(name).kind for name in first]
    found = [unit.name for kind in kinds for unit in UNITS.values() if unit.kind == kind]
    names = [*first, *(name for name in found if name not in first and name not in _UNUSUAL)]
    return tuple(name.replace("*", "·") for name in names)


def is_area(text: str) -> bool:
    """Whether a unit is one of area, which no unit of the method is."""
    return _AREA.search(text) is not None


def is_mass(text: str) -> bool:
    """Whether a unit is one of mass."""
    return _is_of("mass", text)


def is_count(text: str) -> bool:
    """Whether a unit is one of pieces."""
    return _is_of("count", text)


def _is_of(kind: str, text: str) -> bool:
    try:
        return parse_unit(text).kind == kind
    except MethodError:
        return False
