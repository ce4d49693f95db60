"""Sheets whose columns are months, as tables of a year are kept: one record for each item and month.

The one fact: a column of sums beside the months is never counted with them. It is compared with their sum, and a
difference is a problem at its cell, unless it is that of months which are text or were mended since: a spreadsheet's
own sum passes over text. Where a row has nothing but the sum, the sum is what it says.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction

from method.activity import ActivityRecord
from method.exact import encode_decimal
from method.product import Product
from node.importers.cells import read_number, read_text
from node.importers.columns import ACTIVITY, HEADER_WITHIN_ROWS, Header, normalise, recognise
from node.importers.merged import fill_labels
from node.importers.month_titles import read_month_title
from node.importers.problem import ProblemList
from node.importers.rows import Rulebook, Table, is_left_out, read_record
from node.importers.sheets import Cell, CellPlace, Row, Sheet
from node.importers.sum_words import SUMS
from node.importers.views import RowView, read_amount

_TOTAL = re.compile(
    r"(?:[0-9]{4}年?)?(?:全年度?|年度?|本年|1-12月)?(?:累计|合计|总计|总量|总和|用量)|全年|"
    r"(?:grand|year|annual|yearly)?total|sum|fullyear|ytd",
    re.ASCII,
)
_ENOUGH, _ALONE = 2, 6
"""So many months beside a column that is recognised, or so many by themselves, make a header."""
_ELSEWHERE = ("month", "year", "date", "start", "end", "amount")
_NOISE = Fraction(1, 10**12)


@dataclass(frozen=True, slots=True)
class _Found:
    """A header row: other columns, and the months by column index."""

    row: Row
    fields: Header
    months: Mapping[int, tuple[int | None, int]]
    total: int | None


def find_month_table(sheet: Sheet, rules: Rulebook, share: Fraction, problems: ProblemList) -> Table | None:
    """The table of a sheet whose columns are months; None for other sheets."""
    found = next((one for row in sheet.rows[:HEADER_WITHIN_ROWS] if (one := _read_header(row))), None)
    if found is None:
        return None
    sheet = fill_labels(sheet, found.fields)
    months = _date_columns(sheet, found, rules.product, problems)
    headers = [_amount_header(found, index, {"month": month}) for index, month in months.items()]
    tables = tuple(Table(sheet, header, rules, share=share, skip=SUMS) for header in headers)
    whole = found.fields
    if found.total is not None and len(months) == len(found.months):
        whole = _amount_header(found, found.total, _span(list(months.values())))
    return Table(sheet, whole, rules, share=share, skip=SUMS, months=tables)


def read_months(table: Table, row: Row, problems: ProblemList) -> list[ActivityRecord]:
    """A record for each month that the row fills; what is wrong with the whole row is noted once."""
    if row.number <= table.header.row or is_left_out(table, row):
        return []
    own = ProblemList(problems.file)
    filled = [one for one in table.months if is_filled(one, row)]
    if not filled:
        filled = [table if is_filled(table, row) else table.months[0]]
    found = [read_record(one, row, own) for one in filled]
    if filled[0] is not table and not own.problems:
        _check_total(table, row, filled, own)
    for problem in own.problems:
        problems.take(problem)
    return [record for record in found if record is not None]


def _read_header(row: Row) -> _Found | None:
    months = {
        index: month for index, cell in enumerate(row.cells) if (month := read_month_title(cell)) is not None
    }
    if len(set(months.values())) < _ENOUGH:
        return None
    columns: dict[str, int] = {}
    titles: dict[str, str] = {}
    twice: list[str] = []
    totals: list[int] = []
    for index, cell in enumerate(row.cells):
        name = None if index in months else recognise(cell, ACTIVITY)
        if index not in months and (name == "amount" or is_total(read_text(cell))):
            totals.append(index)
        elif name in columns:
            twice.append(read_text(cell))
        elif name is not None and name not in _ELSEWHERE:
            columns[name], titles[name] = index, " ".join(read_text(cell).split())
    if not columns and len(set(months.values())) < _ALONE:
        return None
    return _Found(
        row, Header(row.number, columns, titles, tuple(twice)), months, totals[0] if totals else None
    )


def is_total(title: str) -> bool:
    """Whether a title says that it is the sum of the whole period."""
    return _TOTAL.fullmatch("".join(normalise(title).split())) is not None


def _date_columns(sheet: Sheet, found: _Found, product: Product, problems: ProblemList) -> Mapping[int, str]:
    """The month (2025-01) of each column by index: the year of the title, else the one in the product's period."""
    dated: dict[int, str] = {}
    first, last = product.period_start[:7], product.period_end[:7]
    for index, (year, month) in found.months.items():
        years = range(int(first[:4]), int(last[:4]) + 1) if year is None else (year,)
        inside = [text for one in years if first <= (text := f"{one}-{month:02d}") <= last]
        title = " ".join(read_text(found.row.cells[index]).split())
        dated_as = inside[0] if inside else f"{years[0]}-{month:02d}"
        if len(inside) > 1:
            problems.note((sheet.name, found.row.number, title), "month-without-year", title=title)
        if dated_as in dated.values():
            problems.note((sheet.name, found.row.number, title), "second-column")
        else:
            dated[index] = dated_as
    return dated


def _amount_header(found: _Found, index: int, constants: Mapping[str, str]) -> Header:
    """The header by which a row is read for one column of amounts."""
    title = " ".join(read_text(found.row.cells[index]).split())
    fields = found.fields
    return replace(
        fields,
        columns={**fields.columns, "amount": index},
        titles={**fields.titles, "amount": title},
        constants=constants,
    )


def _span(months: Sequence[str]) -> Mapping[str, str]:
    year, month = map(int, max(months).split("-"))
    end = date(year, month, calendar.monthrange(year, month)[1])
    return {"start": f"{min(months)}-01", "end": end.isoformat()}


def is_filled(table: Table, row: Row) -> bool:
    """Whether a row has an amount in a table's column of it, be it a formula or one of several cells in one."""
    index = table.header.columns.get("amount", len(row.cells))
    place = (row.number, index)
    is_written = index < len(row.cells) and row.cells[index] is not None
    return is_written or place in table.sheet.formulas or place in table.sheet.merged


def _check_total(table: Table, row: Row, filled: Sequence[Table], problems: ProblemList) -> None:
    """Note a sum that is not that of its months, by more than the sum itself was rounded."""
    view = RowView(table.sheet, table.header, ACTIVITY, row, problems)
    if view.cell("amount") is None or (total := read_amount(view)) is None:
        return
    columns = [one.header.columns["amount"] for one in filled]
    check_sum(view, total, {(row.number, column): row.cells[column] for column in columns})


def check_sum(view: RowView, total: Fraction, months: Mapping[CellPlace, Cell]) -> None:
    """Note a sum that is neither that of its months, by their cells, nor of those that a spreadsheet's own sum added:
    those that were not changed since, and of these the ones that are no text.
    """
    kept = [cell for place, cell in months.items() if place not in view.sheet.changed]
    numbers = (
        kept if isinstance(view.cell("amount"), str) else [one for one in kept if not isinstance(one, str)]
    )
    own, *others = (_add_up(cells) for cells in (months.values(), kept, numbers))
    if all(_is_other_sum(total, one) for one in (own, *others)):
        view.note("amount", "total-differs", total=encode_decimal(total), months=encode_decimal(own))


def _add_up(cells: Iterable[Cell]) -> Fraction:
    return sum(map(read_number, cells), Fraction(0))


def _is_other_sum(total: Fraction, months: Fraction) -> bool:
    """Whether a sum differs from that of its months by more than it was rounded."""
    decimals = len(encode_decimal(total).partition(".")[2])
    return abs(total - months) > Fraction(1, 2 * 10**decimals) + total * _NOISE
