"""The inbox of a node: what others' requests ask of it, as it was filed, in whatever part of it is wanted.

The one fact: it only reads; what is filed and what is decided is node/supplier/consenting.py.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Row, func, or_, select, tuple_

from node.companies import find_companies
from node.organisation import Node
from node.store.tables import INBOX, STATEMENTS
from node.supplier.states import APPROVED, WAITING
from web.paging import Slice

_PLACE = tuple_(INBOX.c.created, INBOX.c.request, INBOX.c.entry)


@dataclass(frozen=True, slots=True)
class Inquiry:
    """One of this node's entries in somebody's request, as its owner sees it."""

    request: str
    entry: int
    declaration: str
    product: str
    customer: str
    state: str
    findings: tuple[str, ...]
    asks: tuple[str, ...]
    decided_by: str | None
    answer: str
    policy: int | None
    models: int
    created: int


def find_inquiry(node: Node, request: str, entry: int) -> Inquiry | None:
    """One entry of the inbox, or None."""
    with node.store.read() as connection:
        query = select(INBOX).where(INBOX.c.request == request, INBOX.c.entry == entry)
        row = connection.execute(query).first()
    return None if row is None else _inquiry(row)


def first_entries(node: Node, requests: Collection[str]) -> dict[str, int]:
    """By id, the first entry of each of these requests that asks something of this node."""
    query = select(INBOX.c.request, func.min(INBOX.c.entry)).where(INBOX.c.request.in_(sorted(requests)))
    with node.store.read() as connection:
        return {request: int(entry) for request, entry in connection.execute(query.group_by(INBOX.c.request))}


def list_customers(node: Node) -> list[str]:
    """The legal entity of everybody who ever asked something of this node."""
    query = select(INBOX.c.customer).distinct().order_by(INBOX.c.customer)
    with node.store.read() as connection:
        return list(connection.execute(query).scalars())


def list_waiting(node: Node, wanted: Slice) -> list[Inquiry]:
    """What waits for the owner, oldest first; a place is (created, request, entry)."""
    query = select(INBOX).where(INBOX.c.state == WAITING)
    if wanted.after is not None:
        query = query.where(wanted.after < _PLACE)
    with node.store.read() as connection:
        return list(map(_inquiry, connection.execute(query.order_by(*_PLACE).limit(wanted.limit))))


def list_answered(node: Node, wanted: Slice, state: str = "", words: str = "") -> list[Inquiry]:
    """What does not wait any more, newest first; of one state, or with these words in customer, product or id."""
    query = select(INBOX).where(INBOX.c.state == state if state else INBOX.c.state != WAITING)
    if words:
        query = query.where(_has_words(node, words))
    if wanted.after is not None:
        query = query.where(wanted.after > _PLACE)
    newest = (column.desc() for column in _PLACE)
    with node.store.read() as connection:
        return list(map(_inquiry, connection.execute(query.order_by(*newest).limit(wanted.limit))))


def find_inquiries(node: Node, words: str, most: int) -> list[Inquiry]:
    """The newest inquiries with these words in customer, product or the beginning of the request's id."""
    query = select(INBOX).where(_has_words(node, words)).order_by(*(column.desc() for column in _PLACE))
    with node.store.read() as connection:
        return list(map(_inquiry, connection.execute(query.limit(most))))


def _has_words(node: Node, words: str) -> ColumnElement[bool]:
    """The customer is found by its name as well, as it enrolled."""
    found = [column.contains(words, autoescape=True) for column in (INBOX.c.customer, INBOX.c.product)]
    by_name = INBOX.c.customer.in_(find_companies(node, words).entities)
    return or_(*found, by_name, INBOX.c.request.startswith(words, autoescape=True))


def count_inquiries(node: Node) -> dict[str, int]:
    """How many inquiries are in each state."""
    query = select(INBOX.c.state, func.count()).group_by(INBOX.c.state)
    with node.store.read() as connection:
        return {state: int(count) for state, count in connection.execute(query)}


def list_open_requests(node: Node) -> list[str]:
    """The requests with an inquiry that is neither over nor refused, as the log has them: who asked first is first."""
    query = (
        select(INBOX.c.request)
        .join(STATEMENTS, STATEMENTS.c.id == INBOX.c.request, isouter=True)
        .where(INBOX.c.state.in_((WAITING, APPROVED)))
        .distinct()
        .order_by(STATEMENTS.c.log_index, INBOX.c.request)
    )
    with node.store.read() as connection:
        return list(connection.execute(query).scalars())


def list_inquiries(node: Node, request: str | None = None) -> list[Inquiry]:
    """The inbox, oldest first; of one request only when it is named."""
    query = select(INBOX).order_by(INBOX.c.created, INBOX.c.request, INBOX.c.entry)
    with node.store.read() as connection:
        rows = connection.execute(query if request is None else query.where(INBOX.c.request == request)).all()
    return [_inquiry(row) for row in rows]


def _inquiry(row: Row[Any]) -> Inquiry:
    return Inquiry(
        request=row.request,
        entry=row.entry,
        declaration=row.declaration,
        product=row.product,
        customer=row.customer,
        state=row.state,
        findings=tuple(json.loads(row.findings)),
        asks=tuple(json.loads(row.asks)),
        decided_by=row.decided_by,
        answer=row.answer,
        policy=row.policy,
        models=row.models,
        created=row.created,
    )
