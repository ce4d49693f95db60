"""What a supplier calls the items of a template: once it has said so, that holds for its other rows and later sheets.

The one fact: only a name that says nothing by itself is remembered, with the item that stands in its place now; where
it is filled in, that is a change of the draft like any other, so it is seen and can be undone.
"""

from __future__ import annotations

import json

from node.importers.cells import read_text
from node.importers.columns import ACTIVITY, find_header
from node.importers.item_names import loose
from node.importers.rows import Rulebook
from node.importers.sheets import Row, Sheet
from node.organisation import Node
from node.store.vault import find_secret, forget_secret, keep_secret
from node.supplier.drafts import Draft, mend_cells

MOST_NAMES = 1000
"""Names that are remembered of a product; the oldest goes first."""


def list_names(node: Node, product: str) -> dict[str, str]:
    """Items by what this product's owner called them, made loose."""
    with node.store.read() as connection:
        data = find_secret(connection, _name(product))
    return {} if data is None else dict(json.loads(data))


def follow_name(node: Node, draft: Draft, place: tuple[int, int, int], own: str, rules: Rulebook) -> Draft:
    """Once `own`, at (sheet, row, column), was mended: remember the item, and name the sheet's other rows alike.

    Nothing happens where that cell names no item, where it still names none, or where the old name was one.
    """
    sheet, number, column = place
    row = next(one for one in draft.sheets[sheet].rows if one.number == number)
    item = _text(row, column)
    if _item_column(draft.sheets[sheet], row) != column or not own or rules.find_line(own) is not None:
        return draft
    if rules.find_line(item) is None:
        return draft
    _remember(node, draft.product, own, item)
    return _fill(node, draft, sheet, {loose(own): item}, rules)


def fill_names(node: Node, draft: Draft, rules: Rulebook) -> Draft:
    """The draft with the item in place of every remembered name that the template does not know, as changes."""
    names = list_names(node, draft.product)
    known = {own: item for own, item in names.items() if rules.find_line(item) is not None}
    for sheet in range(len(draft.sheets)) if known else ():
        draft = _fill(node, draft, sheet, known, rules)
    return draft


def _fill(node: Node, draft: Draft, sheet: int, names: dict[str, str], rules: Rulebook) -> Draft:
    cells = {}
    for row in draft.sheets[sheet].rows:
        column = _item_column(draft.sheets[sheet], row)
        text = "" if column is None else _text(row, column)
        if column is not None and (item := names.get(loose(text))) and rules.find_line(text) is None:
            cells[row.number, column] = item
    return mend_cells(node, draft, sheet, cells)


def _item_column(sheet: Sheet, row: Row) -> int | None:
    """Where a row of activity names its item: in the column of codes where it has one."""
    header = find_header(sheet, ACTIVITY)
    if header is None:
        return None
    columns = [header.columns[name] for name in ("line", "name") if name in header.columns]
    return next((one for one in columns if _text(row, one)), None)


def _text(row: Row, column: int) -> str:
    return read_text(row.cells[column]) if column < len(row.cells) else ""


def _remember(node: Node, product: str, own: str, item: str) -> None:
    names = {**list_names(node, product), loose(own): item}
    kept = dict(list(names.items())[-MOST_NAMES:])
    with node.store.write() as connection:
        forget_secret(connection, _name(product))
        keep_secret(connection, _name(product), json.dumps(kept, ensure_ascii=False).encode())


def _name(product: str) -> str:
    return f"names/{product}"
