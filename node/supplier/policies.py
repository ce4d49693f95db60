"""What the owner has approved in advance: which customer, which product, how many totals, despite what. Protocol 9.

The one fact: without a policy nothing is approved by itself, a policy answers no question of section 9 that its owner
did not accept by name, and none of the requests that wait already unless its owner said so.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, delete, func, insert, select

from node.store.tables import INBOX, POLICIES
from node.supplier.states import WAITING
from web.paging import WHOLE, Slice

ANY = "*"


@dataclass(frozen=True, slots=True)
class Preapproval:
    """Up to `totals` totals for this customer (legal entity, or *) and product (code, or *), although the questions
    named in `accepts` arise; `for_waiting`: in the requests that wait already as well."""

    customer: str
    product: str
    totals: int
    accepts: tuple[str, ...] = ()
    for_waiting: bool = False


@dataclass(frozen=True, slots=True)
class Policy:
    """A stored pre-approval under its number; it is for what was filed at `since` (Unix seconds) or later."""

    id: int
    customer: str
    product: str
    totals: int
    accepts: tuple[str, ...]
    since: int
    used: int = 0
    """How many of its totals have been given."""


def add_policy(connection: Connection, preapproval: Preapproval, now: int) -> int:
    """Store a policy; returns its number."""
    row = insert(POLICIES).values(
        customer=preapproval.customer,
        product=preapproval.product,
        totals=preapproval.totals,
        accepts=json.dumps(sorted(set(preapproval.accepts))),
        created=0 if preapproval.for_waiting else _behind_waiting(connection, now),
    )
    return int(connection.execute(row.returning(POLICIES.c.id)).scalar_one())


def _behind_waiting(connection: Connection, now: int) -> int:
    """Now, or the first second behind everything that waits: one may have been filed in this very second."""
    newest = select(func.max(INBOX.c.created)).where(INBOX.c.state == WAITING)
    filed = connection.execute(newest).scalar()
    return now if filed is None else max(now, int(filed) + 1)


def list_policies(connection: Connection, wanted: Slice = WHOLE) -> list[Policy]:
    """The policies, oldest first; a place is (number,)."""
    given = select(func.coalesce(func.sum(INBOX.c.models), 0)).where(INBOX.c.policy == POLICIES.c.id)
    query = (
        select(POLICIES, given.scalar_subquery().label("used")).order_by(POLICIES.c.id).limit(wanted.limit)
    )
    if wanted.after is not None:
        query = query.where(POLICIES.c.id > wanted.after[0])
    return [
        Policy(
            row.id,
            row.customer,
            row.product,
            row.totals,
            tuple(json.loads(row.accepts)),
            row.created,
            row.used,
        )
        for row in connection.execute(query)
    ]


def remove_policy(connection: Connection, number: int) -> bool:
    """Delete a policy; whether there was one."""
    return connection.execute(delete(POLICIES).where(POLICIES.c.id == number)).rowcount > 0


@dataclass(frozen=True, slots=True)
class Wanted:
    """What an inquiry needs of a policy: `models` more totals, and every question in `asks` accepted.

    `filed`: when this node took it in, Unix seconds.
    """

    customer: str
    product: str
    models: int
    asks: Sequence[str]
    filed: int


def find_policy(connection: Connection, wanted: Wanted) -> Policy | None:
    """The first policy that approves what is wanted, or None: then a person is asked."""
    fitting = _find_fitting(connection, wanted)
    return next((one for one in fitting if one.used + wanted.models <= one.totals), None)


@dataclass(frozen=True, slots=True)
class Idle:
    """A policy for this customer and product that does not approve: questions it lacks, it is for later requests only,
    or its totals are given."""

    policy: Policy
    lacks: tuple[str, ...]
    is_later: bool
    is_spent: bool


def find_idle_policy(connection: Connection, wanted: Wanted) -> Idle | None:
    """The policy that comes nearest to approving what is wanted, and why it does not; None where there is none."""
    found = [
        Idle(
            one,
            tuple(name for name in wanted.asks if name not in one.accepts),
            one.since > wanted.filed,
            one.used + wanted.models > one.totals,
        )
        for one in list_policies(connection)
        if _is_for(one, wanted)
    ]
    idle = (one for one in found if one.lacks or one.is_later or one.is_spent)
    return min(idle, key=lambda one: (len(one.lacks), one.is_later), default=None)


def _is_for(policy: Policy, wanted: Wanted) -> bool:
    return policy.customer in (ANY, wanted.customer) and policy.product in (ANY, wanted.product)


def _find_fitting(connection: Connection, wanted: Wanted) -> list[Policy]:
    return [
        one
        for one in list_policies(connection)
        if _is_for(one, wanted) and one.since <= wanted.filed and set(wanted.asks) <= set(one.accepts)
    ]
