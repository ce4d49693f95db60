"""The closed list of units, with exact scales and the names people write for them. Method: traps.

A unit has a kind, and only units of one kind convert into each other. The list is closed on purpose: names
come from spreadsheets of strangers, so they are looked up and never evaluated, and a unit that could
mean two things ("ton", "卡") is not in it. pint checks every scale in the tests.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from method.errors import UnknownUnit, WrongKind
from method.exact import Number, make_fraction

Kind = Literal["energy", "mass", "volume", "length", "transport", "count"]

BASES: dict[Kind, str] = {
    "energy": "MJ",
    "mass": "kg",
    "volume": "m3",
    "length": "km",
    "transport": "t*km",
    "count": "piece",
}
KIND_NAMES: dict[Kind, str] = {
    "energy": "energy 能量",
    "mass": "mass 质量",
    "volume": "volume 体积",
    "length": "distance 距离",
    "transport": "transport work 运输周转量",
    "count": "number of pieces 件数",
}


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit by its one canonical name; `scale` is how many of the kind's base unit it holds."""

    name: str
    kind: Kind
    scale: Fraction

    @property
    def printed(self) -> str:
        """The name as people read it, t*km as t·km; `parse_unit` takes either."""
        return self.name.replace("*", "·")


def _unit(name: str, kind: Kind, scale: str) -> Unit:
    return Unit(name, kind, Fraction(scale))


UNITS: dict[str, Unit] = {
    unit.name: unit
    for unit in (
        _unit("J", "energy", "1/1000000"),
        _unit("kJ", "energy", "1/1000"),
        _unit("MJ", "energy", "1"),
        _unit("GJ", "energy", "1000"),
        _unit("TJ", "energy", "1000000"),
        _unit("Wh", "energy", "36/10000"),
        _unit("kWh", "energy", "36/10"),
        _unit("MWh", "energy", "3600"),
        _unit("万kWh", "energy", "36000"),
        _unit("GWh", "energy", "3600000"),
        _unit("mg", "mass", "1/1000000"),
        _unit("g", "mass", "1/1000"),
        _unit("kg", "mass", "1"),
        _unit("t", "mass", "1000"),
        _unit("kt", "mass", "1000000"),
        _unit("mL", "volume", "1/1000000"),
        _unit("L", "volume", "1/1000"),
        _unit("m3", "volume", "1"),
        _unit("万m3", "volume", "10000"),
        _unit("m", "length", "1/1000"),
        _unit("km", "length", "1"),
        _unit("kg*km", "transport", "1/1000"),
        _unit("t*km", "transport", "1"),
        _unit("piece", "count", "1"),
    )
}

# Names that differ in case only stay apart where the case carries meaning: MJ and mJ, Mg and mg, T and t.
_EXACT_ALIASES: dict[str, str] = {
    "KWh": "kWh", "KWH": "kWh", "kwh": "kWh", "kW·h": "kWh", "kW*h": "kWh", "KW*H": "kWh",
    "千瓦时": "kWh", "千瓦小时": "kWh", "度": "kWh",
    "万千瓦时": "万kWh", "万度": "万kWh", "万kW*h": "万kWh",
    "万立方米": "万m3", "万Nm3": "万m3", "万方": "万m3",
    "MWH": "MWh", "MW*h": "MWh", "兆瓦时": "MWh", "GWH": "GWh", "GW*h": "GWh", "吉瓦时": "GWh", "瓦时": "Wh",
    "焦": "J", "焦耳": "J", "千焦": "kJ", "KJ": "kJ", "兆焦": "MJ",
    "吉焦": "GJ", "百万千焦": "GJ", "太焦": "TJ",
    "毫克": "mg", "克": "g", "gram": "g", "grams": "g",
    "KG": "kg", "Kg": "kg", "千克": "kg", "公斤": "kg", "kilogram": "kg", "kilograms": "kg",
    "吨": "t", "公吨": "t", "tonne": "t", "tonnes": "t", "千吨": "kt",
    "毫升": "mL", "ml": "mL", "升": "L", "l": "L", "liter": "L", "litre": "L", "liters": "L", "litres": "L",
    "m^3": "m3", "m**3": "m3", "M3": "m3", "Nm3": "m3", "Nm^3": "m3", "立方米": "m3", "立方": "m3", "方": "m3",
    "标立方米": "m3", "标方": "m3",
    "米": "m", "meter": "m", "metre": "m", "千米": "km", "公里": "km", "KM": "km", "Km": "km",
    "tkm": "t*km", "t.km": "t*km", "t-km": "t*km", "t km": "t*km", "T*KM": "t*km", "tonne-kilometre": "t*km",
    "吨公里": "t*km", "吨*公里": "t*km", "吨千米": "t*km", "公斤公里": "kg*km", "千克公里": "kg*km",
    "kgkm": "kg*km", "kg.km": "kg*km",
    "pcs": "piece", "pc": "piece", "pieces": "piece", "PCS": "piece", "Pcs": "piece", "PC": "piece",
    "ea": "piece", "EA": "piece", "Ea": "piece", "each": "piece", "EACH": "piece",
    "set": "piece", "SET": "piece", "Set": "piece", "sets": "piece", "SETS": "piece",
    "件": "piece", "个": "piece", "只": "piece", "套": "piece", "台": "piece", "块": "piece", "片": "piece",
    "支": "piece", "颗": "piece", "条": "piece", "根": "piece",
}  # fmt: skip
_LONGEST_NAME = 32


def parse_unit(text: str) -> Unit:
    """The unit that `text` names, in English or Chinese, also full-width, m³ or t·km; raise UnknownUnit."""
    if len(text) > _LONGEST_NAME:
        raise UnknownUnit(
            f"unknown unit: a name of {len(text)} characters; expected one such as {_examples()}"
        )
    # NFKC turns full-width letters and superscripts plain; the dots and crosses people write become "*".
    name = unicodedata.normalize("NFKC", text).strip()
    for sign in "·⋅•∙×・":
        name = name.replace(sign, "*")
    name = name.replace(" * ", "*")
    unit = UNITS.get(_EXACT_ALIASES.get(name, name))
    if unit is None:
        raise UnknownUnit(f"unknown unit {text!r}: expected one such as {_examples()}")
    return unit


def convert(amount: Number, source: str | Unit, target: str | Unit) -> Fraction:
    """`amount` of `source` expressed in `target`, exactly; raise UnknownUnit or WrongKind."""
    origin = source if isinstance(source, Unit) else parse_unit(source)
    goal = target if isinstance(target, Unit) else parse_unit(target)
    if origin.kind != goal.kind:
        raise WrongKind(
            f"{origin.printed} measures {KIND_NAMES[origin.kind]}, "
            f"but {goal.printed} ({KIND_NAMES[goal.kind]}) is expected"
        )
    return make_fraction(amount, "amount") * origin.scale / goal.scale


def _examples() -> str:
    return "kWh, MWh, MJ, GJ, kg, t, g, m3, L, t·km, km, piece (千瓦时, 吨, 立方米, 吨公里, 件)"
