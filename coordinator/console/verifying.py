"""A verifier's work as the log shows it: what it asked, what was answered, what it found.

The one fact: what an owner opened is sealed to the verifier's own node and read there; here stand the statements
around it, which everybody can check.
"""

from __future__ import annotations

from fastapi import FastAPI
from starlette.responses import Response

from coordinator.console.naming import party_cell, statement_cell
from coordinator.console.paging import END, MOST_ROWS
from coordinator.console.roles import Verifier, party_of
from coordinator.service import Service
from protocol.library import is_same_entity
from protocol.payloads import OpeningAnswer, OpeningRequest, Verification
from protocol.statements import Logged
from web.languages import mark
from web.tables import Cell, Column, Table
from web.visits import Visit

FINDINGS: dict[str, str] = {
    "unmodified": mark("holds"),
    "modified": mark("holds but for what is said"),
    "adverse": mark("does not hold"),
    "disclaimed": mark("cannot be said"),
}
"""The four kinds of opinion of ISO 14064-3."""


def add_verifier_pages(app: FastAPI, service: Service) -> None:
    """Add the page."""

    @app.get("/work")
    def work(visit: Verifier) -> Response:
        party = party_of(visit)
        return visit.page("work.html", [_asked(visit, service, party), _found(visit, service, party)])


def _own(service: Service, kind: str, party: str) -> list[Logged]:
    record = service.gateway.record
    rows = service.stores.log.newest(kind, END, MOST_ROWS)
    found = (record.get(row.id) for row in rows if is_same_entity(row.signer, party, record))
    return [logged for logged in found if logged is not None]


def _asked(visit: Visit, service: Service, party: str) -> Table:
    columns = (
        Column(visit.say("Asked"), "time"),
        Column(visit.say("Owner")),
        Column(visit.say("Declaration"), "id"),
        Column(visit.say("Lines"), "number"),
        Column(visit.say("Records"), "number"),
        Column(visit.say("Answer")),
    )
    rows = []
    for logged in _own(service, "opening_request", party):
        payload = logged.payload
        assert isinstance(payload, OpeningRequest)
        declaration = service.gateway.record.get(payload.declaration)
        owner = "" if declaration is None else party_cell(visit, service, declaration.payload.by)
        rows.append(
            (
                logged.logged_at,
                owner,
                statement_cell(visit, payload.declaration),
                len(payload.lines),
                len(payload.records),
                _answer(visit, service, logged.id),
            )
        )
    return Table("asked", visit.say("What you asked to see"), columns, rows, visit.say("Nothing yet."))


def _answer(visit: Visit, service: Service, asked: str) -> Cell:
    answers = service.gateway.record.about("opening_answer", asked)
    if not answers:
        return Cell(visit.say("the owner has not answered"), state="late")
    payload = answers[0].payload
    assert isinstance(payload, OpeningAnswer)
    if payload.verdict == "opened":
        return Cell(visit.say("opened to your node"), state="good")
    return Cell(visit.say("refused"), note=payload.reason, state="bad")


def _found(visit: Visit, service: Service, party: str) -> Table:
    columns = (
        Column(visit.say("Signed"), "time"),
        Column(visit.say("Subject"), "id"),
        Column(visit.say("Finding")),
        Column(visit.say("Opinion")),
        Column(visit.say("Statement"), "id"),
    )
    rows = []
    for logged in _own(service, "verification", party):
        payload = logged.payload
        assert isinstance(payload, Verification)
        rows.append(
            (
                logged.logged_at,
                statement_cell(visit, payload.subject),
                visit.say(FINDINGS[payload.says.finding]),
                payload.says.opinion,
                statement_cell(visit, logged.id),
            )
        )
    return Table("found", visit.say("What you found"), columns, rows, visit.say("Nothing yet."))
