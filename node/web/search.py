"""Search from anywhere: products, requests, declarations, models, calculations; by name, a partner's name, or id."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain, islice
from typing import Annotated

from fastapi import FastAPI, Query
from starlette.responses import Response

from node.companies import find_companies
from node.maker.own_requests import find_requests
from node.maker.pack_drafts import PackDraft, list_drafts
from node.maker.standings import find_standings, refresh_standings
from node.organisation import Node
from node.supplier.declaring import find_declarations
from node.supplier.inbox import find_inquiries
from node.supplier.products import list_products
from node.web.desk import Desk
from node.web.maker.saying import say_phase
from node.web.supplier.inbox import name_customer
from node.web.visiting import Reader
from operation.moments import tell_day
from web.paging import Slice
from web.tables import Cell, Column, Table
from web.visits import Visit

_SHOWN = 50
_SHORTEST_ID = 4


Look = Callable[[Visit, Desk, str], Iterable[tuple[str, str, str]]]
"""What a part of the app finds of these words, as (kind, name, path); as few are looked for as are shown."""


def add_search(app: FastAPI, desk: Desk, looks: Sequence[Look]) -> None:
    """Add the page; `looks`: what the parts for single roles find."""

    @app.get("/search")
    def search(visit: Reader, q: Annotated[str, Query(max_length=200)] = "") -> Response:
        words = q.strip()
        further = chain.from_iterable(look(visit, desk, words) for look in looks)
        every = chain(find(visit, desk.node, words), further)
        found = list(islice(every, _SHOWN)) if words else []
        if len(found) == 1:
            kind, name, path = found[0]
            said = visit.say(
                "The only find for “%(words)s”: %(kind)s %(name)s.", words=words, kind=kind, name=name
            )
            return visit.go(path, said)
        return visit.page("search.html", [_table(visit, found)], q=q)


def find(visit: Visit, node: Node, wanted: str) -> Iterator[tuple[str, str, str]]:
    """What matches, as (kind, name, path)."""
    for product in list_products(node, Slice(most=_SHOWN), wanted):
        name = product.name_zh if visit.language == "zh" else product.name_en
        yield visit.say("Product"), name, f"/products/{product.code}"
    for inquiry in find_inquiries(node, wanted, _SHOWN):
        name = f"{name_customer(visit, node, inquiry)} · {inquiry.product}"
        yield visit.say("Request"), name, f"/inbox/{inquiry.request}/{inquiry.entry}"
    if len(wanted) >= _SHORTEST_ID:
        for declaration in find_declarations(node, wanted, _SHOWN):
            yield visit.say("Declaration"), declaration.product, f"/products/{declaration.product}"
    for draft in _find_models(node, wanted):
        yield visit.say("Model"), draft.model, f"/models/{draft.id}"
    yield from _find_calculations(visit, node, wanted)


def _find_calculations(visit: Visit, node: Node, wanted: str) -> Iterator[tuple[str, str, str]]:
    """Own requests that match, each with its day and how far it has come: a model may have several."""
    requests = find_requests(node, wanted, _SHOWN)
    refresh_standings(node)
    standings = find_standings(node, [one.id for one in requests])
    for one in requests:
        phase = [say_phase(visit, standings[one.id].phase)] if one.id in standings else []
        name = " · ".join((one.model, *phase, tell_day(one.created, visit.language), one.id[:12]))
        yield visit.say("Calculation"), name, f"/calculations/{one.id}"


def _find_models(node: Node, wanted: str) -> list[PackDraft]:
    """Models with these words in code or name, or that take something of a supplier of that name."""
    words, entities = wanted.casefold(), find_companies(node, wanted).entities
    return [
        draft
        for draft in list_drafts(node)
        if any(words in draft.value(name).casefold() for name in ("model", "name_zh", "name_en"))
        or any(row.get("legal_entity") in entities for row in draft.rows)
    ]


def _table(visit: Visit, found: list[tuple[str, str, str]]) -> Table:
    columns = (Column(visit.say("Kind")), Column(visit.say("Name")))
    rows = [(kind, Cell(name, link=visit.url(path))) for kind, name, path in found]
    return Table("found", visit.say("Found"), columns, rows, visit.say("Nothing of that name or id."))
