"""What a customer's last request would touch if it came again, and so what a policy must accept to answer it.

The one fact: it is weighed as a new request is, with what this node has agreed to since; nothing of it is stored.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from node.organisation import Node
from node.store.tables import INBOX
from node.supplier.consenting import open_own_quantities
from node.supplier.disclosing import foresee_again
from node.supplier.inbox import find_inquiry
from node.supplier.policies import Wanted, Weighed, weigh_policies
from node.supplier.states import APPROVED, CLOSED


@dataclass(frozen=True, slots=True)
class Repeated:
    """What a policy must allow to answer that request again; `held`: totals that this customer has been given or was
    promised of this product in the last 12 months."""

    wanted: Wanted
    held: int


def foresee_repeated(node: Node, customer: str, product: str) -> Repeated | None:
    """The last request of this legal entity for this product that was answered, asked again; None where there is none,
    as there is of anyone or of all products."""
    query = (
        select(INBOX.c.request, INBOX.c.entry)
        .where(INBOX.c.customer == customer, INBOX.c.product == product)
        .where(INBOX.c.state.in_((APPROVED, CLOSED)), INBOX.c.decided_by.is_not(None))
        .order_by(INBOX.c.created.desc(), INBOX.c.request.desc(), INBOX.c.entry.desc())
        .limit(1)
    )
    with node.store.read() as connection:
        row = connection.execute(query).first()
    inquiry = None if row is None else find_inquiry(node, row.request, row.entry)
    request = None if inquiry is None else node.record.held(inquiry.request)
    if inquiry is None or request is None:
        return None
    quantities = open_own_quantities(node, request, inquiry.entry)
    asks, held = foresee_again(node, request, inquiry.entry, quantities)
    # It would come in after everything that is here, so no policy is for later ones only.
    return Repeated(Wanted(customer, product, inquiry.models, asks, node.clock() + 1), held)


def weigh_repeated(node: Node, policy: int, repeated: Repeated) -> Weighed | None:
    """What keeps this policy from answering that request again; None where it, or another one, does answer it."""
    with node.store.read() as connection:
        weighed = weigh_policies(connection, repeated.wanted)
    if any(one.approves for one in weighed):
        return None
    return next((one for one in weighed if one.policy.id == policy), None)
