"""The tables of a verifier's report: each question with its answer, each opinion with its subject, by place in the log.

The one fact: every row is in the log, and names its place there, so whoever reads the report can check it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from coordinator.console.naming import party_cell, statement_cell, subject_cell
from coordinator.console.opinions import finding_cell
from coordinator.console.verifier_work import Work, read_work
from coordinator.service import Service
from protocol.library import published_category
from protocol.payloads import Declaration, OpeningAnswer, OpeningRequest, Request, Result, Verification
from protocol.statements import Logged
from web.boundaries import say_boundary
from web.languages import mark
from web.numbers import show_quantity
from web.opinions import say_assurance
from web.rule_sets import say_method
from web.tables import Cell, Column, Table
from web.visits import Visit

ANSWERS: dict[str, str] = {"refused": mark("refused"), "opened": mark("opened")}
_PLACES = 3


def say_ways(visit: Visit) -> tuple[str, ...]:
    """How a row is checked, by whom: with an account here, with the certificate, with neither."""
    base = f"{visit.request.url.scheme}://{visit.request.url.netloc}"
    page, statements = f"{base}/verify/", f"{base}/api/v1/statements/"
    return (
        visit.say(
            "Any row: whoever has an account of this console, as operator or verifier, types the log number into its "
            "search. Of others only the company that was asked sees question and answer, on its own node."
        ),
        visit.say(
            "An opinion: whoever has the full certificate of the calculation checks it at %(address)s or on their own "
            "node. The opinions that were signed before it was fetched are in it word for word, without log numbers, "
            "and it does not hold unless every signature does.",
            address=page,
        ),
        visit.say(
            "That an opinion is logged: anybody may put the whole id of its statement behind %(address)s. The answer, "
            "for programs, has the log number as index and when it was logged as logged_at, in seconds since 1970 "
            "(UTC), but not what it says.",
            address=statements,
        ),
    )


def list_openings(visit: Visit, service: Service, questions: Sequence[Logged]) -> Table:
    """What was asked of whom, and what was opened."""
    columns = (
        Column(visit.say("Log number"), "number"),
        Column(visit.say("Asked"), "time"),
        Column(visit.say("Owner")),
        Column(visit.say("Product")),
        Column(visit.say("Declaration"), "id"),
        Column(visit.say("Lines asked for, numbered from 0")),
        Column(visit.say("Evidence records asked for, numbered from 0")),
        Column(visit.say("Why it was asked")),
        Column(visit.say("Answer")),
        Column(visit.say("Log number of the answer"), "number"),
    )
    rows = []
    for work in read_work(service, questions):
        asked = work.question.payload
        assert isinstance(asked, OpeningRequest)
        rows.append(
            (
                work.question.index,
                work.question.logged_at,
                "" if work.owner is None else party_cell(visit, service, work.owner),
                work.product,
                statement_cell(visit, work.declaration),
                _name_lines(visit, service, work),
                _say_records(visit, work.records),
                asked.reason,
                Cell(visit.say(_answer(work.answer)), note=work.reason),
                None if work.answer is None else work.answer.index,
            )
        )
    return Table("openings", visit.say("Asked and opened"), columns, rows, visit.say("Nothing yet."))


def list_signed(visit: Visit, service: Service, opinions: Sequence[Logged]) -> Table:
    """What was signed on which declaration or result of whom."""
    columns = (
        Column(visit.say("Log number"), "number"),
        Column(visit.say("Signed"), "time"),
        Column(visit.say("On")),
        Column(visit.say("Its statement"), "id"),
        Column(visit.say("Calculation"), "id"),
        Column(visit.say("Finding")),
        Column(visit.say("In its words")),
        Column(visit.say("What it looked at")),
        Column(visit.say("Level of assurance")),
        Column(visit.say("Rests on openings, by log number")),
        Column(visit.say("Opinion's statement"), "id"),
    )
    rows = []
    for logged in opinions:
        payload = logged.payload
        assert isinstance(payload, Verification)
        rows.append(
            (
                logged.index,
                logged.logged_at,
                *_subject(visit, service, payload.subject),
                finding_cell(visit, payload),
                payload.says.opinion,
                payload.says.scope,
                say_assurance(visit, payload.says),
                _openings(visit, service, payload.rests_on),
                statement_cell(visit, logged.id),
            )
        )
    return Table("signed", visit.say("Opinions signed"), columns, rows, visit.say("Nothing yet."))


def _answer(answer: Logged | None) -> str:
    payload = None if answer is None else answer.payload
    return ANSWERS[payload.verdict] if isinstance(payload, OpeningAnswer) else mark("not answered")


def _name_lines(visit: Visit, service: Service, work: Work) -> str:
    """The lines that were asked for, by number and name; by number only where the declaration is not logged."""
    record = service.gateway.record
    logged = record.get(work.declaration)
    declared = None if logged is None else logged.payload
    if not isinstance(declared, Declaration):
        return visit.marks.between.join(map(str, work.lines))
    template = published_category(declared.category, record).lines
    named = ((line, template[line]) for line in work.lines)
    return visit.marks.semicolon.join(
        f"{line} {one.name_zh if visit.language == 'zh' else one.name_en}" for line, one in named
    )


def _say_records(visit: Visit, records: Sequence[int]) -> str:
    numbers = visit.marks.between.join(map(str, records))
    return visit.say("records %(numbers)s", numbers=numbers) if records else ""


def _subject(visit: Visit, service: Service, subject: str) -> tuple[Cell, Cell, Cell | None]:
    """What an opinion is on, its statement, and of a result its calculation, with the figures, rules and boundary."""
    record = service.gateway.record
    logged, named = record.get(subject), subject_cell(visit, service, subject)
    own = statement_cell(visit, subject)
    result = None if logged is None else logged.payload
    if not isinstance(result, Result):
        return named, own, None
    asked = record.get(result.request)
    terms = None if asked is None else asked.payload
    units = terms.models if isinstance(terms, Request) else ()
    figures = (
        f"{unit.model}{visit.marks.colon}{show_quantity(part.figures.per_kwh, 'kgCO2e/kWh', _PLACES)}"
        for unit, part in zip(units, result.models, strict=False)
    )
    note = visit.marks.semicolon.join(
        (*figures, say_method(visit, result.method), say_boundary(visit, result.boundary))
    )
    calculation = Cell(result.request, visit.url(f"/calculations/{result.request}"))
    return replace(named, note=note), own, calculation


def _openings(visit: Visit, service: Service, rests_on: Sequence[str]) -> Cell:
    """The openings by log number, each leading to its statement; one that is not logged by its id's beginning."""
    found = [(one, service.gateway.record.get(one)) for one in rests_on]
    links = [
        (one[:12] if logged is None else str(logged.index), visit.url(f"/statements/{one}"))
        for one, logged in found
    ]
    return Cell(visit.marks.between.join(number for number, _ in links), links=links)
