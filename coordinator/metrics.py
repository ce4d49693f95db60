"""What a coordinator tells Prometheus about itself, read when it is asked. See operation.metrics for what never is.

The one fact: nothing here costs anything until somebody asks, and a store that fails makes values absent, not wrong.
"""

from __future__ import annotations

from collections.abc import Iterator

from coordinator.service import Service
from crypto.certificates import parse_certificate
from operation.findings import free_bytes
from operation.metrics import Meters, Reading
from protocol.errors import StoreError

PROCESS = "coordinator"


def make_meters(service: Service) -> Meters:
    """The meters of a serving coordinator."""
    meters = Meters(PROCESS)
    meters.ask(lambda: read(service))
    return meters


def read(service: Service) -> Iterator[Reading]:
    """Everything that can be read off a coordinator now."""
    head = service.journal.head
    yield Reading("sealsum_log_size", "Statements in the log.", head.frontier.size)
    yield Reading("sealsum_log_logged_timestamp_seconds", "When the last one was logged.", head.logged_at)
    yield Reading(
        "sealsum_log_signed_timestamp_seconds", "When the newest checkpoint was signed.", head.signed_at
    )
    running = service.sequencer.is_running
    yield Reading("sealsum_sequencer_running", "1 while submissions are taken.", float(running))
    yield Reading("sealsum_streams_open", "Nodes that listen.", service.watching.count)
    free = free_bytes(service.folder.path)
    yield Reading("sealsum_disk_free_bytes", "Free space where the data folder is.", free)
    certificate = parse_certificate(service.folder.party.tls.certificate_pem)
    yield Reading(
        "sealsum_certificate_expiry_timestamp_seconds",
        "When the certificate for connections ends.",
        certificate.not_valid_after_utc.timestamp(),
    )
    for (kind, became), count in service.gateway.outcomes.counts().items():
        yield Reading(
            f"sealsum_statements_{became.replace('-', '_')}_total",
            "Statements handed in that became this, by kind.",
            count,
            label=("kind", kind),
        )
    try:
        yield from _read_store(service)
    except StoreError:
        yield Reading("sealsum_store_up", "1 while the database answers.", 0)


def _read_store(service: Service) -> Iterator[Reading]:
    log, now = service.stores.log, service.clock()
    phases = log.open_phases(now)
    for one in phases:
        yield Reading(
            "sealsum_calculations_open", "Open calculations, by phase.", one.count, label=("phase", one.phase)
        )
    late = sum(one.late for one in phases)
    yield Reading("sealsum_calculations_late", "Open calculations whose deadline has passed.", late)
    cosigned = log.newest_cosigned()
    behind = service.journal.head.frontier.size - (0 if cosigned is None else cosigned.size)
    yield Reading("sealsum_witnesses_behind", "Statements that no witness has cosigned yet.", behind)
    yield Reading("sealsum_store_up", "1 while the database answers.", 1)
