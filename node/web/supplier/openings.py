"""What verifiers ask to see of this organisation's declarations, and the owner's answer."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from types import MappingProxyType
from typing import Annotated

from fastapi import FastAPI, Form
from starlette.responses import Response

from method.exact import encode_decimal
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
from node.web.visiting import Owner, Reader
from protocol.errors import NetworkError, Refused
from web.languages import mark
from web.lines import Lines
from web.numbers import show_unit
from web.tables import Column, Table
from web.visits import Visit

OPENED = mark("Opened to this verifier, and to nobody else.")
REFUSED = mark("Refused; nothing was opened.")
LATER = mark("The coordinator does not answer; it is signed and will be sent by itself.")
NO_REASON = mark("Say why you refuse: the verifier will read it.")
NO_RECORD = mark(
    "record %(number)s: there is none, so this cannot be opened as it was asked; refuse, and say so"
)
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
        reads, is_possible = _would_open(visit, desk.node, inquiry)
        return visit.page("openings_part.html", reads=reads, asked=asked, is_possible=is_possible)

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
        [_answered(visit, node)],
        status=422 if problem else 200,
        typed=typed,
        waiting=waiting,
        further=further,
        problem_text=problem,
    )


def _would_open(visit: Visit, node: Node, asked: OpeningInquiry) -> tuple[list[str], bool]:
    """Line by line and record by record what the verifier would read; whether it can be opened as it was asked."""
    try:
        found = preview_opening(node, asked)
    except Refused as error:
        return [visit.explain(error)], False
    is_zh = visit.language == "zh"
    said = [
        f"{line.line} {line.name_zh if is_zh else line.name_en}: "
        f"{encode_decimal(Fraction(amount, 10**6))} {show_unit(line.unit)}"
        for line, amount in found.amounts
    ]
    for number, record in found.records:
        if record is None:
            said.append(visit.say(NO_RECORD, number=number))
            continue
        period = f"{record.period_start} – {record.period_end}"
        amount = f"{encode_decimal(record.amount)} {show_unit(record.unit)}"
        what = (period, amount, record.document, record.note)
        words = " · ".join(one for one in what if one)
        said.append(visit.say("record %(number)s: %(words)s", number=number, words=words))
    return said, all(record is not None for _, record in found.records)


def _place(inquiry: OpeningInquiry) -> tuple[int]:
    return (inquiry.index,)


def _answered(visit: Visit, node: Node) -> Table:
    part = visit.slice("answered", int)
    found, further = part.cut(list_asked_of(node, False, part), _place)
    columns = (
        Column(visit.say("Verifier")),
        Column(visit.say("Product")),
        Column(visit.say("Asked"), "date"),
        Column(visit.say("State")),
        Column(visit.say("Answer")),
    )
    rows = [
        (
            one.verifier,
            one.product_name,
            one.asked_at,
            visit.say(STATES.get(one.state, one.state)),
            one.answer,
        )
        for one in found
    ]
    return Table("answered", visit.say("Answered"), columns, rows, visit.say("Nothing yet."), further=further)
