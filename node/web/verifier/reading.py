"""What an owner opened or refused, and a verifier's own opinions, each on a page.

The one fact: an opinion on what was opened rests on that opening; one on a refusal rests on nothing, and says so.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import FastAPI, Form
from starlette.responses import Response

from node.organisation import Node
from node.verifications import find_issued, find_size, list_work_on
from node.verifying import (
    Shown,
    inquiry_of,
    resolve_opening,
    show_opening,
)
from node.web.desk import Desk
from node.web.verifier.fresh import catch_up
from node.web.verifier.records import list_lines, list_records, name_codes
from node.web.verifier.signing import Said, Subject, form_values, take_said
from node.web.verifier.work import (
    FINDINGS,
    name_opening,
    name_subject,
    say_asked,
    say_owned,
    say_wish,
    verification_of,
)
from node.web.visiting import Owner, Reader
from node.words.refusals import say_message
from protocol.errors import Refused
from protocol.statements import Logged
from web.opinions import say_assurance
from web.tables import Table
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
            assurance=say_assurance(visit, payload.says),
            rests_on=[(one, name_opening(visit, desk.node, one)) for one in payload.rests_on],
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
                problem_text=_say_refused(visit, error),
                **form_values(visit, node, _subject(visit, node, request), Said(finding="disclaimed")),
            )
        return visit.page(
            "verifier_opening.html",
            _opened(visit, node, shown),
            about=about,
            shown=shown,
            is_size_proven=shown.is_size_proven or find_size(node, shown.declaration) == (shown.size, True),
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


def _say_refused(visit: Visit, error: Refused) -> str:
    """Why there is nothing to read; that an owner refused says so itself."""
    if error.check == "waiting":
        return ""
    return (
        say_message(error.message).say(visit.language) if error.check == "refused" else visit.explain(error)
    )


def _subject(visit: Visit, node: Node, request: Logged, shown: Shown | None = None) -> Subject:
    """The declaration that was asked about; it rests on what was opened, and may on what else was opened of it."""
    inquiry = inquiry_of(node, request)
    rests_on = () if shown is None else ((shown.answer, name_opening(visit, node, shown.answer)),)
    path = f"/verifications/{request.id}"
    title = say_owned(visit, node, inquiry.product_name, inquiry.owner)
    openings = [
        (one.opening, say_wish(visit, one.inquiry))
        for one in (list_work_on(node, [inquiry.declaration]) if rests_on else ())
        if one.opening and (shown is None or one.opening != shown.answer)
    ]
    return Subject(inquiry.declaration, "declaration", title, path, rests_on, tuple(openings))


def _opened(visit: Visit, node: Node, shown: Shown) -> list[Table]:
    return [
        list_lines(visit, node, shown.declaration, shown.lines),
        list_records(visit, shown.records, name_codes(visit, node, shown.declaration)),
    ]
