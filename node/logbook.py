"""What this node holds the log to: its pinned key, one history, and a proof for every receipt. Protocol section 5.

The one fact: the last checkpoint only ever moves forward along a proven line; a log that shows two histories to
this node is refused from then on, and what it showed is kept.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Sequence
from itertools import pairwise

from crypto.errors import CryptoError
from crypto.merkle import check_consistency, check_inclusion, leaf_hash
from crypto.note import Checkpoint, check_checkpoint
from node.egress import Egress
from node.settings import find_value, set_value
from node.store import Store
from protocol.errors import PeerError, Refused
from protocol.payloads import Saw
from protocol.statements import EMPTY_ROOT, encode_leaf
from protos.values import Receipt

_NOTE = "checkpoint"
CLOCK_TOLERANCE_SECONDS = 3600


class Logbook:
    """The node's view of the log under its pinned key."""

    def __init__(self, store: Store, egress: Egress, log_key: str) -> None:
        self._store = store
        self._egress = egress
        self._log_key = log_key
        self._lock = threading.RLock()

    def last(self) -> Checkpoint | None:
        """The last checkpoint this node has verified, or None before the first."""
        note = self.last_note()
        return None if note is None else check_checkpoint(note, self._log_key)

    def last_note(self) -> str | None:
        """The last verified checkpoint as the log signed it."""
        with self._store.read() as connection:
            return find_value(connection, _NOTE)

    def saw(self, now: int) -> Saw:
        """What a statement signed now says its signer saw.

        Nothing is signed on a checkpoint more than an hour off this machine's clock (protocol, section 5): an old one
        is fetched anew, and Refused("clock") says when the newest is off as well.
        """
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

    def follow(self, note: str) -> Checkpoint:
        """Take a newer checkpoint; PeerError("log") unless the pinned key signed it and it extends the last one."""
        with self._lock:
            fresh, last = self._open(note), self.last()
            if last is None:
                self._keep(note)
                return fresh
            older, newer = (last, fresh) if last.size <= fresh.size else (fresh, last)
            self._check_extends(older, newer)
            if (fresh.size, fresh.time or 0) > (last.size, last.time or 0):
                self._keep(note)
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
            return check_checkpoint(note, self._log_key)
        except CryptoError as error:
            raise PeerError("log", f"a checkpoint is not the pinned log's: {error}") from error

    def _check_extends(self, older: Checkpoint, newer: Checkpoint) -> None:
        if older.size == newer.size:
            if older.root != newer.root:
                raise PeerError(
                    "log", f"the log shows two histories at size {older.size}; keep this data folder"
                )
            return
        if older.size == 0:
            return
        proof = self._egress.prove_consistency(older.size, newer.size)
        try:
            check_consistency(older.size, newer.size, older.root, newer.root, proof)
        except CryptoError as error:
            raise PeerError(
                "log", f"the log at {newer.size} does not extend what it was at {older.size}: {error}"
            ) from error

    def _keep(self, note: str) -> None:
        with self._store.write() as connection:
            set_value(connection, _NOTE, note)


def _is_off(checkpoint: Checkpoint, now: int) -> bool:
    # A log that does not say when it signed could show an old tree for ever.
    return checkpoint.time is None or abs(now - checkpoint.time) > CLOCK_TOLERANCE_SECONDS


def _check_leaf(leaf: bytes, index: int, checkpoint: Checkpoint, proof: tuple[bytes, ...]) -> None:
    try:
        check_inclusion(leaf, index, checkpoint.size, proof, checkpoint.root)
    except CryptoError as error:
        raise PeerError("log", f"leaf {index} is not under checkpoint {checkpoint.size}: {error}") from error
