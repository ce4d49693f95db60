"""A calculation under way at which tests throw what they like, and how to see that nothing changed."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from protocol.statements import Signed
from tests.support.house import COORDINATOR, House
from tests.support.insider import Insider
from tests.support.store_audit import check_store

LIAR, BYSTANDER = "cathode", "graphite"
LOG_TABLES = (
    "statements", "hashes", "checkpoints", "calculations", "calculation_readers", "blob_uses", "aggregates",
)  # fmt: skip


@dataclass
class Waiting:
    """A calculation that awaits the liar's contribution, which is made but not handed in."""

    house: House
    liar: Insider
    bystander: Insider
    request: str
    earlier: str
    consent: Signed
    contribution: Signed
    ciphertext: bytes


@contextmanager
def awaiting(house: House, certified: str) -> Iterator[Waiting]:
    """The test takes the liar's place until the block ends; then the calculation is completed and certified."""
    house.stage.kill(LIAR)
    request = house.request()
    liar, bystander = Insider.of(house, LIAR), Insider.of(house, BYSTANDER)
    try:
        liar.listen()
        consent = liar.consent(request)
        others = len(house.slugs) - 1
        house.wait(lambda: [kind for kind, _ in house.logged(request)].count("contribution") == others)
        liar.listen()
        contribution, ciphertext = liar.contribution(request)
        yield Waiting(house, liar, bystander, request, certified, consent, contribution, ciphertext)
    finally:
        liar.close()
        bystander.close()
        house.restart(LIAR)
    house.wait(lambda: house.is_certified(request) and house.is_closed(LIAR, request))
    assert check_store(house.out / COORDINATOR)[request].certificate is not None


@contextmanager
def log_unchanged(waiting: Waiting) -> Iterator[None]:
    """At the end the same process serves, and log and projections are what they were."""
    house, pid = waiting.house, waiting.house.stage.service(COORDINATOR).process.pid
    before = snapshot(house)
    yield
    assert house.is_alive(COORDINATOR) and house.stage.service(COORDINATOR).process.pid == pid
    assert waiting.liar.client.checkpoint()
    assert snapshot(house) == before


def snapshot(house: House) -> dict[str, str]:
    """A hash of every table that is the log or follows from it."""
    found: dict[str, Any] = {
        table: house.query(COORDINATOR, f"SELECT * FROM {table}") for table in LOG_TABLES
    }
    return {table: hashlib.sha256(repr(rows).encode()).hexdigest() for table, rows in found.items()}


def put(*path: Any) -> Callable[[dict[str, Any]], None]:
    """Set the field at path[:-1] to path[-1]."""

    def alter(fields: dict[str, Any]) -> None:
        target: Any = fields
        for step in path[:-2]:
            target = target[step]
        target[path[-2]] = path[-1]

    return alter
