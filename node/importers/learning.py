"""Learns a mapping from a sheet as it is: proposes by header names, takes what its owner says, tells what is missing.

The one fact: nothing is guessed silently. What was taken for what is shown, and a saved mapping is what was shown.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from openpyxl.utils import get_column_letter

from node.importers.cells import read_text
from node.importers.columns import ACTIVITY, Header, index_of, name_missing, normalise, recognise
from node.importers.mapping import HEADER_WITHIN_ROWS, Column, ColumnMapping, Series
from node.importers.rows import Rulebook
from node.importers.sheets import Row, Sheet
from node.importers.sign_offs import is_sign_off
from node.importers.sum_words import SUMS, is_sum
from node.importers.views import plain
from node.language import Phrase

_MOST_NAMES = 20


@dataclass(frozen=True, slots=True)
class Asked:
    """What the owner said: fields and series by column letter or title, constants, the sheet's names of lines."""

    sheet: str = ""
    columns: Mapping[str, str] = field(default_factory=dict)
    constants: Mapping[str, str] = field(default_factory=dict)
    lines: Mapping[str, str] = field(default_factory=dict)
    series: Sequence[tuple[str, str, str]] = ()
    skip: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Proposal:
    """A mapping, columns it does not use, titles of columns it still lacks, and names that are no line."""

    mapping: ColumnMapping
    unused: tuple[Column, ...]
    missing: tuple[Phrase, ...]
    unknown: tuple[str, ...]


class CannotLearn(ValueError):
    """Something asked for is not in the sheet; the message says what there is."""


def learn_mapping(sheets: Sequence[Sheet], asked: Asked, rules: Rulebook) -> Proposal:
    """What a sheet's columns are, by their titles and by what was said; raise CannotLearn.

    1. A field, line or column that was named exists.
    2. A column is used once.
    """
    sheet, row = _choose(sheets, asked)
    titles = {index: " ".join(read_text(cell).split()) for index, cell in enumerate(row.cells)}
    columns = {name: _find(place, titles) for name, place in _known_fields(asked.columns).items()}  # 1.
    series = tuple(
        Series(_known_line(line, rules), _find(place, titles), unit) for line, place, unit in asked.series
    )
    taken = {column.letter for column in columns.values()} | {one.column.letter for one in series}
    if len(taken) < len(columns) + len(series):
        raise CannotLearn("one column was named for two things")  # 2.
    for index, title in titles.items():
        name = recognise(title, ACTIVITY) or _recognise_part(title)
        letter = get_column_letter(index + 1)
        if name is None or name in columns or letter in taken or name in asked.constants:
            continue
        if not (series and name in ("amount", "unit", "line", "name")):
            columns[name] = Column(letter, title)
            taken.add(letter)
    mapping = ColumnMapping(
        category=rules.category.code,
        sheet=sheet.name if len(sheets) > 1 else "",
        header_row=row.number,
        columns=columns,
        constants=dict(_known_fields(asked.constants)),
        lines={name: _known_line(code, rules) for name, code in asked.lines.items()},
        series=series,
        skip=tuple(text.casefold() for text in (*SUMS, *asked.skip)),
    )
    unused = tuple(
        Column(get_column_letter(index + 1), title)
        for index, title in titles.items()
        if title and get_column_letter(index + 1) not in taken
    )
    return Proposal(mapping, unused, _name_missing(mapping), _find_unknown(sheet, mapping, rules))


def _choose(sheets: Sequence[Sheet], asked: Asked) -> tuple[Sheet, Row]:
    """The sheet that was named or recognises best, and its header row: the one that recognises most."""
    wanted = [sheet for sheet in sheets if asked.sheet in ("", sheet.name)]
    names = {
        normalise(place) for place in (*asked.columns.values(), *(column for _, column, _ in asked.series))
    }
    ranked = [
        (_count(row, names), -place, -row.number, sheet, row)
        for place, sheet in enumerate(wanted)
        for row in sheet.rows
        if row.number <= HEADER_WITHIN_ROWS
    ]
    if not ranked:
        known = ", ".join(sheet.name for sheet in sheets if sheet.name) or "one without a name"
        raise CannotLearn(f"no sheet {asked.sheet!r} with rows; the file has: {known}")
    *_, sheet, row = max(ranked, key=lambda one: one[:3])
    return sheet, row


def _count(row: Row, names: set[str]) -> int:
    texts = [cell for cell in row.cells if isinstance(cell, str)]
    known = [
        text
        for text in texts
        if recognise(text, ACTIVITY) or _recognise_part(text) or normalise(text) in names
    ]
    return 100 * len(known) + len(texts)


def _recognise_part(title: object) -> str | None:
    """The field whose Chinese name a longer title ends with, such as 外购电用量; the longest name wins."""
    if not isinstance(title, str):
        return None
    text = normalise(title)
    named = [name for name in ACTIVITY.names if len(name) > 1 and not name.isascii() and text.endswith(name)]
    return ACTIVITY.names[max(named, key=len)] if named else None


def _known_fields(items: Mapping[str, str]) -> Mapping[str, str]:
    for name in items:
        if name not in ACTIVITY.titles:
            raise CannotLearn(f"no field {name!r}; fields are: {', '.join(ACTIVITY.titles)}")
    return items


def _known_line(code: str, rules: Rulebook) -> str:
    if plain(code) not in rules.lines:
        codes = ", ".join(line.code for line in rules.category.lines)
        raise CannotLearn(f"no line {code!r}; lines of category {rules.category.code} are: output, {codes}")
    return code


def _find(place: str, titles: Mapping[int, str]) -> Column:
    """A column by its title, or by its letter."""
    for index, title in titles.items():
        if title and normalise(title) == normalise(place):
            return Column(get_column_letter(index + 1), title)
    try:
        index = index_of(place)
    except ValueError:
        known = ", ".join(f"{get_column_letter(at + 1)} {title}" for at, title in titles.items() if title)
        raise CannotLearn(f"no column {place!r}; the header row has: {known}") from None
    return Column(place.upper(), titles.get(index, ""))


def _name_missing(mapping: ColumnMapping) -> tuple[Phrase, ...]:
    columns = {name: index_of(column.letter) for name, column in mapping.columns.items()}
    constants = dict(mapping.constants)
    if mapping.series:
        constants |= {"line": "series", "amount": "series", "unit": "series"}
    return tuple(name_missing(Header(mapping.header_row, columns, {}, (), constants)))


def _find_unknown(sheet: Sheet, mapping: ColumnMapping, rules: Rulebook) -> tuple[str, ...]:
    """Names in the line column that are no line of the template, each once, as they stand there."""
    column = mapping.columns.get("line") or mapping.columns.get("name")
    if column is None or mapping.series:
        return ()
    index, known = index_of(column.letter), set(map(plain, mapping.lines))
    found: dict[str, None] = {}
    for row in sheet.rows:
        text = (
            read_text(row.cells[index]) if row.number > mapping.header_row and index < len(row.cells) else ""
        )
        if (
            text
            and plain(text) not in known
            and rules.find_line(text) is None
            and not is_sum(text, mapping.skip)
            and not is_sign_off(row)
        ):
            found[text] = None
    return tuple(found)[:_MOST_NAMES]
