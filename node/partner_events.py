"""What partners tell and ask by event (PACT 3.0, /3/events), kept for the owner to see.

The one fact: nothing is published because somebody asks. A request is answered with what was published to that partner
already; what it asks beyond that is kept, and its owner decides.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

from sqlalchemy import delete, insert, select

from exchange.pact_events import REQUEST_CREATED, PactEvent
from node.footprints import find_served
from node.organisation import Node
from node.partners import Partner
from node.tables import PARTNER_EVENTS, PARTNERS
from protocol.errors import Refused

MOST_EVENTS = 1000
"""Events kept of one partner; beyond them the oldest go."""
LONGEST_KEPT = 64 * 1024


@dataclass(frozen=True, slots=True)
class KeptEvent:
    """An event that a partner sent."""

    partner: str
    kind: str
    event: str
    source: str
    received: int
    data: str


def take_event(node: Node, partner: Partner, event: PactEvent) -> None:
    """Keep an event, once; Refused("request") for a request of what is not published to this partner.

    The refusal is an answer that PACT wants at once; the request is kept all the same, so its owner learns of it.
    """
    _keep(node, partner, event)
    if event.kind != REQUEST_CREATED or event.wanted is None:
        return
    if not find_served(node, partner, event.wanted, 0, 1):
        raise Refused(
            "request",
            "nothing that is published to you fits; your request is kept for the owner, who decides",
        )
    raise Refused(
        "request", "what you ask for is published to you already: GET /3/footprints with the same criteria"
    )


def _keep(node: Node, partner: Partner, event: PactEvent) -> None:
    mine = PARTNER_EVENTS.c.partner == partner.id
    data = json.dumps(event.data, ensure_ascii=False)
    row = {
        "partner": partner.id,
        "source": event.source,
        "event": event.id,
        "kind": event.kind,
        "received": node.clock(),
        "data": data if len(data) <= LONGEST_KEPT else "{}",
    }
    with node.store.write() as connection:
        known = connection.execute(
            select(PARTNER_EVENTS.c.number).where(
                mine, PARTNER_EVENTS.c.source == event.source, PARTNER_EVENTS.c.event == event.id
            )
        ).first()
        if known is not None:
            return
        connection.execute(insert(PARTNER_EVENTS), row)
        newest = (
            select(PARTNER_EVENTS.c.number)
            .where(mine)
            .order_by(PARTNER_EVENTS.c.number.desc())
            .limit(MOST_EVENTS)
        )
        connection.execute(delete(PARTNER_EVENTS).where(mine, PARTNER_EVENTS.c.number.not_in(newest)))


def list_events(node: Node) -> list[KeptEvent]:
    """Every event that is kept, oldest first."""
    query = (
        select(PARTNER_EVENTS, PARTNERS.c.name)
        .join(PARTNERS, PARTNERS.c.id == PARTNER_EVENTS.c.partner)
        .order_by(PARTNER_EVENTS.c.number)
    )
    with node.store.read() as connection:
        return [
            KeptEvent(row.name, row.kind, row.event, row.source, row.received, row.data)
            for row in connection.execute(query)
        ]
