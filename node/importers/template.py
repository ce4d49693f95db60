"""Makes the workbook that a supplier fills in: one category's lines, drop-downs, units, an example, both languages.

The one fact: what is written here is what `tables` and `rows` read back; prepared rows that are left blank are left
out, so the file as it comes says that nothing was filled in.
"""

from __future__ import annotations

import calendar
import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

from openpyxl import Workbook
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from method.activity import OUTPUT_LINE
from method.category import Category, TemplateLine
from method.factor import Factor
from node.importers.columns import ACTIVITY
from node.importers.coverage import METERED
from node.importers.tables import ACTIVITY_SHEET, OUTPUT_SHEET
from node.importers.template_guide import write_guide
from node.importers.template_lists import Lists, make_lists, name_factor, name_line, order_lines, write_lists
from node.importers.template_sheets import write_further
from node.importers.template_style import (
    BLOCKED,
    EARLIEST_ROW,
    GIVEN,
    INPUT,
    add_choice,
    add_number_check,
    open_sheet,
    style_cell,
)

ROWS = Literal["month", "period"]
FREE_ROWS = 40
FIELDS = (
    "line", "start", "end", "amount", "unit", "mass", "distance", "origin", "destination", "factor", "share",
    "document", "note",
)  # fmt: skip
_OF_TRANSPORT = ("mass", "distance", "origin", "destination")
CSV_FIELDS = ("line", "name", "start", "end", "amount", "unit", "factor", "document", "note")
OUTPUT_FIELDS = ("start", "end", "amount", "unit", "document", "note")
_TOP = (
    "黄色格由您填，灰色格已填好；没有用到的行整行留空。填法见“说明 Guide”。",
    "Fill in the yellow cells; grey ones are filled in already. Leave rows that you did not use blank. See 说明 Guide.",
)


@dataclass(frozen=True, slots=True)
class TemplateOrder:
    """What a template is made for: a category with its factors, a period (ISO dates), a row a month or one in all.

    `plant`: where the product is made, as its owner wrote it; "" where that is not known. `chosen`: codes of factors
    that stand on their lines already; one that this period does not allow is named by the import, never dropped.
    """

    category: Category
    factors: Mapping[str, Factor]
    period_start: str
    period_end: str
    rows: ROWS = "month"
    plant: str = ""
    chosen: Mapping[str, str] = field(default_factory=dict)


def make_template(order: TemplateOrder) -> bytes:
    """The workbook's bytes."""
    book = Workbook()
    first = book.active
    assert first is not None
    book.remove(first)
    write_guide(book, order.category, order.factors, order.plant, bool(order.chosen))
    lists = make_lists(order.category, order.factors, order.plant)
    _write_activity(book, order, lists)
    _write_output(book, order, lists)
    write_further(book, order.category)
    write_lists(book, lists)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def make_csv_template(order: TemplateOrder) -> bytes:
    """The plain form: the output and every line with 0, a row each, in UTF-8 with the mark that tells Excel so."""
    sink = io.StringIO()
    writer = csv.writer(sink)
    period = (order.period_start, order.period_end)
    writer.writerow([ACTIVITY.titles[name] for name in CSV_FIELDS])
    writer.writerow(
        [OUTPUT_LINE, "产量 Production output", *period, "0", order.category.declared_unit, "", "", ""]
    )
    for line in order.category.lines:
        factor = _name_chosen(order, line).get("factor", "")
        writer.writerow(
            [line.code, f"{line.name_zh} {line.name_en}", *period, "0", line.unit, factor, "", ""]
        )
    return sink.getvalue().encode("utf-8-sig")


def list_months(start: str, end: str) -> list[tuple[date, date]]:
    """The months of a period as first and last day, the outer ones cut to it."""
    first, last = date.fromisoformat(start), date.fromisoformat(end)
    months = []
    day = first
    while day <= last:
        end_of_month = day.replace(day=calendar.monthrange(day.year, day.month)[1])
        months.append((day, min(end_of_month, last)))
        if end_of_month >= last:
            break
        day = date(day.year + day.month // 12, day.month % 12 + 1, 1)
    return months


def _spans(order: TemplateOrder, is_metered: bool) -> list[tuple[date, date]]:
    if order.rows == "month" and is_metered:
        return list_months(order.period_start, order.period_end)
    return [(date.fromisoformat(order.period_start), date.fromisoformat(order.period_end))]


def _write_activity(book: Workbook, order: TemplateOrder, lists: Lists) -> None:
    sheet = open_sheet(book, ACTIVITY_SHEET, [ACTIVITY.titles[name] for name in FIELDS], _TOP)
    row = EARLIEST_ROW
    for line in order_lines(order.category, order.factors, order.plant):
        begins = row
        for span in _spans(order, line.kind in METERED):
            given = {"line": name_line(line), "unit": _show_unit(line.unit), **_name_chosen(order, line)}
            _write_row(sheet, row, FIELDS, {**given, **_dates(span)})
            if line.kind != "transport":
                _block(sheet, row, _OF_TRANSPORT)
            row += 1
        _add_line_choices(sheet, line, (begins, row - 1), lists)
    last = row + FREE_ROWS - 1
    for free in range(row, last + 1):
        _write_row(sheet, free, FIELDS, {})
    add_choice(sheet, _range("line", FIELDS, row, last), lists.place("lines"))
    add_choice(sheet, _range("unit", FIELDS, row, last), lists.place("units"))
    add_choice(sheet, _range("factor", FIELDS, row, last), lists.place("factors"))
    for name in ("amount", "mass", "distance"):
        add_number_check(sheet, _range(name, FIELDS, EARLIEST_ROW, last))
    add_number_check(sheet, _range("share", FIELDS, EARLIEST_ROW, last), most=1)


def _write_output(book: Workbook, order: TemplateOrder, lists: Lists) -> None:
    top = (
        f"与这些用量对应的合格产品产量，单位能换算成 {order.category.declared_unit}；不用的行留空。",
        f"The saleable production that belongs to these amounts, in a unit that converts into "
        f"{order.category.declared_unit}; leave rows that you do not use blank.",
    )
    sheet = open_sheet(book, OUTPUT_SHEET, [ACTIVITY.titles[name] for name in OUTPUT_FIELDS], top)
    row = EARLIEST_ROW
    for span in _spans(order, is_metered=True):
        _write_row(sheet, row, OUTPUT_FIELDS, {"unit": order.category.declared_unit, **_dates(span)})
        row += 1
    add_choice(
        sheet, _range("unit", OUTPUT_FIELDS, EARLIEST_ROW, row - 1), lists.place(f"unit {OUTPUT_LINE}")
    )
    add_number_check(sheet, _range("amount", OUTPUT_FIELDS, EARLIEST_ROW, row - 1))


def _write_row(sheet: Worksheet, row: int, fields: Sequence[str], values: Mapping[str, Any]) -> None:
    for column, name in enumerate(fields, start=1):
        style_cell(sheet.cell(row, column, values.get(name)), GIVEN if name in values else INPUT)


def _block(sheet: Worksheet, row: int, names: Sequence[str]) -> None:
    for name in names:
        style_cell(sheet.cell(row, FIELDS.index(name) + 1), BLOCKED)


def _add_line_choices(sheet: Worksheet, line: TemplateLine, rows: tuple[int, int], lists: Lists) -> None:
    add_choice(sheet, _range("unit", FIELDS, *rows), lists.place(f"unit {line.code}"))
    add_choice(sheet, _range("factor", FIELDS, *rows), lists.place(f"factor {line.code}"))


def _range(name: str, fields: Sequence[str], first: int, last: int) -> str:
    letter = get_column_letter(fields.index(name) + 1)
    return f"{letter}{first}:{letter}{last}"


def _name_chosen(order: TemplateOrder, line: TemplateLine) -> dict[str, str]:
    """The factor chosen for a line as the drop-down shows it, by its code alone where it is not published."""
    code = order.chosen.get(line.code, "")
    known = order.factors.get(code)
    return {"factor": code if known is None else name_factor(known)} if code else {}


def _dates(span: tuple[date, date]) -> dict[str, date]:
    return {"start": span[0], "end": span[1]}


def _show_unit(unit: str) -> str:
    return unit.replace("*", "·")
