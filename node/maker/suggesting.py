"""Which declared products a row of a bill of materials may mean, where it names its supplier by a part of the name.

The one fact: they are offered and never filled in, since whoever is chosen reads the quantity.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from node.maker.bills import Row
from node.maker.chemistries import find_chemistries
from node.maker.directory import Offer
from node.maker.likeness import count_shared, index_signs
from node.maker.pack_drafts import is_by_default

MOST = 4
"""So many are offered at one row."""


def suggest_offers(rows: Sequence[Row], offers: Iterable[Offer], chemistry: str) -> dict[int, list[Offer]]:
    """By row, the newest declarations that it may mean, at most MOST; no entry where its product is declared.

    What its name says to be of another chemistry than the model, or than the row, is not offered, nor what is of
    another category than the row names. A name that neither holds a declared one nor is held by one means those that
    share at least half as many signs with it as the nearest does.
    """
    newest = {(one.legal_entity, one.product): one for one in offers}
    is_open = {number: row for number, row in enumerate(rows) if _is_open(row, newest)}
    declared = list(newest.values()) if is_open else []
    chemistries = [find_chemistries({one.product_name}) for one in declared]
    index = index_signs([one.names for one in declared])
    found = {}
    for number, row in is_open.items():
        meant = find_chemistries({chemistry, row.get("name", "")})
        category = row.get("category", "")
        fits = {
            place
            for place, its in enumerate(chemistries)
            if (not meant or its <= meant) and category in ("", declared[place].category)
        }
        its = _suggest(row, [declared[place] for place in fits])
        if not its and not row.get("legal_entity"):
            shared = {
                place: count
                for place, count in count_shared(row.get("name", ""), index).items()
                if place in fits
            }
            most = max(shared.values(), default=0)
            its = [declared[place] for place, count in shared.items() if 2 * count >= most]
        found[number] = sorted(its, key=lambda one: (one.legal_entity, one.product))[:MOST]
    return {number: some for number, some in found.items() if some}


def find_single(rows: Sequence[Row], offered: Mapping[int, Sequence[Offer]]) -> dict[int, Offer]:
    """By row, the declaration that is the only one offered there and plainly meant: by its supplier or by its name."""
    return {
        number: some[0]
        for number, some in offered.items()
        if len(some) == 1
        and (rows[number].get("legal_entity") or some[0].is_like(rows[number].get("name", "")))
    }


def find_open(rows: Sequence[Row], offers: Iterable[Offer], after: int = -1) -> int | None:
    """The first row after one whose product is not declared by its supplier, else the first of all; None when there is
    no such row."""
    every = find_every_open(rows, offers)
    return next((number for number in every if number > after), next(iter(every), None))


def find_every_open(rows: Sequence[Row], offers: Iterable[Offer]) -> list[int]:
    """Every such row."""
    known = {(one.legal_entity, one.product) for one in offers}
    return [number for number, row in enumerate(rows) if _is_open(row, known)]


def _is_open(row: Row, known: Iterable[tuple[str, str]]) -> bool:
    is_named = (row.get("legal_entity", ""), row.get("product", "")) in known
    return any(row.values()) and not is_by_default(row) and not is_named


def _suggest(row: Row, fits: Sequence[Offer]) -> list[Offer]:
    supplier, name = row.get("legal_entity", ""), row.get("name", "")
    its = list(fits)
    if supplier:
        its = [one for one in fits if one.legal_entity == supplier] or [
            one for one in fits if one.is_by(supplier)
        ]
    like = [one for one in its if name and one.is_like(name)]
    return like or (its if supplier else [])
