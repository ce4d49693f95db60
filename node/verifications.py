"""A verifier's work, question by question: asked, refused, checked, false, signed.

The one fact: what an owner opened is held against commitments and evidence root whenever this is asked, so "checked" is
what this node finds now, not what somebody once saw. Protocol section 5, "Verification".
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from node.organisation import Node
from node.verifying import (
    WAITING,
    OpeningInquiry,
    list_asked_by,
    list_issued_on,
    resolve_opening,
    show_opening,
)
from protocol.errors import PeerError
from protocol.payloads import Verification
from protocol.verifying import concludes
from web.paging import Slice

State = Literal["asked", "refused", "checked", "false", "signed"]


@dataclass(frozen=True, slots=True)
class Work:
    """A question of this node's, how far it has come, and what was signed on it last."""

    inquiry: OpeningInquiry
    state: State
    signed: Verification | None


def list_work(node: Node, wanted: Slice) -> list[Work]:
    """What this node asked as a verifier, newest first; a place is (log index,)."""
    asked = list_asked_by(node, wanted)
    signed = findings_of(node, asked)
    return [Work(one, _state_of(node, one, signed.get(one.id)), signed.get(one.id)) for one in asked]


def findings_of(node: Node, asked: Sequence[OpeningInquiry]) -> dict[str, Verification]:
    """What this node signed last on each question: on what was opened, or on the declaration since it was refused."""
    answers = node.record.about_each("opening_answer", [one.id for one in asked])
    issued = list_issued_on(node, {one.declaration for one in asked})
    found = {}
    for one in asked:
        answer = answers.get(one.id)
        for logged in issued if answer is not None else ():
            payload = logged.payload
            assert isinstance(payload, Verification) and answer is not None
            if concludes(logged, one.declaration, answer):
                found[one.id] = payload
                break
    return found


def _state_of(node: Node, one: OpeningInquiry, signed: Verification | None) -> State:
    if signed is not None:
        return "signed"
    if one.state == WAITING:
        return "asked"
    if one.state == "refused":
        return "refused"
    try:
        show_opening(node, resolve_opening(node, one.id))
    except PeerError:
        return "false"
    return "checked"
