"""Merged cells: what is written once for several rows, a month, an item or a unit, holds for each of them.

The one fact: an amount stays the one amount that it is, in the first of its cells; it never counts for the others.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import product
from typing import IO

from node.importers.cells import BadCell, read_number
from node.importers.columns import Header, index_of
from node.importers.sheets import MAX_COLUMNS, Cell, CellPlace, Row, Sheet

_LABELS = ("line", "name", "month", "year", "date", "start", "end", "unit")
_RANGE = re.compile(rb'<(?:\w+:)?mergeCell\s[^>]*?ref="([A-Z]{1,3})(\d{1,7}):([A-Z]{1,3})(\d{1,7})"')
_MOST_CELLS = 100_000
"""Covered cells of a sheet that are looked at; one has fewer."""
_PIECE, _LONGEST = 2**20, 200


def read_merged(stream: IO[bytes], rows: Sequence[Row]) -> dict[CellPlace, CellPlace]:
    """By each covered cell of a worksheet's part the first cell of its range: below one that holds anything, and in
    any direction beside one that holds a number."""
    cells = {row.number: row.cells for row in rows}
    covered: dict[CellPlace, CellPlace] = {}
    for first, last in _find_ranges(stream):
        value = _cell(cells.get(first[0], ()), first[1])
        if value is None:
            continue
        numbers = [number for number in range(first[0], min(last[0], max(cells)) + 1) if number in cells]
        columns = range(first[1], min(last[1], MAX_COLUMNS - 1) + 1 if _is_number(value) else first[1] + 1)
        if len(covered) + len(numbers) * len(columns) > _MOST_CELLS:
            break
        covered.update({place: first for place in product(numbers, columns) if place != first})
    return covered


def fill_labels(sheet: Sheet, header: Header) -> Sheet:
    """The sheet with what the first cell of a range says in all of its rows below a header, but for amounts."""
    columns = {header.columns[name] for name in _LABELS if name in header.columns}
    cells = {row.number: row.cells for row in sheet.rows}
    for (number, column), first in sheet.merged.items():
        if column not in columns or first[0] <= header.row or number not in cells:
            continue
        own = [*cells[number], *[None] * (column + 1 - len(cells[number]))]
        if own[column] is None:
            own[column] = _cell(cells.get(first[0], ()), first[1])
            cells[number] = tuple(own)
    return replace(sheet, rows=[Row(row.number, cells[row.number]) for row in sheet.rows])


def _find_ranges(stream: IO[bytes]) -> Iterator[tuple[CellPlace, CellPlace]]:
    """The first and the last cell of each range, in pieces that overlap by what is looked for."""
    tail = b""
    while piece := stream.read(_PIECE):
        for found in _RANGE.finditer(tail + piece):
            first_letter, first, last_letter, last = (one.decode() for one in found.groups())
            yield (int(first), index_of(first_letter)), (int(last), index_of(last_letter))
        tail = piece[-_LONGEST:]


def _cell(cells: Sequence[Cell], column: int) -> Cell:
    return cells[column] if column < len(cells) else None


def _is_number(cell: Cell) -> bool:
    try:
        read_number(cell)
    except BadCell:
        return False
    return True
