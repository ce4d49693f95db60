"""A saved mapping: which column of an existing sheet is which, so that nobody retypes it.

The one fact: columns are found again by their titles; a sheet that lost one is refused rather than read wrongly.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace

from node.importers.cells import read_text
from node.importers.columns import Header, index_of, normalise
from node.importers.merged import fill_labels
from node.importers.problem import ProblemList
from node.importers.rows import Rulebook, Table
from node.importers.sheets import Sheet
from node.importers.views import plain

HEADER_WITHIN_ROWS = 30


@dataclass(frozen=True, slots=True)
class Column:
    """A column by its letter and by its title, "" where it has none; the title counts when there is one."""

    letter: str
    title: str


@dataclass(frozen=True, slots=True)
class Series:
    """A column that holds the amounts of one line in one unit, as in a table with a row a month."""

    line: str
    column: Column
    unit: str


@dataclass(frozen=True, slots=True)
class ColumnMapping:
    """How to read one kind of sheet for products of one category.

    `sheet`: its name, "" for any. `constants`: values of fields without a column. `lines`: the sheet's own names of
    template lines. `skip`: what the first cell of a row of sums starts with.
    """

    category: str
    sheet: str
    header_row: int
    columns: Mapping[str, Column]
    constants: Mapping[str, str]
    lines: Mapping[str, str]
    series: tuple[Series, ...]
    skip: tuple[str, ...]


def encode_mapping(mapping: ColumnMapping) -> str:
    """A mapping as JSON; `parse_mapping` reads it back."""
    return json.dumps(asdict(mapping), ensure_ascii=False)


def parse_mapping(text: str) -> ColumnMapping:
    """Read what `encode_mapping` wrote."""
    fields = json.loads(text)
    return ColumnMapping(
        category=fields["category"],
        sheet=fields["sheet"],
        header_row=fields["header_row"],
        columns={name: Column(**column) for name, column in fields["columns"].items()},
        constants=fields["constants"],
        lines=fields["lines"],
        series=tuple(Series(one["line"], Column(**one["column"]), one["unit"]) for one in fields["series"]),
        skip=tuple(fields["skip"]),
    )


@dataclass(frozen=True, slots=True)
class _Place:
    """Where the header stands in one sheet, and the index of each column."""

    row: int
    index: Mapping[Column, int]


def find_mapped_tables(
    sheets: Sequence[Sheet], mapping: ColumnMapping, rules: Rulebook, problems: ProblemList
) -> list[Table]:
    """The tables of a file as the mapping reads them, one for each series where it has some; or problems."""
    wanted = [sheet for sheet in sheets if mapping.sheet in ("", sheet.name)]
    if not wanted:
        names = ", ".join(sheet.name for sheet in sheets)
        problems.note(("", 0, ""), "mapping-sheet", sheet=mapping.sheet, names=names)
        return []
    own = {plain(name): rules.lines[plain(code)] for name, code in mapping.lines.items()}
    extended = replace(rules, lines={**rules.lines, **own})
    tables = []
    for sheet in wanted:
        place = _find_place(sheet, mapping)
        if place is not None:
            tables += _make_tables(sheet, place, mapping, extended)
    if not tables:
        titles = ", ".join(column.title or column.letter for column in _all_columns(mapping))
        problems.note((mapping.sheet, 0, ""), "mapping-titles", titles=titles)
    return tables


def _all_columns(mapping: ColumnMapping) -> list[Column]:
    return [*mapping.columns.values(), *(series.column for series in mapping.series)]


def _find_place(sheet: Sheet, mapping: ColumnMapping) -> _Place | None:
    """The first of the top rows that has every title; the row as learned where no column has a title."""
    columns = _all_columns(mapping)
    if not any(column.title for column in columns):
        return _Place(mapping.header_row, {column: index_of(column.letter) for column in columns})
    for row in sheet.rows:
        if row.number > HEADER_WITHIN_ROWS:
            break
        titles = [normalise(read_text(cell)) for cell in row.cells]
        index = {column: _find_column(column, titles) for column in columns}
        if min(index.values()) >= 0:
            return _Place(row.number, index)
    return None


def _find_column(column: Column, titles: Sequence[str]) -> int:
    """The column of that title, the one at its old letter first; -1 when there is none."""
    index, title = index_of(column.letter), normalise(column.title)
    if not title or (index < len(titles) and titles[index] == title):
        return index
    return titles.index(title) if title in titles else -1


def _make_tables(sheet: Sheet, place: _Place, mapping: ColumnMapping, rules: Rulebook) -> list[Table]:
    columns = {name: place.index[column] for name, column in mapping.columns.items()}
    titles = {name: column.title or column.letter for name, column in mapping.columns.items()}
    if not mapping.series:
        header = Header(place.row, columns, titles, (), mapping.constants)
        return [Table(fill_labels(sheet, header), header, rules, skip=mapping.skip)]
    tables = []
    for series in mapping.series:
        header = Header(
            row=place.row,
            columns={**columns, "amount": place.index[series.column]},
            titles={**titles, "amount": series.column.title or series.column.letter},
            constants={**mapping.constants, "line": series.line, "unit": series.unit},
        )
        tables.append(Table(fill_labels(sheet, header), header, rules, skip=mapping.skip))
    return tables
