"""What a statement that this node signed is about: the product and the period, or the pack model.

The one fact: a signed statement names declarations and requests by ids alone; what they are called stands in
this node's own tables, and the log and the coordinator are not asked.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import select

from node.addressees import find_declarations
from node.language import Phrase
from node.maker.requesting import own_request
from node.organisation import Node
from node.outbox import Sent
from node.store.record import AT_ONCE
from node.store.tables import DECLARATIONS, PRODUCTS, REQUESTS


@dataclass(frozen=True, slots=True)
class Subject:
    """A product by its names and code, and the first and last day that were declared, or "" where that was never known;
    a pack has its model alone."""

    name: Phrase
    code: str = ""
    period: str = ""


def find_subjects(node: Node, signed: Sequence[Sent]) -> dict[str, list[Subject]]:
    """By purpose, what each of these statements is about; what is about neither product nor pack is left out."""
    about = find_declarations(node, [one.delivery.key for one in signed])
    about |= {one.delivery.key: [one.delivery.id] for one in signed if one.kind == "declaration"}
    named = name_declarations(node, {declaration for some in about.values() for declaration in some})
    models = _name_requests(node, {one.calculation for one in signed if one.calculation})
    found = {
        key: list(dict.fromkeys(named[declaration] for declaration in some if declaration in named))
        for key, some in about.items()
    }
    packs = {one.delivery.key: models[one.calculation] for one in signed if one.calculation in models}
    return {key: subjects for key, subjects in (packs | found).items() if subjects}


def name_declarations(node: Node, ids: Collection[str]) -> dict[str, Subject]:
    """Those of these declarations that are this node's own, by id."""
    wanted = sorted(ids)
    found = {}
    query = select(DECLARATIONS, PRODUCTS.c.description).outerjoin(
        PRODUCTS, PRODUCTS.c.code == DECLARATIONS.c.product
    )
    with node.store.read() as connection:
        for start in range(0, len(wanted), AT_ONCE):
            some = query.where(DECLARATIONS.c.id.in_(wanted[start : start + AT_ONCE]))
            for row in connection.execute(some):
                named = json.loads(row.description or "{}")
                name = Phrase(named.get("name_en", row.product), named.get("name_zh", row.product))
                period = f"{row.period_start} – {row.period_end}" if row.period_start else ""
                found[row.id] = Subject(name, row.product, period)
    return found


def _name_requests(node: Node, ids: Collection[str]) -> dict[str, list[Subject]]:
    """The pack models of those of these requests that are this node's own, by id."""
    with node.store.read() as connection:
        rows = connection.execute(select(REQUESTS).where(REQUESTS.c.id.in_(sorted(ids)))).all()
    return {row.id: [Subject(Phrase(model, model)) for model in own_request(row).models] for row in rows}
