"""Sheets with a row for each month and a column for each item, as meters are read: a table for each of these columns.

The one fact: a title states the item and its unit for all rows, so what is wrong with either is a problem at the title;
a row of sums is never counted with the months. It is compared with their sum.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from method.activity import ActivityRecord
from node.importers.cells import BadCell, read_number, read_text
from node.importers.columns import ACTIVITY, HEADER_WITHIN_ROWS, Header, letter_of, normalise, recognise
from node.importers.hints import Hint
from node.importers.item_names import name_line, names_output
from node.importers.item_titles import is_not_read, is_unit, read_item_title
from node.importers.merged import fill_labels
from node.importers.month_columns import check_sum, is_filled, is_total
from node.importers.month_titles import read_month_title
from node.importers.periods import read_period
from node.importers.problem import ProblemList, quote
from node.importers.rows import Rulebook, Table, is_left_out, read_record
from node.importers.sheets import Cell, Row, Sheet
from node.importers.sum_words import SUMS
from node.importers.views import RowView, plain
from node.language import Phrase

_FIELDS = ("month", "year", "date", "start", "end", "unit", "document", "note")
"""Columns that such a sheet may have beside those of items."""
_PERIOD = ("month", "date", "start", "end")
_OF_LONG_TABLES = ("line", "name", "amount")
_SERIAL = ("序号", "编号", "no", "no.", "#")
_PART = re.compile(r".*(?:合计|小计|总计|累计|季度|半年|subtotal|total)")
"""What a row of sums of some months or all is called besides `SUMS`."""
_ENOUGH, _SUB_ROWS = 2, 2


@dataclass(frozen=True, slots=True)
class _Column:
    """A column of one item: where its title stands, as it is shown, and what it states."""

    index: int
    row: int
    title: str
    name: str
    unit: str


def find_item_tables(sheet: Sheet, rules: Rulebook, share: Fraction, problems: ProblemList) -> list[Table]:
    """A table for each column of an item in a sheet with a row a month; none for other sheets."""
    for row in sheet.rows[:HEADER_WITHIN_ROWS]:
        fields = _find_fields(sheet, row)
        if fields is None:
            continue
        heads = [row, *_list_sub_rows(sheet, row, fields)]
        columns = _read_columns(sheet, heads, fields, rules)
        if any(one.unit or _is_item(one.name, rules) for one in columns):
            titles = {
                name: " ".join(read_text(row.cells[at]).split()) or letter_of(at)
                for name, at in fields.items()
            }
            header = Header(heads[-1].number, fields, titles)
            return _make_tables(
                Table(fill_labels(sheet, header), header, rules, share=share), columns, problems
            )
    return []


def read_item(table: Table, row: Row, problems: ProblemList) -> Sequence[ActivityRecord]:
    """The record of one item in one month, where the row has an amount of it."""
    if row.number <= table.header.row or is_left_out(table, row) or not is_filled(table, row):
        return ()
    record = read_record(table, row, problems)
    return () if record is None else (record,)


def name_added(tables: Sequence[Table]) -> tuple[Hint, ...]:
    """Which columns of a sheet count on the same line, by their titles."""
    found: defaultdict[tuple[str, str], list[Table]] = defaultdict(list)
    for table in tables:
        line = table.rules.find_line(table.header.constants["name"]) if table.header.heads else None
        if line is not None:
            found[table.sheet.name, line if isinstance(line, str) else line.code].append(table)
    hints = []
    for (sheet, code), own in found.items():
        if own[1:]:
            titles = [table.header.titles["amount"] for table in own]
            line_name = name_line(own[0].rules.category, code)
            text = Phrase(
                f"{line_name.en}: the columns {', '.join(map(quote, titles))} are added up",
                f"{line_name.zh}：{'、'.join(f'“{one}”' for one in titles)}这几列相加计入",
            )
            hints.append(Hint(text, ((sheet, own[0].header.heads["name"][0]),)))
    return tuple(hints)


def _find_fields(sheet: Sheet, row: Row) -> dict[str, int] | None:
    """The columns of a header row that hold no item, with what states the month; None for a row that is none."""
    named = [(index, recognise(cell, ACTIVITY)) for index, cell in enumerate(row.cells)]
    if any(name in _OF_LONG_TABLES for _, name in named):
        return None
    fields: dict[str, int] = {}
    for index, name in named:
        if name in _FIELDS:
            fields.setdefault(name, index)
    if "month" in fields or "date" in fields or {"start", "end"} <= fields.keys():
        return fields
    below = [one for one in sheet.rows if one.number > row.number]
    free = [index for index, name in named if name is None and read_month_title(row.cells[index]) is None]
    month = next((index for index in free if _has_months(below, index)), None)
    return None if month is None else {**fields, "month": month}


def _has_months(rows: Sequence[Row], index: int) -> bool:
    """Whether a column names months, which numbers such as 202501 alone do not show."""
    cells = [_cell(row, index) for row in rows]
    named = {cell for cell in cells if not isinstance(cell, int) and read_month_title(cell) is not None}
    return len(named) >= _ENOUGH


def _list_sub_rows(sheet: Sheet, row: Row, fields: Mapping[str, int]) -> list[Row]:
    """The rows below the first of the header that belong to it: words, and no period."""
    taken: list[Row] = []
    for one in [below for below in sheet.rows if below.number > row.number][:_SUB_ROWS]:
        periods = [
            (read_text(row.cells[fields[name]]), _cell(one, fields[name]))
            for name in _PERIOD
            if name in fields
        ]
        stated = [cell for title, cell in periods if cell is not None and read_text(cell) != title]
        if any(recognise(cell, ACTIVITY) != "unit" for cell in stated):
            break
        if any(cell is not None and _read(cell) is not None for cell in one.cells):
            break
        taken.append(one)
    return taken


def _read_columns(
    sheet: Sheet, heads: Sequence[Row], fields: Mapping[str, int], rules: Rulebook
) -> list[_Column]:
    """What the columns besides `fields` are, without those that are left out or hold nothing."""
    width = max(len(row.cells) for row in sheet.rows)
    columns = []
    for index in range(width):
        titles = [(row.number, " ".join(read_text(_cell(row, index)).split())) for row in heads]
        titles = [(number, title) for number, title in titles if title]
        if index in fields.values() or any(
            is_not_read(title) or normalise(title) in _SERIAL for _, title in titles
        ):
            continue
        columns.append(_read_column(index, heads[0].number, titles, rules))
    shown = [one.title for one in columns]
    return [
        replace(one, title=f"{letter_of(one.index)} {one.title}".strip())
        if not one.title or shown.count(one.title) > 1
        else one
        for one in columns
    ]


def _read_column(index: int, row: int, titles: Sequence[tuple[int, str]], rules: Rulebook) -> _Column:
    """The item of a column's titles: the last that is one, else the last; its unit, else the one below."""
    items = [
        (number, title, read_item_title(title, lambda name: _is_item(name, rules)))
        for number, title in titles
        if not is_unit(title)
    ]
    units = [title.strip("()（）[]【】") for _, title in titles if is_unit(title)]
    if not items:
        return _Column(index, row, "", "", "")
    known = [one for one in items if _is_item(one[2].name, rules)]
    number, title, item = (known or items)[-1]
    # Below an item stands its unit, also one that nobody knows.
    units += [one[1] for one in items if known and one[0] > number]
    return _Column(index, number, title, item.name, item.unit or next(iter(units), ""))


def _is_item(name: str, rules: Rulebook) -> bool:
    return rules.is_line(name) or names_output(name, rules.category)


def _make_tables(sheet_table: Table, columns: Sequence[_Column], problems: ProblemList) -> list[Table]:
    """The table of each column; columns without a title, months that occur twice and wrong sums are noted."""
    sheet, header = sheet_table.sheet, sheet_table.header
    labels = [plain(_label(row)) for row in sheet.rows if row.number > header.row]
    skip = (*SUMS, *(label for label in labels if _PART.fullmatch(label) or is_total(label)))
    tables = [_make_table(replace(sheet_table, skip=skip), one) for one in columns]
    filled = [table for table in tables if any(_counts(table, row) for row in sheet.rows)]
    for table in filled:
        if not table.header.constants["name"]:
            place = (sheet.name, *table.header.heads["name"])
            problems.note(place, "column-untitled", column=place[2])
        _check_sums(table, problems)
    _note_twice(filled, problems)
    return [table for table in filled if table.header.constants["name"]]


def _make_table(sheet_table: Table, column: _Column) -> Table:
    fields = sheet_table.header
    heads = {"name": (column.row, column.title)}
    constants = {"name": column.name}
    columns = {**fields.columns, "amount": column.index}
    if column.unit:
        columns.pop("unit", None)
        constants["unit"] = column.unit
    if "unit" not in columns:
        heads["unit"] = heads["name"]
    header = replace(
        fields,
        columns=columns,
        titles={**fields.titles, "amount": column.title},
        constants=constants,
        heads=heads,
    )
    return replace(sheet_table, header=header)


def _counts(table: Table, row: Row) -> bool:
    """Whether a row has an amount of the column's item and is no sum."""
    return row.number > table.header.row and not is_left_out(table, row) and is_filled(table, row)


def _note_twice(tables: Sequence[Table], problems: ProblemList) -> None:
    """Note a row of the same month or day and document as an earlier one."""
    seen: dict[tuple[object, ...], int] = {}
    for row in tables[0].sheet.rows if tables else ():
        if not any(_counts(table, row) for table in tables):
            continue
        table = tables[0]
        view = RowView(table.sheet, table.header, ACTIVITY, row, problems)
        period = read_period(replace(view, problems=ProblemList("")), table.rules.product)
        if period is None:
            continue
        first = seen.setdefault(
            (period, read_text(view.cell("date")), read_text(view.cell("document"))), row.number
        )
        name = next(one for one in _PERIOD if view.cell(one) is not None)
        if first != row.number and not view.covering(name):
            view.note(name, "second-month", cell=view.found(name), first=first)


def _check_sums(table: Table, problems: ProblemList) -> None:
    """Note each sum of all months that is not theirs."""
    index = table.header.columns["amount"]
    months = {(row.number, index): _amount(table, row) for row in table.sheet.rows if _counts(table, row)}
    if any(_read(cell) is None for cell in months.values()):
        return
    for row in table.sheet.rows:
        total = _read(_amount(table, row)) if is_left_out(table, row) and is_total(_label(row)) else None
        if total is not None:
            check_sum(RowView(table.sheet, table.header, ACTIVITY, row, problems), total, months)


def _label(row: Row) -> str:
    return next((text for cell in row.cells if (text := read_text(cell))), "")


def _amount(table: Table, row: Row) -> Cell:
    return _cell(row, table.header.columns["amount"])


def _cell(row: Row, index: int) -> Cell:
    return row.cells[index] if index < len(row.cells) else None


def _read(cell: Cell) -> Fraction | None:
    try:
        return read_number(cell)
    except BadCell:
        return None
