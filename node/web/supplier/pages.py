"""The supplier's pages and their places in the navigation."""

from __future__ import annotations

from fastapi import FastAPI

from node.web.desk import Desk
from node.web.supplier.egress import add_egress
from web.languages import mark
from web.site import Place

PLACES = (Place(mark("What left this house"), "/egress"),)


def add_supplier(app: FastAPI, desk: Desk) -> None:
    """Add them."""
    add_egress(app, desk)
