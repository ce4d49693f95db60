"""What the owner has approved in advance: which customer, which product, how many totals, despite what. Protocol 9.

The one fact: without a policy nothing is approved by itself, a policy answers no question of section 9 that its owner
did not accept by name, and none of the requests that wait already unless its owner said so.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Select, delete, func, insert, select, update

from node.store.tables import INBOX, POLICIES
from node.supplier.states import WAITING
from protocol.errors import Refused
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
    """How many totals have been given under it; those that a person approved are not among them."""


def add_policy(connection: Connection, preapproval: Preapproval, now: int) -> int:
    """Store a policy; returns its number."""
    row = insert(POLICIES).values(_columns(connection, preapproval, now))
    return int(connection.execute(row.returning(POLICIES.c.id)).scalar_one())


def change_policy(connection: Connection, number: int, preapproval: Preapproval, now: int) -> None:
    """Put this in the place of what a policy says; the totals given under it stay counted. Refused("policy")."""
    row = update(POLICIES).where(POLICIES.c.id == number).values(_columns(connection, preapproval, now))
    if not connection.execute(row).rowcount:
        raise Refused("policy", f"there is no policy {number} any more; set a new one")


def find_policy_numbered(connection: Connection, number: int) -> Policy | None:
    """The policy of this number, or None."""
    return next(iter(_read_policies(connection, select(POLICIES).where(POLICIES.c.id == number))), None)


def _columns(connection: Connection, preapproval: Preapproval, now: int) -> dict[str, Any]:
    return {
        "customer": preapproval.customer,
        "product": preapproval.product,
        "totals": preapproval.totals,
        "accepts": json.dumps(sorted(set(preapproval.accepts))),
        "created": 0 if preapproval.for_waiting else _behind_waiting(connection, now),
    }


def _behind_waiting(connection: Connection, now: int) -> int:
    """Now, or the first second behind everything that waits: one may have been filed in this very second."""
    newest = select(func.max(INBOX.c.created)).where(INBOX.c.state == WAITING)
    filed = connection.execute(newest).scalar()
    return now if filed is None else max(now, int(filed) + 1)


def list_policies(connection: Connection, wanted: Slice = WHOLE) -> list[Policy]:
    """The policies, oldest first; a place is (number,)."""
    query = select(POLICIES).limit(wanted.limit)
    if wanted.after is not None:
        query = query.where(POLICIES.c.id > wanted.after[0])
    return _read_policies(connection, query)


def _read_policies(connection: Connection, chosen: Select[Any]) -> list[Policy]:
    given = select(func.coalesce(func.sum(INBOX.c.models), 0)).where(INBOX.c.policy == POLICIES.c.id)
    query = chosen.add_columns(given.scalar_subquery().label("used")).order_by(POLICIES.c.id)
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
    return next((one.policy for one in weigh_policies(connection, wanted) if one.approves), None)


@dataclass(frozen=True, slots=True)
class Weighed:
    """A policy for this customer and product, and what keeps it from approving: questions it lacks, that it is for
    later requests only, or that fewer of its totals are `left` than are wanted."""

    policy: Policy
    lacks: tuple[str, ...]
    is_later: bool
    is_spent: bool
    left: int

    @property
    def approves(self) -> bool:
        """Whether nothing keeps it from approving."""
        return not (self.lacks or self.is_later or self.is_spent)


def weigh_policies(connection: Connection, wanted: Wanted) -> list[Weighed]:
    """Every policy for this customer and product, in the order in which they are asked; the first that approves does.

    Those for another customer or product say nothing about what is wanted and are not among them.
    """
    return [
        Weighed(
            one,
            lacks=tuple(name for name in wanted.asks if name not in one.accepts),
            is_later=one.since > wanted.filed,
            is_spent=one.used + wanted.models > one.totals,
            left=max(0, one.totals - one.used),
        )
        for one in _read_policies(
            connection,
            select(POLICIES).where(
                POLICIES.c.customer.in_((ANY, wanted.customer)), POLICIES.c.product.in_((ANY, wanted.product))
            ),
        )
    ]
