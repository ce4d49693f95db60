"""The dates of a sheet that is being worked on, moved into the product's period, where they are all of the one before.

The one fact: dates alone are moved; whether the amounts are of the new period only their owner can say.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from fractions import Fraction

from method.periods import Step, step_of
from node.importers.cells import BadCell, read_day, read_month
from node.importers.month_titles import read_month_title
from node.importers.problem import ProblemList
from node.importers.rows import Rulebook, Table
from node.importers.sheets import Cell, Row
from node.importers.tables import find_tables
from node.organisation import Node
from node.supplier.drafts import Draft, mend_rows

_DATED = ("month", "date", "start", "end")


def move_dates(node: Node, draft: Draft, rules: Rulebook) -> Draft:
    """The draft with every date one period later, undone together; as it is where a period is not of whole months."""
    step = step_of(rules.product)
    if not step.months:
        return draft
    tables = find_tables(draft.sheets, rules, Fraction(1), ProblemList(draft.name))
    rows = {}
    for table in tables:
        at = draft.sheets.index(table.sheet)
        rows.update({(at, row.number): row.cells for row in _move_table(table, step)})
    return mend_rows(node, draft, rows)


def _move_table(table: Table, step: Step) -> Iterator[Row]:
    """The rows of a table that hold a date, moved: its titles where they are months, and the rows below."""
    dated = [table.header.columns[name] for name in _DATED if name in table.header.columns]
    for row in table.sheet.rows:
        cells = list(row.cells)
        if row.number == table.header.row and table.months:
            cells = [_move_title(cell, step) for cell in cells]
        elif row.number > table.header.row:
            for column in dated:
                if column < len(cells):
                    cells[column] = _move_cell(cells[column], step)
        if tuple(cells) != row.cells:
            yield Row(row.number, tuple(cells))


def _move_title(cell: Cell, step: Step) -> Cell:
    month = read_month_title(cell)
    if month is None or month[0] is None:
        return cell
    return f"{step.move(date(month[0], month[1], 1)):%Y-%m}"


def _move_cell(cell: Cell, step: Step) -> Cell:
    try:
        return step.move(read_day(cell)).isoformat()
    except BadCell:
        pass
    try:
        return f"{step.move(read_month(cell)[0]):%Y-%m}"
    except BadCell:
        return cell
