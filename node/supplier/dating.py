"""The dates of a sheet that is being worked on, moved into the product's period, where they are all of the one before.

The one fact: dates alone are moved; whether the amounts are of the new period only their owner can say. Where a period
is not of whole months its days are moved by its length, and a month, which has no place in the next one, stays.
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
    """The draft with every date one period later, undone together."""
    moved = _find_moved(draft, rules)
    return mend_rows(node, draft, moved) if moved else draft


def has_moving(draft: Draft, rules: Rulebook) -> bool:
    """Whether the draft has a date that `move_dates` moves."""
    return bool(_find_moved(draft, rules))


def _find_moved(draft: Draft, rules: Rulebook) -> dict[tuple[int, int], tuple[Cell, ...]]:
    """By sheet and row, the cells of each row that has another date one period later."""
    step = step_of(rules.product)
    tables = find_tables(draft.sheets, rules, Fraction(1), ProblemList(draft.name))
    rows = {}
    for table in tables:
        at = next(at for at, sheet in enumerate(draft.sheets) if sheet.name == table.sheet.name)
        rows.update({(at, row.number): row.cells for row in _move_table(table, step)})
    return rows


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
    if month is None or month[0] is None or not step.months:
        return cell
    return f"{step.move(date(month[0], month[1], 1)):%Y-%m}"


def _move_cell(cell: Cell, step: Step) -> Cell:
    try:
        return step.move(read_day(cell)).isoformat()
    except BadCell:
        pass
    try:
        return f"{step.move(read_month(cell)[0]):%Y-%m}" if step.months else cell
    except BadCell:
        return cell
