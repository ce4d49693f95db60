"""What a node counts of earlier requests. Protocol 9."""

from __future__ import annotations

import json
from hashlib import sha256

from sqlalchemy import insert

from node.store.tables import ASKED, INBOX
from node.supplier.disclosing import read_history
from node.supplier.states import APPROVED
from tests.node.village import Village

REQUESTS = sorted(sha256(bytes([number])).hexdigest() for number in range(16))


def test_earlier_requests_come_in_one_order_whatever_the_process(village: Village) -> None:
    """Of two that are equally close one is named: another process that named the other would ask the owner anew."""
    node = village.settle("Cell GmbH", "supplier")
    asked = json.dumps({"customer": "C", "totals": 1, "seats": []})
    row = {"entry": 0, "declaration": "", "product": "", "customer": "C", "state": APPROVED, "findings": "[]"}
    row |= {"answer": "", "models": 1, "created": 0}
    with node.store.write() as connection:
        for request in REQUESTS:
            connection.execute(insert(ASKED), {"request": request, "asked": asked})
            connection.execute(insert(INBOX), row | {"request": request})
    assert [earlier.asked.request for earlier in read_history(node, "")] == REQUESTS
