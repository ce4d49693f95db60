"""Compounds and hydrates as people write them: 六水硫酸镍, NiSO4·6H2O, nickel sulphate hexahydrate."""

from __future__ import annotations

import re
import unicodedata
from fractions import Fraction

from method.forms import COMPOUNDS, WATERS, convert_form

_CHINESE = {"一": 1, "单": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7}
_FORMS = {waters: form for form, waters in WATERS.items()}
_NAMES: dict[str, tuple[str, ...]] = {
    "NiSO4": ("硫酸镍", "nickel sulf", "nickel sulph"),
    "CoSO4": ("硫酸钴", "cobalt sulf", "cobalt sulph"),
    "MnSO4": ("硫酸锰", "manganese sulf", "manganese sulph"),
    "FeSO4": ("硫酸亚铁", "ferrous sulf", "ferrous sulph", "iron(ii) sulf"),
    "CuSO4": ("硫酸铜", "copper sulf", "copper sulph"),
    "LiOH": ("氢氧化锂", "lithium hydroxide"),
    "FePO4": ("磷酸铁", "iron phosphate", "ferric phosphate"),
    "Li2CO3": ("碳酸锂", "lithium carbonate"),
}
_WATER = re.compile(r"[·.*•∙⋅・]\s*([1-7]?)\s*h2o")
_CHINESE_WATER = re.compile(f"([{''.join(_CHINESE)}])水(?:合|硫|氢|磷|物|$)")


def read_form(*texts: str) -> str:
    """The form that the texts name ("hexahydrate", "anhydrous"), or "" when they name none or several."""
    found = {form for text in texts for form in _read_forms(text)}
    return found.pop() if len(found) == 1 else ""


def _read_forms(text: str) -> set[str]:
    plain = unicodedata.normalize("NFKC", text).lower()
    found = {form for form in WATERS if form in plain}
    if "无水" in plain:
        found.add("anhydrous")
    found |= {_FORMS[_CHINESE[match[1]]] for match in _CHINESE_WATER.finditer(plain)}
    return found | {_FORMS[int(match[1] or 1)] for match in _WATER.finditer(plain)}


def find_formula(text: str) -> str | None:
    """The compound that a text names, by formula or name, or None when it names none or several."""
    plain = unicodedata.normalize("NFKC", text).lower()
    named = {
        formula
        for formula in COMPOUNDS
        if formula.lower() in plain or any(name in plain for name in _NAMES[formula])
    }
    # LiFePO4 holds FePO4, and lithium iron phosphate holds iron phosphate: neither is a hydrate's name.
    if "lifepo4" in plain or "磷酸铁锂" in plain or "lithium iron phosphate" in plain:
        named -= {"FePO4"}
    return named.pop() if len(named) == 1 else None


def ratio_of_forms(text: str, one: str, two: str) -> Fraction | None:
    """How many times the heavier of two forms of the named compound weighs the lighter, or None."""
    formula = find_formula(text)
    if formula is None or not {one, two} <= set(COMPOUNDS[formula].forms):
        return None
    ratio = convert_form(Fraction(1), formula, one, two)
    return max(ratio, 1 / ratio)
