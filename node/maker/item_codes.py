"""The code of an item of a bill of materials, and what stands in its place before there is one: its material's name.

The one fact: nobody has to think of a code. An item gets that of its product, or of its default factor, as soon as one
is known; what is part of it, or is marked as made by ourselves, follows.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from method.errors import MethodError
from method.fields import read_code
from node.importers.bill import clean_cell
from node.maker.pack_drafts import PackDraft, is_by_default

Row = Mapping[str, str]


def is_code(item: str) -> bool:
    """Whether a text may be the code of an item."""
    try:
        read_code({"item": item}, "item", "item")
    except MethodError:
        return False
    return True


def is_only_name(row: Row) -> bool:
    """Whether the name of the material stands in the code's place, since the item has no code yet."""
    item = clean_cell("item", row.get("item", ""))
    return bool(item) and not is_code(item) and item == clean_cell("item", row.get("name", ""))


def is_to_come(row: Row) -> bool:
    """Whether it will get its code once its product is known."""
    return is_only_name(row) and not _name_code(row)


def with_name(row: dict[str, str], typed: str) -> dict[str, str]:
    """The row with a name where one was `typed` in the code's place, and the name there where there is no code."""
    if not row["item"]:
        return {**row, "item": clean_cell("item", row.get("name", ""))}
    return row if row.get("name") or is_code(row["item"]) else {**row, "name": typed}


def with_codes(draft: PackDraft) -> PackDraft:
    """The draft with a code for each item that has none and a product or a default factor."""
    used = {row.get("item", "") for row in draft.rows}
    codes: dict[int, str] = {}
    for number, row in enumerate(draft.rows):
        code = _name_code(row)
        if is_code(code) and (not row.get("item") or is_only_name(row)):
            codes[number] = _find_free(code, used)
            used.add(codes[number])
    named = {draft.rows[number]["item"]: code for number, code in codes.items() if draft.rows[number]["item"]}
    rows = [
        {
            **row,
            **({"item": codes[number]} if number in codes else {}),
            **({"part_of": named[row["part_of"]]} if row.get("part_of") in named else {}),
        }
        for number, row in enumerate(draft.rows)
    ]
    maker = {"maker": named[draft.value("maker")]} if draft.value("maker") in named else {}
    return replace(draft, rows=tuple(rows), fields={**draft.fields, **maker})


def _name_code(row: Row) -> str:
    return row.get("product", "") or (row.get("default_factor", "") if is_by_default(row) else "")


def _find_free(code: str, used: set[str]) -> str:
    if code not in used:
        return code
    number = 2
    while f"{code}-{number}" in used:
        number += 1
    return f"{code}-{number}"
