"""One row as its table sees it: cells by field, and the kinds of cell that every sheet has, read or noted.

Nothing is guessed: a cell that cannot be read in full is a problem with its place.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from method.errors import UnknownUnit, WrongKind
from method.units import convert
from node.importers import words
from node.importers.cells import BadCell, read_number, read_text
from node.importers.columns import Columns, Header, letter_of
from node.importers.problem import ProblemList, quote
from node.importers.sheets import Cell, Row, Sheet
from node.importers.unit_names import list_units
from node.importers.words import Value

LONGEST_TEXT = 400
_OF_TITLES: Mapping[str, str] = {
    "unknown-line": "unknown-column",
    "part-of-row": "part-of-column",
    "line-unasked": "column-unasked",
    "line-of-others": "column-of-others",
    "unit-empty": "title-without-unit",
}
"""The kind of a problem of one row, and what it is where a column's title states the item or the unit of all rows."""


@dataclass(frozen=True, slots=True)
class RowView:
    """One row of a table, with the problems its cells give rise to."""

    sheet: Sheet
    header: Header
    columns: Columns
    row: Row
    problems: ProblemList

    def cell(self, name: str) -> Cell:
        """What stands in a field's column; a constant of the mapping where it has none."""
        index = self.header.columns.get(name)
        if index is None:
            return self.header.constants.get(name)
        return None if index >= len(self.row.cells) else self.row.cells[index]

    def has_column(self, name: str) -> bool:
        """Whether the table states the field anywhere."""
        return name in self.header.columns or name in self.header.constants

    def has_formula(self, name: str) -> bool:
        """Whether the cell holds a formula that was never computed."""
        index = self.header.columns.get(name, -1)
        return (self.row.number, index) in self.sheet.formulas

    def covering(self, name: str) -> str:
        """Where what stands in a merged cell is, such as C5; "" for any other cell."""
        first = self.sheet.merged.get((self.row.number, self.header.columns.get(name, -1)))
        return "" if first is None else f"{letter_of(first[1])}{first[0]}"

    def note(self, name: str, kind: str, **values: Value) -> None:
        """Note a problem of the cell in a field's column, or of the title that states the field."""
        if name in self.header.heads:
            place = (self.sheet.name, *self.header.heads[name])
            item = read_text(self.cell("name"))
            self.problems.note(place, _OF_TITLES.get(kind, kind), **values, item=item)
            return
        title = self.header.titles.get(name, self.columns.titles[name])
        self.problems.note((self.sheet.name, self.row.number, title), kind, **values)

    def found(self, name: str) -> Value:
        """The cell as its owner would recognise it."""
        cell = self.cell(name)
        if cell is None:
            return words.FORMULA if self.has_formula(name) else words.EMPTY
        return quote(cell) if read_text(cell) else words.EMPTY


def plain(name: str) -> str:
    """A name of a line as names are compared."""
    return " ".join(name.split()).casefold()


def read_amount(view: RowView, name: str = "amount", empty: str = "amount-empty") -> Fraction | None:
    """An exact number of at least 0, or a problem; `empty`: which one where nothing stands there."""
    cell = view.cell(name)
    if cell is None and (first := view.covering(name)):
        view.note(name, "amount-merged", first=first)
        return None
    if cell is None:
        view.note(name, "amount-formula" if view.has_formula(name) else empty, cell=view.found(name))
        return None
    try:
        value = read_number(cell)
    except BadCell as error:
        view.note(name, "amount-unreadable", cell=quote(cell), expected=error.expected)
        return None
    if value < 0:
        view.note(name, "amount-negative", cell=quote(cell))
        return None
    return value


def read_positive(view: RowView, name: str) -> Fraction | None:
    """An exact number above 0, or a problem."""
    value = read_amount(view, name)
    if value == 0:
        view.note(name, "not-above-zero", cell=view.found(name))
        return None
    return value


def read_name(view: RowView, name: str, longest: int = LONGEST_TEXT) -> str | None:
    """A text of at least one character, or a problem."""
    text = read_text(view.cell(name))
    if not text:
        view.note(name, "text-empty", cell=view.found(name))
        return None
    if len(text) > longest:
        view.note(name, "text-too-long", count=len(text), limit=longest)
        return None
    return text


def read_kg(view: RowView) -> Fraction | None:
    """How many kg one of the row's unit is, or a problem."""
    text = read_text(view.cell("unit"))
    if not text:
        view.note("unit", "unit-empty", cell=view.found("unit"), names=", ".join(list_units("kg", "")))
        return None
    try:
        return convert(1, text, "kg")
    except (UnknownUnit, WrongKind):
        view.note("unit", "unit-no-mass", cell=quote(text))
        return None


def open_rows(sheet: Sheet, header: Header, columns: Columns, problems: ProblemList) -> list[RowView]:
    """The rows below a header that hold anything in its columns."""
    views = [RowView(sheet, header, columns, row, problems) for row in sheet.rows if row.number > header.row]
    return [view for view in views if any(view.cell(name) is not None for name in columns.titles)]
