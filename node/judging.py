"""What this node's statements about the library, and its opinions and questions as a verifier, are about and say.

The one fact: such a statement names submissions, publications, declarations and results by ids alone; what they are
called stands in this node's own record, and nothing is asked for.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select

from node.organisation import Node
from node.outbox import Sent
from node.store.record import AT_ONCE
from node.store.tables import OUTGOING
from protocol.payloads import (
    AnyPayload,
    Category,
    Factor,
    OpeningRequest,
    Publication,
    Retirement,
    Return,
    Review,
    Verification,
)
from protocol.statements import parse_statement

_KINDS = (
    "factor",
    "category",
    "review",
    "publication",
    "return",
    "retirement",
    "verification",
    "opening_request",
)
MOST_NAMED = 5
"""Submissions that are named of one statement."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """One statement: the submissions that it is about, or the declaration or result; and what it says of them.

    `items`: by id, the first MOST_NAMED of `count`. `verdict`: an expert's, or a verifier's finding; "" for none.
    `opinion`: an expert's words.
    """

    items: Mapping[str, Category | Factor]
    count: int = 0
    subject: str = ""
    verdict: str = ""
    opinion: str = ""


def read_judgements(node: Node, signed: Sequence[Sent]) -> dict[str, Judgement]:
    """By purpose, each of these statements that is about the library, or is a verifier's opinion or question."""
    payloads = _read_signed(node, [one.delivery.key for one in signed if one.kind in _KINDS])
    published = _read_logged(
        node, {one.publication for one in payloads.values() if isinstance(one, Retirement)}
    )
    own = {
        one.delivery.key: one.delivery.id
        for one in signed
        if isinstance(payloads.get(one.delivery.key), Category | Factor)
    }
    about = {
        key: [own[key]] if key in own else _list_ids(payload, published) for key, payload in payloads.items()
    }
    submitted = _read_logged(node, {one for ids in about.values() for one in ids[:MOST_NAMED]})
    submitted |= {statement: payloads[key] for key, statement in own.items()}
    return {key: _judge(payload, about[key], submitted) for key, payload in payloads.items()}


def _judge(payload: AnyPayload, ids: Sequence[str], submitted: Mapping[str, AnyPayload]) -> Judgement:
    found = [(one, submitted.get(one)) for one in ids[:MOST_NAMED]]
    items = {one: item for one, item in found if isinstance(item, Category | Factor)}
    match payload:
        case Review():
            return Judgement(items, len(ids), verdict=payload.verdict, opinion=payload.opinion)
        case Verification():
            return Judgement({}, subject=payload.subject, verdict=payload.says.finding)
        case OpeningRequest():
            return Judgement({}, subject=payload.declaration)
        case _:
            return Judgement(items, len(ids))


def _list_ids(payload: AnyPayload, published: Mapping[str, AnyPayload]) -> list[str]:
    """The submissions that a statement names, be it by their publication."""
    match payload:
        case Review():
            return list(payload.subjects)
        case Publication() | Return():
            return [payload.subject]
        case Retirement():
            publication = published.get(payload.publication)
            return [publication.subject] if isinstance(publication, Publication) else []
        case _:
            return []


def _read_signed(node: Node, keys: Sequence[str]) -> dict[str, AnyPayload]:
    """What was signed for each of these purposes."""
    found: dict[str, AnyPayload] = {}
    with node.store.read() as connection:
        for start in range(0, len(keys), AT_ONCE):
            query = select(OUTGOING.c.key, OUTGOING.c.data).where(
                OUTGOING.c.key.in_(keys[start : start + AT_ONCE])
            )
            found |= {row.key: parse_statement(bytes(row.data)).payload for row in connection.execute(query)}
    return found


def _read_logged(node: Node, ids: Collection[str]) -> dict[str, AnyPayload]:
    """Those of these statements that are here, by id."""
    return {one.id: one.payload for one in node.record.genuine(sorted(ids))}
