"""Which declared products a row of a bill of materials may mean, where it names its supplier by a part of the name.

The one fact: they are offered and never filled in, since whoever is chosen reads the quantity.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from node.maker.bills import Row
from node.maker.chemistries import CHEMISTRIES, name_chemistry
from node.maker.directory import Offer

MOST = 4
"""So many are offered at one row."""


def suggest_offers(rows: Sequence[Row], offers: Iterable[Offer], chemistry: str) -> dict[int, list[Offer]]:
    """By row, the newest declarations that it may mean, at most MOST; no entry where its product is declared.

    What its name says to be of another chemistry than the model, or than the row, is not offered.
    """
    newest = {(one.legal_entity, one.product): one for one in offers}
    is_open = {number: row for number, row in enumerate(rows) if _is_open(row, newest)}
    named = [(one, _named({one.product_name})) for one in newest.values()] if is_open else []
    found = {}
    for number, row in is_open.items():
        meant = _named({chemistry, row.get("name", "")})
        found[number] = _suggest(row, [one for one, its in named if not meant or its <= meant])
    return {number: some for number, some in found.items() if some}


def find_open(rows: Sequence[Row], offers: Iterable[Offer]) -> int | None:
    """The first row whose product is not declared by its supplier; None when there is no such row."""
    known = {(one.legal_entity, one.product) for one in offers}
    return next((number for number, row in enumerate(rows) if _is_open(row, known)), None)


def _is_open(row: Row, known: Iterable[tuple[str, str]]) -> bool:
    is_named = (row.get("legal_entity", ""), row.get("product", "")) in known
    return any(row.values()) and not row.get("default_factor") and not is_named


def _named(texts: Iterable[str]) -> set[str]:
    return {name_chemistry(text) for text in texts} & CHEMISTRIES.keys()


def _suggest(row: Row, newest: Sequence[Offer]) -> list[Offer]:
    supplier, name = row.get("legal_entity", ""), row.get("name", "")
    if supplier:
        its = [one for one in newest if one.legal_entity == supplier]
        its = its or [one for one in newest if one.is_by(supplier)]
        its = [one for one in its if name and one.is_like(name)] or its
    else:
        its = [one for one in newest if name and one.is_like(name)]
    return sorted(its, key=lambda one: (one.legal_entity, one.product))[:MOST]
