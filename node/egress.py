"""The one way anything leaves this node: the ledger is written first, then the bytes go. Protocol section 10.

The one fact: no other module of the node holds a connection to anyone, so what is not in the ledger was not sent.
A row says when, to whom, what kind, how many bytes, their SHA-256, and in words what they hold.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import insert, select

from node.store import Store
from node.tables import EGRESS
from node.words import CIPHERTEXT, HE_KEY, QUESTION, STATEMENT_WORDS, Words
from protos.values import AggregateBlob, FindQuery, Inclusion, LoggedData, Outcome, Page

if TYPE_CHECKING:
    from protos.client import GatewayClient, WatchStream

T = TypeVar("T")
Clock = Callable[[], int]


@dataclass(frozen=True, slots=True)
class Parcel:
    """One byte string on its way out."""

    receiver: str
    kind: str
    data: bytes
    holds: Words


def send(store: Store, now: int, parcels: Sequence[Parcel], call: Callable[[], T]) -> T:
    """Write every parcel into the ledger, then make the call that sends them; returns what the call returns."""
    rows = [
        {
            "at": now,
            "receiver": parcel.receiver,
            "kind": parcel.kind,
            "size": len(parcel.data),
            "sha256": hashlib.sha256(parcel.data).hexdigest(),
            "holds_en": parcel.holds.en,
            "holds_zh": parcel.holds.zh,
        }
        for parcel in parcels
    ]
    with store.write() as connection:
        connection.execute(insert(EGRESS), rows)
    return call()


def list_egress(store: Store, after: int = 0) -> list[dict[str, Any]]:
    """The ledger, oldest first, from the row behind number `after` on."""
    with store.read() as connection:
        rows = connection.execute(select(EGRESS).where(EGRESS.c.id > after).order_by(EGRESS.c.id))
        return [dict(row) for row in rows.mappings()]


class Egress:
    """Every call to the coordinator, each through `send`."""

    def __init__(self, store: Store, client: GatewayClient, clock: Clock) -> None:
        self._store = store
        self._client = client
        self._clock = clock

    def now(self) -> int:
        """Unix seconds, as the ledger's rows carry them."""
        return self._clock()

    def close(self) -> None:
        """End the connection."""
        self._client.close()

    def submit(self, statements: Sequence[tuple[str, bytes]]) -> tuple[Outcome, ...]:
        """Send signed statements, given as (kind, envelope); one outcome each."""
        parcels = [self._parcel(kind, data, STATEMENT_WORDS[kind]) for kind, data in statements]
        envelopes = [data for _, data in statements]
        return send(self._store, self._clock(), parcels, lambda: self._client.submit(envelopes))

    def put_blob(self, data: bytes, kind: str) -> None:
        """Send a ciphertext or a public HE key; resumes."""
        parcel = self._parcel(kind, data, CIPHERTEXT if kind == "ciphertext" else HE_KEY)
        send(self._store, self._clock(), [parcel], lambda: self._client.put_blob(data))

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

    def _parcel(self, kind: str, data: bytes, holds: Words) -> Parcel:
        return Parcel(self._client.target, kind, data, holds)

    def _ask(self, kind: str, question: str, call: Callable[[], T]) -> T:
        parcel = self._parcel(kind, question.encode(), QUESTION[kind])
        return send(self._store, self._clock(), [parcel], call)
