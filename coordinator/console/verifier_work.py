"""A verifier's work as the log has it, question by question: asked, refused, opened, signed.

The one fact: whether what was opened holds, only the verifier's own node can tell; a finding that rests on an opening
says that it was checked there. Protocol section 5, "Verification".
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from coordinator.readers import key_of_entity
from coordinator.service import Service
from coordinator.store.contract import VerifierKind
from protocol.library import enrolment_of
from protocol.payloads import Declaration, OpeningAnswer, OpeningRequest, Verification
from protocol.statements import Logged
from protocol.verifying import concludes

State = Literal["asked", "refused", "opened", "signed"]


@dataclass(frozen=True, slots=True)
class Work:
    """One question: of whom, which lines and records by their numbers, how far it has come; `answer` once logged.

    `is_past`: it was refused, and a later question about the same declaration was answered, or an opinion signed since.
    """

    question: Logged
    declaration: str
    owner: str | None
    product: str
    lines: tuple[int, ...]
    records: tuple[int, ...]
    state: State
    answer: Logged | None
    reason: str
    finding: str | None
    is_past: bool = False


def signed_by(service: Service, party: str, page: tuple[VerifierKind, int, int]) -> list[Logged]:
    """What a party's organisation signed of a kind, newest first: (kind, before which leaf, how many)."""
    kind, before, limit = page
    reader = _entity(service, party)
    return list(map(service.gateway.record.parsed, service.stores.log.newest_of(reader, kind, before, limit)))


def read_work(service: Service, questions: Sequence[Logged]) -> list[Work]:
    """The work of these questions, in their order."""
    parsed = service.gateway.record.parsed
    answers = service.stores.log.about_each("opening_answer", [one.id for one in questions])
    findings = {
        declaration: list(found)
        for declaration, found in findings_on(service, {_asked(one).declaration for one in questions}).items()
    }
    work = [
        _work(service, one, parsed(answers[one.id][0]) if one.id in answers else None, findings)
        for one in questions
    ]
    refused = {one.declaration for one in work if one.state == "refused"}
    latest = _last_words(service, refused, findings)
    return [
        replace(
            one, is_past=one.state == "refused" and latest.get(_whose(service, one), -1) > one.question.index
        )
        for one in work
    ]


def _last_words(
    service: Service, declarations: Collection[str], findings: Mapping[str, Sequence[Logged]]
) -> dict[tuple[str, str], int]:
    """By declaration and organisation, the leaf of its newest question that was answered or of its newest opinion."""
    asked = service.stores.log.about_each("opening_request", declarations) if declarations else {}
    answered = service.stores.log.about_each(
        "opening_answer", [row.id for rows in asked.values() for row in rows]
    )
    words = [
        (one, row.signer, row.index) for one, rows in asked.items() for row in rows if row.id in answered
    ]
    words += [(one, said.payload.by, said.index) for one in declarations for said in findings.get(one, ())]
    latest: dict[tuple[str, str], int] = {}
    for declaration, party, index in words:
        whose = (declaration, _entity(service, party))
        latest[whose] = max(index, latest.get(whose, -1))
    return latest


def _whose(service: Service, work: Work) -> tuple[str, str]:
    return work.declaration, _entity(service, work.question.payload.by)


def findings_on(service: Service, subjects: Collection[str]) -> dict[str, Iterator[Logged]]:
    """What verifiers signed on each of these declarations or results, newest first, parsed as it is asked for."""
    found = service.stores.log.about_each("verification", subjects)
    return {subject: map(service.gateway.record.parsed, reversed(rows)) for subject, rows in found.items()}


def _asked(question: Logged) -> OpeningRequest:
    assert isinstance(question.payload, OpeningRequest)
    return question.payload


def _work(
    service: Service, question: Logged, answer: Logged | None, findings: Mapping[str, Sequence[Logged]]
) -> Work:
    asked = _asked(question)
    declaration = service.gateway.record.get(asked.declaration)
    declared = None if declaration is None else declaration.payload
    said = None if answer is None else answer.payload
    signed = None if answer is None else _last_word(service, asked, answer, findings)
    return Work(
        question=question,
        declaration=asked.declaration,
        owner=None if declared is None else declared.by,
        product=declared.product_name if isinstance(declared, Declaration) else "",
        lines=asked.lines,
        records=asked.records,
        state="signed" if signed else _state(said),
        answer=answer,
        reason=said.reason if isinstance(said, OpeningAnswer) else "",
        finding=None if signed is None else signed.says.finding,
    )


def _state(answer: object) -> State:
    if not isinstance(answer, OpeningAnswer):
        return "asked"
    return answer.verdict


def _last_word(
    service: Service, asked: OpeningRequest, answer: Logged, findings: Mapping[str, Sequence[Logged]]
) -> Verification | None:
    """What the organisation that asked signed last on this question."""
    for logged in findings.get(asked.declaration, ()):
        payload = logged.payload
        assert isinstance(payload, Verification)
        if concludes(logged, asked.declaration, answer) and _entity(service, payload.by) == _entity(
            service, asked.by
        ):
            return payload
    return None


def _entity(service: Service, party: str) -> str:
    return key_of_entity(enrolment_of(party, service.gateway.record))
