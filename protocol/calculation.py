"""The state of a calculation: a pure fold over its statements. Protocol sections 5 and 6.

The one fact: coordinator, every node and the verifier run `advance`, so they agree on the state whenever
they agree on the statements. `logged_at` is the only clock.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from crypto.group import Point
from protocol.disputing import ANSWER_SECONDS, DISPUTE_RULES, Proceedings
from protocol.errors import PeerError
from protocol.library import is_same_entity
from protocol.payloads import (
    Certificate,
    Consent,
    Contribution,
    Declaration,
    Refusal,
    Request,
    Result,
    Roster,
    Void,
    Withdrawal,
)
from protocol.statements import Logged, Record


class Phase(StrEnum):
    """Where a calculation stands."""

    CONSENTING = "consenting"
    CONTRIBUTING = "contributing"
    COMPUTING = "computing"
    DISPUTING = "disputing"
    PUBLISHED = "published"
    CERTIFIED = "certified"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class Calculation:
    """Everything the log says about one request. `suppliers[e]` signed the declaration of entry e;
    `ephemerals` are the points E of the consents."""

    request: Logged
    suppliers: tuple[str, ...]
    consents: Mapping[int, Logged] = field(default_factory=dict)
    refusals: Mapping[int, Logged] = field(default_factory=dict)
    roster: Logged | None = None
    contributions: Mapping[str, Logged] = field(default_factory=dict)
    result: Logged | None = None
    certificate: Logged | None = None
    ending: Logged | None = None
    ephemerals: frozenset[Point] = frozenset()
    dispute: Proceedings | None = None

    @property
    def terms(self) -> Request:
        """The request's payload."""
        payload = self.request.payload
        assert isinstance(payload, Request)
        return payload

    @property
    def phase(self) -> Phase:
        """The phase that follows from what is logged."""
        if self.ending is not None:
            return Phase.ENDED
        if self.certificate is not None:
            return Phase.CERTIFIED
        if self.result is not None:
            return Phase.PUBLISHED
        if self.roster is None:
            return Phase.CONSENTING
        if len(self.contributions) < len(self.suppliers):
            return Phase.CONTRIBUTING
        # Once every masked vector was sent, the requester computes again.
        is_open = self.dispute is not None and len(self.dispute.vectors) < len(self.suppliers)
        return Phase.DISPUTING if is_open else Phase.COMPUTING

    @property
    def deadline(self) -> int | None:
        """The deadline of the running phase in Unix seconds; None when nothing more is awaited."""
        deadlines, result_by = self.terms.deadlines, self.terms.deadlines.result_by
        if self.dispute is not None:
            result_by = max(result_by, self.dispute.answer_by + ANSWER_SECONDS)
        return {
            Phase.CONSENTING: deadlines.consent_by,
            Phase.CONTRIBUTING: deadlines.contribute_by,
            Phase.DISPUTING: None if self.dispute is None else self.dispute.answer_by,
            Phase.COMPUTING: result_by,
        }.get(self.phase)

    def member(self, consent_id: str) -> int:
        """The entry of a consent; PeerError("consent") when it is none of this calculation's."""
        for entry, logged in self.consents.items():
            if logged.id == consent_id:
                return entry
        raise PeerError("consent", f"{consent_id} is no consent to this request")

    def ordered_consents(self) -> list[tuple[str, int, Logged]]:
        """(consent id, entry, consent) ascending by id: the order that 'lower' means everywhere."""
        return sorted((logged.id, entry, logged) for entry, logged in self.consents.items())

    def contribution_of(self, entry: int) -> Contribution:
        """The contribution of an entry; PeerError("contribution") when it is not in yet."""
        consent = self.consents.get(entry)
        logged = None if consent is None else self.contributions.get(consent.id)
        if logged is None:
            raise PeerError("contribution", f"entry {entry} has not contributed")
        assert isinstance(logged.payload, Contribution)
        return logged.payload

    def parties(self) -> frozenset[str]:
        """Enrolment ids that may read this calculation: the requester and the suppliers of its entries."""
        return frozenset((self.terms.by, *self.suppliers))


def open_calculation(request: Logged, record: Record) -> Calculation:
    """The state right after the request was logged."""
    payload = request.payload
    assert isinstance(payload, Request)
    suppliers = []
    for entry in payload.entries:
        declaration = record.get(entry.declaration)
        if declaration is None or not isinstance(declaration.payload, Declaration):
            raise PeerError("declaration", f"{entry.declaration} is not a logged declaration")
        suppliers.append(declaration.payload.by)
    return Calculation(request, tuple(suppliers))


def advance(calculation: Calculation, logged: Logged, record: Record) -> Calculation:
    """The state after one more statement; PeerError names the rule that refuses it. Pure.

    1. It names this request. 2. The calculation still runs. 3. The rule of its kind.
    """
    payload = logged.payload
    if getattr(payload, "request", None) != calculation.request.id:  # 1
        raise PeerError("request", "the statement names another request")
    if calculation.phase in (Phase.ENDED, Phase.CERTIFIED):  # 2
        raise PeerError("ended", f"the calculation is {calculation.phase.value}; nothing more is taken")
    rule = _RULES.get(payload.type)
    if rule is None:
        raise PeerError("kind", f"a {payload.type} does not belong to a calculation")
    return rule(calculation, logged, payload, record)  # 3


def fold(statements: Iterable[Logged], record: Record) -> Calculation:
    """The state after all of a calculation's statements, the request first, in log order."""
    steps = iter(statements)
    calculation = open_calculation(next(steps), record)
    for logged in steps:
        calculation = advance(calculation, logged, record)
    return calculation


def _in_time(logged: Logged, deadline: int) -> None:
    if logged.logged_at > deadline:
        raise PeerError("deadline", f"logged at {logged.logged_at}, the deadline was {deadline}")


def _entry_of_signer(calculation: Calculation, entry: int, by: str, record: Record) -> None:
    """The signer is the entity that signed the entry's declaration (under that or a later enrolment)."""
    if entry >= len(calculation.suppliers):
        raise PeerError("entry", f"the request has {len(calculation.suppliers)} entries, found entry {entry}")
    if not is_same_entity(by, calculation.suppliers[entry], record):
        raise PeerError(
            "signer", f"entry {entry} belongs to the entity that signed its declaration, not to {by}"
        )


def _consent(calculation: Calculation, logged: Logged, payload: Consent, record: Record) -> Calculation:
    if calculation.phase is not Phase.CONSENTING:
        raise PeerError("phase", f"consents are closed: the calculation is {calculation.phase.value}")
    _in_time(logged, calculation.terms.deadlines.consent_by)
    _entry_of_signer(calculation, payload.entry, payload.by, record)
    if payload.entry in calculation.consents:
        raise PeerError("consent", f"entry {payload.entry} has consented already")
    if payload.entry in calculation.refusals:
        raise PeerError("consent", f"entry {payload.entry} has refused already")
    if payload.ephemeral in calculation.ephemerals:
        raise PeerError("ephemeral", "another consent of this request carries the same point E")
    return replace(
        calculation,
        consents={**calculation.consents, payload.entry: logged},
        ephemerals=calculation.ephemerals | {payload.ephemeral},
    )


def _refusal(calculation: Calculation, logged: Logged, payload: Refusal, record: Record) -> Calculation:
    if calculation.phase is not Phase.CONSENTING:
        raise PeerError(
            "phase", f"too late to refuse: the calculation is {calculation.phase.value}; withdraw instead"
        )
    _entry_of_signer(calculation, payload.entry, payload.by, record)
    if payload.entry in calculation.consents or payload.entry in calculation.refusals:
        raise PeerError("consent", f"entry {payload.entry} has answered already")
    return replace(calculation, refusals={**calculation.refusals, payload.entry: logged})


def check_roster(calculation: Calculation, roster: Roster) -> None:
    """Raise PeerError("roster") unless it holds exactly one consent for every entry, ids ascending. Section 6(4)."""
    ids = list(roster.consents)
    if ids != sorted(set(ids)):
        raise PeerError("roster", "expected consent ids ascending, each once")
    if len(ids) != len(calculation.suppliers) or set(ids) != {c.id for c in calculation.consents.values()}:
        raise PeerError("roster", "expected exactly one consent for every entry of the request")


def _roster(calculation: Calculation, logged: Logged, payload: Roster, record: Record) -> Calculation:
    if calculation.roster is not None:
        raise PeerError(
            "roster", "this request has its roster already; a second one is evidence against its signer"
        )
    check_roster(calculation, payload)
    return replace(calculation, roster=logged)


def _contribution(
    calculation: Calculation, logged: Logged, payload: Contribution, record: Record
) -> Calculation:
    if calculation.roster is None or calculation.phase is not Phase.CONTRIBUTING:
        raise PeerError("phase", f"no contribution is awaited: the calculation is {calculation.phase.value}")
    if payload.roster != calculation.roster.id:
        raise PeerError("roster", "the contribution names another roster than the log's first")
    _in_time(logged, calculation.terms.deadlines.contribute_by)
    entry = calculation.member(payload.consent)
    # Its keys may have been replaced since it consented.
    if not is_same_entity(payload.by, calculation.consents[entry].payload.by, record):
        raise PeerError("signer", "a contribution is signed by the entity that signed its consent")
    if payload.consent in calculation.contributions:
        raise PeerError("contribution", f"entry {entry} has contributed already")
    if not len(payload.models) == len(payload.proofs.models) == len(calculation.terms.models):
        raise PeerError("contribution", "expected one part and one pair of proofs per model of the request")
    return replace(calculation, contributions={**calculation.contributions, payload.consent: logged})


def _result(calculation: Calculation, logged: Logged, payload: Result, record: Record) -> Calculation:
    if calculation.roster is None or calculation.phase is not Phase.COMPUTING:
        raise PeerError("phase", f"no result is awaited: the calculation is {calculation.phase.value}")
    if payload.roster != calculation.roster.id:
        raise PeerError("roster", "the result names another roster than the log's first")
    if not is_same_entity(payload.by, calculation.terms.by, record):
        raise PeerError("signer", "only the requester publishes the result")
    _in_time(logged, calculation.deadline or 0)
    if len(payload.models) != len(calculation.terms.models):
        raise PeerError("result", "expected one result per model of the request")
    return replace(calculation, result=logged)


def _certificate(
    calculation: Calculation, logged: Logged, payload: Certificate, record: Record
) -> Calculation:
    if calculation.result is None or payload.result != calculation.result.id:
        raise PeerError("result", "the certificate names another result than this calculation's")
    return replace(calculation, certificate=logged)


def _withdrawal(calculation: Calculation, logged: Logged, payload: Withdrawal, record: Record) -> Calculation:
    if calculation.result is not None:
        raise PeerError("phase", "the result is published; nobody can withdraw any more")
    is_requester = is_same_entity(payload.by, calculation.terms.by, record)
    # Also once every vector is in: whoever sent a broken seal does not leave before the requester opens it.
    if calculation.phase is Phase.DISPUTING or (calculation.dispute is not None and not is_requester):
        raise PeerError("phase", "a dispute is running; it ends by its answers or at its deadline")
    if not any(is_same_entity(payload.by, party, record) for party in calculation.parties()):
        raise PeerError("signer", "only the requester or a supplier of this request can withdraw")
    return replace(calculation, ending=logged)


def _void(calculation: Calculation, logged: Logged, payload: Void, record: Record) -> Calculation:
    deadline = calculation.deadline
    holds = {
        "refused": bool(calculation.refusals),
        "deadline": deadline is not None and logged.logged_at > deadline,
        "check_failed": calculation.phase is Phase.COMPUTING,
    }[payload.cause]
    if calculation.result is not None or not holds:
        raise PeerError("void", f"the cause {payload.cause} does not hold")
    return replace(calculation, ending=logged)


_RULES: Mapping[str, Callable[[Calculation, Logged, Any, Record], Calculation]] = {
    "consent": _consent,
    "refusal": _refusal,
    "roster": _roster,
    "contribution": _contribution,
    "result": _result,
    "certificate": _certificate,
    "withdrawal": _withdrawal,
    "void": _void,
    **DISPUTE_RULES,
}
