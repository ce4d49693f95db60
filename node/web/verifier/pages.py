"""A verifier's visit: choose a declaration, ask for lines and records, read what the owner opened, sign the finding.

The one fact: what is shown was held against commitments and evidence root first; what does not hold is not shown.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Annotated, Any, get_args

from fastapi import FastAPI, Form, Query
from pydantic import BaseModel, Field
from starlette.responses import Response

from method.exact import encode_decimal
from node.agent import Agent
from node.guard import is_served
from node.maker.directory import Directory
from node.organisation import Node
from node.verifications import findings_of
from node.verifying import (
    Shown,
    Wish,
    ask_for_opening,
    inquiry_of,
    issue_verification,
    list_issued,
    resolve_opening,
    show_opening,
)
from node.web.desk import Desk
from node.web.verifier.records import list_records
from node.web.verifier.work import ASSURANCES, FINDINGS, say_asked, say_owner, say_work
from node.web.visiting import Owner, Reader
from protocol.errors import NetworkError, Refused
from protocol.library import published_category
from protocol.payloads import Declaration, Verification
from protocol.requesting import declaration_of
from protocol.verification_payloads import Assurance, Finding, Statement
from web.languages import mark
from web.site import Place
from web.tables import Cell, Column, Table
from web.visits import Visit

PLACES = (Place(mark("Verifications"), "/verifications", of=frozenset({"verifier"})),)
Words = Annotated[str, Query(max_length=200)]
Text = Annotated[str, Form(min_length=1, max_length=2000)]
Numbers = Annotated[list[int] | None, Form()]


class Said(BaseModel):
    """What the form of a finding holds."""

    scope: Annotated[str, Field(min_length=1, max_length=2000)]
    assurance: Assurance
    finding: Finding
    opinion: Annotated[str, Field(max_length=2000)] = ""


def add_verifier(app: FastAPI, desk: Desk) -> None:
    """Add the pages."""
    _add_asking(app, desk)
    _add_reading(app, desk)


def _add_asking(app: FastAPI, desk: Desk) -> None:
    directory = Directory()

    @app.get("/verifications")
    def verifications(visit: Reader, q: Words = "") -> Response:
        answered = _catch_up(desk.node) and directory.refresh(desk.node)
        tables = [
            say_work(visit, desk.node),
            _issued(visit, desk.node),
            _offers(visit, desk.node, directory, q),
        ]
        return visit.page("verifier_list.html", tables, q=q, answered=answered)

    @app.get("/verifications/ask/{declaration}")
    def choose(
        visit: Reader, declaration: str, records: Annotated[str, Query(max_length=500)] = ""
    ) -> Response:
        """What may be asked of one declaration; `records` fills that field in."""
        desk.node.record.need([declaration], deep=True)
        found = declaration_of(declaration, desk.node.record)
        category = published_category(found.category, desk.node.record)
        return visit.page(
            "verifier_ask.html",
            declaration=declaration,
            found=found,
            owner=say_owner(visit, desk.node, found.by),
            category=category,
            records=records,
        )

    @app.post("/verifications/ask/{declaration}")
    def ask(
        visit: Owner,
        declaration: str,
        reason: Text,
        line: Numbers = None,
        records: Annotated[str, Form(max_length=500)] = "",
    ) -> Response:
        wish = Wish(declaration, tuple(line or ()), _read_numbers(records), reason)
        desk.node.settle(ask_for_opening(desk.node, wish))
        return visit.go("/verifications", visit.say("Asked. The owner decides; look here again."))


def _add_reading(app: FastAPI, desk: Desk) -> None:
    @app.get("/verifications/{asked}")
    def opening(visit: Reader, asked: str) -> Response:
        _catch_up(desk.node)
        request = resolve_opening(desk.node, asked)
        about = say_asked(visit, desk.node, request)
        signed = findings_of(desk.node, [inquiry_of(desk.node, request)]).get(request.id)
        try:
            shown = show_opening(desk.node, request)
        except Refused as error:
            is_waiting = error.check == "waiting"
            problem = "" if is_waiting else visit.explain(error)
            return visit.page("verifier_none.html", about=about, is_waiting=is_waiting, problem_text=problem)
        return visit.page(
            "verifier_opening.html",
            _opened(visit, shown),
            about=about,
            shown=shown,
            signed=None if signed is None else visit.say(FINDINGS[signed.says.finding]),
            **_choices(visit),
        )

    @app.post("/verifications/{asked}")
    def issue(visit: Owner, asked: str, said: Annotated[Said, Form()]) -> Response:
        shown = show_opening(desk.node, resolve_opening(desk.node, asked))
        says = Statement(**said.model_dump())
        desk.node.settle(issue_verification(desk.node, shown.declaration, says, [shown.answer]))
        done = visit.say("Signed. It is public, and enters every certificate that rests on this declaration.")
        return visit.go("/verifications", done)


def _catch_up(node: Node) -> bool:
    """Take in what is new where no agent does; whether the coordinator answered."""
    if is_served(node.store.folder):
        return True
    try:
        Agent(node).catch_up()
    except NetworkError:
        return False
    return True


def _read_numbers(text: str) -> tuple[int, ...]:
    """Record numbers as people list them: 0, 3, 7; Refused("records")."""
    words = text.replace("，", ",").replace("、", ",").split(",")
    chosen = [word.strip() for word in words if word.strip()]
    if not all(word.isascii() and word.isdigit() and len(word) < 7 for word in chosen):
        raise Refused("records", "expected record numbers from 0, separated by commas: 0, 3, 7")
    return tuple(int(word) for word in chosen)


def _issued(visit: Visit, node: Node) -> Table:
    part = visit.slice("issued", int)
    issued, further = part.cut(list_issued(node, part), lambda one: (one.index,))
    columns = (
        Column(visit.say("Logged"), "time"),
        Column(visit.say("Product")),
        Column(visit.say("Finding")),
        Column(visit.say("Assurance")),
        Column(visit.say("What you looked at")),
        Column(visit.say("Statement"), "id"),
    )
    rows = []
    for logged in issued:
        payload = logged.payload
        assert isinstance(payload, Verification)
        says = payload.says
        rows.append(
            (
                logged.logged_at,
                _subject(node, payload.subject),
                visit.say(FINDINGS[says.finding]),
                visit.say(ASSURANCES[says.assurance]),
                says.scope,
                logged.id,
            )
        )
    caption = visit.say("What you found; in the log, for everyone to read")
    return Table("issued", caption, columns, rows, visit.say("Nothing yet."), further=further)


def _subject(node: Node, subject: str) -> str:
    """The product of a declaration; of a result the beginning of its id."""
    logged = node.record.get(subject)
    payload = None if logged is None else logged.payload
    return payload.product_name if isinstance(payload, Declaration) else subject[:12]


def _offers(visit: Visit, node: Node, directory: Directory, words: str) -> Table:
    columns = (
        Column(visit.say("Product")),
        Column(visit.say("Supplier")),
        Column(visit.say("Category")),
        Column(visit.say("First day"), "date"),
        Column(visit.say("Last day"), "date"),
        Column(visit.say("Declaration"), "id"),
    )
    is_zh = visit.language == "zh"
    part = visit.slice("declarations", str, str)
    found, further = part.take(directory.find(node, words), lambda one: (one.product, one.legal_entity))
    rows = [
        (
            Cell(one.product_name, visit.url(f"/verifications/ask/{one.declaration}")),
            one.name_zh if is_zh else one.name_en,
            one.category_zh if is_zh else one.category_en,
            one.start,
            one.end,
            one.declaration,
        )
        for one in found
    ]
    caption = visit.say("Declarations; choose one to ask its owner")
    empty = visit.say("Nothing was found.")
    return Table("declarations", caption, columns, rows, empty, further=further)


def _opened(visit: Visit, shown: Shown) -> list[Table]:
    lines = [
        (
            one.line,
            one.name_zh if visit.language == "zh" else one.name_en,
            encode_decimal(Fraction(one.amount, 10**6)),
            one.unit,
        )
        for one in shown.lines
    ]
    columns = (
        Column(visit.say("Line"), "number"),
        Column(visit.say("Name")),
        Column(visit.say("Amount per declared unit")),
        Column(visit.say("Unit")),
    )
    return [
        Table("lines", visit.say("Lines that were opened"), columns, lines, visit.say("None.")),
        list_records(visit, shown.records),
    ]


def _choices(visit: Visit) -> dict[str, Any]:
    return {
        "findings": [(name, visit.say(FINDINGS[name])) for name in get_args(Finding)],
        "assurances": [(name, visit.say(ASSURANCES[name])) for name in get_args(Assurance)],
    }
