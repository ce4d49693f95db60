"""What a supplier calls the items of a template: once it has said so, that holds for its other rows and later sheets.

The one fact: only a name that says nothing by itself is remembered, with the item that stands in its place now; where
it is filled in, that is a change of the draft like any other, so it is seen and can be undone.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from itertools import chain

from node.importers.columns import ACTIVITY, find_header, find_item_place, list_item_places, text_at
from node.importers.item_names import loose
from node.importers.rows import Rulebook
from node.importers.sheets import Cell
from node.organisation import Node
from node.store.vault import find_secret, forget_secret, keep_secret
from node.supplier.drafts import Draft, find_last, mend_rows
from protocol.errors import Refused

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
    item, places = text_at(row.cells, column), list_item_places(find_header(draft.sheets[sheet], ACTIVITY))
    if find_item_place(row, places) != column or not own or rules.find_line(own) is not None:
        return draft
    if rules.find_line(item) is None:
        return draft
    _remember(node, draft.product, own, item)
    return mend_rows(node, draft, dict(_name_rows(draft, sheet, {loose(own): item}, rules)), is_filled=True)


def fill_names(node: Node, draft: Draft, rules: Rulebook) -> Draft:
    """The draft with the item in place of every remembered name that the template does not know, undone together; as
    it is where it is too big to be mended."""
    names = list_names(node, draft.product)
    known = {own: item for own, item in names.items() if rules.find_line(item) is not None}
    named = (_name_rows(draft, sheet, known, rules) for sheet in range(len(draft.sheets)))
    try:
        return mend_rows(node, draft, dict(chain.from_iterable(named)) if known else {}, is_filled=True)
    except Refused:
        return draft


def count_filled(draft: Draft) -> int:
    """How many rows were named so, while that is what undoing takes back next; else 0."""
    return sum(one.is_filled for one in find_last(draft))


def _name_rows(
    draft: Draft, sheet: int, names: Mapping[str, str], rules: Rulebook
) -> Iterator[tuple[tuple[int, int], tuple[Cell, ...]]]:
    """The rows of a sheet that are called so, with the item instead, by (sheet, row)."""
    places = list_item_places(find_header(draft.sheets[sheet], ACTIVITY))
    for row in draft.sheets[sheet].rows:
        place = find_item_place(row, places)
        item = None if place is None else names.get(loose(text_at(row.cells, place)))
        if place is not None and item and rules.find_line(text_at(row.cells, place)) is None:
            yield (sheet, row.number), (*row.cells[:place], item, *row.cells[place + 1 :])


def _remember(node: Node, product: str, own: str, item: str) -> None:
    names = {**list_names(node, product), loose(own): item}
    kept = dict(list(names.items())[-MOST_NAMES:])
    with node.store.write() as connection:
        forget_secret(connection, _name(product))
        keep_secret(connection, _name(product), json.dumps(kept, ensure_ascii=False).encode())


def _name(product: str) -> str:
    return f"names/{product}"
