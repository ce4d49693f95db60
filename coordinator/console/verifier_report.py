"""The tables of a verifier's report: each question with its answer, each opinion with its subject, by place in the log.

The one fact: every row is in the log, and names its place there, so whoever reads the report can check it.
"""

from __future__ import annotations

from collections.abc import Sequence

from coordinator.console.naming import party_cell, statement_cell, subject_cell
from coordinator.console.opinions import finding_cell
from coordinator.console.verifier_work import read_work
from coordinator.service import Service
from protocol.payloads import OpeningAnswer, OpeningRequest, Verification
from protocol.statements import Logged
from web.languages import mark
from web.opinions import say_assurance
from web.tables import Cell, Column, Table
from web.visits import Visit

ANSWERS: dict[str, str] = {"refused": mark("refused"), "opened": mark("opened")}


def list_openings(visit: Visit, service: Service, questions: Sequence[Logged]) -> Table:
    """What was asked of whom, and what was opened."""
    columns = (
        Column(visit.say("Leaf"), "number"),
        Column(visit.say("Asked"), "time"),
        Column(visit.say("Owner")),
        Column(visit.say("Product")),
        Column(visit.say("Declaration"), "id"),
        Column(visit.say("Lines, numbered from 0")),
        Column(visit.say("Records, numbered from 0")),
        Column(visit.say("Why it was asked")),
        Column(visit.say("Answer")),
        Column(visit.say("Leaf of the answer"), "number"),
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
                _list_numbers(visit, work.lines),
                _list_numbers(visit, work.records),
                asked.reason,
                Cell(visit.say(_answer(work.answer)), note=work.reason),
                None if work.answer is None else work.answer.index,
            )
        )
    return Table("openings", visit.say("Asked and opened"), columns, rows, visit.say("Nothing yet."))


def list_signed(visit: Visit, service: Service, opinions: Sequence[Logged]) -> Table:
    """What was signed on which declaration or result of whom."""
    columns = (
        Column(visit.say("Leaf"), "number"),
        Column(visit.say("Signed"), "time"),
        Column(visit.say("On")),
        Column(visit.say("Its statement"), "id"),
        Column(visit.say("Finding")),
        Column(visit.say("In its words")),
        Column(visit.say("What it looked at")),
        Column(visit.say("Level of assurance")),
        Column(visit.say("Rests on openings"), "number"),
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
                subject_cell(visit, service, payload.subject),
                statement_cell(visit, payload.subject),
                finding_cell(visit, payload),
                payload.says.opinion,
                payload.says.scope,
                say_assurance(visit, payload.says),
                len(payload.rests_on),
                statement_cell(visit, logged.id),
            )
        )
    return Table("signed", visit.say("Opinions signed"), columns, rows, visit.say("Nothing yet."))


def _answer(answer: Logged | None) -> str:
    payload = None if answer is None else answer.payload
    return ANSWERS[payload.verdict] if isinstance(payload, OpeningAnswer) else mark("not answered")


def _list_numbers(visit: Visit, numbers: Sequence[int]) -> str:
    return visit.marks.between.join(map(str, numbers))
