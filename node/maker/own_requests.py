"""This node's own requests, in whatever part of them is wanted.

The one fact: it only reads; how a request is made is node/maker/requesting.py, how it stands node/maker/standings.py.
"""

from __future__ import annotations

from collections.abc import Collection
from itertools import islice

from sqlalchemy import or_, select

from node.companies import find_companies
from node.maker.requesting import OwnRequest, list_requests, own_request
from node.organisation import Node
from node.store.tables import DECLARATIONS, REQUESTS, STATEMENTS
from web.paging import Slice


def list_newest_requests(node: Node, wanted: Slice, words: str = "") -> list[OwnRequest]:
    """This node's requests, newest first, with these words in model or items; a place is (sequence,)."""
    query = select(REQUESTS).order_by(REQUESTS.c.sequence.desc()).limit(wanted.limit)
    if wanted.after is not None:
        query = query.where(REQUESTS.c.sequence < wanted.after[0])
    if words:
        query = query.where(REQUESTS.c.pack.contains(words, autoescape=True))
    with node.store.read() as connection:
        rows = connection.execute(query).all()
    return [own_request(row) for row in rows]


def list_of_others(node: Node) -> frozenset[str]:
    """This node's requests that name declarations of others only."""
    with node.store.read() as connection:
        declared = set(connection.execute(select(DECLARATIONS.c.id)).scalars())
    return frozenset(one.id for one in list_requests(node) if declared.isdisjoint(one.items.values()))


def find_request(node: Node, request: str) -> OwnRequest | None:
    """This node's request of this id, or None."""
    with node.store.read() as connection:
        row = connection.execute(select(REQUESTS).where(REQUESTS.c.id == request)).first()
    return None if row is None else own_request(row)


def find_requests(node: Node, words: str, most: int) -> list[OwnRequest]:
    """The newest requests with these words in model, items or a supplier's name, or whose id begins so."""
    found = or_(
        REQUESTS.c.id.startswith(words, autoescape=True), REQUESTS.c.pack.contains(words, autoescape=True)
    )
    query = select(REQUESTS).where(found).order_by(REQUESTS.c.sequence.desc())
    with node.store.read() as connection:
        hits = (one for one in map(own_request, connection.execute(query)) if _has_words(one, words))
        named = {one.id: one for one in islice(hits, most)}
    named |= {one.id: one for one in _supplied_by(node, find_companies(node, words).enrolments)}
    return sorted(named.values(), key=lambda one: one.sequence, reverse=True)[:most]


def _has_words(request: OwnRequest, words: str) -> bool:
    """Whether it is the model, an item, or the beginning of an id that holds them, not digits within an id."""
    said = words.casefold()
    ids = (request.id, *request.items.values())
    return any(said in one.casefold() for one in (*request.models, *request.items)) or any(
        one.startswith(said) for one in ids
    )


def _supplied_by(node: Node, enrolments: Collection[str]) -> list[OwnRequest]:
    """This node's requests that name a declaration of these enrolments."""
    query = select(STATEMENTS.c.id).where(
        STATEMENTS.c.kind == "declaration", STATEMENTS.c.author.in_(enrolments)
    )
    with node.store.read() as connection:
        declared = set(connection.execute(query).scalars()) if enrolments else set()
    return (
        [one for one in list_requests(node) if not declared.isdisjoint(one.items.values())]
        if declared
        else []
    )
