"""The supplier's pages and their places in the navigation."""

from __future__ import annotations

from fastapi import FastAPI

from node.web.desk import Desk
from node.web.supplier.egress import add_egress
from node.web.supplier.history import add_history
from node.web.supplier.importing import add_importing
from node.web.supplier.inbox import add_inbox
from node.web.supplier.openings import add_openings
from node.web.supplier.policies import add_policies
from node.web.supplier.products import add_products
from web.languages import mark
from web.site import Place

_SUPPLIERS = frozenset({"supplier"})
PLACES = (
    Place(mark("Products"), "/products", of=_SUPPLIERS),
    Place(mark("Requests"), "/inbox", of=_SUPPLIERS),
    Place(mark("Approved in advance"), "/policies", of=_SUPPLIERS),
    Place(mark("Verifiers"), "/openings", of=_SUPPLIERS),
    Place(mark("What left this house"), "/egress"),
    Place(mark("History"), "/history"),
)


def add_supplier(app: FastAPI, desk: Desk) -> None:
    """Add them."""
    add_products(app, desk)
    add_importing(app, desk)
    add_inbox(app, desk)
    add_policies(app, desk)
    add_openings(app, desk)
    add_egress(app, desk)
    add_history(app, desk)
