"""What this node does in a dispute, by itself: it opens what the protocol asks for, once, and nothing else. Protocol 8.

The one fact: each opening is stored under a key that is signed for at most once, and the one for a shared point is the
calculation's, so whatever a log shows this node, it opens one such point in a calculation and never its own key.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from crypto.group import parse_scalar
from node.organisation import Node
from node.outbox import find_statement, keep_statement
from node.store.tables import STATEMENTS
from node.store.vault import find_secret
from node.supplier.consenting import ephemeral_name, open_own_quantities
from node.supplier.declaring import declaration_secrets
from node.supplier.inbox import Inquiry
from protocol.calculation import Calculation, Phase
from protocol.disputing import Proceedings, explains
from protocol.errors import PeerError, Refused
from protocol.library import enrolment_of
from protocol.payloads import AnyPayload
from protocol.statements import sign_statement


def answer_dispute(node: Node, inquiry: Inquiry, calculation: Calculation) -> str | None:
    """Sign and store what the dispute asks of an entry; returns what it was, None while nothing is to be done.

    1. The dispute runs, and this node's own contribution is the one in the log. 2. Masks: those of the disputed cell.
    3. Once every mask is open: the one point of the pair that does not cancel, when this entry is in it.
    4. Totals: the masked vectors, sealed to the requester.
    """
    dispute = calculation.dispute
    if dispute is None or calculation.phase is not Phase.DISPUTING:  # 1
        return None
    consent = _own_contribution(node, inquiry, calculation)
    place = f"{inquiry.request}:{inquiry.entry}"
    if dispute.terms.cause == "totals":
        return (
            None
            if consent in dispute.vectors
            else _answer(node, inquiry, calculation, f"vector_opening:{place}")
        )
    if consent not in dispute.masks:
        return _answer(node, inquiry, calculation, f"mask_opening:{place}")
    if dispute.pair is not None and consent in dispute.pair:
        return _answer(node, inquiry, calculation, f"key_opening:{inquiry.request}")
    return None


def _own_contribution(node: Node, inquiry: Inquiry, calculation: Calculation) -> str:
    """The consent under which this entry contributed; PeerError("roster") when the log holds another contribution."""
    consent = calculation.consents[inquiry.entry].id
    logged = calculation.contributions.get(consent)
    with node.store.read() as connection:
        own = find_statement(connection, f"contribution:{inquiry.request}:{inquiry.entry}")
    if own is None or logged is None or own.id != logged.id:
        raise PeerError("roster", "the disputed contribution is not the one that was signed here")
    return consent


def _answer(node: Node, inquiry: Inquiry, calculation: Calculation, key: str) -> str | None:
    with node.store.read() as connection:
        if find_statement(connection, key) is not None:
            return None
    kind = key.partition(":")[0]
    payload = _make(node, inquiry, calculation, kind)
    if payload is None:
        return None
    signed = sign_statement(payload, node.identity.signing_key)
    with node.store.write() as connection:
        keep_statement(connection, key, signed, node.clock())
    return kind


def _make(node: Node, inquiry: Inquiry, calculation: Calculation, kind: str) -> AnyPayload | None:
    # TenSEAL comes with what makes contributions, and most of a node's commands never need it.
    from protocol.contributing import MemberSecrets, Membership
    from protocol.opening import make_key_opening, make_mask_opening, make_vector_opening

    with node.store.read() as connection:
        secret = find_secret(connection, ephemeral_name(inquiry.request, inquiry.entry))
    if secret is None:
        return None  # lost with a restore: this node stays silent, which charges nobody
    ephemeral = parse_scalar(secret)
    member = Membership(calculation, inquiry.entry, node.record)
    if kind == "mask_opening":
        opening = make_mask_opening(member, ephemeral, node.header(), node.random)
        assert calculation.dispute is not None, "only a dispute is answered"
        # A program that has changed meanwhile, say. Published, they would name this node.
        if not explains(calculation, inquiry.entry, calculation.dispute.place, opening):
            raise Refused(
                "opening", "this node's secrets do not give the masks it committed to; it opens nothing"
            )
        return opening
    if kind == "key_opening":
        return make_key_opening(member, ephemeral, node.header(), node.random)
    secrets = MemberSecrets(
        declaration=declaration_secrets(node, inquiry.declaration),
        quantities=open_own_quantities(node, calculation.request, inquiry.entry),
        ephemeral=ephemeral,
        node=node.identity.node_secret,
    )
    return make_vector_opening(member, secrets, node.header(), node.random)


def dispute_result(node: Node, calculation: Calculation) -> str:
    """As the requester: say that the contributions do not add up; returns the statement's id."""
    from protocol.opening import make_dispute

    signed = sign_statement(make_dispute(calculation, node.header()), node.identity.signing_key)
    with node.store.write() as connection:
        key = f"dispute:{calculation.request.id}"
        return keep_statement(connection, key, signed, node.clock()).id


# --- looking ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class DisputeReport:
    """A dispute as its parties see it. `awaited`: suppliers that have not answered; `named`: who lied, by name."""

    request: str
    cause: str
    model: int | None
    cell: int | None
    opened_by: str
    answer_by: int
    phase: str
    answered: int
    awaited: tuple[str, ...]
    named: tuple[str, ...]


def list_disputes(node: Node) -> list[DisputeReport]:
    """Every dispute this node has seen, oldest first."""
    query = select(STATEMENTS.c.calculation).where(STATEMENTS.c.kind == "dispute").distinct()
    with node.store.read() as connection:
        requests = list(connection.execute(query.order_by(STATEMENTS.c.calculation)).scalars())
    found = [node.calculation(request) for request in requests if request is not None]
    reports = [report_dispute(node, one, one.dispute) for one in found if one.dispute is not None]
    return sorted(reports, key=lambda report: report.answer_by)


def report_dispute(node: Node, calculation: Calculation, dispute: Proceedings) -> DisputeReport:
    """One dispute in one look."""
    opened = dispute.masks or dispute.vectors
    silent = [
        calculation.suppliers[entry]
        for entry, consent in sorted(calculation.consents.items())
        if consent.id not in opened
    ]
    place = dispute.terms.place
    return DisputeReport(
        request=calculation.request.id,
        cause=dispute.terms.cause,
        model=None if place is None else place.model,
        cell=None if place is None else place.cell,
        opened_by=_name(node, dispute.terms.by),
        answer_by=dispute.answer_by,
        phase=calculation.phase.value,
        answered=len(opened),
        awaited=tuple(_name(node, one) for one in silent) if calculation.phase is Phase.DISPUTING else (),
        named=tuple(_name(node, one) for one in dispute.liars),
    )


def _name(node: Node, enrolment: str) -> str:
    found = enrolment_of(enrolment, node.record)
    return f"{found.name_en} ({found.legal_entity})"
