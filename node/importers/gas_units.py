"""Emissions per unit as people write them, kgCO₂e/GJ or 公斤CO2每千瓦时: in what mass they are counted, and per what.

The one fact: a factor is in kilograms, so what names another mass is never read as if it named none.
"""

from __future__ import annotations

import re
import unicodedata
from typing import NamedTuple

_GAS = re.compile(
    r"(?P<mass>[a-zμ]*|[千公]?[克斤吨])[\s-]*(?:co2|二氧化碳)[\s-]*(?:e(?:q(?:uiv(?:alents?)?)?)?\.?|当量)?\s*"
    r"(?:(?:/|\bper\b|每)\s*\(?(?P<per>[^()\[\]]*))?",
    re.IGNORECASE,
)
_KILOGRAMS = frozenset({"", "kg", "kgs", "千克", "公斤"})
_ANOTHER = re.compile(r"[/吨克]|\b(?:m?g|[km]?t|lbs?|tonnes?|tons?|grams?)\b", re.IGNORECASE)


class Gas(NamedTuple):
    """What a text says of emissions: whether in kilograms, and per what, "" where it does not say."""

    is_in_kg: bool
    per: str


def find_gas(text: str) -> Gas | None:
    """What a text says of emissions per unit; None where it names no CO₂."""
    found = _GAS.search(unicodedata.normalize("NFKC", text))
    if found is None:
        return None
    return Gas(found["mass"].lower() in _KILOGRAMS, (found["per"] or "").strip())


def is_in_another_mass(heading: str) -> bool:
    """Whether the heading of a value says that it is not in kilograms of CO₂, or per what without saying of what."""
    text = unicodedata.normalize("NFKC", heading)
    gas = find_gas(text)
    return _ANOTHER.search(text) is not None if gas is None else not gas.is_in_kg
