"""What the owner has approved in advance: which customer, which product, how many totals. Protocol section 9.

The one fact: without a policy nothing is approved by itself; a person decides.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, delete, func, insert, select

from node.tables import INBOX, POLICIES

ANY = "*"


@dataclass(frozen=True, slots=True)
class Policy:
    """Approve up to `totals` totals for this customer (legal entity, or *) and product (code, or *)."""

    id: int
    customer: str
    product: str
    totals: int


def add_policy(connection: Connection, customer: str, product: str, totals: int, now: int) -> int:
    """Store a policy; returns its number."""
    row = insert(POLICIES).values(customer=customer, product=product, totals=totals, created=now)
    return int(connection.execute(row.returning(POLICIES.c.id)).scalar_one())


def list_policies(connection: Connection) -> list[Policy]:
    """Every policy, oldest first."""
    rows = connection.execute(select(POLICIES).order_by(POLICIES.c.id))
    return [Policy(row.id, row.customer, row.product, row.totals) for row in rows]


def remove_policy(connection: Connection, number: int) -> bool:
    """Delete a policy; whether there was one."""
    return connection.execute(delete(POLICIES).where(POLICIES.c.id == number)).rowcount > 0


def find_policy(connection: Connection, customer: str, product: str, models: int) -> Policy | None:
    """The first policy that approves `models` more totals of this product for this customer, or None."""
    for policy in list_policies(connection):
        fits = policy.customer in (ANY, customer) and policy.product in (ANY, product)
        if fits and _used(connection, policy) + models <= policy.totals:
            return policy
    return None


def _used(connection: Connection, policy: Policy) -> int:
    query = select(func.coalesce(func.sum(INBOX.c.models), 0)).where(INBOX.c.policy == policy.id)
    return int(connection.execute(query).scalar_one())
