"""Search from anywhere: products, requests, declarations and calculations by name or the beginning of an id."""

from __future__ import annotations

from typing import Annotated

from fastapi import FastAPI, Query
from starlette.responses import Response

from node.consenting import list_inquiries
from node.declaring import list_declarations
from node.organisation import Node
from node.products import list_products
from node.requesting import list_requests
from node.web.desk import Desk
from node.web.visiting import Reader
from web.tables import Cell, Column, Table
from web.visits import Visit

_SHOWN = 50
_SHORTEST_ID = 4


def add_search(app: FastAPI, desk: Desk) -> None:
    """Add the page."""

    @app.get("/search")
    def search(visit: Reader, q: Annotated[str, Query(max_length=200)] = "") -> Response:
        found = find(visit, desk.node, q.strip()) if q.strip() else []
        if len(found) == 1:
            return visit.go(found[0][2])
        return visit.page("search.html", [_table(visit, found)], q=q)


def find(visit: Visit, node: Node, wanted: str) -> list[tuple[str, str, str]]:
    """What matches, as (kind, name, path)."""
    word = wanted.casefold()
    found = []
    for product in list_products(node):
        if any(word in text.casefold() for text in (product.code, product.name_zh, product.name_en)):
            name = product.name_zh if visit.language == "zh" else product.name_en
            found.append((visit.say("Product"), name, f"/products/{product.code}"))
    for inquiry in list_inquiries(node):
        if _matches(word, inquiry.request, inquiry.customer):
            name = f"{inquiry.customer} · {inquiry.product}"
            found.append((visit.say("Request"), name, f"/inbox/{inquiry.request}/{inquiry.entry}"))
    for declaration in list_declarations(node):
        if _matches(word, declaration.id):
            found.append((visit.say("Declaration"), declaration.product, f"/products/{declaration.product}"))
    for request in list_requests(node):
        if _matches(word, request.id, request.model):
            found.append((visit.say("Calculation"), request.model, f"/calculations/{request.id}"))
    return found[:_SHOWN]


def _matches(word: str, id: str, *names: str) -> bool:
    is_id = len(word) >= _SHORTEST_ID and id.startswith(word)
    return is_id or any(word in name.casefold() for name in names)


def _table(visit: Visit, found: list[tuple[str, str, str]]) -> Table:
    columns = (Column(visit.say("Kind")), Column(visit.say("Name")))
    rows = [(kind, Cell(name, link=visit.url(path))) for kind, name, path in found]
    return Table("found", visit.say("Found"), columns, rows, visit.say("Nothing of that name or id."))
