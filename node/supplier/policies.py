"""What the owner has approved in advance: which customer, which product, how many totals, despite what. Protocol 9.

The one fact: without a policy nothing is approved by itself, and a policy answers no question of section 9 that its
owner did not accept by name.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, delete, func, insert, select

from node.store.tables import INBOX, POLICIES
from web.paging import WHOLE, Slice

ANY = "*"


@dataclass(frozen=True, slots=True)
class Preapproval:
    """Up to `totals` totals for this customer (legal entity, or *) and product (code, or *), although the questions
    named in `accepts` arise."""

    customer: str
    product: str
    totals: int
    accepts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Policy:
    """A stored pre-approval under its number."""

    id: int
    customer: str
    product: str
    totals: int
    accepts: tuple[str, ...]
    used: int = 0
    """How many of its totals have been given."""


def add_policy(connection: Connection, preapproval: Preapproval, now: int) -> int:
    """Store a policy; returns its number."""
    row = insert(POLICIES).values(
        customer=preapproval.customer,
        product=preapproval.product,
        totals=preapproval.totals,
        accepts=json.dumps(sorted(set(preapproval.accepts))),
        created=now,
    )
    return int(connection.execute(row.returning(POLICIES.c.id)).scalar_one())


def list_policies(connection: Connection, wanted: Slice = WHOLE) -> list[Policy]:
    """The policies, oldest first; a place is (number,)."""
    given = select(func.coalesce(func.sum(INBOX.c.models), 0)).where(INBOX.c.policy == POLICIES.c.id)
    query = (
        select(POLICIES, given.scalar_subquery().label("used")).order_by(POLICIES.c.id).limit(wanted.limit)
    )
    if wanted.after is not None:
        query = query.where(POLICIES.c.id > wanted.after[0])
    return [
        Policy(row.id, row.customer, row.product, row.totals, tuple(json.loads(row.accepts)), row.used)
        for row in connection.execute(query)
    ]


def remove_policy(connection: Connection, number: int) -> bool:
    """Delete a policy; whether there was one."""
    return connection.execute(delete(POLICIES).where(POLICIES.c.id == number)).rowcount > 0


@dataclass(frozen=True, slots=True)
class Wanted:
    """What an inquiry needs of a policy: `models` more totals, and every question in `asks` accepted."""

    customer: str
    product: str
    models: int
    asks: Sequence[str]


def find_policy(connection: Connection, wanted: Wanted) -> Policy | None:
    """The first policy that approves what is wanted, or None: then a person is asked."""
    fitting = _find_fitting(connection, wanted)
    return next((one for one in fitting if one.used + wanted.models <= one.totals), None)


def find_spent_policy(connection: Connection, wanted: Wanted) -> Policy | None:
    """The first policy that would approve what is wanted, had it totals enough left, or None."""
    fitting = _find_fitting(connection, wanted)
    return next((one for one in fitting if one.used + wanted.models > one.totals), None)


def _find_fitting(connection: Connection, wanted: Wanted) -> list[Policy]:
    return [
        one
        for one in list_policies(connection)
        if one.customer in (ANY, wanted.customer)
        and one.product in (ANY, wanted.product)
        and set(wanted.asks) <= set(one.accepts)
    ]
