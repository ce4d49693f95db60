"""Events that wait to be sent to partners, and what became of them (PACT 3.0).

The one fact: an event is queued in the transaction that causes it, so neither is there without the other, and it is
queued for partners only whose host the owner configured. How they are sent: node/partners/telling.py.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from exchange.pact_events import PUBLISHED, REQUEST_CREATED, REQUEST_FULFILLED, REQUEST_REJECTED
from exchange.pact_filters import parse_criteria
from node.organisation import Node
from node.partners.access import find_partner
from node.partners.hosts import has_host
from node.store.tables import PARTNER_EVENTS, PARTNER_OUTBOX, PARTNERS
from protocol.errors import Refused

NONE, OWED, GIVEN = "none", "owed", "given"
"""Whether a partner's request is to be answered: it was not accepted, it waits, it was."""
WAITING, SENT, GIVEN_UP = "waiting", "sent", "given-up"
LONGEST_REASON = 1000
_SHOWN = ("number", "kind", "asked", "created", "attempts", "not_before", "state", "said")


@dataclass(frozen=True, slots=True)
class QueuedEvent:
    """An event on its way, or that was; times in Unix seconds."""

    number: int
    partner: str
    kind: str
    asked: str
    created: int
    attempts: int
    not_before: int
    state: str
    said: str


@dataclass(frozen=True, slots=True)
class _Message:
    """What an event is to say: about which footprints by id, or why there is none."""

    partner: int
    kind: str
    asked: str
    about: list[str] | str


def queue_published(connection: Connection, partners: Sequence[int], footprint: str, now: int) -> None:
    """Tell those partners that take events that a footprint was published to them."""
    for partner in partners:
        if has_host(connection, partner):
            _queue(connection, _Message(partner, PUBLISHED, "", [footprint]), now)


def queue_fulfilled(connection: Connection, request: Row[Any], footprints: Sequence[str], now: int) -> None:
    """Answer a partner's request, a row of `partner_events`, with footprints that were published to it."""
    _queue(connection, _Message(request.partner, REQUEST_FULFILLED, request.event, list(footprints)), now)
    _mark_given(connection, request.number)


def fulfil_owed(
    connection: Connection, partners: Sequence[int], document: dict[str, Any], region: str, now: int
) -> None:
    """Answer every request of these partners that waits and asks for this footprint, now that they may read it."""
    query = select(PARTNER_EVENTS).where(
        PARTNER_EVENTS.c.partner.in_(partners),
        PARTNER_EVENTS.c.kind == REQUEST_CREATED,
        PARTNER_EVENTS.c.answer == OWED,
    )
    for request in connection.execute(query).all():
        if parse_criteria(json.loads(request.data)).matches(document, region):
            queue_fulfilled(connection, request, [document["id"]], now)


def reject_request(node: Node, name: str, event: str, reason: str) -> None:
    """Answer a partner's request that waits: it gets nothing, and why; Refused("unknown" | "reason")."""
    reason = reason.strip()
    if not 0 < len(reason) <= LONGEST_REASON or not reason.isprintable():
        raise Refused("reason", f"expected a reason of 1 to {LONGEST_REASON} characters on one line")
    with node.store.write() as connection:
        partner = find_partner(connection, name)
        request = connection.execute(
            select(PARTNER_EVENTS).where(
                PARTNER_EVENTS.c.partner == partner.id,
                PARTNER_EVENTS.c.event == event,
                PARTNER_EVENTS.c.answer == OWED,
            )
        ).first()
        if request is None:
            raise Refused("unknown", f"no request {event} of {name} waits; see: sealsum node partners events")
        _queue(connection, _Message(partner.id, REQUEST_REJECTED, event, reason), node.clock())
        _mark_given(connection, request.number)


def _queue(connection: Connection, message: _Message, now: int) -> None:
    row = {
        "partner": message.partner,
        "kind": message.kind,
        "asked": message.asked,
        "about": json.dumps(message.about, ensure_ascii=False),
        "created": now,
        "attempts": 0,
        "not_before": now,
        "state": WAITING,
        "said": "",
    }
    connection.execute(insert(PARTNER_OUTBOX).values(row))


def _mark_given(connection: Connection, request: int) -> None:
    connection.execute(update(PARTNER_EVENTS).where(PARTNER_EVENTS.c.number == request).values(answer=GIVEN))


def list_queued(node: Node) -> list[QueuedEvent]:
    """Every event that is or was on its way, oldest first."""
    query = (
        select(PARTNER_OUTBOX, PARTNERS.c.name)
        .join(PARTNERS, PARTNERS.c.id == PARTNER_OUTBOX.c.partner)
        .order_by(PARTNER_OUTBOX.c.number)
    )
    with node.store.read() as connection:
        return [
            QueuedEvent(partner=row.name, **{name: getattr(row, name) for name in _SHOWN})
            for row in connection.execute(query)
        ]
