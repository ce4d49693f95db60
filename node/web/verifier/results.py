"""A pack result for a verifier: its figures, its certificate, the declarations it rests on, and the opinion on it.

The one fact: an opinion on a result may rest on what was opened of its declarations; what does not hold is not offered.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Annotated

from fastapi import FastAPI, Form
from starlette.responses import Response

from node.maker.outcomes import Outcome, read_outcomes
from node.maker.resulting import fetch_certificate, find_certificate
from node.organisation import Node
from node.results import (
    FoundResult,
    declarations_in,
    find_results,
    read_result,
    request_of,
    resolve_subject,
)
from node.verifications import Work, list_said_on, list_work_on
from node.web.desk import Desk
from node.web.maker.checking import make_file
from node.web.maker.results import make_stages_table
from node.web.maker.saying import say_band
from node.web.maker.telling import tell_certificate
from node.web.verifier.fresh import catch_up, look_up_opinions
from node.web.verifier.signing import Said, Subject, form_values, take_said
from node.web.verifier.work import (
    name_subject,
    say_code,
    say_opinions,
    say_owned,
    say_owner,
    say_states,
    say_wish,
)
from node.web.visiting import Owner, Reader
from protocol.errors import Refused
from protocol.library import published_category
from protocol.payloads import Declaration, Request, Result
from protocol.statements import Logged
from web.boundaries import say_boundary
from web.rule_sets import say_rules
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
        answered = catch_up(node) and look_up_opinions(node)
        logged = resolve_subject(node, name)
        if isinstance(logged.payload, Declaration):
            return visit.go(f"/verifications/ask/{logged.id}")
        found, work = read_result(node, logged), _work_of(node, logged)
        outcomes = read_outcomes(_terms_of(node, logged), logged)
        stages = _stages(visit, outcomes)
        tables = [_models(visit, outcomes), *stages, _entries(visit, node, logged, work)]
        return visit.page(
            "verifier_result.html",
            tables,
            found=found,
            answered=answered,
            maker=found.maker.name_zh if visit.language == "zh" else found.maker.name_en,
            rules=say_rules(visit, outcomes[0].method),
            boundary=say_boundary(visit, outcomes[0].boundary),
            stages=[one.name for one in stages],
            **form_values(visit, node, _subject(visit, node, found, work)),
        )

    @app.post("/verifications/results/{name}")
    def say(visit: Owner, name: str, said: Annotated[Said, Form()]) -> Response:
        logged = resolve_subject(desk.node, name)
        found = read_result(desk.node, logged)
        subject = _subject(visit, desk.node, found, _work_of(desk.node, logged))
        return take_said(visit, desk.node, subject, said)

    @app.post("/verifications/results/{name}/certificate")
    def check(visit: Reader, name: str) -> Response:
        """Fetch its certificate, with what verifiers have said until now, and check it here."""
        node = desk.node
        request = _request_named(node, name)
        saved = fetch_certificate(node, node.calculation(request), newest=True)
        told = tell_certificate(visit, node, saved.bundle, request)
        path = f"{PATH}{request}/certificate"
        return visit.page(
            "check.html",
            told=told,
            name=name_subject(visit, node, resolve_subject(node, name).id),
            may_say=True,
            save=path if saved.holds else "",
        )

    @app.get("/verifications/results/{name}/certificate")
    def save(visit: Reader, name: str) -> Response:
        """The certificate that was checked last, as a file."""
        request = _request_named(desk.node, name)
        saved = find_certificate(desk.node, request)
        if saved is None or not saved.holds:
            raise Refused("certificate", "no certificate of this result was checked here and holds")
        return make_file(saved.bundle, f"certificate-{request[:8]}.json", "application/json")


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


def _request_named(node: Node, name: str) -> str:
    """The calculation of the result that is named; Refused("subject")."""
    payload = resolve_subject(node, name).payload
    if not isinstance(payload, Result):
        raise Refused("subject", f"{name[:64]} is a declaration and has no certificate of its own")
    return payload.request


def _terms_of(node: Node, logged: Logged) -> Request:
    assert isinstance(logged.payload, Result)
    return request_of(node, logged.payload)


def _subject(visit: Visit, node: Node, found: FoundResult, work: dict[str, list[Work]]) -> Subject:
    openings = []
    for one in (one for each in work.values() for one in each if one.opening):
        product = say_owned(visit, node, one.inquiry.product_name, one.inquiry.owner)
        openings.append((one.opening, visit.marks.colon.join((product, say_wish(visit, one.inquiry)))))
    names = visit.say("Result of %(models)s", models=found.names)
    owner = found.maker.name_zh if visit.language == "zh" else found.maker.name_en
    title = visit.say("%(what)s (%(owner)s)", what=names, owner=owner)
    return Subject(found.id, "result", title, PATH + found.id, openings=tuple(openings))


def _models(visit: Visit, outcomes: Sequence[Outcome]) -> Table:
    columns = (
        Column(visit.say("Model")),
        Column(visit.say("Footprint per kWh"), "number", "kgCO2e/kWh", _PLACES),
        Column(visit.say("One pack"), "number", "kgCO2e", 1),
        Column(visit.say("Overstated by at most"), "most", "kgCO2e"),
        Column(visit.say("Data quality, 1 best to 5"), "number", "", 2),
        Column(visit.say("Primary data, at least"), "least"),
    )
    rows = [
        (
            one.model,
            Decimal(one.figures.per_kwh),
            Decimal(one.figures.total_kg),
            Decimal(one.figures.overstated_by_at_most),
            Cell(Decimal(one.figures.quality_rating), note=say_band(visit, one.figures.quality_band)),
            Decimal(one.figures.primary_data_share),
        )
        for one in outcomes
    ]
    return Table("models", visit.say("What was computed"), columns, rows)


def _stages(visit: Visit, outcomes: Sequence[Outcome]) -> list[Table]:
    """The stages of each model, named after it where there are several."""
    tables = [make_stages_table(visit, one) for one in outcomes]
    if len(tables) == 1:
        return tables
    return [
        replace(
            table, name=f"stages-{one.number}", caption=visit.marks.colon.join((one.model, table.caption))
        )
        for one, table in zip(outcomes, tables, strict=True)
    ]


def _entries(visit: Visit, node: Node, logged: Logged, work: dict[str, list[Work]]) -> Table:
    payload = logged.payload
    assert isinstance(payload, Result)
    node.record.need([payload.request], deep=True)
    part = visit.slice("entries", int)
    entries = list(enumerate(_terms_of(node, logged).entries))
    shown, further = part.take(entries, lambda one: (one[0],))
    columns = (
        Column(visit.say("Product")),
        Column(visit.say("Supplier")),
        Column(visit.say("Category")),
        Column(visit.say("What you asked of it")),
        Column(visit.say("Opinions of verifiers")),
        Column(visit.say("Declaration"), "id"),
    )
    opinions = list_said_on(node, {entry.declaration for _, entry in shown})
    rows = []
    for _, entry in shown:
        found = node.record.get(entry.declaration)
        declared = None if found is None else found.payload
        assert isinstance(declared, Declaration)
        category = published_category(declared.category, node.record)
        rows.append(
            (
                Cell(
                    declared.product_name,
                    visit.url(f"/verifications/ask/{entry.declaration}"),
                    note=say_code(visit, declared.product_name, declared.product),
                ),
                say_owner(visit, node, declared.by),
                category.name_zh if visit.language == "zh" else category.name_en,
                say_states(visit, work.get(entry.declaration, [])),
                say_opinions(visit, node, opinions.get(entry.declaration, [])),
                entry.declaration,
            )
        )
    caption = visit.say("Declarations that it rests on; choose one to ask its owner")
    return Table("entries", caption, columns, rows, further=further)
