"""The one way anything leaves this node: the ledger is written first, then the bytes go. Protocol section 10.

The one fact: every channel of the node is made to announce its messages here, and a message that no parcel of the
ledger stands for is not sent, so the ledger is complete by construction. It has two pages: parcels say in words what
left, to whom and why; wire rows say which exact bytes that was, to be compared with a capture of the wire.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import CompoundSelect, Connection, Select, func, insert, select

from node.store.database import Store
from node.store.tables import EGRESS, WIRE
from node.words.leaving import CIPHERTEXT, CONNECTION, HE_KEY, QUESTION, Words, word_statement
from protos.citations import Citation
from protos.refused import RefusedStatement
from protos.values import AggregateBlob, FindQuery, Inclusion, LoggedData, Outcome, Page
from web.paging import Slice

if TYPE_CHECKING:
    from protos.client import GatewayClient, WatchStream

T = TypeVar("T")
Clock = Callable[[], int]
Announce = Callable[[bytes], None]


@dataclass(frozen=True, slots=True)
class Parcel:
    """One byte string on its way out; `purpose`: of the outbox, which of its statements it is or belongs to."""

    receiver: str
    kind: str
    data: bytes
    holds: Words
    purpose: str = ""


@dataclass(slots=True)
class _Shipment:
    """The parcels of one call, and the number of the first once they are written."""

    parcels: Sequence[Parcel]
    first: int | None = None
    lock: threading.Lock = field(default_factory=threading.Lock)


class Ledger:
    """A node's ledger while it runs: `send` opens a shipment for this thread, channels announce calls to `begin`."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._under_way = threading.local()

    def now(self) -> int:
        """Unix seconds."""
        return self._clock()

    def send(self, parcels: Sequence[Parcel], call: Callable[[], T]) -> T:
        """Make a call that sends these parcels; they are in the ledger before its first message leaves."""
        shipment = _Shipment(parcels)
        self._under_way.shipment = shipment
        try:
            return call()
        finally:
            self._under_way.shipment = None

    def note(self, parcel: Parcel) -> None:
        """Write down what is sent below any message: that a connection is opened."""
        with self._store.write() as connection:
            _write_parcels(connection, [parcel], self._clock())

    def begin(self, method: str) -> Announce:
        """A call starts in this thread: what its messages are announced to.

        Raises RuntimeError when no parcel stands for it: sending past the ledger is a bug, and stops here.
        """
        shipment: _Shipment | None = getattr(self._under_way, "shipment", None)
        if shipment is None:
            raise RuntimeError(f"{method} was about to send what the ledger does not know")

        def announce(data: bytes) -> None:
            with shipment.lock, self._store.write() as connection:
                now = self._clock()
                first = shipment.first
                if first is None:
                    first = _write_parcels(connection, shipment.parcels, now)
                row = {"at": now, "parcel": first, "method": method, **_digest(data)}
                connection.execute(insert(WIRE), row)
            shipment.first = first

        return announce


def _write_parcels(connection: Connection, parcels: Sequence[Parcel], now: int) -> int:
    """Write the parcels; returns the number of the first."""
    first = int(connection.execute(select(func.coalesce(func.max(EGRESS.c.id), 0))).scalar_one()) + 1
    rows = [
        {
            "id": number,
            "at": now,
            "receiver": parcel.receiver,
            "kind": parcel.kind,
            "holds_en": parcel.holds.en,
            "holds_zh": parcel.holds.zh,
            "purpose": parcel.purpose,
            **_digest(parcel.data),
        }
        for number, parcel in enumerate(parcels, start=first)
    ]
    connection.execute(insert(EGRESS), rows)
    return first


def _digest(data: bytes) -> dict[str, int | str]:
    return {"size": len(data), "sha256": hashlib.sha256(data).hexdigest()}


# --- reading it ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Filter:
    """Which rows of the ledger: behind number `after`, at `since` or later and before `until` (Unix seconds; 0 for no
    end), to whom, what kind.

    `to` is any part of the receiver's address; `or_to`: addresses that count as well, called by a name, and `or_for`:
    purposes that do, wherever they went. `without`: kinds that are left out.
    """

    after: int = 0
    since: int = 0
    to: str = ""
    kind: str = ""
    or_to: frozenset[str] = frozenset()
    or_for: CompoundSelect[Any] | None = None
    without: frozenset[str] = frozenset()
    until: int = 0


def list_egress(store: Store, wanted: Filter = Filter()) -> list[dict[str, Any]]:
    """The parcels, oldest first."""
    with store.read() as connection:
        return [dict(row) for row in connection.execute(_parcels(wanted).order_by(EGRESS.c.id)).mappings()]


def list_newest_egress(store: Store, wanted: Filter, part: Slice) -> list[dict[str, Any]]:
    """The parcels, newest first; a place is (id,)."""
    query = _parcels(wanted).order_by(EGRESS.c.id.desc()).limit(part.limit)
    if part.after is not None:
        query = query.where(EGRESS.c.id < part.after[0])
    with store.read() as connection:
        return [dict(row) for row in connection.execute(query).mappings()]


def list_egress_kinds(store: Store) -> list[str]:
    """Every kind of parcel there is."""
    with store.read() as connection:
        return sorted(connection.execute(select(EGRESS.c.kind).distinct()).scalars())


def _parcels(wanted: Filter) -> Select[Any]:
    query = select(EGRESS).where(EGRESS.c.id > wanted.after, EGRESS.c.at >= wanted.since)
    if wanted.to:
        fits = EGRESS.c.receiver.contains(wanted.to, autoescape=True) | EGRESS.c.receiver.in_(wanted.or_to)
        query = query.where(fits if wanted.or_for is None else fits | EGRESS.c.purpose.in_(wanted.or_for))
    if wanted.until:
        query = query.where(EGRESS.c.at < wanted.until)
    if wanted.kind:
        query = query.where(EGRESS.c.kind == wanted.kind)
    if wanted.without:
        query = query.where(EGRESS.c.kind.not_in(sorted(wanted.without)))
    return query


def list_wire(store: Store, wanted: Filter = Filter()) -> list[dict[str, Any]]:
    """The messages, oldest first, each with its receiver and the number of the first parcel it belongs to."""
    with store.read() as connection:
        return [dict(row) for row in connection.execute(_messages(wanted).order_by(WIRE.c.id)).mappings()]


def list_newest_wire(store: Store, part: Slice) -> list[dict[str, Any]]:
    """The messages, newest first; a place is (id,)."""
    query = _messages(Filter()).order_by(WIRE.c.id.desc()).limit(part.limit)
    if part.after is not None:
        query = query.where(WIRE.c.id < part.after[0])
    with store.read() as connection:
        return [dict(row) for row in connection.execute(query).mappings()]


def _messages(wanted: Filter) -> Select[Any]:
    query = (
        select(WIRE, EGRESS.c.receiver)
        .join(EGRESS, EGRESS.c.id == WIRE.c.parcel)
        .where(WIRE.c.id > wanted.after, WIRE.c.at >= wanted.since)
    )
    if wanted.to:
        query = query.where(EGRESS.c.receiver.contains(wanted.to, autoescape=True))
    return query


# --- the coordinator -------------------------------------------------------------------------------


class Egress:
    """Every call to the coordinator, each through the ledger."""

    def __init__(self, ledger: Ledger, client: GatewayClient) -> None:
        self._ledger = ledger
        self._client = client
        ledger.note(Parcel(client.target, "connection", client.certificate_pem, CONNECTION))

    def now(self) -> int:
        """Unix seconds, as the ledger's rows carry them."""
        return self._ledger.now()

    def close(self) -> None:
        """End the connection."""
        self._client.close()

    def submit(self, statements: Sequence[tuple[str, bytes, str]]) -> tuple[Outcome, ...]:
        """Send signed statements, given as (kind, envelope, purpose); one outcome each."""
        parcels = [
            self._parcel(kind, data, word_statement(kind, data), purpose)
            for kind, data, purpose in statements
        ]
        envelopes = [data for _, data, _ in statements]
        return self._ledger.send(parcels, lambda: self._client.submit(envelopes))

    def put_blob(self, data: bytes, kind: str, purpose: str = "") -> None:
        """Send a ciphertext or a public HE key; resumes. `purpose`: of the statement that rests on it."""
        parcel = self._parcel(kind, data, CIPHERTEXT if kind == "ciphertext" else HE_KEY, purpose)
        self._ledger.send([parcel], lambda: self._client.put_blob(data))

    def has_blob(self, sha256: str) -> bool:
        """Whether the coordinator holds all of a blob that this node uploaded."""
        return self._ask("blob-state", sha256, lambda: self._client.stat_blob(sha256)).complete

    def watch(self, cursor: int) -> WatchStream:
        """Open the stream of statements after `cursor`."""
        return self._ask("watch", str(cursor), lambda: self._client.watch(cursor))

    def get(self, ids: Sequence[str]) -> tuple[LoggedData, ...]:
        """Statements by id, as far as this node may read them."""
        return self._ask("get", " ".join(ids), lambda: self._client.get(ids))

    def find(self, query: FindQuery) -> Page:
        """One page of public statements of a kind."""
        text = f"{query.kind} {query.after_index} {query.limit}"
        return self._ask("find", text, lambda: self._client.find(query))

    def get_blob(self, sha256: str, length: int) -> bytes:
        """Fetch a blob by its hash."""
        return self._ask("blob-fetch", sha256, lambda: self._client.get_blob(sha256, length))

    def aggregate(self, request: str) -> AggregateBlob:
        """Where the encrypted sum of a calculation lies."""
        return self._ask("aggregate", request, lambda: self._client.aggregate(request))

    def citations(self) -> tuple[Citation, ...]:
        """How often this node's factors were cited."""
        return self._ask("citations", "", self._client.citations)

    def refused(self, statement_id: str) -> RefusedStatement:
        """Fetch a refused envelope."""
        return self._ask("refused", statement_id, lambda: self._client.refused(statement_id))

    def bundle(self, request: str) -> bytes:
        """Fetch a certificate bundle."""
        return self._ask("bundle", request, lambda: self._client.bundle(request))

    def checkpoint(self) -> str:
        """The log's newest checkpoint, not yet verified."""
        return self._ask("checkpoint", "", self._client.checkpoint)

    def prove_inclusion(self, statement_id: str, size: int = 0) -> Inclusion:
        """The proof that a statement is in the log, not yet verified."""
        text = f"{statement_id} {size}"
        return self._ask("inclusion", text, lambda: self._client.prove_inclusion(statement_id, size))

    def prove_consistency(self, old_size: int, new_size: int) -> tuple[bytes, ...]:
        """The proof that the log only grew, not yet verified."""
        text = f"{old_size} {new_size}"
        return self._ask("consistency", text, lambda: self._client.prove_consistency(old_size, new_size))

    def _parcel(self, kind: str, data: bytes, holds: Words, purpose: str = "") -> Parcel:
        return Parcel(self._client.target, kind, data, holds, purpose)

    def _ask(self, kind: str, question: str, call: Callable[[], T]) -> T:
        parcel = self._parcel(kind, question.encode(), QUESTION[kind])
        return self._ledger.send([parcel], call)
