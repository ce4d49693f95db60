"""What this node holds the log to: its pinned key, one history, and a proof for every receipt. Protocol section 5.

The one fact: the last checkpoint only ever moves forward along a proven line; a log that shows two histories to
this node is refused from then on, and what it showed is kept as evidence that anyone can check. Who pinned witnesses
signs only on what enough of them have seen.
"""

from __future__ import annotations

import hashlib
import re
import threading
from collections.abc import Sequence
from itertools import pairwise
from typing import NoReturn

from sqlalchemy import insert, select

from crypto.cosignature import check_cosignatures
from crypto.errors import CryptoError
from crypto.merkle import check_consistency, check_inclusion, leaf_hash
from crypto.note import Checkpoint, check_checkpoint
from node.egress import Egress
from node.identity import Pins
from node.store.database import Store
from node.store.settings import find_value, set_value
from node.store.tables import ANOMALIES
from protocol.errors import PeerError, Refused
from protocol.log_evidence import Evidence, LogMisbehaved, encode_evidence, is_rollback
from protocol.payloads import Saw
from protocol.statements import EMPTY_ROOT, encode_leaf
from protos.values import Receipt

_NOTE = "checkpoint"
_SIZE = re.compile("[0-9]{1,19}")
_WITNESSED = "witnessed"
CLOCK_TOLERANCE_SECONDS = 3600


class Logbook:
    """The node's view of the log under its pinned key."""

    def __init__(self, store: Store, egress: Egress, pins: Pins) -> None:
        self._store = store
        self._egress = egress
        self._pins = pins
        self._lock = threading.RLock()

    def last(self) -> Checkpoint | None:
        """The last checkpoint this node has verified, or None before the first."""
        note = self.last_note()
        return None if note is None else check_checkpoint(note, self._pins.log_key)

    def last_note(self) -> str | None:
        """The last verified checkpoint as the log signed it."""
        with self._store.read() as connection:
            return find_value(connection, _NOTE)

    def saw(self, now: int) -> Saw:
        """What a statement signed now says its signer saw.

        Nothing is signed on a checkpoint more than an hour off this machine's clock (protocol, section 5): an old one
        is fetched anew, and Refused("clock") says when the newest is off as well.
        """
        if self._pins.threshold:
            checkpoint: Checkpoint | None = self._witnessed(now)
        else:
            checkpoint = self.last()
            if checkpoint is not None and _is_off(checkpoint, now):
                checkpoint = self.follow(self._egress.checkpoint())
                if _is_off(checkpoint, now):
                    raise Refused(
                        "clock",
                        "the log's newest checkpoint was signed more than an hour away from this machine's time; "
                        "set the clock, or ask the operator about the log's",
                    )
        if checkpoint is None:
            return Saw(size=0, root=EMPTY_ROOT)
        return Saw(size=checkpoint.size, root=checkpoint.root.hex())

    def _witnessed(self, now: int) -> Checkpoint:
        """The newest checkpoint that enough pinned witnesses cosigned, by their own clocks, within the hour.

        Refused("witnesses") when too few stand under it, Refused("clock") when it, or what they signed, is too old.
        """
        with self._store.read() as connection:
            note = find_value(connection, _WITNESSED)
        if note is not None and not _is_off(self._open(note), now) and self._is_seen_lately(note, now):
            return self._open(note)
        fresh = self._egress.checkpoint()
        checkpoint = self.follow(fresh)
        try:
            check_cosignatures(fresh, self._pins.witnesses, self._pins.threshold)
        except CryptoError as error:
            raise Refused(
                "witnesses", f"{error}; nothing is signed before: ask the operator, or change your pins"
            ) from error
        if _is_off(checkpoint, now) or not self._is_seen_lately(fresh, now):
            raise Refused("clock", "what the witnesses saw last is more than an hour off this machine's time")
        self._keep(_WITNESSED, fresh)
        return checkpoint

    def _is_seen_lately(self, note: str, now: int) -> bool:
        """Whether enough witnesses signed at a time near `now`.

        The checkpoint's own time is the log's word: it could have one of tomorrow cosigned today, and show it then.
        """
        seen = check_cosignatures(note, self._pins.witnesses, 0)
        lately = sum(abs(now - cosignature.time) <= CLOCK_TOLERANCE_SECONDS for cosignature in seen)
        return lately >= self._pins.threshold

    def follow(self, note: str) -> Checkpoint:
        """Take a newer checkpoint; PeerError("log") when it is none of this log's history.

        1. The pinned key signed it. 2. It is no smaller tree signed later than the last one.
        3. One of the two is a beginning of the other. What breaks 2 or 3 is kept as evidence.
        """
        with self._lock:
            fresh, last_note = self._open(note), self.last_note()  # 1
            if last_note is None:
                self._keep(_NOTE, note)
                return fresh
            last = self._open(last_note)
            if is_rollback(last, fresh):  # 2
                self._accuse(
                    f"the log signed {fresh.size} leaves after it had signed {last.size}: it went back",
                    Evidence(self._pins.log_key, last_note, note),
                )
            older, newer = (last, fresh) if last.size <= fresh.size else (fresh, last)
            self._check_extends(older, newer, (last_note, note))  # 3
            if (fresh.size, fresh.time or 0) > (last.size, last.time or 0):
                self._keep(_NOTE, note)
            return fresh

    def check_receipt(self, receipt: Receipt, statement_id: str, data: bytes) -> None:
        """Raise PeerError("log") unless the receipt proves that this very envelope is in the log.

        1. It names the statement and this envelope. 2. The pinned key signed its checkpoint, which extends the last.
        3. The leaf lies under that checkpoint.
        """
        if receipt.id != statement_id or receipt.envelope_sha256 != hashlib.sha256(data).hexdigest():  # 1
            raise PeerError(
                "log", f"the receipt for {statement_id[:12]} is for another statement or envelope"
            )
        checkpoint = self.follow(receipt.checkpoint)  # 2
        leaf = leaf_hash(encode_leaf(statement_id, data, receipt.logged_at))
        _check_leaf(leaf, receipt.index, checkpoint, receipt.inclusion)  # 3

    def prove(self, statement_id: str, data: bytes) -> tuple[int, int, Checkpoint, tuple[bytes, ...]]:
        """Ask for and check the proof that an envelope is in the log: (index, logged_at, checkpoint, proof)."""
        inclusion = self._egress.prove_inclusion(statement_id)
        checkpoint = self.follow(inclusion.checkpoint)
        leaf = leaf_hash(encode_leaf(statement_id, data, inclusion.logged_at))
        _check_leaf(leaf, inclusion.index, checkpoint, inclusion.proof)
        return inclusion.index, inclusion.logged_at, checkpoint, inclusion.proof

    def check_saws(self, saws: Sequence[Saw]) -> None:
        """Raise PeerError("log") unless what each of them saw is a beginning of the history that this node sees.

        The statements they stand in are logged, so none can have seen more than this node's last checkpoint covers.
        """
        last = self.last()
        seen = sorted({(saw.size, saw.root) for saw in saws if saw.size > 0})
        if last is None or not seen:
            return
        for (size, root), (other_size, other_root) in pairwise(seen):
            if size == other_size and root != other_root:
                raise PeerError("log", f"two members saw two histories at size {size}; keep this data folder")
        if seen[-1][0] > last.size:
            raise PeerError(
                "log",
                f"a member saw a log of {seen[-1][0]} statements, shown here are {last.size}; keep this data folder",
            )
        for size, root in seen:
            self._check_extends(Checkpoint(last.origin, size, bytes.fromhex(root)), last)

    def _open(self, note: str) -> Checkpoint:
        try:
            return check_checkpoint(note, self._pins.log_key)
        except CryptoError as error:
            raise PeerError("log", f"a checkpoint is not the pinned log's: {error}") from error

    def _check_extends(
        self, older: Checkpoint, newer: Checkpoint, notes: tuple[str, str] | None = None
    ) -> None:
        """Raise unless one tree is a beginning of the other; evidence where both are notes the log signed."""
        if older.size == newer.size:
            if older.root != newer.root:
                self._accuse(f"the log shows two histories at size {older.size}", self._evidence(notes, ()))
            return
        if older.size == 0:
            return
        proof = self._egress.prove_consistency(older.size, newer.size)
        try:
            check_consistency(older.size, newer.size, older.root, newer.root, proof)
        except CryptoError as error:
            self._accuse(
                f"the log at {newer.size} does not extend what it was at {older.size}: {error}",
                self._evidence(notes, proof),
            )

    def _evidence(self, notes: tuple[str, str] | None, proof: tuple[bytes, ...]) -> Evidence | None:
        return None if notes is None else Evidence(self._pins.log_key, notes[0], notes[1], proof)

    def _accuse(self, message: str, evidence: Evidence | None) -> NoReturn:
        """Keep what the log showed, before anybody is told."""
        if evidence is None:
            raise PeerError("log", f"{message}; keep this data folder")
        data = encode_evidence(evidence)
        row = {"at": self._egress.now(), "statement": None, "check": "log", "message": message}
        with self._store.write() as connection:
            known = select(ANOMALIES.c.id).where(ANOMALIES.c.evidence == data)
            if connection.execute(known).first() is None:
                connection.execute(insert(ANOMALIES).values(**row, evidence=data))
        raise LogMisbehaved(f"{message}; the evidence is kept, see: sealsum node anomalies", evidence)

    def _keep(self, name: str, note: str) -> None:
        with self._store.write() as connection:
            set_value(connection, name, note)


def _is_off(checkpoint: Checkpoint, now: int) -> bool:
    # A log that does not say when it signed could show an old tree for ever.
    return checkpoint.time is None or abs(now - checkpoint.time) > CLOCK_TOLERANCE_SECONDS


def _check_leaf(leaf: bytes, index: int, checkpoint: Checkpoint, proof: tuple[bytes, ...]) -> None:
    try:
        check_inclusion(leaf, index, checkpoint.size, proof, checkpoint.root)
    except CryptoError as error:
        raise PeerError("log", f"leaf {index} is not under checkpoint {checkpoint.size}: {error}") from error


def size_claimed(checkpoint: str) -> int:
    """The log size a checkpoint claims, not verified: only to know whether there is more to read; 0 when unreadable."""
    lines = checkpoint.split("\n")
    return int(lines[1]) if len(lines) > 1 and _SIZE.fullmatch(lines[1]) else 0
