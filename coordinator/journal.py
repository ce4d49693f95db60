"""The transparency log over the store: what to append, signed checkpoints, receipts and proofs.

The one fact: a checkpoint leaves this process only after the store has it together with every leaf it covers, so a
crash never shows a signed tree that is gone afterwards. Protocol sections 5 and 11.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace

from coordinator.readers import audience_of
from coordinator.record import Recent
from coordinator.store.contract import Append, LogStore, StoredCheckpoint, StoredStatement
from crypto.certificates import fingerprint, parse_certificate
from crypto.merkle import (
    EMPTY_ROOT,
    Frontier,
    Subtree,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    resume_frontier,
    root_at,
)
from crypto.note import Checkpoint, parse_checkpoint, parse_signer, sign_checkpoint, split_note
from protocol.errors import Refused, StoreError
from protocol.payloads import AnyPayload, Enrolment, Saw
from protocol.statements import Logged, Record, calculation_of, encode_leaf, topics_of
from protos.values import Inclusion, Receipt

HASHES_KEPT = 1 << 16
AHEAD = 1024
"""More leaves than this are not read to see how the log has grown; its stored hashes are."""
FRESH_SECONDS = 300


@dataclass(frozen=True, slots=True)
class Head:
    """The end of the log: its frontier, its checkpoint ("" before the first) and when that was signed, and the last
    `logged_at`."""

    frontier: Frontier
    note: str
    signed_at: int
    logged_at: int


def subject_of(payload: AnyPayload) -> str | None:
    """By what a statement is looked up beside its id: an enrolment by its certificate's SHA-256."""
    if isinstance(payload, Enrolment):
        return fingerprint(parse_certificate(payload.certificate.encode())).hex()
    topics = topics_of(payload)
    return topics[0] if len(topics) == 1 else None


class Journal:
    """Knows the head of the log. One thread calls `refresh`, `prepare` and `accept`; the rest any thread may."""

    def __init__(self, log: LogStore, log_key: str) -> None:
        self._log = log
        self._log_key = log_key
        self._origin = parse_signer(log_key).name
        self._hashes: Recent[bytes] = Recent(HASHES_KEPT)
        self._head = Head(Frontier(), "", 0, 0)
        self.refresh()

    @property
    def head(self) -> Head:
        """The end of the log as far as this process knows."""
        return self._head

    def refresh(self) -> Sequence[StoredStatement] | None:
        """Read the end of the log again; None unless another process, or a failed append of ours, had moved it.

        What was added, in order, or nothing where that is more than `AHEAD`. StoreError when it is not what was signed.
        """
        newest = self._log.freshest_checkpoint()
        if newest is None or newest.note == self._head.note:
            return None
        start = self._head.frontier.size
        if newest.size == start:
            self._head = replace(self._head, note=newest.note, signed_at=newest.logged_at)
            return None
        if 0 < newest.size - start <= AHEAD:
            added = self._log.leaves(start, newest.size - start)
            frontier, logged_at = self._grown(added, newest), added[-1].logged_at
        else:
            added, frontier = [], resume_frontier(newest.size, self._read)
            last = self._log.statement_at(newest.size - 1)
            logged_at = newest.logged_at if last is None else last.logged_at
        self._head = Head(frontier, newest.note, newest.logged_at, logged_at)
        return added

    def _grown(self, added: Sequence[StoredStatement], newest: StoredCheckpoint) -> Frontier:
        """The frontier behind these leaves, which its checkpoint must have signed; their hashes are at hand then."""
        frontier, completed = self._head.frontier, list[Subtree]()
        for row in added:
            frontier, subtrees = frontier.append(leaf_hash(encode_leaf(row.id, row.data, row.logged_at)))
            completed.extend(subtrees)
        signed = parse_checkpoint(split_note(newest.note)[0])
        if (frontier.size, frontier.root()) != (signed.size, signed.root):
            raise StoreError(
                f"the store's leaves do not give the root that the log signed at {signed.size} leaves"
            )
        self._keep(completed)
        return frontier

    def _keep(self, subtrees: Sequence[Subtree]) -> None:
        for subtree in subtrees:
            self._hashes.put(f"{subtree.level}/{subtree.index}", subtree.hash)

    def freshen(self, now: int) -> None:
        """Sign the head again when its checkpoint has become old: nodes rely on none that is an hour off their clock.

        Only the process that appends signs, and stores what it signed before it shows it: a smaller tree signed later
        by another replica would look as if the log had gone back. StoreError when that cannot be stored.
        """
        head = self._head
        if head.note and now - head.signed_at >= FRESH_SECONDS:
            again = StoredCheckpoint(head.frontier.size, self._sign(head.frontier, now), now)
            self._log.keep_fresh(again)
            self._head = replace(head, note=again.note, signed_at=now)

    def saw(self) -> Saw:
        """The head, as a statement of our own names it."""
        return Saw(size=self._head.frontier.size, root=self._head.frontier.root().hex())

    def place(self, offset: int) -> int:
        """The index of the leaf `offset` places behind the head."""
        return self._head.frontier.size + offset

    def prepare(self, accepted: Sequence[Logged], record: Record) -> tuple[Append, Frontier]:
        """Everything about these statements that follows from them alone, with a signed checkpoint."""
        frontier = self._head.frontier
        completed: list[Subtree] = []
        for logged in accepted:
            leaf = encode_leaf(logged.id, logged.signed.data, logged.logged_at)
            frontier, subtrees = frontier.append(leaf_hash(leaf))
            completed.extend(subtrees)
        at = accepted[-1].logged_at
        statements = tuple(_stored(logged, record) for logged in accepted)
        checkpoint = StoredCheckpoint(frontier.size, self._sign(frontier, at), at)
        return Append(statements, tuple(completed), checkpoint), frontier

    def accept(self, batch: Append, frontier: Frontier) -> None:
        """Move the head behind what the store has taken."""
        self._keep(batch.subtrees)
        at = batch.checkpoint.logged_at
        self._head = Head(frontier, batch.checkpoint.note, at, at)

    def _sign(self, frontier: Frontier, at: int) -> str:
        return sign_checkpoint(Checkpoint(self._origin, frontier.size, frontier.root(), at), self._log_key)

    # --- proofs

    def receipt(self, logged: Logged) -> Receipt:
        """The receipt of a logged statement under the newest checkpoint."""
        head = self._head
        proof = inclusion_proof(logged.index, head.frontier.size, self._read)
        envelope = hashlib.sha256(logged.signed.data).hexdigest()
        return Receipt(logged.id, logged.index, logged.logged_at, envelope, head.note, tuple(proof))

    def prove(self, index: int, size: int) -> tuple[bytes, ...]:
        """The inclusion proof of a leaf in the tree of `size`, both within the log."""
        return tuple(inclusion_proof(index, size, self._read))

    def prove_inclusion(self, statement_id: str, size: int) -> Inclusion:
        """A leaf's parts and proof in the tree of `size` (0: the newest); Refused("unknown" | "size")."""
        head = self._head
        stored = self._log.statement(statement_id)
        if stored is None or stored.index >= head.frontier.size:
            raise Refused("unknown", f"the log has no statement {statement_id}")
        wanted = size or head.frontier.size
        if not stored.index < wanted <= head.frontier.size:
            raise Refused("size", f"leaf {stored.index} is in no tree of {wanted} leaves that was signed")
        proof = inclusion_proof(stored.index, wanted, self._read)
        envelope = hashlib.sha256(stored.data).hexdigest()
        return Inclusion(stored.index, stored.logged_at, envelope, tuple(proof), head.note)

    def prove_consistency(self, old_size: int, new_size: int) -> tuple[bytes, ...]:
        """The proof that the tree of `new_size` extends that of `old_size`; Refused("size")."""
        if not 0 <= old_size <= new_size <= self._head.frontier.size:
            raise Refused("size", f"the log has {self._head.frontier.size} leaves; ask for at most that")
        return tuple(consistency_proof(old_size, new_size, self._read))

    def root(self, size: int) -> bytes:
        """The root that the log had at `size` leaves; Refused("size")."""
        if not 0 <= size <= self._head.frontier.size:
            raise Refused("size", f"the log has {self._head.frontier.size} leaves; ask for at most that")
        return root_at(size, self._read) if size else EMPTY_ROOT

    def _read(self, level: int, index: int) -> bytes:
        found = self._hashes.get(f"{level}/{index}", lambda: self._log.read_hash(level, index))
        if found is None:
            raise StoreError(f"the log has no complete subtree {index} of level {level}")
        return found


def _stored(logged: Logged, record: Record) -> StoredStatement:
    payload = logged.payload
    calculation = calculation_of(logged.signed)
    return StoredStatement(
        id=logged.id,
        kind=payload.type,
        signer=payload.by,
        calculation=calculation,
        subject=subject_of(payload),
        audience=audience_of(payload, record) if calculation is None else None,
        data=logged.signed.data,
        index=logged.index,
        logged_at=logged.logged_at,
    )
