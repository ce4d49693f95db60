"""A sheet on its way into this node: as its owner gave it, with what was mended on the page, until it is taken over.

The one fact: a draft holds amounts, so it lies in the vault like the records it becomes; every change keeps what was
there before, so each can be taken back.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import zip_longest
from typing import Any

from node.importers.activity import parse_sheets
from node.importers.cells import read_text
from node.importers.columns import ACTIVITY, find_header, list_item_places, text_at
from node.importers.item_titles import is_not_read
from node.importers.sheets import MAX_CELL_CHARACTERS, MAX_COLUMNS, Cell, Row, Sheet
from node.organisation import Node
from node.store.vault import find_secret, forget_secret, keep_secret
from protocol.errors import Refused

MOST_CELLS = 100_000
"""A sheet with more cells is mended in the program it came from."""
_MOST_CHANGES = 500
"""As often it can be undone; of a sheet's rows that were changed together, once."""


@dataclass(frozen=True, slots=True)
class Change:
    """One row that was changed: sheet, row as its owner counts, and its cells before; None where there was no row.

    `is_joined`: it is undone together with the change before it. `is_filled`: its item was filled in for its owner.
    """

    sheet: int
    row: int
    before: tuple[Cell, ...] | None = field(repr=False)
    is_joined: bool = False
    is_filled: bool = False


@dataclass(frozen=True, slots=True)
class Draft:
    """A file's name, the hash of its bytes as they came, its sheets as they are by now, and what was changed."""

    product: str
    name: str
    sha256: str
    sheets: tuple[Sheet, ...] = field(repr=False)
    changes: tuple[Change, ...] = field(repr=False)


def begin_draft(node: Node, product: str, name: str, data: bytes) -> Draft:
    """Keep a file's sheets as the draft of a product, instead of an earlier one; ImportProblems when it is no sheet."""
    sheets = tuple(parse_sheets(name, data))
    draft = Draft(product, name, hashlib.sha256(data).hexdigest(), sheets, ())
    _keep(node, draft)
    return draft


def find_draft(node: Node, product: str) -> Draft | None:
    """The draft of a product, or None."""
    with node.store.read() as connection:
        data = find_secret(connection, _name(product))
    return None if data is None else _decode(product, json.loads(data))


def need_draft(node: Node, product: str) -> Draft:
    """The draft of a product; Refused("draft") when there is none."""
    draft = find_draft(node, product)
    if draft is None:
        raise Refused("draft", f"no sheet of {product} is being worked on; choose a file first")
    return draft


def drop_draft(node: Node, product: str) -> None:
    """Forget the draft of a product."""
    with node.store.write() as connection:
        forget_secret(connection, _name(product))


def read_cell(draft: Draft, place: tuple[int, int, int]) -> str:
    """The text of one cell (sheet, row, column index), "" where there is none."""
    sheet, number, column = place
    return text_at(_cells(draft, sheet, number), column)


def mend_cell(node: Node, draft: Draft, place: tuple[int, int, int], text: str) -> Draft:
    """Write text into one cell (sheet, row, column index); Refused("place") where there is none such."""
    sheet, number, column = place
    if len(text) > MAX_CELL_CHARACTERS:
        raise Refused("size", f"a cell holds at most {MAX_CELL_CHARACTERS} characters")
    if not 0 <= column < MAX_COLUMNS:
        raise Refused("place", "there is no such cell")
    before = _cells(draft, sheet, number)
    cells = [*before, *[None] * (column + 1 - len(before))]
    cells[column] = text.strip() or None
    kept = frozenset(one for one in draft.sheets[sheet].formulas if one != (number, column))
    return _change(node, draft, (sheet, number), tuple(cells), kept)


def mend_rows(
    node: Node,
    draft: Draft,
    rows: Mapping[tuple[int, int], tuple[Cell, ...] | None],
    is_filled: bool = False,
) -> Draft:
    """Write rows anew, by (sheet, row), each of which there is, or take them out; undone together.

    `rows`: their cells, None for one to take out. The other rows keep their numbers. Refused("size") or ("place").
    `is_filled`: as in `Change`.
    """
    if not rows:
        return draft
    _check_size(draft)
    made = tuple(
        Change(sheet, number, _cells(draft, sheet, number), bool(at), is_filled)
        for at, (sheet, number) in enumerate(rows)
    )
    changed = replace(_with_rows(draft, rows), changes=_cut((*draft.changes, *made)))
    _keep(node, changed)
    return changed


def drop_row(node: Node, draft: Draft, place: tuple[int, int]) -> Draft:
    """Take one row (sheet, row) out, as `mend_rows` does."""
    return mend_rows(node, draft, {place: None})


def add_row(node: Node, draft: Draft, sheet: int, cells: Sequence[Cell] = ()) -> Draft:
    """Put a row behind the last one of a sheet; Refused("place") where there is no such sheet."""
    if not 0 <= sheet < len(draft.sheets):
        raise Refused("place", "there is no such sheet")
    numbers = [row.number for row in draft.sheets[sheet].rows]
    # The number of a row that was taken out is its own: it may come back.
    last = max([*numbers, *(one.row for one in draft.changes if one.sheet == sheet)], default=0)
    return _change(node, draft, (sheet, last + 1), tuple(cells), draft.sheets[sheet].formulas)


def take_back(node: Node, draft: Draft) -> Draft:
    """Undo the last change, with those it is joined to; the same draft when there is none."""
    last = find_last(draft)
    if not last:
        return draft
    undone = {(one.sheet, one.row): one.before for one in last}
    earlier = replace(_with_rows(draft, undone), changes=draft.changes[: -len(last)])
    _keep(node, earlier)
    return earlier


def find_last(draft: Draft) -> tuple[Change, ...]:
    """The last change with those it is joined to: what undoing takes back next; empty when there is none."""
    begin = max((at for at, one in enumerate(draft.changes) if not one.is_joined), default=0)
    return draft.changes[begin:]


def mark_changed(draft: Draft) -> tuple[Sheet, ...]:
    """The sheets as they are by now, with the cells that hold something else than when they were given."""
    given = _list_given(draft)
    return tuple(
        replace(
            sheet,
            changed=frozenset(
                (row.number, column)
                for row in sheet.rows
                if (at, row.number) in given
                for column, (now, then) in enumerate(zip_longest(row.cells, given[at, row.number]))
                if read_text(now) != read_text(then)
            ),
        )
        for at, sheet in enumerate(draft.sheets)
    )


def _list_given(draft: Draft) -> Mapping[tuple[int, int], tuple[Cell, ...]]:
    """The rows that were changed as they were given, by (sheet, row); empty for one that was put in."""
    given = dict[tuple[int, int], tuple[Cell, ...]]()
    for one in draft.changes:
        given.setdefault((one.sheet, one.row), one.before or ())
    return given


def list_skipped(draft: Draft) -> tuple[str, ...]:
    """The titles, as they were given, of the columns that were left out on the page."""
    given = _list_given(draft)
    return tuple(
        read_text(then)
        for at, sheet in enumerate(draft.sheets)
        for row in sheet.rows
        for now, then in zip(row.cells, given.get((at, row.number), ()), strict=False)
        if then is not None and is_not_read(read_text(now)) and not is_not_read(read_text(then))
    )


def list_dropped(draft: Draft) -> tuple[str, ...]:
    """The rows that were taken out, in order, each by its number and what it calls its item, else its first word, with
    its sheet's name where there are several; without those that were put in before.
    """
    first, last = dict[tuple[int, int], Change](), dict[tuple[int, int], Change]()
    for one in draft.changes:
        first.setdefault((one.sheet, one.row), one)
        last[one.sheet, one.row] = one
    here = {(at, row.number) for at, sheet in enumerate(draft.sheets) for row in sheet.rows}
    gone = [place for place in sorted(first.keys() - here) if first[place].before is not None]
    return tuple(_name_row(draft, place, last[place].before or ()) for place in gone)


def _name_row(draft: Draft, place: tuple[int, int], cells: tuple[Cell, ...]) -> str:
    """A row by its number on the page and its item, else the first text in it; a number there only counts the rows."""
    sheet = draft.sheets[place[0]]
    items = list_item_places(find_header(sheet, ACTIVITY))
    named = (cells[one] for one in items if one < len(cells))
    word = next((text for cell in (*named, *cells) if re.search(r"[^\W\d]", text := read_text(cell))), "")
    name = sheet.name if len(draft.sheets) > 1 else ""
    return " ".join(part for part in (name, str(place[1]), word) if part)


def _cells(draft: Draft, sheet: int, number: int) -> tuple[Cell, ...]:
    rows = draft.sheets[sheet].rows if 0 <= sheet < len(draft.sheets) else ()
    row = next((row for row in rows if row.number == number), None)
    if row is None:
        raise Refused("place", "there is no such row")
    return row.cells


def _change(
    node: Node,
    draft: Draft,
    place: tuple[int, int],
    cells: tuple[Cell, ...],
    formulas: frozenset[tuple[int, int]],
) -> Draft:
    _check_size(draft)
    sheet, number = place
    before = next((row.cells for row in draft.sheets[sheet].rows if row.number == number), None)
    changes = _cut((*draft.changes, Change(sheet, number, before)))
    changed = replace(_with_row(draft, place, cells, formulas), changes=changes)
    _keep(node, changed)
    return changed


def _check_size(draft: Draft) -> None:
    if sum(len(row.cells) for one in draft.sheets for row in one.rows) > MOST_CELLS:
        raise Refused("size", "this sheet is too big to mend here; mend it in the program it came from")


def _cut(changes: tuple[Change, ...]) -> tuple[Change, ...]:
    begins = [at for at, one in enumerate(changes) if not one.is_joined]
    return changes[begins[-_MOST_CHANGES] :] if len(begins) > _MOST_CHANGES else changes


def _with_row(
    draft: Draft,
    place: tuple[int, int],
    cells: tuple[Cell, ...],
    formulas: frozenset[tuple[int, int]],
) -> Draft:
    at, number = place
    sheet = draft.sheets[at]
    rows = [*(row for row in sheet.rows if row.number != number), Row(number, cells)]
    changed = replace(sheet, rows=sorted(rows, key=lambda row: row.number), formulas=formulas)
    return replace(draft, sheets=(*draft.sheets[:at], changed, *draft.sheets[at + 1 :]))


def _with_rows(draft: Draft, rows: Mapping[tuple[int, int], tuple[Cell, ...] | None]) -> Draft:
    """The draft with these rows, by (sheet, row), None for one that is no more; what is computed in them stays."""
    sheets = []
    for at, sheet in enumerate(draft.sheets):
        own = {number: cells for (one, number), cells in rows.items() if one == at}
        kept = [row for row in sheet.rows if row.number not in own]
        kept += [Row(number, cells) for number, cells in own.items() if cells is not None]
        sheets.append(replace(sheet, rows=sorted(kept, key=lambda row: row.number)))
    return replace(draft, sheets=tuple(sheets))


# --- at rest ---------------------------------------------------------------------------------------


def _name(product: str) -> str:
    return f"draft/{product}"


def _keep(node: Node, draft: Draft) -> None:
    fields = {
        "name": draft.name,
        "sha256": draft.sha256,
        "sheets": [
            {
                "name": sheet.name,
                "rows": [[row.number, *map(_encode_cell, row.cells)] for row in sheet.rows],
                "formulas": sorted(sheet.formulas),
                "merged": [[*place, *first] for place, first in sheet.merged.items()],
            }
            for sheet in draft.sheets
        ],
        "edits": [
            [
                one.sheet,
                one.row,
                None if one.before is None else [*map(_encode_cell, one.before)],
                one.is_joined,
                one.is_filled,
            ]
            for one in draft.changes
        ],
    }
    with node.store.write() as connection:
        forget_secret(connection, _name(draft.product))
        keep_secret(connection, _name(draft.product), json.dumps(fields, ensure_ascii=False).encode())


def _decode(product: str, fields: dict[str, Any]) -> Draft:
    sheets = tuple(
        Sheet(
            one["name"],
            [Row(number, tuple(map(_decode_cell, cells))) for number, *cells in one["rows"]],
            frozenset((row, column) for row, column in one["formulas"]),
            {(row, column): (top, left) for row, column, top, left in one.get("merged", ())},
        )
        for one in fields["sheets"]
    )
    changes = tuple(
        Change(sheet, row, None if before is None else tuple(map(_decode_cell, before)), *flags)
        for sheet, row, before, *flags in fields.get("edits", ())
    )
    return Draft(product, fields["name"], fields["sha256"], sheets, changes)


def _encode_cell(cell: Cell) -> str | int | float | bool | Sequence[str] | None:
    return [cell.isoformat()] if isinstance(cell, date) else cell


def _decode_cell(value: Any) -> Cell:
    return date.fromisoformat(value[0]) if isinstance(value, list) else value
