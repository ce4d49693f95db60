"""May this statement be logged? The checks of section 11 in their order, for a group of statements at once.

The one fact: the proofs of a group are one equation. A statement is let through as if they held, so that others may
rest on it; when the equation fails, each is checked alone, the liars are named, and the group is judged again.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from coordinator.blobs import CIPHERTEXT_LIMIT, HE_KEY_LIMIT, Blobs
from coordinator.readers import signer_key
from coordinator.record import Folds, PendingRecord, StoreRecord
from coordinator.store.contract import Ledger, LogStore, RefusedEnvelope
from crypto.batch import EquationBatch
from crypto.bfv import check_ciphertext, check_public_key
from crypto.certificates import Certificate, fingerprint, parse_certificate
from crypto.errors import CryptoError
from crypto.group import Random
from crypto.merkle import root_at
from protocol.calculation import Calculation, advance, open_calculation
from protocol.errors import PeerError, StoreError
from protocol.payloads import AnyPayload, Contribution, Enrolment, Request, Revocation, Saw, Void
from protocol.rules import Context, check_proofs, check_signature, check_state, queue_proofs
from protocol.statements import Logged, Record, Signed, calculation_of

OPEN_REQUESTS = 8
FAILED_PROOFS_A_DAY = 10
REFUSED_KEPT_A_DAY = 200
ROOTS_KEPT = 4096
DAY = 24 * 3600
_log = logging.getLogger("sealsum.coordinator.admission")
_PROVEN_KINDS = frozenset({"declaration", "request", "consent", "contribution", "result"})


@dataclass(frozen=True, slots=True)
class Sender:
    """Who hands a statement in: a reader key; for one not enrolled yet its certificate; neither for ourselves."""

    key: str | None = None
    certificate: str | None = None


@dataclass(frozen=True, slots=True)
class Candidate:
    """A parsed statement, who handed it in, and whether its proofs and blobs were found to hold when it was taken."""

    signed: Signed
    sender: Sender
    is_proven: bool = False


Verdict = Logged | PeerError


@dataclass(slots=True)
class _Group:
    """One pass over a group: what it would add to the log, and the equations that this rests on."""

    record: PendingRecord
    equations: EquationBatch
    at: int
    next_index: int
    accepted: list[Logged] = field(default_factory=list)
    calculations: dict[str, Calculation] = field(default_factory=dict)
    queued: list[tuple[Signed, Context]] = field(default_factory=list)
    is_spoiled: bool = False  # a malformed proof left equations behind: judge the group again without it


@dataclass(frozen=True, slots=True)
class Admitted:
    """A verdict per candidate (an accepted or an earlier statement, or why not), and what to append."""

    verdicts: tuple[Verdict, ...]
    accepted: tuple[Logged, ...]
    calculations: tuple[Calculation, ...]
    record: PendingRecord


@dataclass(frozen=True, slots=True)
class Desk:
    """What the checks read."""

    log: LogStore
    ledger: Ledger
    blobs: Blobs
    record: StoreRecord
    folds: Folds
    root: Certificate


class Admission:
    """Judges groups of statements against the log; changes nothing but the list of refused envelopes."""

    def __init__(self, desk: Desk, random: Random) -> None:
        self._desk = desk
        self._random = random
        self._roots: dict[int, str] = {}

    def judge(self, candidates: Sequence[Candidate], at: int, next_index: int) -> Admitted:
        """Decide a group that would be logged at `at` from `next_index` on, in order."""
        proven = {item.signed.id for item in candidates if item.is_proven}
        failed: dict[str, PeerError] = {}
        absent = self._look_up(candidates)
        while True:
            record = PendingRecord(self._desk.record, absent)
            group = _Group(record, EquationBatch(self._random), at, next_index)
            verdicts = tuple(self._judge_one(item, group, proven, failed) for item in candidates)
            if group.is_spoiled:
                continue
            if group.equations.holds():
                break
            self._find_liars(group, proven, failed)
        self._keep_refused(candidates, verdicts, at)
        return Admitted(verdicts, tuple(group.accepted), tuple(group.calculations.values()), group.record)

    def _look_up(self, candidates: Sequence[Candidate]) -> frozenset[str]:
        """Ask the store once for a group what it would be asked for each; the ids that are not in the log."""
        desk, ids = self._desk, frozenset(item.signed.id for item in candidates)
        look_up_blobs((item.signed.payload for item in candidates), desk)
        return ids - desk.log.known(ids)

    def _find_liars(self, group: _Group, proven: set[str], failed: dict[str, PeerError]) -> None:
        lies: Counter[str] = Counter()
        for signed, context in group.queued:
            # The ledger learns of a group's lies after the group, so whoever fills it with them is stopped here.
            if lies[signed.payload.by] >= FAILED_PROOFS_A_DAY:
                failed[signed.id] = _over_budget()
                continue
            try:
                check_proofs(signed, context, self._random)
                proven.add(signed.id)
            except PeerError as error:
                failed[signed.id] = error
                lies[signed.payload.by] += 1

    def _judge_one(
        self, candidate: Candidate, group: _Group, proven: set[str], failed: dict[str, PeerError]
    ) -> Verdict:
        signed = candidate.signed
        try:
            earlier = group.record.get(signed.id)
            if earlier is not None and earlier.signed.data == signed.data:
                return earlier  # these bytes were checked when they were logged
            context = self._context(signed, group)
            check_signature(signed, context, group.at)
            self._check_sender(candidate, group.record)
            if earlier is not None:
                return earlier
            self._check_saw(signed.payload.saw, group.next_index)
            check_state(signed, context, group.at)
            self._check_caps(candidate, group)
            if signed.id in failed:
                raise failed[signed.id]
            if signed.id not in proven:
                self._queue(signed, context, group, failed)
        except PeerError as error:
            return error
        except CryptoError as error:
            return PeerError("encoding", str(error))
        return self._take(signed, context, group)

    def _queue(self, signed: Signed, context: Context, group: _Group, failed: dict[str, PeerError]) -> None:
        if isinstance(signed.payload, Void):
            return check_proofs(signed, context, self._random)
        if signed.payload.type not in _PROVEN_KINDS:
            return None
        self._check_budget(signed, group.at)
        try:
            queue_proofs(group.equations, signed, context)
        except PeerError as error:
            failed[signed.id] = error
            group.is_spoiled = True
            raise
        group.queued.append((signed, context))
        return None

    def _check_budget(self, signed: Signed, at: int) -> None:
        ledger = self._desk.ledger
        count = ledger.count_refused(signed.payload.by, "proof", at - DAY)
        if count and ledger.is_refused(signed.id, "proof"):
            raise PeerError("proof", "a proof of this very statement failed before")
        if count >= FAILED_PROOFS_A_DAY:
            raise _over_budget()

    def _context(self, signed: Signed, group: _Group) -> Context:
        request = calculation_of(signed)
        calculation = None
        if request is not None and request != signed.id:
            calculation = group.calculations.get(request) or self._desk.folds.get(request)
        return Context(group.record, self._desk.root, calculation)

    def _take(self, signed: Signed, context: Context, group: _Group) -> Logged:
        logged = Logged(signed, group.next_index + len(group.accepted), group.at)
        group.record.add(logged)
        group.accepted.append(logged)
        if isinstance(signed.payload, Request):
            group.calculations[signed.id] = open_calculation(logged, group.record)
        elif context.calculation is not None:
            moved = advance(context.calculation, logged, group.record)
            group.calculations[moved.request.id] = moved
        return logged

    # --- caps of our own

    def _check_sender(self, candidate: Candidate, record: Record) -> None:
        payload, sender = candidate.signed.payload, candidate.sender
        if sender.certificate is not None:
            own = isinstance(payload, Enrolment) and (
                fingerprint(parse_certificate(payload.certificate.encode())).hex() == sender.certificate
            )
            if not own:
                raise PeerError(
                    "identity", "this certificate is not enrolled here: submit its enrolment first"
                )
        elif sender.key is not None and not isinstance(payload, Enrolment | Revocation):
            self._check_signer_sends(payload, sender.key, record)

    @staticmethod
    def _check_signer_sends(payload: AnyPayload, key: str, record: Record) -> None:
        # The authority's statements may be brought by anyone; all others by their signer.
        if signer_key(payload, record) != key:
            raise PeerError("sender", "a statement is submitted by the entity that signed it")

    def _check_saw(self, saw: Saw, size: int) -> None:
        """What a signer says it saw must be this log: else one member's invention would make all others stop."""
        if saw.size > size:
            raise PeerError(
                "saw", f"the log never had {saw.size} leaves; ask for its checkpoint and sign again"
            )
        if saw.size not in self._roots:
            if len(self._roots) >= ROOTS_KEPT:
                self._roots.clear()
            self._roots[saw.size] = root_at(saw.size, self._desk.log.read_hash).hex()
        if saw.root != self._roots[saw.size]:
            raise PeerError("saw", f"the log had another root at {saw.size} leaves; keep both as evidence")

    def _check_caps(self, candidate: Candidate, group: _Group) -> None:
        payload = candidate.signed.payload
        if isinstance(payload, Request):
            self._check_open(signer_key(payload, group.record), group)
        check_blob(payload, self._desk, group.record, is_known=candidate.is_proven)

    def _check_open(self, requester: str, group: _Group) -> None:
        asked = (item for item in group.accepted if isinstance(item.payload, Request))
        pending = sum(signer_key(item.payload, group.record) == requester for item in asked)
        if self._desk.log.count_open(requester) + pending >= OPEN_REQUESTS:
            raise PeerError(
                "open-requests", f"{OPEN_REQUESTS} of your requests are open; wait or withdraw one"
            )

    # --- refused envelopes

    def _keep_refused(self, candidates: Sequence[Candidate], verdicts: Sequence[Verdict], at: int) -> None:
        ledger = self._desk.ledger
        for candidate, verdict in zip(candidates, verdicts, strict=True):
            signed = candidate.signed
            if not isinstance(verdict, PeerError) or verdict.check in _NOT_KEPT:
                continue
            refused = RefusedEnvelope(
                signed.id, signed.payload.by, verdict.check, verdict.message, at, signed.data
            )
            try:
                if ledger.count_refused(signed.payload.by, None, at - DAY) < REFUSED_KEPT_A_DAY:
                    ledger.keep_refused(refused)
            except StoreError as error:
                # The refusal stands without its record, and the honest rest of the group does not wait for it.
                _log.warning("a refused envelope was not kept: %s", error)


def look_up_blobs(payloads: Iterable[AnyPayload], desk: Desk) -> None:
    """Have the claims at hand that `check_blob` will ask for, from one question to the store; StoreError."""
    wanted = []
    for payload in payloads:
        if isinstance(payload, Request | Contribution):
            blob = payload.ciphertext if isinstance(payload, Contribution) else payload.he_key
            try:
                wanted.append((blob.sha256, signer_key(payload, desk.record)))
            except PeerError:  # it is refused for that when its turn comes
                continue
    desk.blobs.look_up(wanted)


def check_blob(payload: AnyPayload, desk: Desk, record: Record, is_known: bool = False) -> None:
    """Raise PeerError("size" | "blob") unless the signer uploaded what a request or contribution names, of its kind.

    `is_known`: its bytes were looked at when the statement was taken; that they are the signer's is asked again.
    """
    if not isinstance(payload, Request | Contribution):
        return None
    if isinstance(payload, Contribution):
        blob, limit, check = payload.ciphertext, CIPHERTEXT_LIMIT, check_ciphertext
    else:
        blob, limit, check = payload.he_key, HE_KEY_LIMIT, check_public_key
    owner = signer_key(payload, record)
    if is_known:
        return desk.blobs.check_own(blob.sha256, blob.length, owner, limit)
    try:
        check(desk.blobs.read_own(blob.sha256, blob.length, owner, limit))
    except CryptoError as error:
        raise PeerError("blob", str(error)) from error
    return None


def _over_budget() -> PeerError:
    return PeerError("budget", f"{FAILED_PROOFS_A_DAY} proofs of yours failed in a day; try tomorrow")


# Whoever cannot be named is charged nothing and fills no store; what may pass later accuses nobody.
_NOT_KEPT = frozenset(
    {"signer", "role", "certificate", "signature", "identity", "sender", "budget"}
    | {"blob", "open-requests", "phase", "deadline", "ended"}
)
