"""A verifier's work as the log has it, question by question: asked, refused, opened, signed.

The one fact: whether what was opened holds, only the verifier's own node can tell; a finding that rests on an opening
says that it was checked there. Protocol section 5, "Verification".
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from coordinator.readers import key_of_entity
from coordinator.record import parse_stored
from coordinator.service import Service
from coordinator.store.contract import VerifierKind
from protocol.library import enrolment_of
from protocol.payloads import Declaration, OpeningAnswer, OpeningRequest, Verification
from protocol.statements import Logged

State = Literal["asked", "refused", "opened", "signed"]


@dataclass(frozen=True, slots=True)
class Work:
    """One question: of whom, how much, how far it has come; `lines` and `records` count what was asked for."""

    id: str
    asked_at: int
    declaration: str
    owner: str | None
    product: str
    lines: int
    records: int
    state: State
    reason: str
    finding: str | None


def signed_by(service: Service, party: str, page: tuple[VerifierKind, int, int]) -> list[Logged]:
    """What a party's organisation signed of a kind, newest first: (kind, before which leaf, how many)."""
    kind, before, limit = page
    reader = _entity(service, party)
    return [parse_stored(row) for row in service.stores.log.newest_of(reader, kind, before, limit)]


def read_work(service: Service, questions: Sequence[Logged]) -> list[Work]:
    """The work of these questions, in their order."""
    answers = service.stores.log.about_each("opening_answer", [one.id for one in questions])
    return [
        _work(service, one, parse_stored(answers[one.id]) if one.id in answers else None) for one in questions
    ]


def _work(service: Service, asked: Logged, answer: Logged | None) -> Work:
    payload = asked.payload
    assert isinstance(payload, OpeningRequest)
    declaration = service.gateway.record.get(payload.declaration)
    declared = None if declaration is None else declaration.payload
    said = None if answer is None else answer.payload
    signed = None if answer is None else _finding(service, payload, answer)
    return Work(
        id=asked.id,
        asked_at=asked.logged_at,
        declaration=payload.declaration,
        owner=None if declared is None else declared.by,
        product=declared.product_name if isinstance(declared, Declaration) else "",
        lines=len(payload.lines),
        records=len(payload.records),
        state="signed" if signed else _state(said),
        reason=said.reason if isinstance(said, OpeningAnswer) else "",
        finding=None if signed is None else signed.says.finding,
    )


def _state(answer: object) -> State:
    if not isinstance(answer, OpeningAnswer):
        return "asked"
    return "opened" if answer.verdict == "opened" else "refused"


def _finding(service: Service, asked: OpeningRequest, answer: Logged) -> Verification | None:
    """What the verifier signed last on this answer, or on the declaration since it was refused."""
    is_open = _state(answer.payload) == "opened"
    for logged in findings_on(service, asked.declaration):
        payload = logged.payload
        assert isinstance(payload, Verification)
        if _entity(service, payload.by) != _entity(service, asked.by):
            continue
        if answer.id in payload.rests_on or (not is_open and logged.index > answer.index):
            return payload
    return None


def findings_on(service: Service, subject: str) -> Iterable[Logged]:
    """What verifiers signed on a declaration or a result, newest first."""
    return map(parse_stored, reversed(service.stores.log.about("verification", subject)))


def _entity(service: Service, party: str) -> str:
    return key_of_entity(enrolment_of(party, service.gateway.record))
