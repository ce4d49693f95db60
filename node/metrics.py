"""What a node tells Prometheus about itself, read when it is asked. See operation.metrics for what never is.

The one fact: how many statements wait, how old the certificate is, how much has left; never about which product, which
customer or how much of anything.
"""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import func, select

from crypto.certificates import parse_certificate
from node.organisation import Node
from node.renewing import connection_certificate
from node.store.tables import ANOMALIES, EGRESS, INBOX, OUTGOING
from node.supplier.states import WAITING
from operation.findings import free_bytes
from operation.metrics import Meters, Reading

PROCESS = "node"


def make_meters(node: Node) -> Meters:
    """The meters of a serving node."""
    meters = Meters(PROCESS)
    meters.ask(lambda: read(node))
    return meters


def read(node: Node) -> Iterator[Reading]:
    """Everything that can be read off a node now."""
    waits = OUTGOING.c.log_index.is_(None) & OUTGOING.c.refused_check.is_(None)
    with node.store.read() as connection:

        def count(query: object) -> float:
            return float(connection.execute(query).scalar() or 0)  # type: ignore[call-overload]

        waiting = count(select(func.count()).where(waits))
        asked = count(select(func.count()).where(INBOX.c.state == WAITING))
        odd = count(select(func.count()).select_from(ANOMALIES))
        sent = count(select(func.sum(EGRESS.c.size)))
    yield Reading("sealsum_outbox_waiting", "Statements that wait to be sent.", waiting)
    yield Reading("sealsum_inbox_waiting", "Requests that wait for the owner's answer.", asked)
    yield Reading("sealsum_anomalies", "Times that somebody broke the protocol.", odd)
    yield Reading("sealsum_egress_bytes", "Bytes that have left, as the egress ledger counts them.", sent)
    yield Reading(
        "sealsum_disk_free_bytes", "Free space where the data folder is.", free_bytes(node.store.folder)
    )
    certificate = parse_certificate(connection_certificate(node.store, node.identity).encode())
    yield Reading(
        "sealsum_certificate_expiry_timestamp_seconds",
        "When the certificate for connections ends.",
        certificate.not_valid_after_utc.timestamp(),
    )
