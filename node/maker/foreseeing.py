"""What this maker itself asked for before, as section 9 counts it: owners are asked about a further total. Protocol 9.

The one fact: only each supplier knows every request that it took part in; the maker knows its own, and of these the
newest that name the same products of the same suppliers are counted.
"""

from __future__ import annotations

import json
from collections.abc import Set
from contextlib import suppress
from itertools import islice

from sqlalchemy import select

from node.organisation import Node
from node.store.tables import REQUESTS, STANDINGS
from node.supplier.disclosing import keep_asked
from protocol.calculation import Phase
from protocol.disclosure import YEAR_SECONDS, Earlier
from protocol.errors import PeerError

MOST_EARLIER = 10
"""One decides about a further total; more only raise the number of lines that are needed."""
_LOOKED_AT = 1000
"""Requests that a page looks through, the newest first."""
_ENDED = select(STANDINGS.c.request).where(STANDINGS.c.phase == Phase.ENDED.value)


def find_earlier(node: Node, declarations: Set[str]) -> list[Earlier]:
    """Own requests of the last 12 months, the newest first, that rest on one of these declarations and did not end
    without a result; MOST_EARLIER at most."""
    recent = REQUESTS.c.created > node.clock() - YEAR_SECONDS
    query = select(REQUESTS).where(recent, REQUESTS.c.id.not_in(_ENDED)).order_by(REQUESTS.c.sequence.desc())
    with node.store.read() as connection:
        same = (
            (row.id, row.created)
            for row in connection.execute(query.limit(_LOOKED_AT))
            if not declarations.isdisjoint(json.loads(row.pack)["items"].values())
        )
        rows = list(islice(same, MOST_EARLIER))
    earlier = []
    for request, created in rows:
        logged = node.record.get(request)
        # What rests on a statement that is not here cannot be counted; its suppliers count it themselves.
        with suppress(PeerError):
            earlier += [] if logged is None else [Earlier(keep_asked(node, logged), created)]
    return earlier
