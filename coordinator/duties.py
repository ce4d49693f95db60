"""What the coordinator itself owes a calculation: roster, aggregate, certificate, or its end.

The one fact: every duty follows from the fold, and the fold refuses a second roster, certificate or ending; so
duties may be looked for again after any crash, as often as one likes. Protocol section 6.
"""

from __future__ import annotations

from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric import ec

from coordinator.aggregation import Aggregation
from coordinator.journal import Journal
from crypto.group import Random
from protocol.calculation import Calculation, Phase
from protocol.consenting import make_roster
from protocol.opening import make_dispute
from protocol.payloads import AnyPayload, Void
from protocol.resulting import make_certificate
from protocol.statements import Header, Signed, sign_statement
from protocol.totals import equations_hold, mask_equations


@dataclass(frozen=True, slots=True)
class Operator:
    """Under which enrolment the coordinator signs; the repr hides the key."""

    enrolment: str
    key: ec.EllipticCurvePrivateKey

    def __repr__(self) -> str:
        return f"Operator(enrolment={self.enrolment!r}, key=<redacted>)"


class Duties:
    """Looks at folds and says what is owed; called by the sequencer's thread only."""

    def __init__(
        self, operator: Operator, journal: Journal, aggregation: Aggregation, random: Random
    ) -> None:
        self._operator = operator
        self._journal = journal
        self._aggregation = aggregation
        self._random = random

    def owed(self, calculation: Calculation, now: int) -> Signed | None:
        """The next statement owed to this calculation, if any. StoreError when a blob cannot be read."""
        payload = self._payload(calculation, now)
        return None if payload is None else sign_statement(payload, self._operator.key)

    def _payload(self, calculation: Calculation, now: int) -> AnyPayload | None:
        deadline = calculation.deadline
        if calculation.refusals and calculation.phase is Phase.CONSENTING:
            return self._void(calculation, "refused")
        if deadline is not None and now > deadline:
            return self._void(calculation, "deadline")
        match calculation.phase:
            case Phase.CONSENTING if len(calculation.consents) == len(calculation.suppliers):
                return make_roster(calculation, self._header())
            case Phase.CONTRIBUTING:
                self._aggregation.catch_up(calculation)
            case Phase.COMPUTING:
                return self._aggregate(calculation)
            case Phase.PUBLISHED:
                return make_certificate(calculation, self._header())
        return None

    def _aggregate(self, calculation: Calculation) -> AnyPayload | None:
        # 6(6): anyone can see that the masks cancel; a sum whose masks do not is worth nothing to the requester.
        if not equations_hold(mask_equations(calculation)):
            return make_dispute(calculation, self._header())
        self._aggregation.finish(calculation)
        return None

    def _void(self, calculation: Calculation, cause: str) -> Void:
        reasons = {
            "refused": "a supplier refused to take part",
            "deadline": f"the deadline of the phase '{calculation.phase.value}' has passed, nothing was logged",
        }
        fields = {**self._header().fields(), "request": calculation.request.id, "cause": cause}
        return Void.model_validate({**fields, "reason": reasons[cause]})

    def _header(self) -> Header:
        return Header(self._operator.enrolment, self._journal.saw(), self._random(16).hex())
