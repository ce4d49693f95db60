"""What the coordinator needs of its store, method by method, with what each promises.

The one fact: `append` is the only way into the log and takes statements, tree hashes, checkpoint and projections
together or not at all. Every implementation passes tests/coordinator/test_store_contract.py. Protocol section 8.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol

from crypto.merkle import Subtree
from protos.values import Refusal

Purpose = Literal["he_key", "ciphertext", "aggregate"]
VerifierKind = Literal["opening_request", "verification"]


@dataclass(frozen=True, slots=True)
class StoredStatement:
    """One row of the log. `subject`: what a revocation, publication or enrolment (its certificate) is about.

    `audience`: who watches a statement outside calculations, a reader key of coordinator.readers; None inside.
    """

    id: str
    kind: str
    signer: str
    calculation: str | None
    subject: str | None
    audience: str | None
    data: bytes
    index: int
    logged_at: int


@dataclass(frozen=True, slots=True)
class StoredCheckpoint:
    """A signed note over the tree of `size` leaves; `logged_at` of its last leaf."""

    size: int
    note: str
    logged_at: int


@dataclass(frozen=True, slots=True)
class CalculationState:
    """Projection of one calculation: its requester's key, phase, next deadline (None: over), and when it was over."""

    id: str
    requester: str
    phase: str
    deadline: int | None
    over_at: int | None = None


@dataclass(frozen=True, slots=True)
class OpenPhase:
    """How many calculations in this phase are not over, and of them how many have a deadline that has passed."""

    phase: str
    count: int
    late: int


@dataclass(frozen=True, slots=True)
class BlobUse:
    """A logged statement or finished aggregate of `calculation` rests on this blob."""

    sha256: str
    calculation: str
    purpose: Purpose


@dataclass(frozen=True, slots=True)
class Append:
    """One group commit. `statements` continue the log without a gap; `checkpoint` covers them all."""

    statements: tuple[StoredStatement, ...]
    subtrees: tuple[Subtree, ...]
    checkpoint: StoredCheckpoint
    readers: tuple[tuple[str, str], ...] = ()
    calculations: tuple[CalculationState, ...] = ()
    uses: tuple[BlobUse, ...] = ()
    topics: tuple[tuple[str, int], ...] = ()
    """Further subjects by which a statement is found, and its index."""


@dataclass(frozen=True, slots=True)
class RefusedEnvelope:
    """A signed envelope that was refused, kept so that anyone can repeat the failing check."""

    id: str
    signer: str
    check: str
    message: str
    refused_at: int
    data: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class OwnedBlob:
    """One entity's claim to a blob it is uploading or has uploaded."""

    sha256: str
    owner: str
    length: int
    complete: bool
    created_at: int


@dataclass(frozen=True, slots=True)
class StoredAggregate:
    """The finished sum of a calculation's ciphertexts, as a blob."""

    calculation: str
    sha256: str
    length: int


@dataclass(frozen=True, slots=True)
class Handed:
    """Envelopes on their way from the replica that took them to the one that appends; `number` once they are stored.

    `sender` and `certificate` as in coordinator.admission.Sender; `proven`: whose proofs the taker found to hold.
    """

    taker: str
    sender: str | None
    certificate: str | None
    envelopes: tuple[bytes, ...] = field(repr=False)
    proven: tuple[bool, ...]
    number: int = 0


@dataclass(frozen=True, slots=True)
class Placed:
    """A statement is in the log, at this index since then."""

    index: int
    logged_at: int


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of the envelopes that were handed over under this number."""

    number: int
    outcomes: tuple[Placed | Refusal, ...]


@dataclass(frozen=True, slots=True)
class Spent:
    """Statements, bytes and refusals of one identity."""

    statements: int
    bytes: int
    refusals: int


class LogStore(Protocol):
    """The log and its projections. Safe for calls from many threads; nothing is cached.

    Every method raises StoreError when the database fails.
    """

    def hold_log(self) -> bool:
        """Take, or confirm, the right to append; False while another process has it, or the database is away.

        It may be lost at any time (this process stood still, the database was restarted): ask before every group.
        """

    @property
    def holds_log(self) -> bool:
        """Whether this process may append as far as it knows; asks nobody, and says no rather than an outdated yes."""

    def append(self, batch: Append) -> None:
        """Write a group commit durably, all of it or nothing; once it returns, kill -9 and power cuts lose nothing.

        StoreError when the right to append is another's by now, when the first index is not the log's size, when an id
        is in the log already, or when the database fails. The last case leaves it open whether the batch was written:
        ask `newest_checkpoint` before going on.
        A calculation's row replaces its earlier one; readers and uses already there are no error.
        """

    def newest_checkpoint(self) -> StoredCheckpoint | None:
        """The checkpoint of the last append, or None for an empty log."""

    def keep_fresh(self, checkpoint: StoredCheckpoint) -> None:
        """Keep the newest tree signed again, for every replica; StoreError as for `append`."""

    def freshest_checkpoint(self) -> StoredCheckpoint | None:
        """The newest tree as it was signed last, by an append or again."""

    def checkpoint_covering(self, size: int) -> StoredCheckpoint | None:
        """The first checkpoint of at least this size, if one was signed."""

    def keep_cosigned(self, checkpoint: StoredCheckpoint) -> None:
        """Keep a checkpoint with cosignatures, `logged_at` being when it was signed; one of its size is replaced."""

    def newest_cosigned(self, below: int | None = None) -> StoredCheckpoint | None:
        """The largest checkpoint with cosignatures, of all or of those below this size; or None."""

    def cosigned_covering(self, size: int) -> StoredCheckpoint | None:
        """The first checkpoint with cosignatures of at least this size, or None."""

    def read_hash(self, level: int, index: int) -> bytes:
        """The hash of a complete subtree; StoreError when the log has no such subtree (yet)."""

    def read_hashes(self, level: int, start: int, count: int) -> list[bytes]:
        """At most `count` hashes of complete subtrees of one level from `start`, as many as there are."""

    def statement(self, statement_id: str) -> StoredStatement | None:
        """The statement with this id."""

    def beginning(self, prefix: str, limit: int) -> list[StoredStatement]:
        """At most `limit` statements whose id begins with these hex digits, by id."""

    def known(self, ids: Collection[str]) -> frozenset[str]:
        """Which of these ids are in the log."""

    def statement_at(self, index: int) -> StoredStatement | None:
        """The statement of this leaf."""

    def leaves(self, start: int, count: int) -> list[StoredStatement]:
        """At most `count` statements from leaf `start`, in log order."""

    def calculation_statements(
        self, calculation: str, until: int | None = None, start: int = 0
    ) -> list[StoredStatement]:
        """The request and everything that names it, in log order: from index `start` on, up to `until`, if given."""

    def calculation_size(self, calculation: str) -> int:
        """How many statements a calculation has so far."""

    def of_kind(self, kind: str, start: int, limit: int) -> list[StoredStatement]:
        """At most `limit` statements of a kind with index >= start, in log order."""

    def newest(
        self, kind: str | None, before: int, limit: int, readers: Collection[str] | None = None
    ) -> list[StoredStatement]:
        """At most `limit` statements of a kind (None: of any) below leaf `before`, the newest first; of those that
        these entities signed, under whichever of their enrolments, if given."""

    def newest_requests(self, phase: str, before: int, limit: int) -> list[StoredStatement]:
        """As `newest`, the requests of calculations that are in this phase and not over."""

    def newest_of(self, reader: str, kind: VerifierKind, before: int, limit: int) -> list[StoredStatement]:
        """As `newest`, of those that were signed under an enrolment of this entity's reader key."""

    def declared_by(self, reader: str, before: int, limit: int) -> list[StoredStatement]:
        """As `newest`, the declarations of this entity."""

    def shared_by(self, reader: str, before: int, limit: int) -> list[StoredStatement]:
        """As `newest`, the requests of calculations that this entity is a party of."""

    def answers_of(self, reader: str, calculations: Collection[str]) -> list[StoredStatement]:
        """Consents, refusals and withdrawals of this entity in these calculations, in log order."""

    def about(self, kind: str, subject: str) -> list[StoredStatement]:
        """Statements of a kind about this subject, in log order."""

    def about_each(self, kind: str, subjects: Collection[str]) -> dict[str, list[StoredStatement]]:
        """Statements of a kind about one subject alone, for each of these subjects, in log order; those without any
        are left out."""

    def concerning(self, readers: Collection[str], start: int, limit: int) -> list[StoredStatement]:
        """At most `limit` statements with index >= start whose audience or whose calculation's readers meet `readers`.

        In log order and without gaps: a statement not returned has a higher index than all that are. Operators and
        verifiers are readers of every calculation.
        """

    def readers(self, calculation: str) -> frozenset[str]:
        """Reader keys of a calculation; empty when it is unknown."""

    def calculation(self, calculation: str) -> CalculationState | None:
        """The projection of a calculation."""

    def calculations(self, ids: Collection[str]) -> dict[str, CalculationState]:
        """The projections of these calculations, as far as there are any."""

    def open_calculations(self, due_before: int | None = None) -> list[CalculationState]:
        """Calculations that are not over, or of them those with a deadline below `due_before`."""

    def open_phases(self, now: int) -> list[OpenPhase]:
        """The calculations that are not over, counted by phase."""

    def count_open(self, requester: str) -> int:
        """How many calculations of this requester are not over."""

    def close(self) -> None:
        """Let go of the log and of every connection; further calls are a mistake."""


class Relay(Protocol):
    """From the replicas that take statements to the one that appends, and back. Same promises as LogStore."""

    def hand_over(self, items: Sequence[Handed]) -> list[int]:
        """Put submissions durably where the process that appends finds them; their numbers, in order."""

    def waiting(self, limit: int) -> list[Handed]:
        """The oldest submissions without an answer."""

    def answer(self, answers: Sequence[Answer]) -> None:
        """Write what became of submissions. May be lost with a power cut: they then wait again."""

    def collect(self, taker: str) -> list[Answer]:
        """Take the answers to what `taker` handed over; they are gone afterwards."""

    def forget(self, seconds: int) -> None:
        """Remove what was handed over longer ago than this by the database's clock, answered or not."""


class Spending(Protocol):
    """What identities have handed in at all replicas together. Same promises as LogStore; the newest may be lost."""

    def add(self, spendings: Mapping[str, Spent], now: int) -> dict[str, Spent]:
        """Add what was spent here; the totals of these identities everywhere."""

    def forget(self, before: int) -> None:
        """Remove identities that have handed in nothing since."""


class Ledger(Protocol):
    """Bookkeeping beside the log: refused envelopes, blobs, aggregates. Same promises as LogStore.

    Each writing method is one durable transaction.
    """

    def keep_refused(self, refused: RefusedEnvelope) -> None:
        """Keep a refused envelope; one kept under this id and check stays, for another check it is replaced."""

    def is_refused(self, statement_id: str, check: str) -> bool:
        """Whether an envelope of this statement is kept as refused for this check."""

    def refused_envelope(self, statement_id: str) -> RefusedEnvelope | None:
        """The kept envelope of a refused statement."""

    def refused_beginning(self, prefix: str, limit: int) -> list[str]:
        """At most `limit` ids of refused statements that begin with these hex digits, in order."""

    def refused(
        self, limit: int, before: tuple[int, str] | None = None, readers: Collection[str] | None = None
    ) -> list[RefusedEnvelope]:
        """The newest refused envelopes, newest first; of those behind the one with this `refused_at` and id, and of
        those that the entities with these reader keys signed."""

    def count_refused(self, signer: str, check: str | None, since: int) -> int:
        """How many envelopes of a signer were refused from `since` on, for one check or any."""

    def counts_refused(self, signers: Collection[str], check: str, since: int) -> dict[str, int]:
        """How many envelopes of each of these signers were refused for a check from `since` on; without zeros."""

    def claim_blob(self, blob: OwnedBlob) -> None:
        """Insert or replace an entity's claim to a blob."""

    def blob(self, sha256: str, owner: str) -> OwnedBlob | None:
        """An entity's claim to a blob."""

    def blobs(self, names: Collection[str]) -> list[OwnedBlob]:
        """Every entity's claims to these blobs."""

    def standing(self, sha256: str, owner: str) -> tuple[OwnedBlob | None, int]:
        """An entity's claim to a blob, and the bytes of all its claims that no logged statement uses."""

    def drop_blob(self, sha256: str, owner: str) -> None:
        """Remove an entity's claim; no error when there is none."""

    def claims(self, sha256: str) -> int:
        """How many entities claim a blob."""

    def blob_names(self) -> Sequence[str]:
        """Every blob that was uploaded whole or that something rests on, by name."""

    def stale_blobs(self, created_before: int) -> list[OwnedBlob]:
        """Claims older than this that nothing uses."""

    def uses(self, sha256: str) -> Sequence[BlobUse]:
        """What rests on a blob."""

    def expired_blobs(self, over_before: int, limit: int) -> list[str]:
        """At most `limit` blobs that rest only on calculations which were over before this."""

    def forget_blobs(self, names: Sequence[str]) -> None:
        """Remove every claim to, and use of, these blobs, and the aggregates that they are."""

    def put_aggregate(self, aggregate: StoredAggregate) -> None:
        """Record a finished aggregate, with its use; writing the same again changes nothing."""

    def aggregate(self, calculation: str) -> StoredAggregate | None:
        """The finished aggregate of a calculation."""
