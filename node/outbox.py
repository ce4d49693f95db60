"""Statements this node has signed: stored before they are sent, sent again byte for byte until a receipt holds.

The one fact: a key (such as "consent:REQUEST:ENTRY") is signed for at most once, whichever process gets there
first, so no crash and no second process can make two different statements for one purpose. Protocol section 6(5).
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Row, case, func, select, tuple_, update
from sqlalchemy.dialects.sqlite import insert

from node.egress import Egress
from node.guard import sending
from node.logbook import Logbook
from node.store.database import Store
from node.store.record import keep_logged
from node.store.tables import BLOBS, OUTGOING
from protocol.errors import PeerError
from protocol.statements import Logged, Signed, calculation_of, parse_statement
from protos.values import Outcome, Receipt
from web.paging import Slice

ENROLMENT_KEY = "enrolment"
ROTATED_KEY = "enrolment:"
"""What the purpose of an enrolment begins with that replaced keys; its id follows."""
TRY_LATER = frozenset({"busy", "try-again", "quota", "not-ready", "identity"})
"""Refusals that time may lift: the statement stays in the outbox."""
BATCH_STATEMENTS, BATCH_BYTES = 64, 2 * 1024 * 1024
UPLOADS_AT_ONCE = 4
"""As many calls of one party the coordinator works on at a time."""
DELIVERY = (
    OUTGOING.c.key,
    OUTGOING.c.id,
    OUTGOING.c.log_index,
    OUTGOING.c.refused_check,
    OUTGOING.c.refused_message,
)
"""What a delivery is read from; the statement itself is long."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """What became of one statement: logged at `index`, or refused with a check and a message; `waits` to go again."""

    key: str
    id: str
    index: int | None
    check: str = ""
    message: str = ""
    waits: bool = False


def keep_statement(connection: Connection, key: str, signed: Signed, now: int) -> Signed:
    """Store a signed statement under its purpose, and return the one that is stored: this, or an earlier one."""
    connection.execute(
        insert(OUTGOING)
        .values(
            key=key,
            id=signed.id,
            kind=signed.payload.type,
            calculation=calculation_of(signed),
            data=signed.data,
            created=now,
        )
        .on_conflict_do_nothing()
    )
    kept = find_statement(connection, key)
    assert kept is not None, "the row was there or was just written"
    return kept


def find_statement(connection: Connection, key: str) -> Signed | None:
    """The statement signed for this purpose, or None."""
    data = connection.execute(select(OUTGOING.c.data).where(OUTGOING.c.key == key)).scalar()
    return None if data is None else parse_statement(bytes(data))


def find_signed(connection: Connection, statement_id: str) -> Signed | None:
    """The statement with this id; None when it is not one that this node signed."""
    data = connection.execute(select(OUTGOING.c.data).where(OUTGOING.c.id == statement_id)).scalar()
    return None if data is None else parse_statement(bytes(data))


def find_delivery(connection: Connection, key: str) -> Delivery | None:
    """How far the statement of this purpose has come: index None and check "" while it waits; None if unsigned."""
    row = connection.execute(select(*DELIVERY).where(OUTGOING.c.key == key)).first()
    return None if row is None else delivery_of(row)


def find_delivery_by_id(connection: Connection, statement_id: str) -> Delivery | None:
    """How far the statement with this id has come; None when this node did not sign it."""
    row = connection.execute(select(*DELIVERY).where(OUTGOING.c.id == statement_id)).first()
    return None if row is None else delivery_of(row)


@dataclass(frozen=True, slots=True)
class Sent:
    """One statement that this node signed: when, of what kind, of which calculation, and what became of it.

    `answer`: the envelope of an answer to a verifier, whose kind does not say whether it is a yes; else None.
    """

    created: int
    kind: str
    calculation: str | None
    delivery: Delivery
    answer: bytes | None = field(default=None, repr=False)


def list_signed(store: Store, wanted: Slice) -> list[Sent]:
    """Everything this node signed, newest first; a place is (created, key)."""
    place = tuple_(OUTGOING.c.created, OUTGOING.c.key)
    answer = case((OUTGOING.c.kind == "opening_answer", OUTGOING.c.data)).label("answer")
    query = select(OUTGOING.c.created, OUTGOING.c.kind, OUTGOING.c.calculation, answer, *DELIVERY)
    if wanted.after is not None:
        query = query.where(place < wanted.after)
    newest = (column.desc() for column in place)
    with store.read() as connection:
        return [
            Sent(row.created, row.kind, row.calculation, delivery_of(row), row.answer)
            for row in connection.execute(query.order_by(*newest).limit(wanted.limit))
        ]


def describe_delivery(delivery: Delivery | None) -> tuple[str, str]:
    """A delivery as (state, message): logged, waiting, refused or missing."""
    if delivery is None:
        return "missing", "it is not in this node's outbox"
    if delivery.index is not None:
        return "logged", f"in the log at {delivery.index}"
    if delivery.check:
        return "refused", f"{delivery.check}: {delivery.message}"
    return "waiting", "not delivered yet; it will be sent when the coordinator can be reached"


def keep_blob(connection: Connection, sha256: str, data: bytes, owner: str) -> None:
    """Store a blob that must be uploaded before the statement with key `owner` is sent."""
    row = insert(BLOBS).values(sha256=sha256, owner=owner, data=data, uploaded=False)
    connection.execute(row.on_conflict_do_nothing())


def deliver(store: Store, egress: Egress, logbook: Logbook, only: str | None = None) -> list[Delivery]:
    """Send whatever waits, oldest first, or one key only; NetworkError leaves the rest for the next time.

    What a page, the agent or a command is sending already is waited for, so that no bytes leave twice.
    """
    with sending(store.folder):
        return [
            delivery
            for batch in _batches(_waiting(store, only))
            for delivery in _send(store, egress, logbook, batch)
        ]


def _waiting(store: Store, only: str | None) -> Sequence[Row[Any]]:
    query = (
        select(OUTGOING)
        .where(OUTGOING.c.log_index.is_(None), OUTGOING.c.refused_check.is_(None))
        .order_by(OUTGOING.c.created, OUTGOING.c.key)
    )
    with store.read() as connection:
        return connection.execute(query if only is None else query.where(OUTGOING.c.key == only)).all()


def _send(store: Store, egress: Egress, logbook: Logbook, batch: Sequence[Row[Any]]) -> list[Delivery]:
    _upload_blobs(store, egress, [row.key for row in batch])
    outcomes = egress.submit([(row.kind, bytes(row.data), row.key) for row in batch])
    deliveries: list[Delivery] = []
    for row, outcome in zip(batch, outcomes, strict=True):
        if (
            not isinstance(outcome, Receipt)
            and outcome.check == "blob"
            and _lacks_blob(store, egress, row.key)
        ):
            # The coordinator lost an upload: it goes again before this statement does.
            deliveries.append(Delivery(row.key, row.id, None, outcome.check, outcome.message, waits=True))
            continue
        deliveries.append(_settle(store, logbook, row, outcome))
    return deliveries


def _batches(rows: Any) -> list[list[Row[Any]]]:
    batches: list[list[Row[Any]]] = []
    size = 0
    for row in rows:
        full = not batches or len(batches[-1]) >= BATCH_STATEMENTS or size + len(row.data) > BATCH_BYTES
        if full:
            batches.append([])
            size = 0
        batches[-1].append(row)
        size += len(row.data)
    return batches


def _upload_blobs(store: Store, egress: Egress, owners: Sequence[str]) -> None:
    """Upload what these statements rest on, a few at a time: each waits for disks here and there, not for work."""
    with store.read() as connection:
        query = select(BLOBS).where(BLOBS.c.owner.in_(owners), BLOBS.c.uploaded.is_(False))
        rows = connection.execute(query).all()
    uploaded: list[str] = []

    def upload(row: Row[Any]) -> None:
        kind = "ciphertext" if row.owner.startswith("contribution:") else "he-key"
        egress.put_blob(bytes(row.data), kind, row.owner)
        uploaded.append(row.sha256)

    if not rows:
        return
    try:
        with ThreadPoolExecutor(min(UPLOADS_AT_ONCE, len(rows)), thread_name_prefix="upload") as pool:
            list(pool.map(upload, rows))  # raises what the first of them raised
    finally:
        if uploaded:
            with store.write() as connection:
                connection.execute(update(BLOBS).where(BLOBS.c.sha256.in_(uploaded)).values(uploaded=True))


def _lacks_blob(store: Store, egress: Egress, owner: str) -> bool:
    """Whether the coordinator does not hold a blob that was uploaded for this statement; marks it for upload."""
    with store.read() as connection:
        rows = connection.execute(select(BLOBS.c.sha256).where(BLOBS.c.owner == owner)).scalars().all()
    missing = [sha256 for sha256 in rows if not egress.has_blob(sha256)]
    if missing:
        with store.write() as connection:
            connection.execute(update(BLOBS).where(BLOBS.c.sha256.in_(missing)).values(uploaded=False))
    return bool(missing)


def _settle(store: Store, logbook: Logbook, row: Row[Any], outcome: Outcome) -> Delivery:
    """Store a checked receipt together with the statement, or the refusal."""
    if isinstance(outcome, Receipt):
        data = bytes(row.data)
        logbook.check_receipt(outcome, row.id, data)
        logged = Logged(parse_statement(data), outcome.index, outcome.logged_at)
        changes: dict[str, object] = {"log_index": outcome.index, "logged_at": outcome.logged_at}
        with store.write() as connection:
            connection.execute(update(OUTGOING).where(OUTGOING.c.key == row.key).values(**changes))
            keep_logged(connection, [logged])
        return Delivery(row.key, row.id, outcome.index)
    if outcome.check not in TRY_LATER:
        changes = {"refused_check": outcome.check, "refused_message": outcome.message}
        with store.write() as connection:
            connection.execute(update(OUTGOING).where(OUTGOING.c.key == row.key).values(**changes))
    return Delivery(row.key, row.id, None, outcome.check, outcome.message, outcome.check in TRY_LATER)


def delivery_of(row: Any) -> Delivery:
    """The delivery in a row with the columns of DELIVERY."""
    return Delivery(row.key, row.id, row.log_index, row.refused_check or "", row.refused_message or "")


def drop_statement(connection: Connection, key: str) -> None:
    """Forget a refused statement so that a corrected one can take its place; one that was logged stays."""
    row = connection.execute(select(OUTGOING).where(OUTGOING.c.key == key)).first()
    if row is not None and row.log_index is not None:
        raise PeerError("logged", f"{key} is in the log and cannot be replaced")
    connection.execute(OUTGOING.delete().where(OUTGOING.c.key == key))


def count_late(store: Store, since: int) -> int:
    """How many statements were signed before `since` (seconds UTC) and neither logged nor refused yet."""
    waits = OUTGOING.c.log_index.is_(None) & OUTGOING.c.refused_check.is_(None)
    with store.read() as connection:
        return int(
            connection.execute(
                select(func.count()).select_from(OUTGOING).where(waits, OUTGOING.c.created < since)
            ).scalar_one()
        )
