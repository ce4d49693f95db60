"""Another factor for a line of a sheet that is being worked on: written into each row, because a line cites one factor.

The one fact: a sheet without a column of factors gets one; where items are columns there is no row of one line, and
nothing is written.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from method.category import TemplateLine
from method.errors import WrongFactor
from method.factor import Factor, check_valid_on
from node.importers.columns import ACTIVITY
from node.importers.problem import ProblemList
from node.importers.rows import Rulebook, Table, find_name
from node.importers.sheets import MAX_COLUMNS, Cell, Row
from node.importers.tables import find_tables
from node.organisation import Node
from node.supplier.drafts import Draft, mend_rows

_Rows = dict[tuple[int, int], tuple[Cell, ...]]


def choose_factor(node: Node, draft: Draft, rules: Rulebook, line: str, factor: str) -> Draft:
    """The draft with a factor in every row of a line, undone together; as it is where no row can hold one."""
    return mend_rows(node, draft, _write_factor(draft, rules, line, factor))


def list_factors(draft: Draft, rules: Rulebook, line: str) -> tuple[Factor, ...]:
    """The factors among which the rows of a line may choose in the period; none where no row can hold one."""
    found = rules.category.find_line(line)
    if found is None or not _write_factor(draft, rules, line, ""):
        return ()
    accepted = [rules.factors[code] for code in found.accepts or rules.factors if code in rules.factors]
    valid = tuple(one for one in accepted if one.unit == found.unit and _is_valid(one, rules))
    return valid if len(valid) > 1 else ()


def _is_valid(factor: Factor, rules: Rulebook) -> bool:
    try:
        check_valid_on(factor, rules.product.period_start, rules.product.period_end)
    except WrongFactor:
        return False
    return True


def _write_factor(draft: Draft, rules: Rulebook, line: str, factor: str) -> _Rows:
    """By sheet and row the cells of each row of a line with a factor, and of a title that has to be added."""
    tables = find_tables(draft.sheets, rules, Fraction(1), ProblemList(draft.name))
    numbers = {sheet.name: at for at, sheet in enumerate(draft.sheets)}
    rows: _Rows = {}
    for table in tables:
        own = {row.number for row in table.sheet.rows if _is_of(table, row, line)}
        if own and table.header.heads:
            return {}
        sheet = draft.sheets[numbers[table.sheet.name]]
        column = table.header.columns.get("factor", max(len(row.cells) for row in sheet.rows))
        if own and column < MAX_COLUMNS:
            texts = dict.fromkeys(own, factor)
            if "factor" not in table.header.columns:
                texts[table.header.row] = ACTIVITY.titles["factor"]
            rows |= {
                (numbers[sheet.name], row.number): _with_cell(row.cells, column, texts[row.number])
                for row in sheet.rows
                if row.number in texts
            }
    return rows


def _is_of(table: Table, row: Row, line: str) -> bool:
    item = table.rules.find_line(find_name(table, row))
    return isinstance(item, TemplateLine) and item.code == line


def _with_cell(cells: Sequence[Cell], column: int, text: str) -> tuple[Cell, ...]:
    wide = [*cells, *[None] * (column + 1 - len(cells))]
    wide[column] = text
    return tuple(wide)
