"""What an owner opened or refused, and a verifier's own opinions, each on a page.

The one fact: an opinion on what was opened rests on that opening; one on a refusal rests on nothing, and says so.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

from fastapi import FastAPI, Form
from starlette.responses import Response

from node.organisation import Node
from node.verifications import find_issued
from node.verifying import (
    Shown,
    inquiry_of,
    resolve_opening,
    show_opening,
)
from node.web.desk import Desk
from node.web.verifier.fresh import catch_up
from node.web.verifier.records import list_records
from node.web.verifier.signing import Said, Subject, form_values, take_said
from node.web.verifier.work import (
    ASSURANCES,
    FINDINGS,
    name_subject,
    say_asked,
    say_owned,
    verification_of,
)
from node.web.visiting import Owner, Reader
from protocol.errors import Refused
from protocol.library import published_category
from protocol.payloads import Factor, Publication
from protocol.requesting import declaration_of
from protocol.statements import Logged
from web.numbers import show_unit
from web.tables import Column, Table
from web.visits import Visit


def add_reading(app: FastAPI, desk: Desk) -> None:
    """Add the pages."""

    @app.get("/verifications/issued/{statement}")
    def issued(visit: Reader, statement: str) -> Response:
        logged = find_issued(desk.node, statement)
        payload = verification_of(logged)
        return visit.page(
            "verifier_issued.html",
            logged=logged,
            of_what=name_subject(visit, desk.node, payload.subject),
            finding=visit.say(FINDINGS[payload.says.finding]),
            assurance=visit.say(ASSURANCES[payload.says.assurance]),
        )

    @app.get("/verifications/{asked}")
    def opening(visit: Reader, asked: str) -> Response:
        node = desk.node
        catch_up(node)
        request = resolve_opening(node, asked)
        about = say_asked(visit, node, request)
        try:
            shown = show_opening(node, request)
        except Refused as error:
            return visit.page(
                "verifier_none.html",
                about=about,
                is_waiting=error.check == "waiting",
                is_refused=error.check == "refused",
                problem_text="" if error.check == "waiting" else visit.explain(error),
                **form_values(visit, node, _subject(visit, node, request), Said(finding="disclaimed")),
            )
        return visit.page(
            "verifier_opening.html",
            _opened(visit, node, shown),
            about=about,
            shown=shown,
            **form_values(visit, node, _subject(visit, node, request, shown)),
        )

    @app.post("/verifications/{asked}")
    def say(visit: Owner, asked: str, said: Annotated[Said, Form()]) -> Response:
        request = resolve_opening(desk.node, asked)
        try:
            shown = show_opening(desk.node, request)
        except Refused as error:
            if error.check != "refused":
                raise
            shown = None
        return take_said(visit, desk.node, _subject(visit, desk.node, request, shown), said)


def _subject(visit: Visit, node: Node, request: Logged, shown: Shown | None = None) -> Subject:
    """The declaration that was asked about; it rests on what was opened of it."""
    inquiry = inquiry_of(node, request)
    rests_on = () if shown is None else (shown.answer,)
    path = f"/verifications/{request.id}"
    title = say_owned(visit, node, inquiry.product_name, inquiry.owner)
    return Subject(inquiry.declaration, "declaration", title, path, rests_on)


def _opened(visit: Visit, node: Node, shown: Shown) -> list[Table]:
    lines = [
        (
            one.line,
            one.name_zh if visit.language == "zh" else one.name_en,
            Decimal(one.amount).scaleb(-6).normalize(),
            show_unit(one.unit),
        )
        for one in shown.lines
    ]
    columns = (
        Column(visit.say("Line"), "number"),
        Column(visit.say("Name")),
        Column(visit.say("Amount per declared unit"), "number"),
        Column(visit.say("Unit")),
    )
    return [
        Table("lines", visit.say("Lines that were opened"), columns, lines, visit.say("None.")),
        list_records(visit, shown.records, _names(visit, node, shown.declaration)),
    ]


def _names(visit: Visit, node: Node, declaration: str) -> dict[str, str]:
    """The names of a declaration's lines and factors, by their codes."""
    found, is_zh = declaration_of(declaration, node.record), visit.language == "zh"
    named: dict[str, str] = {}
    for line in published_category(found.category, node.record).lines:
        named[line.code] = line.name_zh if is_zh else line.name_en
    for one in found.lines:
        published = node.record.get(one.factor)
        assert published is not None and isinstance(published.payload, Publication)
        subject = node.record.get(published.payload.subject)
        if subject is not None and isinstance(subject.payload, Factor):
            factor = subject.payload
            named[factor.code] = factor.name_zh if is_zh else factor.name_en
    return named
