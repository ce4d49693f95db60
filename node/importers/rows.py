"""One row of a table of activity into one record, or into problems: each cell is judged on its own.

Nothing is guessed: a row that cannot be read in full is reported and not used.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from method.activity import OUTPUT_LINE, ActivityRecord
from method.category import Category, TemplateLine, check_factor_fits
from method.conversions import CONVERSIONS, convert_for
from method.errors import UnknownUnit, WrongFactor, WrongKind
from method.factor import Factor, check_valid_on
from method.product import Product
from method.units import parse_unit
from node.importers.cells import BadCell, read_day, read_month, read_number, read_text
from node.importers.columns import TITLES, Field, Header
from node.importers.problem import ProblemList, quote
from node.importers.sheets import MAX_CELL_CHARACTERS, Cell, Row, Sheet

_OUTPUT_NAMES = (OUTPUT_LINE, "产量", "产出", "production", "production output", "产量 production output")
_LONGEST_TEXT = 400


@dataclass(frozen=True, slots=True)
class Table:
    """A sheet with its header, and what its rows are judged by."""

    sheet: Sheet
    header: Header
    product: Product
    category: Category
    factors: Mapping[str, Factor]


@dataclass(frozen=True, slots=True)
class _RowView:
    """One row of a table, with the problems its cells give rise to."""

    table: Table
    row: Row
    problems: ProblemList

    def cell(self, field: Field) -> Cell:
        index = self.table.header.columns.get(field)
        return None if index is None or index >= len(self.row.cells) else self.row.cells[index]

    def has_formula(self, field: Field) -> bool:
        index = self.table.header.columns.get(field, -1)
        return (self.row.number, index) in self.table.sheet.formulas

    def note(self, field: Field, found: str, expected: str, advice: str) -> None:
        title = self.table.header.titles.get(field, TITLES[field])
        self.problems.add((self.table.sheet.name, self.row.number, title), found, expected, advice)


def read_record(table: Table, row: Row, problems: ProblemList) -> ActivityRecord | None:
    """The record of one row; None for rows above the table, empty ones, and ones whose problems were noted."""
    view = _RowView(table, row, problems)
    if row.number <= table.header.row or all(view.cell(field) is None for field in table.header.columns):
        return None
    line = _read_line(view)
    amount = _read_amount(view)
    unit = _read_unit(view, line)
    period = _read_period(view)
    factor = _read_factor(view, line)
    share = _read_share(view)
    texts = _read_texts(view)
    if line is None or amount is None or unit is None or period is None:
        return None
    if factor is None or share is None or texts is None:
        return None
    return ActivityRecord(
        line=line if isinstance(line, str) else line.code,
        period_start=period[0],
        period_end=period[1],
        amount=amount,
        unit=unit,
        share=share,
        factor=factor,
        document=texts[0],
        note=texts[1],
        sheet=table.sheet.name,
        row=row.number,
    )


def _read_line(view: _RowView) -> TemplateLine | str | None:
    """The template line, OUTPUT_LINE itself, or None."""
    field: Field = "line" if view.cell("line") is not None else "name"
    text = read_text(view.cell(field))
    name = " ".join(text.split()).casefold()
    if name in _OUTPUT_NAMES:
        return OUTPUT_LINE
    for line in view.table.category.lines:
        names = (line.code, line.name_zh, line.name_en, f"{line.name_zh} {line.name_en}")
        if name in (" ".join(known.split()).casefold() for known in names):
            return line
    codes = ", ".join(line.code for line in view.table.category.lines)
    view.note(
        field,
        quote(text) if text else "an empty cell",
        f"{OUTPUT_LINE}, or a line of category {view.table.category.code}: {codes}",
        "Use a line code of the template; remove rows that are sums or headings",
    )
    return None


def _read_amount(view: _RowView) -> Fraction | None:
    cell = view.cell("amount")
    if cell is None:
        formula = view.has_formula("amount")
        view.note(
            "amount",
            "a formula without a computed value" if formula else "an empty cell",
            "a number",
            "Open the file in a spreadsheet program and save it, so that values are stored"
            if formula
            else "Enter 0 if nothing was used",
        )
        return None
    try:
        value = read_number(cell)
    except BadCell as error:
        view.note("amount", quote(cell), str(error), "Write digits only; the unit has its own column")
        return None
    if value < 0:
        view.note(
            "amount",
            quote(cell),
            "0 or more",
            "Enter consumption as a positive number; credits are lines of their own",
        )
        return None
    return value


def _read_unit(view: _RowView, line: TemplateLine | str | None) -> str | None:
    cell = view.cell("unit")
    text = read_text(cell)
    try:
        if not text:
            raise UnknownUnit("a unit such as kWh, t or 吨公里")
        unit = parse_unit(text)
        if isinstance(line, TemplateLine):
            convert_for(1, unit, line.unit, line.kind)
        elif line == OUTPUT_LINE:
            convert_for(1, unit, view.table.category.declared_unit, "")
    except UnknownUnit as error:
        expected = str(error).partition("expected ")[2] or str(error)
        view.note("unit", quote(text) if text else "an empty cell", expected, "Use one of these names")
        return None
    except WrongKind as error:
        goal = line.unit if isinstance(line, TemplateLine) else view.table.category.declared_unit
        also = (
            CONVERSIONS[line.kind].source
            if isinstance(line, TemplateLine) and line.kind in CONVERSIONS
            else ""
        )
        expected = f"a unit that converts into {goal}" + (f", or {also}" if also else "")
        view.note("unit", quote(text), expected, f"Check the line and the unit: {error}")
        return None
    return unit.name


def _read_period(view: _RowView) -> tuple[str, str] | None:
    columns = view.table.header.columns
    field: Field = "month" if "month" in columns and view.cell("month") is not None else "start"
    try:
        if field == "month":
            start, end = read_month(view.cell("month"))
        else:
            start = read_day(view.cell("start"))
            field = "end"
            end = read_day(view.cell("end"))
    except BadCell as error:
        cell = view.cell(field)
        found = "an empty cell" if cell is None else quote(cell)
        view.note(field, found, str(error), "Every row states the period it covers")
        return None
    product = view.table.product
    first, last = start.isoformat(), end.isoformat()
    if not product.period_start <= first <= last <= product.period_end:
        view.note(
            field,
            f"{first} to {last}",
            f"a period within {product.period_start} to {product.period_end}",
            "Import only rows of the product's period, or correct the dates",
        )
        return None
    return first, last


def _read_factor(view: _RowView, line: TemplateLine | str | None) -> str | None:
    """The factor code named in the row, "" where the line's default applies, or None."""
    code = read_text(view.cell("factor"))
    if not code or line == OUTPUT_LINE:
        return ""
    factor = view.table.factors.get(code)
    if factor is None:
        view.note(
            "factor",
            quote(code),
            "the code of a published factor, or an empty cell",
            "Look it up in the factor library, or have it published first",
        )
        return None
    if not isinstance(line, TemplateLine):
        return code
    try:
        check_factor_fits(line, factor)
        check_valid_on(factor, view.table.product.period_start, view.table.product.period_end)
    except WrongFactor as error:
        view.note(
            "factor",
            quote(code),
            "a factor that the line accepts and that is valid in the period",
            str(error),
        )
        return None
    return code


def _read_share(view: _RowView) -> Fraction | None:
    cell = view.cell("share")
    if cell is None and not view.has_formula("share"):
        return Fraction(1)
    try:
        share = read_number(cell)
    except BadCell:
        share = Fraction(0)
    if 0 < share <= 1:
        return share
    found = "a formula without a computed value" if cell is None else quote(cell)
    view.note(
        "share", found, "a number above 0, at most 1", "Write 0.35 for 35 %; leave it empty for all of it"
    )
    return None


def _read_texts(view: _RowView) -> tuple[str, str] | None:
    texts = []
    fields: tuple[Field, ...] = ("document", "note")
    for field in fields:
        text = read_text(view.cell(field))
        if len(text) > _LONGEST_TEXT:
            length = min(len(text), MAX_CELL_CHARACTERS)
            view.note(field, f"{length} characters or more", f"at most {_LONGEST_TEXT}", "Shorten it")
            return None
        texts.append(text)
    return texts[0], texts[1]
