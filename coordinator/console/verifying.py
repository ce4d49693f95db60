"""A verifier's work as the log shows it: what it asked, what was answered, what it found.

The one fact: what an owner opened is sealed to the verifier's own node and read there; here stand the statements
around it, which everybody can check.
"""

from __future__ import annotations

from fastapi import FastAPI
from starlette.responses import Response

from coordinator.console.naming import FINDINGS, party_cell, statement_cell
from coordinator.console.paging import END, Before, next_before, rows_wanted
from coordinator.console.roles import Verifier, party_of
from coordinator.console.verifier_work import read_work, signed_by
from coordinator.service import Service
from coordinator.store.contract import VerifierKind
from protocol.payloads import Verification
from protocol.statements import Logged
from web.languages import mark
from web.tables import Cell, Column, Table
from web.visits import Visit

STATES: dict[str, tuple[str, str, str]] = {
    "asked": (mark("the owner has not answered"), mark("Wait, or call the owner."), "late"),
    "refused": (mark("refused"), mark("Ask for less, or say in public that you could not see it."), "bad"),
    "opened": (mark("opened to your node"), mark("Check and read it on your node, and sign there."), "late"),
    "signed": (mark("signed"), mark("Nothing. It is in the log, for everyone to read."), "good"),
}
"""Of each state what it is called, what comes next, and its colour."""


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
    return signed_by(service, party, (kind, before, rows_wanted(visit)))


def _asked(visit: Visit, service: Service, questions: list[Logged]) -> Table:
    columns = (
        Column(visit.say("Product")),
        Column(visit.say("State")),
        Column(visit.say("What comes next")),
        Column(visit.say("Owner")),
        Column(visit.say("Declaration"), "id"),
        Column(visit.say("Lines"), "number"),
        Column(visit.say("Records"), "number"),
        Column(visit.say("Asked"), "time"),
    )
    rows = []
    for work in read_work(service, questions):
        owner = "" if work.owner is None else party_cell(visit, service, work.owner)
        title, following, colour = STATES[work.state]
        note = work.reason if work.finding is None else visit.say(FINDINGS[work.finding])
        rows.append(
            (
                work.product,
                Cell(visit.say(title), note=note, state=colour),
                visit.say(following),
                owner,
                statement_cell(visit, work.declaration),
                work.lines,
                work.records,
                work.asked_at,
            )
        )
    caption = visit.say("What you asked to see, and how far it has come")
    return Table("asked", caption, columns, rows, visit.say("Nothing yet."))


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
