"""Rows of sums in a sheet that is being worked on: what its owner may take out in one step.

The one fact: only a row that the importer could not read is looked at, and nothing is taken out by itself.
"""

from __future__ import annotations

from collections.abc import Sequence

from node.importers.cells import read_text
from node.importers.columns import ACTIVITY, find_header
from node.importers.problem import Problem
from node.importers.sheets import Row, Sheet
from node.importers.sum_words import SUMS, is_called_sum, is_sum
from node.importers.views import plain
from node.supplier.drafts import Draft

_KINDS = ("unknown-line", "period-unreadable")
_TITLED = ("line", "name", "month", "date", "start")
"""Where a sum is called so with more words, as in 电力小计."""
_ENDINGS = (*(word for word in SUMS if not word.isascii()), " total", " subtotal")


def find_sums(draft: Draft, problems: Sequence[Problem]) -> tuple[tuple[int, int], ...]:
    """The rows, by (sheet, row), that name no item or no period and are called sums, in order."""
    found = []
    for at, sheet in enumerate(draft.sheets):
        unread = {one.row for one in problems if one.sheet == sheet.name and one.kind in _KINDS}
        columns = _titled_columns(sheet) if unread else ()
        found += [(at, row.number) for row in sheet.rows if row.number in unread and _is_sum(row, columns)]
    return tuple(found)


def _titled_columns(sheet: Sheet) -> tuple[int, ...]:
    header = find_header(sheet, ACTIVITY)
    columns = {} if header is None else header.columns
    return tuple(columns[name] for name in _TITLED if name in columns)


def _is_sum(row: Row, columns: Sequence[int]) -> bool:
    """Whether a cell is the word for a sum and nothing else, or one of these columns says so in more words."""
    if is_called_sum(row):
        return True
    titled = [plain(read_text(row.cells[column])) for column in columns if column < len(row.cells)]
    return any(is_sum(name, SUMS) or name.endswith(_ENDINGS) for name in titled)
