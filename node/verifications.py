"""A verifier's work, question by question: asked, refused, checked, false, signed.

The one fact: what an owner opened is held against commitments and evidence root whenever this is asked, so "checked" is
what this node finds now, not what somebody once saw. Protocol section 5, "Verification".
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from sqlalchemy import exists, func, select

from node.organisation import Node
from node.store.tables import STATEMENTS, is_of
from node.verifying import (
    WAITING,
    OpeningInquiry,
    list_asked_by,
    list_asked_on,
    resolve_opening,
    show_opening,
)
from protocol.errors import PeerError, Refused
from protocol.payloads import OpeningRequest, Verification
from protocol.statements import Logged
from protocol.verifying import concludes
from web.paging import WHOLE, Slice

State = Literal["asked", "refused", "checked", "false", "signed"]


@dataclass(frozen=True, slots=True)
class Work:
    """A question of this node's, how far it has come, and what was signed on it last.

    `opening`: the statement that opened it, "" where nothing was opened or it does not hold. `is_past`: it was refused,
    and a later question about the same declaration was answered, or an opinion on it was signed since.
    """

    inquiry: OpeningInquiry
    state: State
    signed: Verification | None
    opening: str = field(default="", repr=False)
    is_past: bool = False


def list_work(node: Node, wanted: Slice) -> list[Work]:
    """What this node asked as a verifier, newest first; a place is (log index,)."""
    return _work(node, list_asked_by(node, wanted))


def list_work_on(node: Node, declarations: Collection[str]) -> list[Work]:
    """What this node asked as a verifier of these declarations, newest first."""
    return _work(node, list_asked_on(node, declarations))


def _work(node: Node, asked: Sequence[OpeningInquiry]) -> list[Work]:
    answers = node.record.about_each("opening_answer", [one.id for one in asked])
    issued: dict[str, list[Logged]] = {}
    for logged in list_issued_on(node, {one.declaration for one in asked}):
        issued.setdefault(_verification(logged).subject, []).append(logged)
    signed = _findings_of(asked, answers, issued)
    answered = _find_answered_last(node, {one.declaration for one in asked if one.state == "refused"})
    found = []
    for one in asked:
        said, answer = signed.get(one.id), answers.get(one.id)
        holds = answer is not None and one.state == "opened" and _holds(node, one, answer.id, said)
        state = _state_of(one, said, holds)
        opening = answer.id if answer is not None and holds else ""
        later = [answered.get(one.declaration, -1), *(each.index for each in issued.get(one.declaration, ()))]
        is_past = state == "refused" and max(later) > one.index
        found.append(Work(one, state, said, opening, is_past))
    return found


def _find_answered_last(node: Node, declarations: Collection[str]) -> dict[str, int]:
    """By declaration, the log index of the newest of this node's questions about it that was answered.

    None where that question or its answer is forged: nothing older is looked for, so what was refused is not past.
    """
    if not declarations:
        return {}
    answers = STATEMENTS.alias("answers")
    is_answered = exists().where(answers.c.subject == STATEMENTS.c.id, is_of(answers, "opening_answer"))
    is_ours = is_of(STATEMENTS, "opening_request") & STATEMENTS.c.author.in_(node.ids)
    is_about = is_ours & STATEMENTS.c.subject.in_(declarations) & is_answered
    newest = select(func.max(STATEMENTS.c.log_index)).where(is_about).group_by(STATEMENTS.c.subject)
    is_asked = STATEMENTS.c.kind == "opening_request"
    asked = node.record.newest(is_asked & STATEMENTS.c.log_index.in_(newest), WHOLE)
    answered = node.record.about_each("opening_answer", [one.id for one in asked])
    return {_asked(one).declaration: one.index for one in asked if one.id in answered}


def _asked(logged: Logged) -> OpeningRequest:
    assert isinstance(logged.payload, OpeningRequest)
    return logged.payload


def _verification(logged: Logged) -> Verification:
    assert isinstance(logged.payload, Verification)
    return logged.payload


def _findings_of(
    asked: Sequence[OpeningInquiry], answers: Mapping[str, Logged], issued: Mapping[str, Sequence[Logged]]
) -> dict[str, Verification]:
    """What this node signed last on each question: on what was opened, or on a refusal since. `issued`: what it signed
    by declaration, newest first."""
    found = {}
    for one in asked:
        if (answer := answers.get(one.id)) is None:
            continue
        for logged in issued.get(one.declaration, ()):
            if concludes(logged, one.declaration, answer):
                found[one.id] = _verification(logged)
                break
    return found


def list_issued(node: Node, wanted: Slice) -> list[Logged]:
    """The verifications that this node signed, newest first; a place is (log index,)."""
    is_ours = (STATEMENTS.c.kind == "verification") & STATEMENTS.c.author.in_(node.ids)
    return node.record.newest(is_ours, wanted)


def list_issued_on(node: Node, subjects: Collection[str]) -> list[Logged]:
    """The verifications that this node signed on these declarations or results, newest first."""
    is_ours = is_of(STATEMENTS, "verification") & STATEMENTS.c.author.in_(node.ids)
    return node.record.newest(is_ours & STATEMENTS.c.subject.in_(subjects), Slice())


def list_said_on(node: Node, subjects: Collection[str]) -> dict[str, list[Logged]]:
    """By subject the verifications that anyone signed on these declarations or results, as far as this node has seen
    them, newest first."""
    is_about = is_of(STATEMENTS, "verification") & STATEMENTS.c.subject.in_(subjects)
    found: dict[str, list[Logged]] = {}
    for logged in node.record.newest(is_about, WHOLE):
        found.setdefault(_verification(logged).subject, []).append(logged)
    node.record.need({logged.payload.by for each in found.values() for logged in each})
    return found


def find_issued(node: Node, statement: str) -> Logged:
    """The verification with this id that this node signed; Refused("unknown")."""
    is_it = (STATEMENTS.c.kind == "verification") & STATEMENTS.c.author.in_(node.ids)
    found = node.record.newest(is_it & (STATEMENTS.c.id == statement), Slice(most=1))
    if not found:
        raise Refused("unknown", f"this node signed no opinion {statement[:64]}")
    return found[0]


def find_size(node: Node, declaration: str) -> tuple[int, bool] | None:
    """How many evidence records there are by what was opened to this node, and whether that is proven."""
    opened = [one.inquiry.id for one in list_work_on(node, [declaration]) if one.opening]
    shown = [show_opening(node, asked) for asked in map(node.record.get, opened) if asked is not None]
    sizes = [(one.size, one.is_size_proven) for one in shown]
    return next((one for one in sizes if one[1]), sizes[0] if sizes else None)


def _holds(node: Node, one: OpeningInquiry, opening: str, signed: Verification | None) -> bool:
    """Whether what was opened is as committed to; what an opinion names was checked before that was signed."""
    if signed is not None and opening in signed.rests_on:
        return True
    try:
        show_opening(node, resolve_opening(node, one.id))
    except PeerError:
        return False
    return True


def _state_of(one: OpeningInquiry, signed: Verification | None, holds: bool) -> State:
    if signed is not None:
        return "signed"
    if one.state == WAITING:
        return "asked"
    if one.state == "refused":
        return "refused"
    return "checked" if holds else "false"
