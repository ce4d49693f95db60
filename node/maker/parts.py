"""What a row of a bill of materials is built into: another row, told by its code or by any of its names.

The one fact: a name counts where it means one row only; else it stays as typed, and the page says what there is.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence

from method.pack import PACK
from node.importers.bill import show_item
from node.importers.unit_names import is_mass
from node.maker.bills import Row
from node.maker.directory import Offer


def name_components(rows: Iterable[Row], offers: Iterable[Offer]) -> dict[str, str]:
    """By its code, the name of each item that another may be part of: of one's own list, else as it was declared."""
    declared = {(one.legal_entity, one.product): one.product_name for one in offers}
    return {
        row["item"]: row.get("name")
        or declared.get((row.get("legal_entity", ""), row.get("product", "")), "")
        for row in rows
        if row.get("item")
    }


def show_items(rows: Iterable[Row]) -> dict[str, str]:
    """By its code, each item's code as it was written."""
    return {row["item"]: show_item(row) for row in rows if row.get("item")}


def show_cell(row: Row, name: str, written: Mapping[str, str]) -> str:
    """A cell as its maker wrote it, with the codes of items as `show_items` has them."""
    text = row.get(name, "")
    return written.get(text, text) if name in ("item", "part_of") else text


def resolve_parts(rows: Sequence[Mapping[str, str]], offers: Iterable[Offer]) -> tuple[dict[str, str], ...]:
    """The rows, those that name what they are part of with its code; one that has a mass by now, or parts, is part of
    what its list had it below, where that is still there."""
    said = _list_names(rows, {(one.legal_entity, one.product): one for one in offers})
    placed, wholes, known = tuple(map(dict, rows)), {""}, set[str]()
    while wholes != known:
        known = wholes
        placed = tuple(_place(row, said, known) for row in placed)
        wholes = {row.get("part_of", "") for row in placed}
    return placed


def _place(row: Mapping[str, str], names: Mapping[str, set[str]], wholes: Container[str]) -> dict[str, str]:
    """`wholes`: what other rows are part of."""
    if row.get("part_of"):
        return {**row, "part_of": _find_code(row, row["part_of"], names)}
    placed = dict(row)
    if row.get("above") and (is_mass(row.get("unit", "")) or (row.get("item") and row["item"] in wholes)):
        found = _find_code(row, placed.pop("above"), names)
        if found == PACK or found in names.keys() - {row.get("item", "")}:
            placed["part_of"] = found
    return placed


def _list_names(rows: Iterable[Row], declared: Mapping[tuple[str, str], Offer]) -> dict[str, set[str]]:
    """By code, every name of an item."""
    found = {}
    for row in rows:
        names = [row.get("name", ""), row.get("category", "")]
        offer = declared.get((row.get("legal_entity", ""), row.get("product", "")))
        if offer is not None:
            names += [offer.product_name, offer.category_zh, offer.category_en]
        if row.get("item"):
            found[row["item"]] = {_plain(name) for name in names if name}
    return found


def _find_code(row: Row, named: str, names: Mapping[str, set[str]]) -> str:
    """The code of what is named so, as seen from a row; as it was typed where that is no single item."""
    wanted = _plain(named)
    if wanted == PACK or wanted in names:
        return wanted
    others = {item: some for item, some in names.items() if item != row.get("item")}
    exact = [item for item, some in others.items() if wanted in some]
    found = exact or [item for item, some in others.items() if any(wanted in one for one in {item, *some})]
    return found[0] if len(found) == 1 else named


def _plain(text: str) -> str:
    """As the table keeps a code."""
    return "-".join(text.lower().split())
