"""What verifiers ask to see of this organisation's declarations, and the owner's answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Annotated, Any

from fastapi import FastAPI, Form
from starlette.responses import Response

from node.accounts import OWNER
from node.opinions import list_concluding, list_opinions, note_read
from node.organisation import Node
from node.verifying import (
    OpeningInquiry,
    inquiry_of,
    list_asked_of,
    open_to_verifier,
    preview_opening,
    refuse_opening,
    resolve_opening,
)
from node.web.desk import Desk
from node.web.supplier.opinions import say_findings, tabulate_opinions
from node.web.verifier.records import list_lines, list_records, name_codes
from node.web.verifier.work import say_owner
from node.web.visiting import Owner, Reader
from protocol.errors import NetworkError, Refused
from web.languages import mark
from web.lines import Lines
from web.tables import Cell, Column, Table
from web.visits import Visit

OPENED = mark("Opened to this verifier, and to nobody else.")
REFUSED = mark("Refused; nothing was opened.")
LATER = mark("The coordinator does not answer; it is signed and will be sent by itself.")
NO_REASON = mark("Say why you refuse.")
NO_RECORD = mark(
    "record %(number)s: there is none, so this cannot be opened as it was asked; refuse, and say so"
)
WOULD_READ = mark("The verifier will read exactly this, beside the number of evidence records in all:")
READ = mark("The verifier got exactly this, beside the number of evidence records in all:")
NOT_OPENED = mark("This is what there is of it; none of it can be opened. Evidence records in all:")
OPENED_STATE = "opened"
STATES = {"waiting": mark("waits for you"), "opened": mark("opened"), "refused": mark("refused")}


def add_openings(app: FastAPI, desk: Desk) -> None:
    """Add the pages."""

    @app.get("/openings")
    def openings(visit: Reader) -> Response:
        return _show(visit, desk.node)

    @app.get("/openings/{asked}/reads")
    def reads(visit: Reader, asked: str) -> Response:
        """What one verifier would read: a part of the page, since a declaration may have very many records."""
        inquiry = inquiry_of(desk.node, resolve_opening(desk.node, asked))
        tables, values = _would_open(visit, desk.node, inquiry)
        return visit.page("openings_part.html", tables, asked=asked, **values)

    @app.get("/openings/{asked}")
    def opening(visit: Reader, asked: str) -> Response:
        """What was asked and answered; what was opened, as its verifier reads it."""
        inquiry = inquiry_of(desk.node, resolve_opening(desk.node, asked))
        tables, values = (
            _would_open(visit, desk.node, inquiry)
            if inquiry.state == OPENED_STATE
            else ([], {"problems": [], "size": 0})
        )
        said = list_concluding(desk.node, [inquiry]).get(inquiry.id, [])
        return visit.page(
            "opening.html",
            [*tables, tabulate_opinions(visit, said)],
            one=inquiry,
            verifier=say_owner(visit, desk.node, inquiry.by),
            state=visit.say(STATES.get(inquiry.state, inquiry.state)),
            **values,
        )

    @app.post("/openings/{asked}/approve")
    def say_yes(visit: Owner, asked: str, reason: Annotated[Lines, Form()] = "") -> Response:
        try:
            statement = open_to_verifier(desk.node, resolve_opening(desk.node, asked))
        except Refused as error:
            return _show(visit, desk.node, visit.explain(error), {asked: reason})
        return _sent(visit, desk.node, statement, OPENED)

    @app.post("/openings/{asked}/refuse")
    def say_no(visit: Owner, asked: str, reason: Annotated[Lines, Form()] = "") -> Response:
        if not reason:
            return _show(visit, desk.node, visit.say(NO_REASON))
        statement = refuse_opening(desk.node, resolve_opening(desk.node, asked), reason)
        return _sent(visit, desk.node, statement, REFUSED)


def _sent(visit: Visit, node: Node, statement: str, said: str) -> Response:
    try:
        node.settle(statement)
    except NetworkError:
        said = LATER
    return visit.go("/openings", visit.say(said), is_task=said == LATER)


def _show(
    visit: Visit, node: Node, problem: str = "", typed: Mapping[str, str] = MappingProxyType({})
) -> Response:
    """What waits and what was answered; `typed`: reasons that stand in the forms, by question."""
    part = visit.slice("waiting", int)
    waiting, further = part.cut(list_asked_of(node, True, part), _place)
    return visit.page(
        "openings.html",
        [_opinions(visit, node), _answered(visit, node)],
        status=422 if problem else 200,
        typed=typed,
        waiting=[(one, say_owner(visit, node, one.by)) for one in waiting],
        further=further,
        problem_text=problem,
    )


def _would_open(visit: Visit, node: Node, asked: OpeningInquiry) -> tuple[list[Table], dict[str, Any]]:
    """Line by line and record by record what the verifier reads; whether it can be opened as it was asked."""
    try:
        found = preview_opening(node, asked)
    except Refused as error:
        return [], {"problems": [visit.explain(error)], "size": 0, "is_possible": False}
    # The tables of the verifier's own page: what the owner agrees to is what is read there.
    tables = [
        list_lines(visit, node, asked.declaration, found.lines),
        list_records(visit, found.records, name_codes(visit, node, asked.declaration)),
    ]
    # Several questions stand on one page, so each table has a name of its own.
    problems = [visit.say(NO_RECORD, number=number) for number in found.missing]
    captions = [table.caption for table in tables]
    if problems:
        captions = [visit.say("Lines that it asks for"), visit.say("Records that it asks for")]
    elif asked.state != OPENED_STATE:
        captions = [visit.say("Lines that it would read"), visit.say("Records that it would read")]
    tables = [
        replace(table, name=f"{table.name}-{asked.id[:8]}", caption=caption)
        for table, caption in zip(tables, captions, strict=True)
    ]
    values = {"problems": problems, "size": found.size, "is_possible": not problems}
    said = READ if asked.state == OPENED_STATE else WOULD_READ if not problems else NOT_OPENED
    return tables, {**values, "reads": [table.name for table in tables], "says": visit.say(said)}


def _place(inquiry: OpeningInquiry) -> tuple[int]:
    return (inquiry.index,)


def _opinions(visit: Visit, node: Node) -> Table:
    """What was said of this organisation's declarations; its owner has read it now."""
    part = visit.slice("opinions", int)
    found, further = part.cut(list_opinions(node, part), lambda one: (one.logged.index,))
    if OWNER in visit.account.roles:
        note_read(node, found)
    return tabulate_opinions(visit, found, further)


def _answered(visit: Visit, node: Node) -> Table:
    part = visit.slice("answered", int)
    found, further = part.cut(list_asked_of(node, False, part), _place)
    said = list_concluding(node, found)
    columns = (
        Column(visit.say("Verifier")),
        Column(visit.say("Product")),
        Column(visit.say("Asked"), "time"),
        Column(visit.say("State")),
        Column(visit.say("Answer")),
        Column(visit.say("What it signed since")),
    )
    rows = [
        (
            Cell(say_owner(visit, node, one.by), link=visit.url(f"/openings/{one.id}")),
            one.product_name,
            one.asked_at,
            visit.say(STATES.get(one.state, one.state)),
            one.answer,
            say_findings(visit, said.get(one.id, [])),
        )
        for one in found
    ]
    return Table("answered", visit.say("Answered"), columns, rows, visit.say("Nothing yet."), further=further)
