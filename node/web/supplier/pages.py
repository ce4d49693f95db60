"""The supplier's pages and their places in the navigation."""

from __future__ import annotations

from fastapi import FastAPI

from node.web.desk import Desk
from node.web.library import Shelf
from node.web.supplier.egress import add_egress
from node.web.supplier.importing import add_importing
from node.web.supplier.products import add_products
from web.languages import mark
from web.site import Place

PLACES = (
    Place(mark("Products"), "/products"),
    Place(mark("What left this house"), "/egress"),
)


def add_supplier(app: FastAPI, desk: Desk) -> None:
    """Add them."""
    shelf = Shelf()
    add_products(app, desk, shelf)
    add_importing(app, desk, shelf)
    add_egress(app, desk)
