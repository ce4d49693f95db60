"""Puts the parts of a coordinator together, and runs them.

The one fact: this is the only place that knows every part; each part gets what it needs and no more.
"""

from __future__ import annotations

import logging
import os
import socket
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from coordinator.admission import Admission, Desk, Sender
from coordinator.aggregation import Aggregation
from coordinator.blobs import Blobs
from coordinator.bundles import Bundles
from coordinator.catalogue import Catalogue
from coordinator.citations import Citations
from coordinator.duties import Duties, Operator
from coordinator.enrolled import Enrolled
from coordinator.folder import Folder
from coordinator.following import Following, View
from coordinator.gateway import Gateway, Rooms
from coordinator.journal import Journal
from coordinator.known import Keeping
from coordinator.limits import Limits
from coordinator.objects import FolderObjects, Objects
from coordinator.presence import Presence
from coordinator.reading_ahead import ReadingAhead
from coordinator.record import Folds, StoreRecord
from coordinator.relaying import Relaying
from coordinator.sequencer import Parts, Sequencer
from coordinator.store.contract import Ledger, LogStore, Relay, Spending
from coordinator.store.database import Database
from coordinator.store.ledger import SqlLedger
from coordinator.store.log import SqlLog
from coordinator.store.migrating import migrate
from coordinator.store.relay import SqlRelay
from coordinator.store.signals import Signals
from coordinator.store.spending import SqlSpending
from coordinator.tail import Tail
from coordinator.watching import Watching
from coordinator.witnessing import Witnessing, read_witnesses
from crypto.group import Random
from crypto.note import verifier_text
from protocol.errors import StoreError
from protos.values import Refusal
from web.storing import WebStore

if TYPE_CHECKING:
    from web.company import Company

_log = logging.getLogger("sealsum.coordinator")


@dataclass(frozen=True, slots=True)
class Stores:
    """The parts of the store, with the console's accounts, its URL, and a copy that may lag behind if there is one.

    `spending` is None where no other process shares the store.
    """

    log: LogStore
    ledger: Ledger
    accounts: WebStore
    relay: Relay
    spending: Spending | None
    url: str = field(repr=False)
    tiles: LogStore | None = None


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
    following: Following
    signals: Signals
    keeping: Keeping
    bundles: Bundles
    catalogue: Catalogue
    enrolled: Enrolled
    ahead: ReadingAhead
    clock: Callable[[], int]
    company: Company | None = None
    """The company's own login for the console, where one is set up."""
    public_url: str = ""
    """How browsers reach the HTTP door."""

    def start(self) -> None:
        """Do what is owed, see that our own enrolment is logged, take submissions."""
        self.sequencer.start()
        self.signals.start()
        self.witnessing.start()
        self.keeping.start()
        future = self.sequencer.submit([self.folder.party.enrolment], Sender())
        try:
            (outcome,) = future.result()
        except StoreError as error:  # whichever replica appends has logged the enrolment, or will
            _log.warning("our enrolment waits: %s", error)
            return
        if isinstance(outcome, Refusal):
            raise StoreError(f"our own enrolment is refused: {outcome.check}: {outcome.message}")

    def stop(self) -> None:
        """Finish what is queued and close the store."""
        self.witnessing.stop()
        self.sequencer.stop()
        self.signals.stop()
        self.keeping.stop()
        self.ahead.stop()
        self.stores.log.close()
        if self.stores.tiles is not None:
            self.stores.tiles.close()


def open_stores(url: str) -> Stores:
    """The store behind a URL, its tables brought up to date."""
    migrate(url)
    return open_existing_stores(url)


def open_existing_stores(url: str, read_url: str | None = None) -> Stores:
    """The store behind a URL as it is, StoreError later when it has no tables; `read_url` names a copy for tiles."""
    database = Database(url)
    tiles = None if read_url is None else SqlLog(Database(read_url))
    log = SqlLog(database, f"{socket.gethostname()}:{os.getpid()}")
    spending = SqlSpending(database) if database.is_postgres else None
    return Stores(log, SqlLedger(database), database, SqlRelay(database), spending, url, tiles)


def make_service(
    folder: Folder, stores: Stores, clock: Callable[[], int], random: Random, objects: Objects | None = None
) -> Service:
    """All parts over a folder, a store and where blobs lie (the folder itself, if nowhere else), not started."""
    log, ledger = stores.log, stores.ledger
    record = StoreRecord(log)
    folds = Folds(log, record)
    journal = Journal(log, folder.log_key)
    objects = objects or FolderObjects(folder.blobs)
    blobs = Blobs(objects, ledger, clock)
    desk = Desk(log, ledger, blobs, record, folds, folder.party.root)
    tail, limits = Tail(journal.head.frontier.size), Limits()
    operator = Operator(folder.party.enrolment.id, folder.party.key)
    duties = Duties(operator, journal, Aggregation(blobs, ledger), random)
    following = Following(View(log, journal, record, folds, tail))
    relaying, admission = Relaying(stores.relay, journal), Admission(desk, random)
    parts = Parts(
        desk, record, journal, tail, following, relaying, admission, duties, limits, stores.spending,
        clock, random,
    )  # fmt: skip
    sequencer = Sequencer(parts)
    watching = Watching(log, tail, journal, following.reach, Presence(clock))
    witnessing = Witnessing(journal, log, read_witnesses(folder.path), is_leading=lambda: log.holds_log)
    bundles = Bundles(log, journal, record, folds, folder.party.root_pem)
    citations, catalogue = Citations(log, record), Catalogue(log)
    rooms = Rooms(
        desk, journal, sequencer, watching, bundles, citations, witnessing, following, limits, clock
    )
    gateway = Gateway(rooms)
    signals = Signals(stores.url, sequencer.wake)
    keeping = Keeping(journal, objects, verifier_text(folder.log_key), lambda: log.holds_log)
    return Service(
        folder, stores, journal, sequencer, gateway, watching, witnessing, following, signals, keeping,
        bundles, catalogue, Enrolled(log), ReadingAhead(catalogue, citations), clock,
    )  # fmt: skip
