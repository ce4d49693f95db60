"""A table: shown on a page, and downloaded as csv or xlsx, from one description.

The one fact: text never becomes a formula. A cell that starts with = + - @ is written so that a spreadsheet keeps it
as text; only a Decimal, an int, or decimal text in a column of numbers is a number.
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any, Literal

from web.numbers import (
    MINUS,
    show_at_most,
    show_least_share,
    show_number,
    show_share,
    show_significant,
    show_size,
    show_time,
)

Value = str | Decimal | int | None
Kind = Literal["text", "number", "share", "least", "most", "change", "id", "date", "time", "size"]
Format = Literal["csv", "xlsx"]
FORMATS: dict[str, tuple[Format, str]] = {
    "csv": ("csv", "text/csv; charset=utf-8"),
    "xlsx": ("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
}
_RISKY = ("=", "+", "-", "@", "\t", "\r")
_FORBIDDEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
"""What XML 1.0 cannot hold."""
_NOT_IN_TITLES = re.compile(r"[\\/*?:\[\]]")
"""What a spreadsheet lets no sheet be called."""
_DECIMAL = re.compile(r"-?[0-9]+(\.[0-9]+)?")
_NARROWEST, _WIDEST = 8, 60
"""How many characters of a column a spreadsheet shows."""
_PRINTED: dict[Kind, str] = {"share": "0.0%", "change": "+0.0%;-0.0%", "least": "0.0000%"}
"""How a spreadsheet prints a share of one; what holds "at least" with its digits, so that none is rounded up."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its title in the reader's language, what its cells are, and their unit.

    A page shows so many decimals (`places`) or significant digits (`digits`); a file has every digit.
    """

    title: str
    kind: Kind = "text"
    unit: str = ""
    places: int | None = None
    digits: int | None = None

    @property
    def is_number(self) -> bool:
        """Whether its cells stand to the right."""
        return self.kind in ("number", "share", "least", "most", "change", "size")


@dataclass(frozen=True, slots=True)
class Cell:
    """A value with what a page adds to it: where it leads, a remark, a state that colours it (good, bad, late).

    `action`: what is done where it leads, instead of a value; a file has nothing there. `kind`: when it is of another
    than its column. `tick`: with a box that adds this to what the form "ticked" of the page sends as `chosen`.
    `links`: the parts of a value that lead to several places, each with its own; a file has the value.
    """

    value: Value = field(default=None, repr=False)
    link: str = ""
    note: str = ""
    state: str = ""
    action: str = ""
    kind: Kind | None = None
    tick: str = ""
    links: Sequence[tuple[str, str]] = ()


@dataclass(frozen=True, slots=True)
class Table:
    """Columns and rows. `name` names the downloaded file and is unique on its page; `empty` is said without rows.

    `further`: the cursor of the rows behind these, under the table's name in the page's address; "" when these are all.
    `about`: by label what the page says of it beside its rows, which a workbook says as well. `of`: what else names the
    file, of a page of which there are many.
    """

    name: str
    caption: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Cell | Value]] = field(repr=False)
    empty: str = ""
    is_downloadable: bool = field(default=True)
    further: str = ""
    about: Sequence[tuple[str, Value]] = ()
    of: str = ""

    @property
    def cells(self) -> list[list[Cell]]:
        """Every row as cells."""
        return [[one if isinstance(one, Cell) else Cell(one) for one in row] for row in self.rows]


def ascribe(tables: Iterable[Table], of: str, subject: Sequence[tuple[str, Value]]) -> list[Table]:
    """The tables of a page that is about one thing, whose short name is `of`: away from it, a file says which."""
    return [replace(table, of=of, about=[*subject, *table.about]) for table in tables]


@dataclass(frozen=True, slots=True)
class About:
    """The sheet of a workbook behind the rows', by label: where they are from, and `whose`, and what holds of them."""

    title: str
    lines: Sequence[tuple[str, Value]]
    whose: str = ""


def column_of(column: Column, cell: Cell) -> Column:
    """The column as this cell of it is read."""
    return column if cell.kind is None else replace(column, kind=cell.kind)


def show_value(column: Column, value: Value) -> str:
    """A value as a page shows it."""
    if value is None:
        return ""
    if column.kind == "number":
        if column.digits is not None:
            return show_significant(value, column.digits)
        return show_number(value, column.places)
    if column.kind == "share":
        return show_share(value)
    if column.kind == "least":
        return show_least_share(value)
    if column.kind == "most":
        return show_at_most(value)
    if column.kind == "change":
        shown = show_share(value)
        return shown if shown.startswith(MINUS) else f"+{shown}"
    if isinstance(value, int) and column.kind in ("time", "size"):
        return show_time(value) if column.kind == "time" else show_size(value)
    return str(value)


def spread_notes(table: Table, entitle: Callable[[str], str]) -> Table:
    """The table for a file: behind a column that has notes one of their own, its title made of the column's."""
    rows = table.cells
    noted = [any(row[place].note for row in rows) for place in range(len(table.columns))]
    columns: list[Column] = []
    for column, has_notes in zip(table.columns, noted, strict=True):
        columns += [column, Column(entitle(column.title))] if has_notes else [column]
    spread: list[list[Cell]] = [[] for _ in rows]
    for cells, row in zip(spread, rows, strict=True):
        for cell, has_notes in zip(row, noted, strict=True):
            cells += [cell, Cell(cell.note)] if has_notes else [cell]
    return replace(table, columns=columns, rows=spread)


def encode_table(table: Table, form: Format, ahead: int = 0, about: About | None = None) -> bytes:
    """The table as a file, its times by a clock so many minutes ahead of UTC; each names its zone.

    A csv file has the rows only; a workbook has `about` behind them.
    """
    return _encode_csv(table, ahead) if form == "csv" else _encode_xlsx(table, ahead, about)


def _titles(table: Table) -> list[str]:
    """What the columns are called in a file, each with its unit; a page shows a size with the unit that fits it."""
    units = ["B" if one.kind == "size" else one.unit for one in table.columns]
    return [
        f"{one.title} ({unit})" if unit else one.title for one, unit in zip(table.columns, units, strict=True)
    ]


def _file_values(table: Table, row: Sequence[Cell], ahead: int) -> list[Value]:
    return [
        _file_value(column_of(column, cell), cell.value, ahead)
        for column, cell in zip(table.columns, row, strict=True)
    ]


def _file_value(column: Column, value: Value, ahead: int) -> Value:
    if isinstance(value, int) and column.kind == "time":
        return show_time(value, ahead)
    if isinstance(value, str) and column.is_number and _DECIMAL.fullmatch(value):
        return Decimal(value)
    return value


def _encode_csv(table: Table, ahead: int) -> bytes:
    """UTF-8 with the mark that makes Excel read Chinese."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(_titles(table))
    for row in table.cells:
        writer.writerow([_plain(value) for value in _file_values(table, row, ahead)])
    return out.getvalue().encode("utf-8-sig")


def _plain(value: Value) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return f"'{value}" if value.startswith(_RISKY) else value
    return f"{value:f}" if isinstance(value, Decimal) else str(value)


def _width(values: Iterable[Value]) -> int:
    """How wide a column with these is, in characters; a Chinese one takes two."""
    texts = (_plain(value) for value in values)
    most = max(sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text) for text in texts)
    return min(max(most + 2, _NARROWEST), _WIDEST)


def _encode_xlsx(table: Table, ahead: int, about: About | None) -> bytes:
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    titles, cells = _titles(table), table.cells
    rows = [_file_values(table, row, ahead) for row in cells]
    sheet = _add_sheet(book, table.caption or table.name, [titles, *rows])
    _lay_out(sheet, (table.caption or table.name, table.of), "" if about is None else about.whose)
    sheet.append([_make_cell(sheet, title, is_bold=True) for title in titles])
    for row, values in zip(cells, rows, strict=True):
        kinds = [column_of(column, one).kind for column, one in zip(table.columns, row, strict=True)]
        sheet.append(
            [
                _make_cell(sheet, value, _PRINTED.get(kind, "General"))
                for kind, value in zip(kinds, values, strict=True)
            ]
        )
    if about is not None:
        sheet = _add_sheet(book, about.title, about.lines)
        for label, value in about.lines:
            sheet.append([_make_cell(sheet, label, is_bold=True), _make_cell(sheet, value)])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _lay_out(sheet: Any, heading: Sequence[str], whose: str) -> None:
    """Titles that stay above the rows; on paper the whole width, with a heading, whose it is and the page's number."""
    sheet.freeze_panes, sheet.print_title_rows = "A2", "1:1"
    sheet.page_setup.orientation, sheet.page_setup.fitToHeight = "landscape", 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    for place, text in (
        (sheet.oddHeader.left, " · ".join(filter(None, heading))),
        (sheet.oddHeader.right, whose),
    ):
        place.text = text.replace("&", "&&") or None
    sheet.oddFooter.right.text = "&P / &N"


def _add_sheet(book: Any, title: str, rows: Sequence[Sequence[Value]]) -> Any:
    """An empty sheet whose columns are as wide as these rows want them."""
    from openpyxl.utils import get_column_letter

    sheet = book.create_sheet(_NOT_IN_TITLES.sub(" ", title)[:31])
    for place, column in enumerate(zip(*rows, strict=True), start=1):
        sheet.column_dimensions[get_column_letter(place)].width = _width(column)
    return sheet


def _make_cell(sheet: Any, value: Value, printed: str = "General", is_bold: bool = False) -> Any:
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Font

    made: Any = WriteOnlyCell(sheet)
    made.value = _FORBIDDEN.sub("\ufffd", value) if isinstance(value, str) else value
    if isinstance(value, str):
        made.data_type = "s"
        made.quotePrefix = value.startswith(_RISKY)
    else:
        made.number_format = printed
    if is_bold:
        made.font = Font(bold=True)
    return made
