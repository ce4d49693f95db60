"""The pack maker's pages and their places in the navigation."""

from __future__ import annotations

from fastapi import FastAPI

from node.maker.directory import Directory
from node.web.desk import Desk
from node.web.maker.asking import add_asking
from node.web.maker.batch import add_batch
from node.web.maker.calculations import add_calculations
from node.web.maker.checking import add_checking
from node.web.maker.comparing import add_comparing
from node.web.maker.editing import add_editing
from node.web.maker.exporting import add_export
from node.web.maker.lacking import add_lacking
from node.web.maker.models import add_models
from node.web.maker.results import add_results
from web.languages import mark
from web.site import Place

_MAKERS = frozenset({"requester"})
PLACES = (
    Place(mark("Models"), "/models", of=_MAKERS),
    Place(mark("Calculations"), "/calculations", of=_MAKERS),
    Place(mark("Compare"), "/compare", of=_MAKERS),
    Place(mark("Reporting duty"), "/duty", of=_MAKERS),
    Place(mark("Check a certificate"), "/certificates/check"),
)


def add_maker(app: FastAPI, desk: Desk) -> None:
    """Add them. Pages with a fixed address come before those of one model or one calculation."""
    directory = Directory()
    add_batch(app, desk, directory)
    add_models(app, desk, directory)
    add_asking(app, desk, directory)
    add_lacking(app, desk, directory)
    add_editing(app, desk, directory)
    add_calculations(app, desk)
    add_results(app, desk)
    add_checking(app, desk)
    add_export(app, desk)
    add_comparing(app, desk)
