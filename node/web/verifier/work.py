"""A verifier's work as its pages show it: of each question how far it has come, and what comes next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from node.language import name_product
from node.organisation import Node
from node.results import read_result
from node.verifications import Work, list_work
from node.verifying import AskedLine, OpeningInquiry, inquiry_of
from protocol.library import enrolment_of
from protocol.payloads import Declaration, OpeningAnswer, Verification
from protocol.statements import Logged
from web.languages import mark
from web.opinions import find_colour, say_assurance
from web.tables import Cell, Column, Table, Value
from web.visits import Visit

FINDINGS: dict[str, str] = {
    "unmodified": mark("Unmodified"),
    "modified": mark("Modified (qualified)"),
    "adverse": mark("Adverse"),
    "disclaimed": mark("Disclaimer"),
}
"""The kinds of opinion of ISO 14064-3."""
STATES: dict[str, tuple[str, str, str]] = {
    "asked": (mark("the owner is asked"), mark("The owner has not answered: wait, or call it."), "late"),
    "refused": (mark("refused"), mark("Ask for less, or say in public that you could not see it."), "bad"),
    "checked": (mark("opened and checked"), mark("Read it, and sign what you found."), "late"),
    "false": (mark("opened, and it does not hold"), mark("See what does not hold."), "bad"),
    "signed": (
        mark("signed"),
        mark("Nothing. It is in the log, which every participant's node may read."),
        "good",
    ),
}
"""Of each state what it is called, what comes next, and its colour."""
PAST = mark("Nothing: you asked again or signed since.")


@dataclass(frozen=True, slots=True)
class About:
    """What was asked of whom, in the reader's language, and by which question."""

    id: str
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
    return tabulate_work(visit, node, work, (visit.say("Your work"), further))


def tabulate_work(visit: Visit, node: Node, work: Sequence[Work], about: tuple[str, str] = ("", "")) -> Table:
    """These questions, a row each; `about`: the caption, "" for that of one declaration, and the cursor behind them."""
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
    caption = about[0] or visit.say("What you asked of this declaration; choose one to read it and to sign")
    return Table("asked", caption, columns, rows, visit.say("Nothing yet."), further=about[1])


def say_state(visit: Visit, work: Work) -> Cell:
    """How far a question has come: what was signed on it, and why its owner refused it."""
    title, _, colour = STATES[work.state]
    finding = "" if work.signed is None else visit.say(FINDINGS[work.signed.says.finding])
    refused = visit.say("refused: %(reason)s", reason=work.inquiry.answer) if work.inquiry.answer else ""
    note = " ".join(one for one in (finding, refused) if one)
    path = visit.url(f"/verifications/{work.inquiry.id}")
    return Cell(visit.say(title), path, note=note, state="" if work.is_past else colour)


def say_states(visit: Visit, asked: Sequence[Work]) -> Cell:
    """How far each question about one declaration has come, newest first; it leads to where they are listed.

    An opinion that answers several is told once.
    """
    told = [one for place, one in enumerate(asked) if one.signed not in _signed_on(asked[:place])]
    cells = [say_state(visit, one) for one in told]
    if len(asked) < 2:
        return cells[0] if cells else Cell(visit.say("not asked"))
    said = (
        cell.note
        if one.state == "refused"
        else visit.marks.colon.join(filter(None, (str(cell.value), cell.note)))
        for one, cell in zip(told, cells, strict=True)
    )
    path = visit.url(f"/verifications/ask/{asked[0].inquiry.declaration}")
    state = next((one.state for one in cells if one.state), "")
    return Cell(visit.marks.semicolon.join(said), path, state=state)


def _signed_on(asked: Sequence[Work]) -> list[Verification]:
    """What was signed on these."""
    return [one.signed for one in asked if one.signed is not None]


def say_opinions(visit: Visit, node: Node, said: Sequence[Logged]) -> Cell:
    """What verifiers signed, in a word each with who signed it, coloured by the worst of them."""
    opinions = [verification_of(one) for one in said]
    words = (
        visit.marks.colon.join((say_owner(visit, node, one.by), visit.say(FINDINGS[one.says.finding])))
        for one in opinions
    )
    colour = find_colour(one.says.finding for one in opinions)
    return Cell(visit.marks.semicolon.join(words) or visit.say("none so far"), state=colour)


def _row(visit: Visit, node: Node, work: Work) -> tuple[Cell | Value, ...]:
    one, (_, following, _) = work.inquiry, STATES[work.state]
    is_done = work.is_past or work.state in ("asked", "signed")
    path = "" if is_done else visit.url(f"/verifications/{one.id}")
    return (
        Cell(
            one.product_name,
            visit.url(f"/verifications/{one.id}"),
            note=visit.marks.semicolon.join(
                part for part in (say_code(visit, one.product_name, one.product), one.reason) if part
            ),
        ),
        say_state(visit, work),
        Cell(visit.say(PAST if work.is_past else following), path),
        say_owner(visit, node, one.owner),
        _say_lines(visit, one.lines),
        ", ".join(map(str, one.records)),
        one.asked_at,
    )


def say_issued(visit: Visit, node: Node, issued: Sequence[Logged], further: str) -> Table:
    """What this node signed, each with a page of its own."""
    columns = (
        Column(visit.say("Logged"), "time"),
        Column(visit.say("Of what")),
        Column(visit.say("Finding")),
        Column(visit.say("Assurance")),
        Column(visit.say("What you looked at")),
        Column(visit.say("In your words")),
        Column(visit.say("Declaration or result"), "id"),
        Column(visit.say("Statement"), "id"),
    )
    rows = []
    for logged in issued:
        says, path = verification_of(logged).says, visit.url(f"/verifications/issued/{logged.id}")
        rows.append(
            (
                logged.logged_at,
                Cell(name_subject(visit, node, verification_of(logged).subject), path),
                visit.say(FINDINGS[says.finding]),
                say_assurance(visit, says),
                says.scope,
                says.opinion,
                verification_of(logged).subject,
                Cell(logged.id, path),
            )
        )
    caption = visit.say("What you found; in the log, which every participant's node may read")
    return Table("issued", caption, columns, rows, visit.say("Nothing yet."), further=further)


def verification_of(logged: Logged) -> Verification:
    """What a logged verification says."""
    assert isinstance(logged.payload, Verification)
    return logged.payload


def name_subject(visit: Visit, node: Node, subject: str) -> str:
    """The product of a declaration with its supplier, the models of a result with their maker; of what is not here the
    beginning of its id."""
    logged = node.record.get(subject)
    if logged is None:
        return subject[:12]
    if isinstance(logged.payload, Declaration):
        return say_owned(visit, node, logged.payload.product_name, logged.payload.by)
    return say_owned(visit, node, read_result(node, logged).names, logged.payload.by)


def say_owned(visit: Visit, node: Node, what: str, enrolment: str) -> str:
    """A product or model and whose it is: two suppliers may sell what is called the same."""
    return visit.say("%(what)s (%(owner)s)", what=what, owner=say_owner(visit, node, enrolment))


def say_asked(visit: Visit, node: Node, asked: Logged) -> About:
    """What one question asks, of whom."""
    one = inquiry_of(node, asked)
    records = ", ".join(map(str, one.records))
    owner = say_owner(visit, node, one.owner)
    lines = _say_lines(visit, one.lines)
    return About(one.id, one.declaration, one.product_name, owner, lines, records, one.reason)


def say_wish(visit: Visit, one: OpeningInquiry) -> str:
    """What a question asked for by its numbers, which tells it from others about the same, and why."""
    wanted = (
        visit.say("lines %(numbers)s", numbers=visit.marks.between.join(str(line.line) for line in one.lines))
        if one.lines
        else "",
        visit.say("records %(numbers)s", numbers=visit.marks.between.join(map(str, one.records)))
        if one.records
        else "",
    )
    return visit.marks.colon.join((visit.marks.semicolon.join(filter(None, wanted)), one.reason))


def name_opening(visit: Visit, node: Node, opening: str) -> str:
    """What was opened, by its statement: of which product and whose, and why it was asked; "" where it is not here."""
    logged = node.record.get(opening)
    answered = None if logged is None else logged.payload
    asked = node.record.get(answered.asked) if isinstance(answered, OpeningAnswer) else None
    if asked is None:
        return ""
    one = inquiry_of(node, asked)
    return visit.marks.colon.join((say_owned(visit, node, one.product_name, one.owner), say_wish(visit, one)))


def say_code(visit: Visit, name: str, code: str) -> str:
    """A product's code, which stands beside a name that the reader may not read."""
    return "" if name_product(visit.language, name, code) == name else code


def say_owner(visit: Visit, node: Node, enrolment: str) -> str:
    """An organisation's name in the reader's language."""
    found = enrolment_of(enrolment, node.record)
    return found.name_zh if visit.language == "zh" else found.name_en


def _say_lines(visit: Visit, lines: tuple[AskedLine, ...]) -> str:
    is_zh = visit.language == "zh"
    return visit.marks.semicolon.join(f"{one.line} {one.name_zh if is_zh else one.name_en}" for one in lines)
