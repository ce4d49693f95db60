"""Rows of a bill of materials that are one product of one supplier: a PLM lists bolts, harness and BMS one by one.

The one fact: a supplier's product is asked for by the amount in one pack, and its category's range is about that
amount; so such rows are better one, with their sum.
"""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction

from method.errors import MethodError
from method.exact import encode_decimal
from method.fields import read_decimal
from method.pack import PACK
from method.units import convert
from node.library import Library
from node.maker.bills import Row
from node.maker.pack_drafts import LONGEST, PackDraft

_ALIKE = ("legal_entity", "product", "category", "stage")


@dataclass(frozen=True, slots=True)
class Alike:
    """Rows that can be one. `total`: their sum in `unit`, the declared one of their category; `part_of`: what the
    largest of them is part of, which the others are not where they `differ`."""

    rows: tuple[int, ...]
    total: Fraction = field(repr=False)
    unit: str
    part_of: str
    differ: bool


def find_alike(rows: Sequence[Row], library: Library) -> list[Alike]:
    """Rows of the same supplier and product: several whose quantities can be read."""
    places: dict[tuple[str, ...], dict[int, Fraction]] = {}
    for number, row in enumerate(rows):
        published = library.categories.get(row.get("category", ""))
        if published is None or not (row.get("legal_entity") and row.get("product")):
            continue
        try:
            amount = convert(
                read_decimal(row, "quantity", PACK), row.get("unit", ""), published.category.declared_unit
            )
        except MethodError:
            continue
        places.setdefault(tuple(row.get(name, "") for name in _ALIKE), {})[number] = amount
    return [
        _make_alike(rows, some, library.categories[key[2]].category.declared_unit)
        for key, some in places.items()
        if len(some) > 1
    ]


def _make_alike(rows: Sequence[Row], some: Mapping[int, Fraction], unit: str) -> Alike:
    largest = max(some, key=lambda number: some[number])
    part_of = rows[largest].get("part_of", "")
    differ = any(rows[number].get("part_of", "") != part_of for number in some)
    return Alike(tuple(some), sum(some.values(), Fraction(0)), unit, part_of, differ)


def merge_alike(draft: PackDraft, alike: Alike, unlike: Container[int]) -> PackDraft:
    """The draft with these rows as the first of them; the places of the others stay, empty.

    What was part of one of the others, or made by ourselves as one, is so of the first. `unlike`: the rows whose own
    name is not what their supplier declared, and not agreed to be it.
    """
    rows, first = [dict(row) for row in draft.rows], alike.rows[0]
    merged = [rows[number] for number in alike.rows]
    names = "、".join(dict.fromkeys(row["name"] for row in merged if row.get("name")))
    item = merged[0].get("item", "")
    rows[first] |= {"quantity": encode_decimal(alike.total), "unit": alike.unit, "part_of": alike.part_of}
    if names:
        rows[first]["name"] = names[:LONGEST]
    if not any(number in unlike for number in alike.rows):
        rows[first]["agreed"] = rows[first]["product"]
    for number in alike.rows[1:]:
        rows[number] = {}
    gone = {row.get("item", "") for row in merged[1:]} - {item, ""}
    placed = [{**row, "part_of": item} if row.get("part_of") in gone else row for row in rows]
    maker = {"maker": item} if draft.value("maker") in gone else {}
    return replace(draft, rows=tuple(placed), fields={**draft.fields, **maker})
