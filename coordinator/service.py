"""Puts the parts of a coordinator together, and runs them.

The one fact: this is the only place that knows every part; each part gets what it needs and no more.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from coordinator.admission import Admission, Desk, Sender
from coordinator.aggregation import Aggregation
from coordinator.blobs import BlobFolder
from coordinator.bundles import Bundles
from coordinator.citations import Citations
from coordinator.duties import Duties, Operator
from coordinator.folder import Folder
from coordinator.gateway import Gateway, Rooms
from coordinator.journal import Journal
from coordinator.record import Folds, StoreRecord
from coordinator.sequencer import Parts, Sequencer
from coordinator.store.contract import Ledger, LogStore
from coordinator.store.database import Database, migrate
from coordinator.store.ledger import SqlLedger
from coordinator.store.log import SqlLog
from coordinator.tail import Tail
from coordinator.watching import Watching
from coordinator.witnessing import Witnessing, read_witnesses
from crypto.group import Random
from protocol.errors import StoreError
from protos.values import Refusal
from web.storing import WebStore

if TYPE_CHECKING:
    from web.company import Company

_log = logging.getLogger("sealsum.coordinator")


@dataclass(frozen=True, slots=True)
class Stores:
    """The two halves of the store, and the accounts of the console."""

    log: LogStore
    ledger: Ledger
    accounts: WebStore


@dataclass(frozen=True, slots=True)
class Service:
    """A coordinator without its network doors."""

    folder: Folder
    stores: Stores
    journal: Journal
    sequencer: Sequencer
    gateway: Gateway
    watching: Watching
    witnessing: Witnessing
    clock: Callable[[], int]
    company: Company | None = None
    """The company's own login for the console, where one is set up."""
    public_url: str = ""
    """How browsers reach the HTTP door."""

    def start(self) -> None:
        """Do what is owed, see that our own enrolment is logged, take submissions."""
        self.sequencer.start()
        self.witnessing.start()
        future = self.sequencer.submit([self.folder.party.enrolment], Sender())
        try:
            (outcome,) = future.result()
        except StoreError as error:  # another replica appends; it has logged the enrolment, or will
            _log.warning("not appending: %s", error)
            return
        if isinstance(outcome, Refusal):
            raise StoreError(f"our own enrolment is refused: {outcome.check}: {outcome.message}")

    def stop(self) -> None:
        """Finish what is queued and close the store."""
        self.witnessing.stop()
        self.sequencer.stop()
        self.stores.log.close()


def open_stores(url: str) -> Stores:
    """The store behind a URL, its tables brought up to date."""
    migrate(url)
    return open_existing_stores(url)


def open_existing_stores(url: str) -> Stores:
    """The store behind a URL as it is, for those who only look; StoreError later when it has no tables."""
    database = Database(url)
    return Stores(SqlLog(database), SqlLedger(database), database)


def make_service(folder: Folder, stores: Stores, clock: Callable[[], int], random: Random) -> Service:
    """All parts over a folder and a store, not started."""
    log, ledger = stores.log, stores.ledger
    record = StoreRecord(log)
    folds = Folds(log, record)
    journal = Journal(log, folder.log_key)
    blobs = BlobFolder(folder.blobs, ledger, clock)
    blobs.sweep()
    desk = Desk(log, ledger, blobs, record, folds, folder.party.root)
    tail = Tail(journal.head.frontier.size)
    operator = Operator(folder.party.enrolment.id, folder.party.key)
    duties = Duties(operator, journal, Aggregation(blobs, ledger), random)
    parts = Parts(desk, record, journal, tail, Admission(desk, random), duties, clock)
    sequencer = Sequencer(parts)
    watching = Watching(log, tail, journal)
    witnessing = Witnessing(journal, log, read_witnesses(folder.path))
    bundles = Bundles(log, journal, record, folds, folder.party.root_pem)
    gateway = Gateway(
        Rooms(desk, journal, sequencer, watching, bundles, Citations(log, record), witnessing, clock)
    )
    return Service(folder, stores, journal, sequencer, gateway, watching, witnessing, clock)
