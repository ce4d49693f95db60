"""One organisation's node, opened: its store, its identity, its view of the log, its connection outwards.

The one fact: everything the node knows is in its store; this object only remembers how to reach it, so any
number of processes may open the same node. Architecture, "State".
"""

from __future__ import annotations

import os
import threading
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import insert

from crypto.group import Random
from crypto.signing import encode_signing_key
from node.egress import Clock, Egress, Ledger
from node.identity import Identity, find_address, need_identity
from node.logbook import Logbook
from node.outbox import (
    ENROLMENT_KEY,
    ROTATED_KEY,
    Delivery,
    deliver,
    describe_delivery,
    find_delivery_by_id,
)
from node.renewing import connection_certificate, is_renewal_due, renew_connection
from node.store.database import Store
from node.store.locks import BESIDE, Choice
from node.store.opening import open_store
from node.store.record import NodeRecord, parse_logged
from node.store.settings import RESTORED, find_value
from node.store.tables import ANOMALIES
from protocol.calculation import Calculation, advance, open_calculation
from protocol.errors import NetworkError, PeerError, Refused
from protocol.log_evidence import LogMisbehaved
from protocol.rules import Context, check_signature
from protocol.statements import Header, Logged
from protos.values import LoggedData

EVERYTHING = 2**53 - 1
RENEW_AGAIN_SECONDS = 60.0
"""How long after a renewal that failed the next is tried: an authority that does not answer costs seconds each time."""

if TYPE_CHECKING:
    from protos.client import GatewayClient


def wall_clock() -> int:
    """Unix seconds."""
    return int(time.time())


@dataclass(frozen=True, slots=True)
class _Seen:
    """A fold so far: the last log index in it, and how many statements."""

    position: int
    count: int
    calculation: Calculation


@dataclass(frozen=True, slots=True)
class _Connection:
    """The way out, and the log seen through it."""

    egress: Egress
    logbook: Logbook


class Node:
    """What a node's parts work on together. Calls outwards connect on first use."""

    def __init__(self, store: Store, clock: Clock = wall_clock, random: Random = os.urandom) -> None:
        self.store = store
        self.clock = clock
        self.random = random
        self.identity: Identity = need_identity(store)
        self.root = self.identity.pins.root
        self.record = NodeRecord(store)
        self.record.check = self.check_signature
        self.record.fetch = lambda ids: self.egress.get(ids)
        # What this process has checked and fetched already, for nodes with many entries in one request.
        self.held_rosters: set[tuple[str, int, str, int]] = set()
        self.he_keys: dict[str, bytes] = {}
        self.proven: set[str] = set()
        self.kept: dict[str, Any] = {}
        """What was read from the store and holds until it has more, by what it is."""
        self.keeping = threading.RLock()
        """Held while that is read, so that it is read once."""
        self._calculations: dict[str, _Seen] = {}
        self._lock = threading.RLock()
        self._connection: _Connection | None = None
        self._announced = False
        self.renewal_failure = ""
        self.is_revoked = False
        """Whether the coordinator said that this enrolment was revoked."""
        self._renew_not_before = 0.0

    @property
    def id(self) -> str:
        """This organisation's enrolment id."""
        return self.identity.id

    @property
    def ids(self) -> frozenset[str]:
        """This organisation's enrolments: the present one and those whose keys were replaced."""
        return frozenset({self.id, *self.identity.earlier})

    @property
    def egress(self) -> Egress:
        """The one way out. The coordinator knows nobody before the enrolment is logged, so that goes first."""
        return self._connected().egress

    @property
    def logbook(self) -> Logbook:
        """What this node holds the log to."""
        return self._connected().logbook

    def _connected(self) -> _Connection:
        with self._lock:
            if self._connection is None:
                ledger = Ledger(self.store, self.clock)
                self._renew(ledger)
                egress = Egress(ledger, self._open_client(ledger))
                logbook = Logbook(self.store, egress, self.identity.pins)
                self._connection = _Connection(egress, logbook)
        if not self._announced:
            connection = self._connection
            deliver(self.store, connection.egress, connection.logbook, only=self._enrolment_key())
            self._announced = True
        return self._connection

    def _enrolment_key(self) -> str:
        """Under which key of the outbox this node's present enrolment stands."""
        return f"{ROTATED_KEY}{self.id}" if self.identity.earlier else ENROLMENT_KEY

    def _renew(self, ledger: Ledger) -> bool:
        """Renew the certificate for connections when it is due; whether it was. What fails is tried again later."""
        is_due = is_renewal_due(self.store, self.identity, self.clock())
        if not is_due or time.monotonic() < self._renew_not_before:
            return False
        try:
            renew_connection(self.store, self.identity, ledger)
        except (NetworkError, Refused, PeerError) as error:
            self.renewal_failure = str(error)
            self._renew_not_before = time.monotonic() + RENEW_AGAIN_SECONDS
            return False
        self.renewal_failure = ""
        return True

    def refresh_connection(self) -> bool:
        """Renew when it is due, and connect anew with the new certificate; whether that was so."""
        with self._lock:
            if self._connection is None or not self._renew(Ledger(self.store, self.clock)):
                return False
            self._connection.egress.close()
            self._connection = None
            return True

    def follow_address(self) -> bool:
        """Connect anew when the coordinator's address was changed, in whichever process; whether it was."""
        found = find_address(self.store)
        with self._lock:
            if found in (None, self.identity.coordinator):
                return False
            self.identity = replace(self.identity, coordinator=found)
            self.disconnect()
            return True

    def note_refusal(self, error: Refused) -> None:
        """Remember when the coordinator refuses whatever this node sends, because its enrolment was revoked."""
        if error.check == "identity" and "enrolment was revoked" in error.message:
            self.is_revoked = True

    def disconnect(self) -> None:
        """End the connection; the next call outwards makes a new one."""
        with self._lock:
            if self._connection is not None:
                self._connection.egress.close()
                self._connection = None

    def close(self) -> None:
        """End the connection and give the store back."""
        self.disconnect()
        self.store.close()

    def header(self) -> Header:
        """What a statement signed now starts with; Refused("clock") when the log's time and this machine's differ.

        Refused("restored") while a restored node has not read the log: it may have signed what it does not know of.
        """
        with self.store.read() as connection:
            if '"pending": true' in (find_value(connection, RESTORED) or ""):
                raise Refused(
                    "restored",
                    "this node was restored from a backup and must read the log before it signs anything; "
                    f"first: sealsum node reconcile {self.store.folder}",
                )
        return Header(self.id, self.logbook.saw(self.clock()), self.random(16).hex())

    def deliver(self) -> list[Delivery]:
        """Send whatever waits in the outbox."""
        return deliver(self.store, self.egress, self.logbook)

    def settle(self, statement: str) -> tuple[str, str]:
        """Send what waits, and what became of one statement: ("logged", words). Refused when the door refused it.

        NetworkError says that the statement is stored and will be sent.
        """
        try:
            self.deliver()
        except NetworkError as error:
            raise NetworkError(
                f"{error}. It is signed and stored as {statement}; the agent or the next command sends it, "
                "so do not repeat this one"
            ) from error
        with self.store.read() as connection:
            delivery = find_delivery_by_id(connection, statement)
        state, message = describe_delivery(delivery)
        if delivery is not None and delivery.check:
            raise Refused(delivery.check, delivery.message)
        if state != "logged":
            raise NetworkError(f"statement {statement[:16]} is {state}: {message}")
        return state, message

    def context(self, calculation: Calculation | None = None) -> Context:
        """What a statement is judged against."""
        return Context(self.record, self.root, calculation)

    def check_signature(self, logged: Logged) -> None:
        """Raise PeerError unless the statement's signer may sign it and did, at its place in the log."""
        check_signature(logged.signed, self.context(), logged.logged_at)

    def calculation(self, request: str, up_to: int = EVERYTHING) -> Calculation:
        """The state of a calculation as far as this node has seen it; Refused when the request is unknown.

        `up_to` a log index is enough for who needs no more: then others' contributions need not be read.
        A statement that the rules refuse is noted as an anomaly and left out: the log took what it should not.
        """
        with self._lock:
            seen = self._open_calculation(request)
            rows = self.record.of_calculation(request, seen.position, up_to)
            fresh = [logged for logged in map(self._parse, rows) if logged is not None]
            self.record.need({logged.payload.by for logged in fresh})
            calculation, position = seen.calculation, rows[-1].index if rows else seen.position
            for logged in fresh:
                calculation = self._advance(calculation, logged)
            self._calculations[request] = _Seen(position, seen.count + len(rows), calculation)
            return calculation

    def forget_calculation(self, request: str) -> None:
        """Hold the state of a calculation in memory no longer; who asks again folds it again."""
        with self._lock:
            self._calculations.pop(request, None)

    def _parse(self, row: LoggedData) -> Logged | None:
        try:
            return parse_logged(row)
        except PeerError as error:
            self.note_anomaly(error, None)
            return None

    def _advance(self, calculation: Calculation, logged: Logged) -> Calculation:
        try:
            self.check_signature(logged)
            return advance(calculation, logged, self.record)
        except PeerError as error:
            self.note_anomaly(error, logged.id)
            return calculation

    def _open_calculation(self, request: str) -> _Seen:
        seen = self._calculations.get(request)
        # A receipt may bring a statement in ahead of others with lower indexes: then the fold starts again.
        if seen is not None and self.record.count(request, seen.position) == seen.count:
            return seen
        logged = self.record.get(request)
        if logged is None or logged.payload.type != "request":
            raise Refused(
                "unknown", f"no request {request} is known here; check the id with: sealsum node list"
            )
        own = logged.payload.by in self.ids
        self.record.need([entry.declaration for entry in logged.payload.entries], deep=own)
        return _Seen(logged.index, 1, open_calculation(logged, self.record))

    def note_anomaly(self, error: PeerError, statement: str | None) -> None:
        """Keep what somebody did wrong, for the owner to see; once per statement and check."""
        if isinstance(error, LogMisbehaved):
            return  # kept by the logbook, with its evidence
        row = {
            "at": self.clock(),
            "statement": statement,
            "check": error.check,
            "message": error.message,
        }
        with self.store.write() as connection:
            known = connection.execute(
                ANOMALIES.select().where(
                    ANOMALIES.c.statement == statement, ANOMALIES.c["check"] == error.check
                )
            ).first()
            if known is None:
                connection.execute(insert(ANOMALIES), row)

    def _open_client(self, ledger: Ledger) -> GatewayClient:
        # gRPC is the slowest import of all, and half of the commands never call out.
        from protos.client import Address, GatewayClient

        address = Address(
            target=self.identity.coordinator,
            root_pem=self.identity.pins.root_pem.encode(),
            certificate_pem=connection_certificate(self.store, self.identity).encode(),
            key_pem=encode_signing_key(self.identity.signing_key),
        )
        return GatewayClient(address, ledger.begin)


def open_node(folder: Path, choice: Choice = BESIDE) -> Node:
    """Open the node in a data folder; StoreError or Refused says what is missing."""
    store = open_store(folder, choice)
    try:
        return Node(store)
    except Refused:
        store.close()
        raise
