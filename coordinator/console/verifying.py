"""A verifier's work as the log shows it: what it asked, what was answered, what it found.

The one fact: what an owner opened is sealed to the verifier's own node and read there; here stand the statements
around it, which everybody can check.
"""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from starlette.responses import Response

from coordinator.console.naming import FINDINGS, party_cell, party_name, statement_cell, subject_cell
from coordinator.console.opinions import finding_cell
from coordinator.console.paging import END, Before, next_before, rows_wanted
from coordinator.console.roles import Verifier, party_of
from coordinator.console.verifier_report import list_openings, list_signed, say_ways
from coordinator.console.verifier_work import read_work, signed_by
from coordinator.service import Service
from coordinator.store.contract import VerifierKind
from protocol.library import enrolment_of
from protocol.payloads import Verification
from protocol.statements import Logged
from web.languages import mark
from web.numbers import show_time
from web.tables import Cell, Column, Table, Value, ascribe
from web.visits import Visit

STATES: dict[str, tuple[str, str, str]] = {
    "asked": (mark("the owner has not answered"), mark("Wait, or call the owner."), "late"),
    "refused": (mark("refused"), mark("Ask for less, or say in public that you could not see it."), "bad"),
    "opened": (mark("opened to your node"), mark("Check and read it on your node, and sign there."), "late"),
    "signed": (
        mark("signed"),
        mark("Nothing. It is in the log, which every participant's node may read."),
        "good",
    ),
}
"""Of each state what it is called, what comes next, and its colour."""
PAST = mark("Nothing: you asked again or signed since.")
_LISTS = ("asked", "found")


def add_verifier_pages(app: FastAPI, service: Service) -> None:
    """Add the pages."""

    @app.get("/work")
    def work(visit: Verifier, asked: Before = END, found: Before = END) -> Response:
        """What it asked, and what it found; `asked` and `found` begin a page of each."""
        party = party_of(visit)
        questions = _own(visit, service, party, ("opening_request", asked))
        opinions = _own(visit, service, party, ("verification", found))
        tables = [_asked(visit, service, questions), _found(visit, service, opinions)]
        return visit.page("work.html", tables, **_further(visit, (questions, opinions), (asked, found)))

    @app.get("/work/report")
    def report(visit: Verifier, asked: Before = END, found: Before = END) -> Response:
        """The same with every particular and its place in the log, to be printed or kept as a file."""
        party = party_of(visit)
        questions = _own(visit, service, party, ("opening_request", asked))
        opinions = _own(visit, service, party, ("verification", found))
        verifier, name = enrolment_of(party, service.gateway.record), party_name(visit, service, party)
        size, ways = service.journal.head.frontier.size, say_ways(visit)
        about: tuple[tuple[str, Value], ...] = (
            (visit.say("Verifier"), f"{name}{visit.marks.comma}{verifier.legal_entity}"),
            (visit.say("As of"), show_time(visit.now, visit.ahead)),
            (visit.say("Statements in the log"), size),
            *((visit.say("How a row is checked"), way) for way in ways),
        )
        listed = list_openings(visit, service, questions), list_signed(visit, service, opinions)
        return visit.page(
            "work_report.html",
            ascribe(listed, verifier.legal_entity, about),
            whose=(about[0], *visit.list_whose()),
            ways=ways,
            size=size,
            now=visit.now,
            **_further(visit, (questions, opinions), (asked, found)),
        )


def _further(
    visit: Visit, shown: tuple[list[Logged], list[Logged]], starts: tuple[int, int]
) -> dict[str, Any]:
    """Where the next page of each list begins, and where these did."""
    ends = [next_before([one.index for one in rows], rows_wanted(visit)) for rows in shown]
    return {
        "earlier": dict(zip(_LISTS, ends, strict=True)),
        "shown": dict(zip(_LISTS, starts, strict=True)),
    }


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
                Cell(visit.say(title), note=note, state="" if work.is_past else colour),
                visit.say(PAST if work.is_past else following),
                owner,
                statement_cell(visit, work.declaration),
                len(work.lines),
                len(work.records),
                work.question.logged_at,
            )
        )
    caption = visit.say("What you asked to see, and how far it has come")
    return Table("asked", caption, columns, rows, visit.say("Nothing yet."))


def _found(visit: Visit, service: Service, opinions: list[Logged]) -> Table:
    columns = (
        Column(visit.say("Signed"), "time"),
        Column(visit.say("Subject")),
        Column(visit.say("Finding")),
        Column(visit.say("In its words")),
        Column(visit.say("Statement"), "id"),
    )
    rows = []
    for logged in opinions:
        payload = logged.payload
        assert isinstance(payload, Verification)
        rows.append(
            (
                logged.logged_at,
                subject_cell(visit, service, payload.subject),
                finding_cell(visit, payload),
                payload.says.opinion,
                statement_cell(visit, logged.id),
            )
        )
    return Table("found", visit.say("What you found"), columns, rows, visit.say("Nothing yet."))
