"""Rows of one sheet that have the same thing wrong: said once, and mended in one step.

The one fact: rows are alike by what they call their item, and nothing is written or taken out before their owner asks.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from node.importers.columns import ACTIVITY, find_header, find_item_place, list_item_places, text_at
from node.importers.problem import Problem
from node.importers.sheets import Sheet
from node.organisation import Node
from node.supplier.drafts import Draft, mend_rows

NO_ITEM = frozenset({"unknown-line", "part-of-row", "line-unasked", "line-of-others"})
"""Kinds of problems of a row that names no item."""
_NO_UNIT = frozenset({"unit-empty", "unit-unknown"})


@dataclass(frozen=True, slots=True)
class Alike:
    """The first of the problems that rows of one item share, these rows, and what they call their item, "" for none."""

    problem: Problem
    rows: tuple[int, ...]
    item: str = field(repr=False)

    @property
    def is_of_no_item(self) -> bool:
        """Whether several rows name what is no item, so that they may go together."""
        return bool(self.item) and len(self.rows) > 1 and self.problem.kind in NO_ITEM

    @property
    def is_of_no_unit(self) -> bool:
        """Whether what these rows lack is a unit that can be read."""
        return bool(self.item) and self.problem.kind in _NO_UNIT


def group_alike(sheet: Sheet, problems: Sequence[Problem]) -> list[Alike]:
    """The problems of a sheet's rows, those of one item that say the same together, in the order of the first."""
    items = _name_items(sheet)
    groups: dict[tuple[object, ...], list[Problem]] = {}
    for one in problems:
        groups.setdefault((one.column, one.kind, one.values, items.get(one.row, "")), []).append(one)
    return [Alike(own[0], tuple(one.row for one in own), str(key[-1])) for key, own in groups.items()]


def find_same_item(draft: Draft, place: tuple[int, int]) -> tuple[int, ...]:
    """The rows of a sheet that call their item as one (sheet, row) does, that row among them."""
    items = _name_items(draft.sheets[place[0]]) if place[0] < len(draft.sheets) else {}
    own = items.get(place[1], "")
    return tuple(row for row, item in items.items() if own and item == own)


def find_same_unit(draft: Draft, place: tuple[int, int]) -> tuple[str, tuple[int, ...]]:
    """The unit that was written last in place of that of one (sheet, row), in a row alike; and the rows alike that
    still have the old one. "" where there is none.
    """
    at, number = place
    alike = find_same_item(draft, place)
    header = find_header(draft.sheets[at], ACTIVITY) if alike else None
    column = None if header is None else header.columns.get("unit")
    if column is None:
        return "", ()
    units = {row.number: text_at(row.cells, column) for row in draft.sheets[at].rows if row.number in alike}
    old = units[number]
    for one in reversed(draft.changes):
        new = units.get(one.row, old) if one.sheet == at else old
        if new not in ("", old) and one.before is not None and text_at(one.before, column) == old:
            return new, tuple(row for row, unit in units.items() if unit == old)
    return "", ()


def drop_alike(node: Node, draft: Draft, place: tuple[int, int]) -> Draft:
    """Take out all rows that call their item as one (sheet, row) does; undone together."""
    return mend_rows(node, draft, dict.fromkeys((place[0], row) for row in find_same_item(draft, place)))


def write_unit_alike(node: Node, draft: Draft, place: tuple[int, int]) -> Draft:
    """Write the unit of `find_same_unit` into the rows that it names; undone together."""
    unit, rows = find_same_unit(draft, place)
    header = find_header(draft.sheets[place[0]], ACTIVITY) if rows else None
    if header is None:
        return draft
    column, changed = header.columns["unit"], {}
    for row in draft.sheets[place[0]].rows:
        if row.number in rows:
            cells = [*row.cells, *[None] * (column + 1 - len(row.cells))]
            changed[place[0], row.number] = (*cells[:column], unit, *cells[column + 1 :])
    return mend_rows(node, draft, changed)


def _name_items(sheet: Sheet) -> dict[int, str]:
    """What each row below the header calls its item, "" where it names none."""
    header = find_header(sheet, ACTIVITY)
    if header is None:
        return {}
    places = list_item_places(header)
    return {
        row.number: "" if (place := find_item_place(row, places)) is None else text_at(row.cells, place)
        for row in sheet.rows
        if row.number > header.row
    }
