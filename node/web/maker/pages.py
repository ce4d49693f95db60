"""The pack maker's pages and their places in the navigation."""

from __future__ import annotations

from fastapi import FastAPI

from node.outcomes import Standings
from node.web.desk import Desk
from node.web.maker.calculations import add_calculations
from node.web.maker.checking import add_checking
from node.web.maker.results import add_results
from web.languages import mark
from web.site import Place

PLACES = (
    Place(mark("Calculations"), "/calculations", of=frozenset({"requester"})),
    Place(mark("Check a certificate"), "/certificates/check"),
)


def add_maker(app: FastAPI, desk: Desk) -> None:
    """Add them."""
    standings = Standings()
    add_calculations(app, desk, standings)
    add_results(app, desk, standings)
    add_checking(app, desk)
