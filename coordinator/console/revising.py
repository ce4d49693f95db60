"""How an operator comes by the next version of a product category: a file to edit, or with one more factor on a line.

The one fact: a page only gives the file; it is submitted and signed by the command on the coordinator's machine, and
reviewed like any other submission.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import FastAPI, Query
from starlette.responses import Response

from coordinator.console.roles import Operator
from coordinator.revising import STANDING, Place, encode_category, find_basis, find_places, make_next_version
from coordinator.service import Service
from method.category import MAX_ACCEPTED, TemplateLine, find_citable
from protocol.library import category_of
from protocol.payloads import Category, Factor
from protocol.shelf import Item
from web.shelf_states import STATES
from web.visits import Visit

Line = Annotated[str, Query(max_length=130)]


def add_revising_page(app: FastAPI, service: Service) -> None:
    """Add the file."""

    @app.get("/library/{submission}/next-version")
    def next_version(visit: Operator, submission: str, line: Line = "") -> Response:
        """The next version of this category; of a factor, that of the category of `line` (CATEGORY/LINE) with it."""
        item = service.catalogue.find(submission)
        code, accepts = item.payload.code, []
        if isinstance(item.payload, Factor):
            code, _, named = line.partition("/")
            accepts = [(named, item.payload.code)]
        made = make_next_version(service.catalogue.items(), code, accepts)
        headers = {"Content-Disposition": f"attachment; filename={name_file(made.code, made.version)}"}
        return Response(encode_category(made), media_type="application/json", headers=headers)


def name_file(code: str, version: int) -> str:
    """What the file of a version of a category is called."""
    return f"{code}-{version}.json"


def describe_revising(visit: Visit, service: Service, item: Item) -> dict[str, Any]:
    """What the page of a submission offers: the next version of a category, lines for a factor that none accepts."""
    items = service.catalogue.items()
    if isinstance(item.payload, Category):
        basis = find_basis(items, item.payload.code)
        state = visit.say(STATES[basis.state])
        named = name_file(item.payload.code, basis.next_version)
        return {
            "is_citable": True,
            "accepting": [],
            "basis": basis,
            "basis_state": state,
            "file": named,
            "most": MAX_ACCEPTED,
        }
    if item.id not in find_uncited(service):
        accepting = _list_accepting(visit, items, item.payload) if item.state in STANDING else []
        return {"is_citable": True, "accepting": accepting}
    places = find_places(items, item.payload)
    new = [one for one in places if not one.accepts_it]
    return {
        "is_citable": False,
        "accepting": [],
        "coming": [(_name_place(visit, one), one.basis.submission) for one in places if one.accepts_it],
        "full": [_name_place(visit, one) for one in new if one.is_full],
        "offered": [
            (f"{one.basis.category.code}/{one.code}", _name_place(visit, one))
            for one in new
            if not one.is_full
        ],
        "most": MAX_ACCEPTED,
    }


def find_uncited(service: Service) -> frozenset[str]:
    """The factors, by submission, that are published or may be and that no line of a published category accepts."""

    def choose(items: Sequence[Item]) -> frozenset[str]:
        published = [one.payload for one in items if one.state == "published"]
        categories = [one for one in published if isinstance(one, Category)]
        factors = {
            one.id: (one.payload.code, one.payload.unit)
            for one in items
            if isinstance(one.payload, Factor) and one.state in STANDING
        }
        lines = (line for one in categories for line in category_of(one).lines)
        citable = find_citable(lines, set(factors.values()))
        return frozenset(submission for submission, one in factors.items() if one not in citable)

    return service.catalogue.derived("uncited", choose)


def _list_accepting(visit: Visit, items: Sequence[Item], factor: Factor) -> list[tuple[str, str]]:
    """The lines of published categories that accept a factor, and the submission of each category."""
    return [
        (_name_line(visit, one.payload, line), one.id)
        for one in items
        if isinstance(one.payload, Category) and one.state == "published"
        for line in category_of(one.payload).lines
        if line.fits(factor.code, factor.unit)
    ]


def _name_place(visit: Visit, place: Place) -> str:
    return _name_line(visit, place.basis.category, place)


def _name_line(visit: Visit, category: Category, line: TemplateLine | Place) -> str:
    names = (category.name_zh, line.name_zh) if visit.language == "zh" else (category.name_en, line.name_en)
    return f"{names[0]} {category.version}{visit.marks.colon}{names[1]}"
