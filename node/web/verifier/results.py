"""A pack result for a verifier: its figures, the declarations it rests on, and the opinion on it.

The one fact: an opinion on a result may rest on what was opened of its declarations; what does not hold is not offered.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

from fastapi import FastAPI, Form
from starlette.responses import Response

from node.organisation import Node
from node.results import (
    FoundResult,
    declarations_in,
    find_results,
    read_result,
    request_of,
    resolve_subject,
)
from node.verifications import Work, list_issued_on, list_work_on
from node.web.desk import Desk
from node.web.verifier.fresh import catch_up
from node.web.verifier.signing import Said, Subject, form_values, take_said
from node.web.verifier.work import say_code, say_issued, say_owner, say_state
from node.web.visiting import Owner, Reader
from protocol.library import published_category
from protocol.payloads import Declaration, Result
from protocol.statements import Logged
from web.tables import Cell, Column, Table
from web.visits import Visit

PATH = "/verifications/results/"
_PLACES = 3


def add_results(app: FastAPI, desk: Desk) -> None:
    """Add the page."""

    @app.get("/verifications/results/{name}")
    def result(visit: Reader, name: str) -> Response:
        """By the result's id or its calculation's, or the beginning of either."""
        node = desk.node
        catch_up(node)
        logged = resolve_subject(node, name)
        if isinstance(logged.payload, Declaration):
            return visit.go(f"/verifications/ask/{logged.id}")
        found, work = read_result(node, logged), _work_of(node, logged)
        tables = [
            _models(visit, found),
            _entries(visit, node, logged, work),
            say_issued(visit, node, list_issued_on(node, [logged.id]), ""),
        ]
        subject = _subject(visit, found, work)
        return visit.page(
            "verifier_result.html",
            tables,
            found=found,
            maker=found.maker.name_zh if visit.language == "zh" else found.maker.name_en,
            **form_values(visit, subject),
        )

    @app.post("/verifications/results/{name}")
    def say(visit: Owner, name: str, said: Annotated[Said, Form()]) -> Response:
        logged = resolve_subject(desk.node, name)
        found = read_result(desk.node, logged)
        return take_said(visit, desk.node, _subject(visit, found, _work_of(desk.node, logged)), said)


def list_results(visit: Visit, node: Node, words: str) -> Table:
    """The results that have these words, newest first."""
    part = visit.slice("results", int)
    shown, further = part.take(find_results(node, words), lambda one: (one.index,))
    columns = (
        Column(visit.say("Model")),
        Column(visit.say("Pack maker")),
        Column(visit.say("Footprint per kWh")),
        Column(visit.say("Logged"), "time"),
        Column(visit.say("Calculation"), "id"),
    )
    rows = [
        (
            Cell(one.names, visit.url(PATH + one.id)),
            one.maker.name_zh if visit.language == "zh" else one.maker.name_en,
            visit.marks.semicolon.join(
                f"{round(Decimal(figure), _PLACES)} kgCO₂e/kWh" for _, figure in one.models
            ),
            one.logged_at,
            one.request,
        )
        for one in shown
    ]
    caption = visit.say("Pack results; choose one to say what you found")
    return Table("results", caption, columns, rows, visit.say("Nothing was found."), further=further)


def _work_of(node: Node, logged: Logged) -> dict[str, list[Work]]:
    """What this node asked of the result's declarations, newest first, by declaration."""
    found: dict[str, list[Work]] = {}
    for one in list_work_on(node, declarations_in(node, logged)):
        found.setdefault(one.inquiry.declaration, []).append(one)
    return found


def _subject(visit: Visit, found: FoundResult, work: dict[str, list[Work]]) -> Subject:
    openings = [
        (one.opening, visit.marks.colon.join((one.inquiry.product_name, one.inquiry.reason)))
        for each in work.values()
        for one in each
        if one.opening
    ]
    title = visit.say("Result of %(models)s", models=found.names)
    return Subject(found.id, "result", title, PATH + found.id, openings=tuple(openings))


def _models(visit: Visit, found: FoundResult) -> Table:
    columns = (
        Column(visit.say("Model")),
        Column(visit.say("Footprint per kWh"), "number", "kgCO2e/kWh", _PLACES),
    )
    rows = [(model, Decimal(figure)) for model, figure in found.models]
    return Table("models", visit.say("What was computed"), columns, rows)


def _entries(visit: Visit, node: Node, logged: Logged, work: dict[str, list[Work]]) -> Table:
    payload = logged.payload
    assert isinstance(payload, Result)
    node.record.need([payload.request], deep=True)
    part = visit.slice("entries", int)
    entries = list(enumerate(request_of(node, payload).entries))
    shown, further = part.take(entries, lambda one: (one[0],))
    columns = (
        Column(visit.say("Product")),
        Column(visit.say("Supplier")),
        Column(visit.say("Category")),
        Column(visit.say("What you asked of it")),
        Column(visit.say("Declaration"), "id"),
    )
    rows = []
    for _, entry in shown:
        found = node.record.get(entry.declaration)
        declared = None if found is None else found.payload
        assert isinstance(declared, Declaration)
        category = published_category(declared.category, node.record)
        asked = work.get(entry.declaration, [])
        rows.append(
            (
                Cell(
                    declared.product_name,
                    visit.url(f"/verifications/ask/{entry.declaration}"),
                    note=say_code(visit, declared.product_name, declared.product),
                ),
                say_owner(visit, node, declared.by),
                category.name_zh if visit.language == "zh" else category.name_en,
                say_state(visit, asked[0]) if asked else "",
                entry.declaration,
            )
        )
    caption = visit.say("Declarations that it rests on; choose one to ask its owner")
    return Table("entries", caption, columns, rows, further=further)
