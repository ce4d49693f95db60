"""The sheet that a provider fills in: its columns in words, and its own factors in it, ready to be corrected.

The one fact: a version that was submitted never changes, so a factor stands in the sheet with the next version already.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from method.factor import Factor
from method.factor_table import (
    COLUMNS,
    OPTIONAL_COLUMNS,
    SCORE_COLUMNS,
    encode_factor_row,
    encode_factor_table,
)
from method.units import UNITS
from node.importers.factor_names import CHOICES
from protocol.library import factor_of
from protocol.payloads import Factor as Statement
from protocol.shelf import Item
from web.factor_words import WORDS, title_of
from web.languages import mark
from web.tables import Column, Format, Table, encode_table
from web.visits import Visit

_EXAMPLES: dict[str, str] = {
    "code": mark("binder-pvdf-2025: lower-case letters, digits and . _ -; upper case is made lower case"),
    "version": mark("1, and one more for each correction"),
    "name_zh": "聚偏氟乙烯粘结剂",
    "name_en": "PVDF binder",
    "total": mark("4.12, in kgCO₂e per unit, the two parts below included"),
    "biogenic": mark("0, in kgCO₂e per unit, or how much of the value it is"),
    "land_use": mark("0, in kgCO₂e per unit, or how much of the value it is"),
    "unit": "kg, t, kWh, MJ, m3, L, t·km, piece",
    "region": mark("CN, or with a province CN-SC; GLO for the world"),
    "year": mark("2024, the year that the data stand for"),
    "valid_from": "2025-01-01",
    "valid_to": "2027-12-31",
    "score_technology": "2",
    "score_time": "2",
    "score_geography": "2",
    "source": mark("title, publisher, year, table or page: what an expert looks up"),
    "licence": "CC-BY-4.0",
    "owner": mark("who owns the data, by name"),
}


def fill_template(visit: Visit, own: Iterable[Item], form: Format) -> bytes:
    """A file with the next version of each of these factors, ready to be corrected; of none, only the header."""
    titles = {name: title_of(visit.say, name) for name in COLUMNS}
    factors = [one for _, one in sorted(next_versions(own).items())]
    if form == "csv":
        return encode_factor_table(factors, titles)
    columns = [Column(f"{titles[name]} {name}") for name in COLUMNS]
    rows = [list(encode_factor_row(one).values()) for one in factors]
    return encode_table(Table("factors", visit.say("Your factors"), columns, rows), form)


def next_versions(own: Iterable[Item]) -> dict[str, Factor]:
    """The newest version of each of these factors, raised by one, by code."""
    return {code: replace(one, version=one.version + 1) for code, one in newest_versions(own).items()}


def newest_versions(own: Iterable[Item]) -> dict[str, Factor]:
    """The newest version of each of these factors, by code."""
    newest: dict[str, Factor] = {}
    for item in sorted(own, key=lambda one: one.payload.version):
        if isinstance(item.payload, Statement):
            newest[item.payload.code] = factor_of(item.payload)
    return newest


def describe_columns(visit: Visit) -> Table:
    """What goes into each column."""
    columns = (
        Column(visit.say("Column")),
        Column(visit.say("Meaning")),
        Column(visit.say("What to write")),
    )
    rows = [(name, title_of(visit.say, name), _what(visit, name)) for name in COLUMNS]
    return Table("columns", visit.say("The columns of the sheet"), columns, rows)


def choices_of(visit: Visit, name: str) -> dict[str, str]:
    """What a column with a closed list may hold, in words by what is written; none of any other column."""
    if name == "unit":
        return {unit.name: unit.printed for unit in UNITS.values()}
    if name in SCORE_COLUMNS:
        return {str(score): str(score) for score in range(1, 6)}
    return {one: _choice(visit, one) for one in CHOICES.get(name, ())}


def _choice(visit: Visit, code: str) -> str:
    """A code with its name, which stands first where it is Chinese."""
    if code not in WORDS:
        return code
    name = visit.say(WORDS[code])
    return f"{name}（{code}）" if visit.language == "zh" else f"{code} ({name})"


def help_of(visit: Visit, name: str) -> str:
    """What to write into a column, by example; "" where a closed list says it."""
    example = _EXAMPLES.get(name, "") if name not in ("unit", *SCORE_COLUMNS) else ""
    return visit.say("for example %(value)s", value=visit.say(example)) if example else ""


def may_be_empty(name: str) -> bool:
    """Whether nothing may stand in a column."""
    return name in OPTIONAL_COLUMNS


def _what(visit: Visit, name: str) -> str:
    if name in CHOICES:
        found = [text for one, text in choices_of(visit, name).items() if one]
    else:
        example = _EXAMPLES.get(name, "")
        found = [visit.say("for example %(value)s", value=visit.say(example))] if example else []
    if name in OPTIONAL_COLUMNS:
        found.append(visit.say("or nothing"))
    return visit.marks.between.join(found)
