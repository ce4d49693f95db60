"""Step 3 at a supplier: what a request asks of it, what its owner decides, and the consent that follows. Protocol 6, 9.

The one fact: the ephemeral secret is stored in the same transaction as the signed consent and before either is
sent, so a crash at any moment leaves one consent whose secret is known.
"""

from __future__ import annotations

import json
from dataclasses import replace
from fractions import Fraction
from typing import Any

from sqlalchemy import insert, select, update

from crypto.group import encode_scalar, random_scalar
from method.category import QUANTITY_UNIT
from method.exact import encode_decimal
from node.organisation import Node
from node.outbox import find_statement, keep_statement
from node.store.tables import DECLARATIONS, INBOX
from node.store.vault import keep_secret
from node.supplier.answers import make_policy_answer
from node.supplier.declaring import declaration_secrets
from node.supplier.disclosing import Review, history_mark, review
from node.supplier.inbox import Inquiry, find_inquiry, list_inquiries
from node.supplier.policies import Policy, Wanted, Weighed, find_policy, weigh_policies
from node.supplier.states import APPROVED, CLOSED, DECLINED, UNFIT, WAITING
from protocol.calculation import Phase
from protocol.consenting import ConsentDraft, make_consent
from protocol.declaring import template_of, unit_footprint
from protocol.errors import PeerError, Refused
from protocol.fixed_point import guard_bits
from protocol.library import enrolment_of, published_category
from protocol.payloads import Approval, Refusal, Request, Withdrawal
from protocol.requesting import QuantityOpening, Recipient, declaration_of, open_quantities
from protocol.rules import check_state
from protocol.statements import Logged, sign_statement

GUARD_RATIO = 16384
"""A guard narrower than a 16384th of the own subtotal, in any indicator, hides too few digits."""


def ephemeral_name(request: str, entry: int) -> str:
    """Where the ephemeral secret of a consent is kept."""
    return f"ephemeral/{request}/{entry}"


def consent_key(request: str, entry: int) -> str:
    """The purpose under which the one consent or refusal of an entry is signed."""
    return f"answer:{request}:{entry}"


# --- what is asked ---------------------------------------------------------------------------------


def take_request(node: Node, request: Logged) -> list[Inquiry]:
    """File every entry of a request that names one of this node's declarations; a known entry stays as it is."""
    assert isinstance(request.payload, Request)
    own = _own_declarations(node)
    filed = []
    for entry, item in enumerate(request.payload.entries):
        if item.declaration in own and find_inquiry(node, request.id, entry) is None:
            filed.append(_file(node, request, entry))
    return filed


def _own_declarations(node: Node) -> set[str]:
    with node.store.read() as connection:
        return set(connection.execute(select(DECLARATIONS.c.id)).scalars())


def _file(node: Node, request: Logged, entry: int) -> Inquiry:
    payload = request.payload
    assert isinstance(payload, Request)
    declaration = declaration_of(payload.entries[entry].declaration, node.record)
    customer = enrolment_of(payload.by, node.record).legal_entity
    try:
        found, state = check_request_for(node, request, entry), WAITING
    except (PeerError, Refused) as error:
        found, state = Review((error.message,), ()), UNFIT
    row = {
        "request": request.id,
        "entry": entry,
        "declaration": payload.entries[entry].declaration,
        "product": declaration.product,
        "customer": customer,
        "state": state,
        **_review_columns(found),
        "decided_by": None,
        "answer": "",
        "policy": None,
        "models": len(payload.models),
        "created": node.clock(),
    }
    with node.store.write() as connection:
        connection.execute(insert(INBOX).prefix_with("OR IGNORE"), row)
    filed = find_inquiry(node, request.id, entry)
    assert filed is not None, "the row was there or was just written"
    return filed


def _review_columns(found: Review) -> dict[str, str]:
    return {"findings": json.dumps(found.findings, ensure_ascii=False), "asks": json.dumps(found.asks)}


def check_request_for(node: Node, request: Logged, entry: int) -> Review:
    """What the owner should know before answering; PeerError or Refused when this node will not take part.

    1. The requester may ask, and the rules allow the request. 2. The sealed quantities open the commitments.
    3. Every quantity is plausible for its category and pack (section 9: whoever accepts vouches for that).
    4. The guard hides exact digits of this node's own subtotal (section 9: no category switches it off).
    """
    payload = request.payload
    assert isinstance(payload, Request)
    node.record.need([payload.by, *(item.declaration for item in payload.entries)], deep=True)
    node.check_signature(request)  # 1
    check_state(request.signed, node.context(), request.logged_at)
    quantities = open_own_quantities(node, request, entry)  # 2
    declaration = declaration_of(payload.entries[entry].declaration, node.record)
    category = published_category(declaration.category, node.record)
    for model, opening in zip(payload.models, quantities, strict=True):  # 3
        energy = Fraction(model.pack_energy_kwh)
        low, high = category.plausible_quantity(energy)
        if not low <= Fraction(opening.quantity, QUANTITY_UNIT) <= high:
            raise Refused(
                "quantity",
                f"the quantity asked of you for {model.model} is outside what category {category.code} calls "
                f"plausible for a pack of {model.pack_energy_kwh} kWh; ask the customer to check its bill of materials",
            )
        _check_guard(node, payload, entry, (opening.quantity, energy))  # 4
    return review(node, request, entry, quantities)


def _check_guard(node: Node, request: Request, entry: int, sizes: tuple[int, Fraction]) -> None:
    declaration_id, (quantity, energy_kwh) = request.entries[entry].declaration, sizes
    template = template_of(declaration_of(declaration_id, node.record), node.record, request.boundary)
    footprint, _ = unit_footprint(declaration_secrets(node, declaration_id), template)
    widths = guard_bits(template.category, template.coefficients, energy_kwh)
    pairs = zip(widths, footprint, strict=True)
    # Every indicator is published as a total: one that is exact gives the amounts away, whichever it is.
    if any(GUARD_RATIO * 2**width < quantity * abs(size) for width, size in pairs):
        raise Refused(
            "guard",
            f"the reference footprint of category {template.category.code} is so small that the published total would "
            "give away exact digits of your data; ask the operator to correct the category",
        )


def open_own_quantities(node: Node, request: Logged, entry: int) -> tuple[QuantityOpening, ...]:
    """This supplier's quantities of an entry, one per model; PeerError("seal")."""
    assert isinstance(request.payload, Request)
    # Sealed to the enrolment that declared, whose keys may have been replaced since.
    sealed_to = declaration_of(request.payload.entries[entry].declaration, node.record).by
    recipient = Recipient(sealed_to, node.identity.sealing_secret_of(sealed_to))
    return open_quantities(request.signed, entry, recipient, node.random)


def read_quantities(node: Node, inquiry: Inquiry) -> dict[str, str]:
    """How much of the product one pack takes, by model, in declared units; nothing where this node cannot open it."""
    request = node.record.get(inquiry.request)
    if request is None or inquiry.state == UNFIT or not isinstance(request.payload, Request):
        return {}
    openings = open_own_quantities(node, request, inquiry.entry)
    return {
        model.model: encode_decimal(Fraction(opening.quantity, QUANTITY_UNIT))
        for model, opening in zip(request.payload.models, openings, strict=True)
    }


# --- deciding --------------------------------------------------------------------------------------


def decide_by_policy(node: Node, inquiry: Inquiry) -> bool:
    """Approve a waiting inquiry when a policy of the owner does; whether it did."""
    if inquiry.state != WAITING or _policy_for(node, inquiry) is None:
        return False
    inquiry = refresh_inquiry(node, inquiry)
    policy = _policy_for(node, inquiry)
    if policy is None:
        return False
    accepted = [name for name in policy.accepts if name in inquiry.asks]
    approval = Approval(
        decided_by="policy",
        asked=tuple(inquiry.findings),
        answer=make_policy_answer(policy.id, accepted),
    )
    approve(node, inquiry, approval, policy.id)
    return True


def _policy_for(node: Node, inquiry: Inquiry) -> Policy | None:
    with node.store.read() as connection:
        return find_policy(connection, _wanted_of(inquiry))


def weigh_inquiry(node: Node, inquiry: Inquiry) -> list[Weighed]:
    """What each policy for this customer and product says of an inquiry that waits; nothing of one that is answered."""
    if inquiry.state != WAITING:
        return []
    with node.store.read() as connection:
        return weigh_policies(connection, _wanted_of(inquiry))


def _wanted_of(inquiry: Inquiry) -> Wanted:
    """What a policy must allow to answer this inquiry."""
    return Wanted(inquiry.customer, inquiry.product, inquiry.models, inquiry.asks, inquiry.created)


def refresh_inquiry(node: Node, inquiry: Inquiry) -> Inquiry:
    """The inquiry with what its owner must be asked by now: what this node took part in since counts as well."""
    request = node.record.get(inquiry.request)
    if request is None:
        raise Refused("unknown", f"request {inquiry.request[:16]} is not known here any more")
    quantities = open_own_quantities(node, request, inquiry.entry)
    found = review(node, request, inquiry.entry, quantities)
    if (found.findings, found.asks) != (inquiry.findings, inquiry.asks):
        with node.store.write() as connection:
            connection.execute(_update_inquiry(inquiry).values(**_review_columns(found)))
    return replace(inquiry, findings=found.findings, asks=found.asks)


def check_answerable(inquiry: Inquiry) -> None:
    """Raise Refused unless the owner can still answer, or give the same answer again."""
    if inquiry.state == CLOSED:
        raise Refused(
            "ended", f"the calculation {inquiry.request[:16]} has ended; there is nothing left to answer"
        )
    if inquiry.state == UNFIT:
        raise Refused("unfit", f"entry {inquiry.entry} cannot be accepted: {'; '.join(inquiry.findings)}")


def approve(node: Node, inquiry: Inquiry, approval: Approval, policy: int | None = None) -> str:
    """Sign the consent of an entry, store it with its ephemeral secret, and return its id. Sending comes after.

    Refused("changed") when what it would reveal is not what the owner was asked about; the inbox then holds the new
    questions.
    """
    check_answerable(inquiry)
    key = consent_key(inquiry.request, inquiry.entry)
    with node.store.read() as connection:
        kept, mark = find_statement(connection, key), history_mark(connection)
    if kept is None:
        _check_asked(inquiry, refresh_inquiry(node, inquiry))
    secret = random_scalar(node.random)
    draft = ConsentDraft(inquiry.request, inquiry.entry, approval, secret)
    signed = sign_statement(make_consent(draft, node.header(), node.random), node.identity.signing_key)
    decision = {
        "state": APPROVED,
        "decided_by": approval.decided_by,
        "answer": approval.answer,
        "policy": policy,
    }
    with node.store.write() as connection:
        kept = find_statement(connection, key)
        if kept is not None and kept.payload.type != "consent":
            raise Refused("answered", f"you have refused entry {inquiry.entry} already; that stands")
        if kept is not None:
            return kept.id
        if history_mark(connection) != mark:
            raise Refused("changed", "another request was answered in the same moment; answer this one again")
        keep_secret(connection, ephemeral_name(inquiry.request, inquiry.entry), encode_scalar(secret))
        keep_statement(connection, key, signed, node.clock())
        connection.execute(_update_inquiry(inquiry).values(**decision))
    return signed.id


def _check_asked(shown: Inquiry, now: Inquiry) -> None:
    if shown.findings != now.findings:
        raise Refused(
            "changed",
            f"what entry {shown.entry} would reveal has changed since it was shown to you; read it again with "
            "sealsum node inbox, then answer",
        )


def refuse(node: Node, inquiry: Inquiry, reason: str) -> str:
    """Sign the refusal of an entry, store it, and return its id. Sending comes after."""
    check_answerable(inquiry)
    payload = Refusal(**node.header().fields(), request=inquiry.request, entry=inquiry.entry, reason=reason)
    signed = sign_statement(payload, node.identity.signing_key)
    decision = {"state": DECLINED, "decided_by": "person", "answer": reason}
    key = consent_key(inquiry.request, inquiry.entry)
    with node.store.write() as connection:
        kept = keep_statement(connection, key, signed, node.clock())
        if kept.payload.type != "refusal":
            raise Refused(
                "answered", f"you have consented to entry {inquiry.entry} already; withdraw instead"
            )
        connection.execute(_update_inquiry(inquiry).values(**decision))
    return kept.id


def withdraw(node: Node, request: str, reason: str) -> str:
    """Sign the withdrawal from a calculation, store it, and return its id. Sending comes after."""
    phase = node.calculation(request).phase
    if phase in (Phase.PUBLISHED, Phase.CERTIFIED, Phase.ENDED):
        raise Refused("phase", f"the calculation is {phase.value}; there is nothing left to withdraw from")
    payload = Withdrawal(**node.header().fields(), request=request, reason=reason)
    signed = sign_statement(payload, node.identity.signing_key)
    with node.store.write() as connection:
        return keep_statement(connection, f"withdrawal:{request}", signed, node.clock()).id


def close_inquiry(node: Node, inquiry: Inquiry) -> None:
    """Note that the calculation of an inquiry is over."""
    with node.store.write() as connection:
        connection.execute(_update_inquiry(inquiry).values(state=CLOSED))


def _update_inquiry(inquiry: Inquiry) -> Any:
    return update(INBOX).where(INBOX.c.request == inquiry.request, INBOX.c.entry == inquiry.entry)


def open_entries(node: Node, request: str, entry: int | None) -> list[Inquiry]:
    """This node's entries of a request that can be answered; Refused("unknown") when there is none."""
    found = [one for one in list_inquiries(node, request) if entry is None or one.entry == entry]
    if not found:
        raise Refused("unknown", f"request {request[:16]} asks nothing of this node; see: sealsum node inbox")
    return found
