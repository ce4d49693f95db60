"""The coordinator's door for nodes, as plain calls: who may do what, and which part does it.

The one fact: a caller is the enrolment whose certificate it presents; its legal entity decides what it may read.
One not known to the log may hand in its own enrolment and nothing else. Protocol sections 5 and 11.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from concurrent.futures import Future
from dataclasses import dataclass
from functools import lru_cache
from typing import get_args

from coordinator.admission import Desk, Sender
from coordinator.blobs import Piece
from coordinator.bundles import Bundles
from coordinator.citations import Citations
from coordinator.following import Following
from coordinator.journal import Journal
from coordinator.limits import Limits
from coordinator.outcomes import Outcomes, parse_envelope
from coordinator.readers import PUBLIC_KINDS, check_readable, is_of_entity, key_of_entity, keys_of
from coordinator.record import Recent, StoreRecord, tell_revoked
from coordinator.refusing import show_refused
from coordinator.sequencer import Sequencer
from coordinator.store.contract import StoredStatement
from coordinator.watching import Watching
from coordinator.witnessing import Witnessing
from crypto.certificates import (
    Certificate,
    check_issued,
    fingerprint,
    key_of,
    parse_certificate,
    subject_of,
)
from crypto.errors import BadCertificate
from crypto.signing import key_id
from protocol.errors import PeerError, Refused
from protocol.library import enrolment_of
from protocol.payloads import Enrolment, Role
from protocol.statements import Signed
from protos.citations import Citation
from protos.refused import RefusedStatement
from protos.renewal import CONNECTION_SECONDS, ENROLMENT_URI
from protos.values import (
    CHUNK_BYTES,
    REPLY_BYTES,
    AggregateBlob,
    BlobPart,
    BlobState,
    Fetched,
    FindQuery,
    Inclusion,
    LoggedData,
    Outcome,
    Page,
    Refusal,
    WatchBatch,
)

READERS_KEPT = 1024
SLACK_SECONDS = 86400
"""The authority dates certificates back a little, for clocks that are behind."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Whoever is at the other end. `key` is None while its certificate, which ends at `ends`, is not enrolled here."""

    certificate: str
    enrolment: str | None
    key: str | None
    keys: frozenset[str]
    roles: frozenset[str] = frozenset()
    ends: float = 0.0


ANY_ROLE = frozenset(get_args(Role))
MEMBERS = frozenset({"supplier", "requester"})
DOOR_ROLES: dict[str, frozenset[str] | None] = {
    "submit": None,
    "watch": ANY_ROLE,
    "get": ANY_ROLE,
    "find": ANY_ROLE,
    "stat_blob": MEMBERS,
    "put_part": MEMBERS,
    "read_part": MEMBERS,
    "aggregate": frozenset({"requester"}),
    "citations": ANY_ROLE,
    "refused": ANY_ROLE,
    "bundle": ANY_ROLE,
    "checkpoint": None,
    "prove_inclusion": None,
    "prove_consistency": None,
}
"""Who may make which call: one of these roles; None: whoever the authority has certified, enrolled here or not.

What a party may sign is another question, which protocol.rules answers for each kind of statement.
"""


@dataclass(frozen=True, slots=True)
class Rooms:
    """The parts behind the door."""

    desk: Desk
    journal: Journal
    sequencer: Sequencer
    watching: Watching
    bundles: Bundles
    citations: Citations
    witnessing: Witnessing
    following: Following
    limits: Limits
    clock: Callable[[], int]


class Gateway:
    """A protos.server.Door. Safe for many threads."""

    def __init__(self, rooms: Rooms) -> None:
        self._rooms = rooms
        self._readers: Recent[frozenset[str]] = Recent(READERS_KEPT)
        self._limits = rooms.limits
        self.outcomes = Outcomes()

    @property
    def record(self) -> StoreRecord:
        """What the log says, as the rules look it up."""
        return self._rooms.desk.record

    # --- who calls

    def identify(self, certificate_pem: bytes) -> Caller:
        """Who presents this certificate; Refused("identity") when it is none for connections, or its enrolment ended.

        1. The authority issued it, it is valid now, and no older than one for connections may be, whatever it says.
        2. It names a logged enrolment of its own key, or is that of an enrolment itself. 3. That was not revoked.
        """
        desk, now = self._rooms.desk, self._rooms.clock()
        try:
            certificate, print_of, named = _read_certificate(certificate_pem)
            check_issued(certificate, desk.root, now)  # 1
        except BadCertificate as error:
            raise Refused("identity", f"{error}; the authority issues and renews certificates") from error
        if now - certificate.not_valid_before_utc.timestamp() > CONNECTION_SECONDS + SLACK_SECONDS:
            raise Refused(
                "identity", "this certificate is too old for connections; have it renewed by the authority"
            )
        enrolment = desk.record.enrolled(print_of) if named is None else desk.record.get(named)  # 2
        if enrolment is None or not isinstance(enrolment.payload, Enrolment):
            return Caller(print_of, None, None, frozenset())
        if named is not None and _key_of_pem(enrolment.payload.certificate) != key_id(key_of(certificate)):
            raise Refused("identity", "this certificate is for another key than the enrolment it names")
        payload = enrolment.payload
        keys, roles = keys_of(payload), frozenset(payload.entity_roles)
        ends = certificate.not_valid_after_utc.timestamp()
        caller = Caller(print_of, enrolment.id, key_of_entity(payload), keys, roles, ends)
        self._check_active(caller)
        return caller

    def _check_active(self, caller: Caller) -> None:
        if caller.enrolment is not None:
            revoked = self._rooms.desk.record.revoked_at(caller.enrolment)
            if revoked is not None:
                found = tell_revoked(self._rooms.desk.record, caller.enrolment, revoked)
                raise Refused("identity", f"{found}; ask the authority for a new token")
            if self._rooms.clock() > caller.ends:
                raise Refused("identity", "this certificate has ended; have it renewed by the authority")

    def _admit(self, caller: Caller, call: str) -> str:
        """The caller's key; Refused("identity" | "role") unless DOOR_ROLES lets it make this call."""
        wanted = DOOR_ROLES[call]
        if caller.key is None:
            raise Refused(
                "identity", "this certificate is not enrolled in this log; submit its enrolment first"
            )
        if wanted is not None and not wanted & caller.roles:
            raise Refused(
                "role", f"{call} is for {' or '.join(sorted(wanted))}; ask the authority for that role"
            )
        self._rooms.watching.presence.hear(caller.key)
        return caller.key

    # --- statements

    def submit(self, caller: Caller, envelopes: tuple[bytes, ...]) -> Future[tuple[Outcome, ...]]:
        """Hand in envelopes in order; what does not parse is refused, the rest goes on. Refused("busy") for a flood."""
        identity, now = caller.key or caller.certificate, self._rooms.clock()
        self._limits.take(identity, caller.roles, tuple(map(len, envelopes)), now)
        answer = self._judge(caller, envelopes)
        answer.add_done_callback(lambda done: self._charge(identity, caller, done))
        return answer

    def _charge(self, identity: str, caller: Caller, done: Future[tuple[Outcome, ...]]) -> None:
        if not done.cancelled() and done.exception() is None:
            refused = sum(isinstance(outcome, Refusal) for outcome in done.result())
            self._limits.charge_refusals(identity, caller.roles, refused, self._rooms.clock())

    def _judge(self, caller: Caller, envelopes: tuple[bytes, ...]) -> Future[tuple[Outcome, ...]]:
        parsed = [parse_envelope(data) for data in envelopes]
        self.outcomes.count_malformed(parsed)
        sender = Sender(caller.key) if caller.key is not None else Sender(None, caller.certificate)
        statements = [item for item in parsed if not isinstance(item, Refusal)]
        answer: Future[tuple[Outcome, ...]] = Future()
        if not statements:
            answer.set_result(tuple(item for item in parsed if isinstance(item, Refusal)))
            return answer
        size = self._rooms.journal.head.frontier.size
        judged = self._rooms.sequencer.submit(statements, sender)
        self.outcomes.follow(statements, judged, size)
        if len(statements) == len(parsed):
            return judged
        judged.add_done_callback(lambda done: _merge(parsed, done, answer))
        return answer

    def watch(self, caller: Caller, cursor: int) -> AsyncIterator[WatchBatch]:
        """Batches from `cursor` on, then live."""
        key = self._admit(caller, "watch")
        return self._rooms.watching.stream(key, caller.keys, cursor, lambda: self._check_active(caller))

    def get(self, caller: Caller, ids: tuple[str, ...]) -> Fetched:
        """Statements by id; what is unknown or not the caller's to read is left out."""
        self._admit(caller, "get")
        found: list[LoggedData] = []
        total = 0
        for place, statement_id in enumerate(ids):
            stored = self._rooms.desk.log.statement(statement_id)
            if stored is None or not self._may_read(stored, caller):
                continue
            total += len(stored.data)
            if found and total > REPLY_BYTES:
                return Fetched(tuple(found), ids[place:])
            found.append(_data_of(stored))
        return Fetched(tuple(found), ())

    def find(self, caller: Caller, query: FindQuery) -> Page:
        """Public statements of a kind, page by page; Refused("readers") for kinds that are not public."""
        self._admit(caller, "find")
        if query.kind not in PUBLIC_KINDS:
            raise Refused(
                "readers", f"find one of {', '.join(sorted(PUBLIC_KINDS))}; the rest comes by watch"
            )
        rows = self._rooms.desk.log.of_kind(query.kind, query.after_index, query.limit + 1)
        total, kept = 0, 0
        for row in rows[: query.limit]:
            total += len(row.data)
            if kept and total > REPLY_BYTES:
                break
            kept += 1
        next_index = rows[kept].index if kept < len(rows) else 0
        return Page(tuple(_data_of(row) for row in rows[:kept]), next_index)

    def _may_read(self, stored: StoredStatement, caller: Caller) -> bool:
        if stored.audience in caller.keys:
            return True
        try:
            check_readable(stored.kind, self._readers_of(stored.calculation or ""), caller.keys)
        except PeerError:
            return is_of_entity(stored.signer, caller.key, self._rooms.desk.record)
        return True

    def _readers_of(self, calculation: str) -> frozenset[str]:
        log = self._rooms.desk.log
        return self._readers.get(calculation, lambda: log.readers(calculation) or None) or frozenset()

    # --- blobs

    def stat_blob(self, caller: Caller, sha256: str) -> BlobState:
        """How much of a blob the caller has uploaded."""
        return self._rooms.desk.blobs.state(sha256, self._admit(caller, "stat_blob"))

    def put_part(self, caller: Caller, part: BlobPart) -> BlobState:
        """Take a piece of an upload."""
        piece = Piece(part.sha256, part.length, part.offset, part.data)
        return self._rooms.desk.blobs.write(piece, self._admit(caller, "put_part"))

    def read_part(self, caller: Caller, sha256: str, offset: int) -> BlobPart:
        """A piece of a blob that the caller may fetch; Refused("unknown" | "size") else.

        1. its own upload; 2. the encryption key of a request it may read; 3. the aggregate of its own request.
        Single ciphertexts go to nobody but their owner.
        """
        desk, key = self._rooms.desk, self._admit(caller, "read_part")
        if desk.ledger.blob(sha256, key) is None:  # 1
            uses = desk.ledger.uses(sha256)
            is_key = any(
                use.purpose == "he_key" and self._readers_of(use.calculation) & caller.keys for use in uses
            )
            is_sum = any(
                use.purpose == "aggregate" and self._requester(use.calculation) == key for use in uses
            )
            if not is_key and not is_sum:  # 2, 3
                raise Refused("unknown", f"there is no blob {sha256} for you here")
        length = desk.blobs.length(sha256)
        if length is None:
            raise Refused("unknown", f"blob {sha256} is not complete; finish its upload first")
        if offset > length:
            raise Refused("size", f"the blob has {length} bytes; ask from at most there")
        return BlobPart(sha256, length, offset, desk.blobs.read(sha256, offset, CHUNK_BYTES))

    def _requester(self, calculation: str) -> str | None:
        state = self._rooms.desk.log.calculation(calculation)
        return None if state is None else state.requester

    # --- results

    def aggregate(self, caller: Caller, request: str) -> AggregateBlob:
        """Where the sum of all ciphertexts lies, for the requester, once every contribution is in."""
        if self._requester(request) != self._admit(caller, "aggregate"):
            raise Refused("readers", "only the requester may fetch the sum of a calculation")
        stored = self._rooms.desk.ledger.aggregate(request)
        state = self._rooms.desk.log.calculation(request)
        if stored is None and state is not None and state.over_at is not None:
            raise Refused("ended", "the calculation is over and its sum is not kept any longer")
        if stored is None:
            raise Refused("not-ready", "not every contribution is in; watch until the last one is")
        return AggregateBlob(stored.sha256, stored.length)

    def citations(self, caller: Caller) -> tuple[Citation, ...]:
        """How often the caller's factors were cited in certificates; each owner is told of its own only."""
        self._admit(caller, "citations")
        return self._rooms.citations.of(enrolment_of(caller.enrolment or "", self.record).legal_entity)

    def citations_of(self, enrolment: str) -> tuple[tuple[Citation, ...], bool]:
        """The same as far as it is counted, and whether that is all; for whoever has settled that it is its to know."""
        return self._rooms.citations.so_far(enrolment_of(enrolment, self.record).legal_entity)

    def refused(self, caller: Caller, statement_id: str) -> RefusedStatement:
        """A refused envelope, and why, for whoever might read the statement."""
        self._admit(caller, "refused")
        return show_refused(self._rooms.desk, statement_id, caller.keys, self._readers_of)

    def bundle(self, caller: Caller, request: str) -> bytes:
        """The certificate bundle of a certified calculation, for its readers."""
        self._admit(caller, "bundle")
        if not self._readers_of(request) & caller.keys:
            raise Refused("unknown", f"there is no calculation {request} for you here")
        return self._rooms.bundles.make(request)

    # --- the log

    def checkpoint(self, caller: Caller) -> str:
        """The newest signed checkpoint, with cosignatures if there are any; Refused("not-ready") for an empty log."""
        self._rooms.following.look()
        note = self._rooms.witnessing.newest()
        if not note:
            raise Refused("not-ready", "the log is empty")
        return note

    def prove_inclusion(self, caller: Caller, statement_id: str, size: int) -> Inclusion:
        """A leaf and its proof; leaves are public."""
        self._rooms.following.look()
        return self._rooms.journal.prove_inclusion(statement_id, size)

    def prove_consistency(self, caller: Caller, old_size: int, new_size: int) -> tuple[bytes, ...]:
        """The proof that one tree extends another."""
        self._rooms.following.reach(new_size)
        return self._rooms.journal.prove_consistency(old_size, new_size)


@lru_cache(maxsize=1024)
def _read_certificate(pem: bytes) -> tuple[Certificate, str, str | None]:
    """A certificate, its fingerprint, and the enrolment that it names if it is one for connections."""
    certificate = parse_certificate(pem)
    uris = [uri for uri in subject_of(certificate).uri if uri.startswith(ENROLMENT_URI)]
    named = uris[0].removeprefix(ENROLMENT_URI) if uris else None
    return certificate, fingerprint(certificate).hex(), named


@lru_cache(maxsize=1024)
def _key_of_pem(pem: str) -> bytes:
    return key_id(key_of(parse_certificate(pem.encode())))


def _merge(
    parsed: list[Signed | Refusal], done: Future[tuple[Outcome, ...]], answer: Future[tuple[Outcome, ...]]
) -> None:
    if done.cancelled():
        answer.cancel()
        return
    error = done.exception()
    if error is not None:
        answer.set_exception(error)
        return
    judged = iter(done.result())
    answer.set_result(tuple(item if isinstance(item, Refusal) else next(judged) for item in parsed))


def _data_of(stored: StoredStatement) -> LoggedData:
    return LoggedData(stored.data, stored.index, stored.logged_at)
