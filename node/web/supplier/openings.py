"""What verifiers ask to see of this organisation's declarations, and the owner's answer."""

from __future__ import annotations

from typing import Annotated

from fastapi import FastAPI, Form
from starlette.responses import Response

from node.organisation import Node
from node.verifying import (
    WAITING,
    OpeningInquiry,
    list_openings,
    open_to_verifier,
    refuse_opening,
    resolve_opening,
)
from node.web.desk import Desk
from node.web.visiting import Owner, Reader
from protocol.errors import NetworkError
from web.languages import mark
from web.visits import Visit

OPENED = mark("Opened to this verifier, and to nobody else.")
REFUSED = mark("Refused; nothing was opened.")
LATER = mark("The coordinator does not answer; it is signed and will be sent by itself.")
NO_REASON = mark("Say why you refuse: the verifier will read it.")
STATES = {"waiting": mark("waits for you"), "opened": mark("opened"), "refused": mark("refused")}


def add_openings(app: FastAPI, desk: Desk) -> None:
    """Add the pages."""

    @app.get("/openings")
    def openings(visit: Reader) -> Response:
        return _show(visit, desk.node)

    @app.post("/openings/{asked}/approve")
    def say_yes(visit: Owner, asked: str) -> Response:
        return _sent(visit, desk.node, open_to_verifier(desk.node, resolve_opening(desk.node, asked)), OPENED)

    @app.post("/openings/{asked}/refuse")
    def say_no(visit: Owner, asked: str, reason: Annotated[str, Form(max_length=2000)] = "") -> Response:
        if not reason.strip():
            return _show(visit, desk.node, visit.say(NO_REASON), 422)
        statement = refuse_opening(desk.node, resolve_opening(desk.node, asked), reason.strip())
        return _sent(visit, desk.node, statement, REFUSED)


def _sent(visit: Visit, node: Node, statement: str, said: str) -> Response:
    try:
        node.settle(statement)
    except NetworkError:
        said = LATER
    return visit.go("/openings", visit.say(said))


def _show(visit: Visit, node: Node, problem: str = "", status: int = 200) -> Response:
    found: list[OpeningInquiry] = list_openings(node)
    return visit.page(
        "openings.html",
        status=status,
        waiting=[one for one in found if one.state == WAITING],
        answered=[
            (one, visit.say(STATES.get(one.state, one.state))) for one in found if one.state != WAITING
        ],
        problem_text=problem,
    )
