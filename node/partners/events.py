"""What partners tell and ask by event (PACT 3.0, /3/events), kept for the owner to see.

The one fact: nothing is published because somebody asks. A request is answered with what is published to that partner,
now or later; beyond that its owner decides.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select, update

from exchange.pact_events import PactEvent
from node.organisation import Node
from node.partners.access import Partner
from node.partners.footprints import MOST_FOOTPRINTS, Served, find_served
from node.partners.hosts import has_host
from node.partners.outbox import NONE, OWED, queue_fulfilled
from node.store.tables import PARTNER_EVENTS, PARTNERS
from protocol.errors import Refused

MOST_EVENTS = 1000
"""Events kept of one partner; beyond them the oldest go."""
LONGEST_KEPT = 64 * 1024


@dataclass(frozen=True, slots=True)
class KeptEvent:
    """An event that a partner sent. `answer`: of a request that was accepted owed or given, of all else none."""

    partner: str
    kind: str
    event: str
    source: str
    received: int
    data: str
    answer: str


def take_event(node: Node, partner: Partner, event: PactEvent) -> None:
    """Keep an event, once; a request is accepted, and answered at once where something fits that is published already.

    Refused("request") for a request that no answer can follow, since the owner configured no host of this partner, and
    for one that is too long to keep. The first is kept all the same, so its owner learns of it.
    """
    if event.wanted is None:
        with node.store.write() as connection:
            _keep(node, connection, partner, event)
        return
    if len(_encode(event)) > LONGEST_KEPT:
        raise Refused("request", f"expected criteria of at most {LONGEST_KEPT} bytes")
    with node.store.write() as connection:
        request = _keep(node, connection, partner, event)
        is_accepted = request.answer != NONE or has_host(connection, partner.id)
        if is_accepted and request.answer == NONE:
            _accept(node, connection, request, [one.document["id"] for one in _fitting(node, partner, event)])
    if is_accepted:
        return
    if not _fitting(node, partner, event):
        raise Refused(
            "request",
            "no answer can be sent to you yet, and nothing that is published to you fits; your request is kept for "
            "the owner, who decides",
        )
    raise Refused(
        "request", "what you ask for is published to you already: GET /3/footprints with the same criteria"
    )


def _fitting(node: Node, partner: Partner, event: PactEvent) -> list[Served]:
    assert event.wanted is not None
    return find_served(node, partner, event.wanted, 0, MOST_FOOTPRINTS)


def _accept(node: Node, connection: Connection, request: Row[Any], footprints: list[str]) -> None:
    """Owe a request its answer, or give it."""
    connection.execute(
        update(PARTNER_EVENTS).where(PARTNER_EVENTS.c.number == request.number).values(answer=OWED)
    )
    if footprints:
        queue_fulfilled(connection, request, footprints, node.clock())


def _encode(event: PactEvent) -> str:
    return json.dumps(event.data, ensure_ascii=False)


def _keep(node: Node, connection: Connection, partner: Partner, event: PactEvent) -> Row[Any]:
    """The row of an event, new or kept before; beyond MOST_EVENTS the partner's oldest go."""
    mine, data = PARTNER_EVENTS.c.partner == partner.id, _encode(event)
    same = select(PARTNER_EVENTS).where(
        mine, PARTNER_EVENTS.c.source == event.source, PARTNER_EVENTS.c.event == event.id
    )
    known = connection.execute(same).first()
    if known is not None:
        return known
    row = {
        "partner": partner.id,
        "source": event.source,
        "event": event.id,
        "kind": event.kind,
        "received": node.clock(),
        "data": data if len(data) <= LONGEST_KEPT else "{}",
    }
    connection.execute(insert(PARTNER_EVENTS), row)
    newest = (
        select(PARTNER_EVENTS.c.number)
        .where(mine)
        .order_by(PARTNER_EVENTS.c.number.desc())
        .limit(MOST_EVENTS)
    )
    connection.execute(delete(PARTNER_EVENTS).where(mine, PARTNER_EVENTS.c.number.not_in(newest)))
    return connection.execute(same).one()


def list_events(node: Node) -> list[KeptEvent]:
    """Every event that is kept, oldest first."""
    query = (
        select(PARTNER_EVENTS, PARTNERS.c.name)
        .join(PARTNERS, PARTNERS.c.id == PARTNER_EVENTS.c.partner)
        .order_by(PARTNER_EVENTS.c.number)
    )
    with node.store.read() as connection:
        return [
            KeptEvent(row.name, row.kind, row.event, row.source, row.received, row.data, row.answer)
            for row in connection.execute(query)
        ]
