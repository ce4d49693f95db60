"""A verifier's work as its pages show it: of each question how far it has come, and what comes next."""

from __future__ import annotations

from dataclasses import dataclass

from node.organisation import Node
from node.verifications import Work, list_work
from node.verifying import AskedLine, inquiry_of
from protocol.library import enrolment_of
from protocol.statements import Logged
from web.languages import mark
from web.tables import Cell, Column, Table, Value
from web.visits import Visit

FINDINGS: dict[str, str] = {
    "unmodified": mark("It holds."),
    "modified": mark("It holds, but for what I say."),
    "adverse": mark("It does not hold."),
    "disclaimed": mark("I cannot say."),
}
"""The kinds of opinion of ISO 14064-3."""
ASSURANCES: dict[str, str] = {
    "limited": mark("limited assurance"),
    "reasonable": mark("reasonable assurance"),
}
STATES: dict[str, tuple[str, str, str]] = {
    "asked": (mark("the owner is asked"), mark("The owner has not answered: wait, or call it."), "late"),
    "refused": (mark("refused"), mark("Ask for less, or say in public that you could not see it."), "bad"),
    "checked": (mark("opened and checked"), mark("Read it, and sign what you found."), "late"),
    "false": (mark("opened, and it does not hold"), mark("See what does not hold."), "bad"),
    "signed": (mark("signed"), mark("Nothing. It is in the log, for everyone to read."), "good"),
}
"""Of each state what it is called, what comes next, and its colour."""


@dataclass(frozen=True, slots=True)
class About:
    """What was asked of whom, in the reader's language."""

    declaration: str
    product: str
    owner: str
    lines: str
    records: str
    reason: str


def say_work(visit: Visit, node: Node) -> Table:
    """What this node asked as a verifier, newest first."""
    part = visit.slice("asked", int)
    work, further = part.cut(list_work(node, part), lambda one: (one.inquiry.index,))
    columns = (
        Column(visit.say("Product")),
        Column(visit.say("State")),
        Column(visit.say("What comes next")),
        Column(visit.say("Supplier")),
        Column(visit.say("Lines")),
        Column(visit.say("Records")),
        Column(visit.say("Asked"), "time"),
    )
    rows = [_row(visit, node, one) for one in work]
    return Table("asked", visit.say("Your work"), columns, rows, visit.say("Nothing yet."), further=further)


def _row(visit: Visit, node: Node, work: Work) -> tuple[Cell | Value, ...]:
    one, (title, following, colour) = work.inquiry, STATES[work.state]
    note = one.answer if work.signed is None else visit.say(FINDINGS[work.signed.says.finding])
    path = {"refused": f"/verifications/ask/{one.declaration}", "asked": "", "signed": ""}.get(
        work.state, f"/verifications/{one.id}"
    )
    return (
        Cell(one.product_name, visit.url(f"/verifications/{one.id}"), note=one.reason),
        Cell(visit.say(title), note=note, state=colour),
        Cell(visit.say(following), visit.url(path) if path else ""),
        say_owner(visit, node, one.owner),
        _say_lines(visit, one.lines),
        ", ".join(map(str, one.records)),
        one.asked_at,
    )


def say_asked(visit: Visit, node: Node, asked: Logged) -> About:
    """What one question asks, of whom."""
    one = inquiry_of(node, asked)
    records = ", ".join(map(str, one.records))
    owner = say_owner(visit, node, one.owner)
    return About(one.declaration, one.product_name, owner, _say_lines(visit, one.lines), records, one.reason)


def say_owner(visit: Visit, node: Node, enrolment: str) -> str:
    """An organisation's name in the reader's language."""
    found = enrolment_of(enrolment, node.record)
    return found.name_zh if visit.language == "zh" else found.name_en


def _say_lines(visit: Visit, lines: tuple[AskedLine, ...]) -> str:
    is_zh = visit.language == "zh"
    return visit.marks.semicolon.join(f"{one.line} {one.name_zh if is_zh else one.name_en}" for one in lines)
