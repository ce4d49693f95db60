"""A sheet on its way into this node: as its owner gave it, with what was mended on the page, until it is taken over.

The one fact: a draft holds amounts, so it lies in the vault like the records it becomes; every change keeps what was
there before, so each can be taken back.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from node.importers.activity import parse_sheets
from node.importers.sheets import MAX_CELL_CHARACTERS, MAX_COLUMNS, Cell, Row, Sheet
from node.organisation import Node
from node.store.vault import find_secret, forget_secret, keep_secret
from protocol.errors import Refused

MOST_CELLS = 100_000
"""A sheet with more cells is mended in the program it came from."""
_MOST_CHANGES = 500


@dataclass(frozen=True, slots=True)
class Change:
    """One cell that was mended: sheet, row as its owner counts, column index, and what it held before."""

    sheet: int
    row: int
    column: int
    before: Cell = field(repr=False)


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


def mend_cell(node: Node, draft: Draft, place: tuple[int, int, int], text: str) -> Draft:
    """Write text into one cell (sheet, row, column index); Refused("place") where there is none such."""
    sheet, number, column = place
    if sum(len(row.cells) for one in draft.sheets for row in one.rows) > MOST_CELLS:
        raise Refused("size", "this sheet is too big to mend here; mend it in the program it came from")
    if len(text) > MAX_CELL_CHARACTERS:
        raise Refused("size", f"a cell holds at most {MAX_CELL_CHARACTERS} characters")
    if not (0 <= sheet < len(draft.sheets) and 0 <= column < MAX_COLUMNS):
        raise Refused("place", "there is no such cell")
    before = _cell(draft.sheets[sheet], number, column)
    changes = (*draft.changes, Change(sheet, number, column, before))[-_MOST_CHANGES:]
    mended = replace(_with_cell(draft, place, text.strip() or None), changes=changes)
    _keep(node, mended)
    return mended


def take_back(node: Node, draft: Draft) -> Draft:
    """Undo the last change; the same draft when there is none."""
    if not draft.changes:
        return draft
    *kept, last = draft.changes
    earlier = replace(
        _with_cell(draft, (last.sheet, last.row, last.column), last.before), changes=tuple(kept)
    )
    _keep(node, earlier)
    return earlier


def _cell(sheet: Sheet, number: int, column: int) -> Cell:
    row = next((row for row in sheet.rows if row.number == number), None)
    if row is None:
        raise Refused("place", "there is no such row")
    return row.cells[column] if column < len(row.cells) else None


def _with_cell(draft: Draft, place: tuple[int, int, int], value: Cell) -> Draft:
    at, number, column = place
    sheet = draft.sheets[at]
    rows = [_with_value(row, column, value) if row.number == number else row for row in sheet.rows]
    formulas = sheet.formulas - {(number, column)}
    sheets = (*draft.sheets[:at], Sheet(sheet.name, rows, formulas), *draft.sheets[at + 1 :])
    return replace(draft, sheets=sheets)


def _with_value(row: Row, column: int, value: Cell) -> Row:
    cells = [*row.cells, *[None] * (column + 1 - len(row.cells))]
    cells[column] = value
    return Row(row.number, tuple(cells))


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
            }
            for sheet in draft.sheets
        ],
        "changes": [[one.sheet, one.row, one.column, _encode_cell(one.before)] for one in draft.changes],
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
        )
        for one in fields["sheets"]
    )
    changes = tuple(
        Change(sheet, row, column, _decode_cell(before)) for sheet, row, column, before in fields["changes"]
    )
    return Draft(product, fields["name"], fields["sha256"], sheets, changes)


def _encode_cell(cell: Cell) -> str | int | float | bool | Sequence[str] | None:
    return [cell.isoformat()] if isinstance(cell, date) else cell


def _decode_cell(value: Any) -> Cell:
    return date.fromisoformat(value[0]) if isinstance(value, list) else value
