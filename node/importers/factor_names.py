"""What people call the columns of a sheet of factors and the codes of its closed lists, in both languages.

The one fact: the names are those that the pages show, so what a reader copies from a page is read in a sheet.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

import web.factor_words
from method.errors import UnknownUnit
from method.factor import BASES, CLASSIFICATIONS, GRADES, GWP_SETS, STATUSES, SYSTEM_BOUNDARIES
from method.factor_table import COLUMNS
from method.units import parse_unit
from node.importers.columns import normalise
from node.importers.gas_units import find_gas
from node.importers.problem import quote
from node.language import Language, Phrase
from web.factor_words import WORDS, title_of
from web.languages import load_texts

CHOICES: Mapping[str, tuple[str, ...]] = {
    "classification": CLASSIFICATIONS,
    "system_boundary": SYSTEM_BOUNDARIES,
    "gwp_set": GWP_SETS,
    "basis": BASES,
    "grade": GRADES,
    "status": STATUSES,
}
"""The columns with a closed list of codes; "" among them where the cell may be empty."""
_TEXTS = load_texts((Path(web.factor_words.__file__).parent,))
_FURTHER_NAMES = {
    "life_cycle": ("从摇篮到坟墓", "cradle to grave", "cradle-to-grave"),
    "published": ("公开发布", "已公开发布"),
    "AR5": ("IPCC AR5", "第五次评估报告", "IPCC第五次评估报告", "IPCC 2013", "2013"),
    "AR6": ("IPCC AR6", "第六次评估报告", "IPCC第六次评估报告", "IPCC 2021", "2021"),
}
"""What a code is called beside its name, whose 从 may be left out and whose 到 may be 至."""
_NO_SIGN_OF_CODES = re.compile(r"[^a-z0-9._-]")
_SIGNS_NAMED = 5
_OR_NOTHING = Phrase(", or nothing", "，或留空")


def _say_in(language: Language) -> Callable[..., str]:
    gettext = _TEXTS[language].gettext
    return lambda text, **values: gettext(text) % values


_ENGLISH, _CHINESE = _say_in("en"), _say_in("zh")
TITLES = {name: Phrase(title_of(_ENGLISH, name), title_of(_CHINESE, name)) for name in COLUMNS}
_WORDS = {code: Phrase(_ENGLISH(word), _CHINESE(word)) for code, word in WORDS.items()}


def read_name(column: str, cell: str) -> str:
    """The code for what stands in a cell, where it is a unit or a code by a name of it; anything else as it is.

    Of kgCO2e/GJ the unit is what stands behind the slash; a factor's own code is in lower case.
    """
    if column == "code":
        return cell.lower()
    if column == "year":
        return cell.removesuffix("年")
    if column == "unit":
        gas = find_gas(cell)
        try:
            return parse_unit(gas.per if gas and gas.is_in_kg else cell).name
        except UnknownUnit:
            return cell
    return _CODES.get((column, normalise(cell)), cell)


def quote_code(text: str) -> Phrase:
    """What was typed as a code, with the signs in it that no code may have."""
    quoted = quote(text)
    signs = list(dict.fromkeys(_NO_SIGN_OF_CODES.findall(text.lower())))[:_SIGNS_NAMED]
    if not signs:
        return Phrase(quoted, quoted)
    english = ", ".join("a space" if one.isspace() else f"“{one}”" for one in signs)
    chinese = "、".join("空格" if one.isspace() else f"“{one}”" for one in signs)
    return Phrase(f"{quoted}, with {english} in it", f"{quoted}，其中有{chinese}")


def list_choices(column: str) -> Phrase | None:
    """Every code of a column with its name; None where the column has no closed list."""
    if column not in CHOICES:
        return None
    names = [name_code(code) for code in CHOICES[column] if code]
    rest = _OR_NOTHING if "" in CHOICES[column] else Phrase("", "")
    english, chinese = ", ".join(one.en for one in names), "、".join(one.zh for one in names)
    return Phrase(f"one of {english}{rest.en}", f"{chinese}之一{rest.zh}")


def list_titles(columns: Iterable[str]) -> Phrase:
    """Columns by their titles, each in quotes."""
    titles = [TITLES[name] for name in columns]
    return Phrase(", ".join(f"“{one.en}”" for one in titles), "、".join(f"“{one.zh}”" for one in titles))


def name_code(code: str) -> Phrase:
    """A code and its name, which stands first where it is Chinese; the code alone where it is its own name."""
    words = _WORDS.get(code)
    if words is None:
        return Phrase(code, code)
    return Phrase(code if words.en == code else f"{code} ({words.en})", f"{words.zh}（{code}）")


def _list_names(code: str) -> tuple[str, ...]:
    words = _WORDS.get(code, Phrase(code, code))
    spelled = (words.zh, *_FURTHER_NAMES.get(code, ()))
    further = [
        name.replace("到", to) for one in spelled for name in (one, one.removeprefix("从")) for to in "到至"
    ]
    return (code, *words, *name_code(code), *(f"{code} ({one})" for one in words), *further)


_CODES = {
    (column, normalise(name)): code
    for column, codes in CHOICES.items()
    for code in codes
    if code
    for name in _list_names(code)
}
