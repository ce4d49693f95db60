"""Titles of columns that state an item and its unit: 用电量(kWh), 天然气（m³）, 蒸汽 t, 柴油/kg, or the item alone.

The one fact: what is split off is a unit that the method knows, or stands in brackets behind a name that is an item.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

from method.errors import UnknownUnit
from method.units import parse_unit

NOT_READ = ("不导入", "not read")
"""What a title begins with whose column its owner leaves out."""
_LONGEST = 80
_BRACKETED = re.compile(r"(?P<name>.+?)\s*[(\[【](?P<unit>[^()\[\]【】]+)[)\]】]")
_OF_UNIT = re.compile(r"^(?:单位|unit)\s*:\s*", re.IGNORECASE)
_BETWEEN = "/,;:_-、|"
_CJK = re.compile(r"[一-鿿]")


@dataclass(frozen=True, slots=True)
class ItemTitle:
    """What a title names, and the unit that it states, "" where it states none."""

    name: str
    unit: str = ""


def read_item_title(title: str, is_item: Callable[[str], bool]) -> ItemTitle:
    """A title taken apart; `is_item` tells whether a name by itself is an item."""
    text = " ".join(unicodedata.normalize("NFKC", title[:_LONGEST]).split())
    bracketed = _BRACKETED.fullmatch(text) if len(title) <= _LONGEST else None
    unit = "" if bracketed is None else _OF_UNIT.sub("", bracketed["unit"].strip())
    if bracketed is not None and is_unit(unit):
        return ItemTitle(bracketed["name"], unit)
    if is_item(title) or len(title) > _LONGEST:
        return ItemTitle(title)
    if bracketed is not None and is_item(bracketed["name"]):
        return ItemTitle(bracketed["name"], unit)
    for at in range(1, len(text)):
        name, unit = text[:at].rstrip(_BETWEEN + " "), text[at:].lstrip(_BETWEEN + " ")
        if name and _is_between(text[at - 1], text[at]) and is_unit(unit):
            return ItemTitle(name, unit)
    return ItemTitle(text)


def is_unit(text: str) -> bool:
    """Whether a text is the name of a unit and nothing else."""
    try:
        parse_unit(text.strip("()（）[]【】"))
    except UnknownUnit:
        return False
    return True


def is_not_read(title: str) -> bool:
    """Whether its owner leaves the column of a title out."""
    return title.strip().casefold().startswith(NOT_READ)


def _is_between(left: str, right: str) -> bool:
    """Whether a name may end and a unit begin between two signs."""
    signs = _BETWEEN + " "
    return left in signs or right in signs or (_CJK.match(left) is not None and _CJK.match(right) is None)
