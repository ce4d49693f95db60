"""A verifier's work as the log shows it: what it asked, what was answered, what it found.

The one fact: what an owner opened is sealed to the verifier's own node and read there; here stand the statements
around it, which everybody can check.
"""

from __future__ import annotations

from fastapi import FastAPI
from starlette.responses import Response

from coordinator.console.naming import party_cell, statement_cell
from coordinator.console.paging import END, Before, next_before, rows_wanted
from coordinator.console.roles import Verifier, party_of
from coordinator.readers import key_of_entity
from coordinator.record import parse_stored
from coordinator.service import Service
from coordinator.store.contract import StoredStatement, VerifierKind
from protocol.library import enrolment_of
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
    def work(visit: Verifier, asked: Before = END, found: Before = END) -> Response:
        """What it asked, and what it found; `asked` and `found` begin a page of each."""
        party = party_of(visit)
        questions = _own(visit, service, party, ("opening_request", asked))
        opinions = _own(visit, service, party, ("verification", found))
        tables = [_asked(visit, service, questions), _found(visit, opinions)]
        earlier = {
            "asked": next_before([one.index for one in questions], rows_wanted(visit)),
            "found": next_before([one.index for one in opinions], rows_wanted(visit)),
        }
        return visit.page("work.html", tables, earlier=earlier, shown={"asked": asked, "found": found})


def _own(visit: Visit, service: Service, party: str, page: tuple[VerifierKind, int]) -> list[Logged]:
    """A page of what this party's organisation signed, newest first."""
    kind, before = page
    reader = key_of_entity(enrolment_of(party, service.gateway.record))
    rows = service.stores.log.newest_of(reader, kind, before, rows_wanted(visit))
    return [parse_stored(row) for row in rows]


def _asked(visit: Visit, service: Service, questions: list[Logged]) -> Table:
    columns = (
        Column(visit.say("Asked"), "time"),
        Column(visit.say("Owner")),
        Column(visit.say("Declaration"), "id"),
        Column(visit.say("Lines"), "number"),
        Column(visit.say("Records"), "number"),
        Column(visit.say("Answer")),
    )
    answers = service.stores.log.about_each("opening_answer", [logged.id for logged in questions])
    rows = []
    for logged in questions:
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
                _answer(visit, answers.get(logged.id)),
            )
        )
    return Table("asked", visit.say("What you asked to see"), columns, rows, visit.say("Nothing yet."))


def _answer(visit: Visit, stored: StoredStatement | None) -> Cell:
    if stored is None:
        return Cell(visit.say("the owner has not answered"), state="late")
    payload = parse_stored(stored).payload
    assert isinstance(payload, OpeningAnswer)
    if payload.verdict == "opened":
        return Cell(visit.say("opened to your node"), state="good")
    return Cell(visit.say("refused"), note=payload.reason, state="bad")


def _found(visit: Visit, opinions: list[Logged]) -> Table:
    columns = (
        Column(visit.say("Signed"), "time"),
        Column(visit.say("Subject"), "id"),
        Column(visit.say("Finding")),
        Column(visit.say("Opinion")),
        Column(visit.say("Statement"), "id"),
    )
    rows = []
    for logged in opinions:
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
