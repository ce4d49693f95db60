"""The audit of a whole log: every leaf, envelope, signature, rule, proof and certificate, from the first on.

The one fact: it is cut where the protocol is. Enrolments and library are folded once, in order; each calculation is
a piece of work by itself that needs its own statements and what they cite, so many are checked at once and none
stays in memory. Protocol sections 5, 7 and 8.
"""

from __future__ import annotations

import binascii
import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from crypto.certificates import Certificate as X509
from crypto.envelope import PAYLOAD_TYPE, pre_authentication_encoding
from crypto.errors import CryptoError
from crypto.merkle import Frontier, leaf_hash, root_at
from protocol.audit_jobs import Finding, Outcome, Task, parse_row
from protocol.errors import PeerError
from protocol.payloads import (
    CALCULATION_KINDS,
    AnyPayload,
    Declaration,
    Enrolment,
    OpeningAnswer,
    Saw,
    Verification,
)
from protocol.rules import Context, check_signature, check_state
from protocol.statements import Leaf, Logged, MemoryRecord, Record, parse_leaf
from protocol.verifying import check_independent, check_rests_on

ROOTS_KEPT = 4096
_PAYLOAD = b'{"payload":"'
_KIND = re.compile(rb'"type":"([a-z_]{1,20})"')
_BY = re.compile(rb'"by":"([0-9a-f]{64})"')
_DECLARATION = re.compile(rb'"declaration":"([0-9a-f]{64})"')
_REQUEST = re.compile(rb'"request":"([0-9a-f]{64})"')


# --- the tree --------------------------------------------------------------------------------------


class Leaves:
    """The tree over every leaf taken so far; 64 bytes a leaf."""

    def __init__(self) -> None:
        self._levels: list[bytearray] = []
        self._roots: dict[int, str] = {}
        self.frontier = Frontier()

    def append(self, leaf: bytes) -> None:
        """Take the next leaf."""
        self.frontier, completed = self.frontier.append(leaf_hash(leaf))
        for subtree in completed:
            if subtree.level == len(self._levels):
                self._levels.append(bytearray())
            self._levels[subtree.level] += subtree.hash

    def read(self, level: int, index: int) -> bytes:
        """The hash of a complete subtree."""
        return bytes(self._levels[level][32 * index : 32 * index + 32])

    def tile(self, level: int, index: int, width: int) -> bytes:
        """What a tile of `width` hashes must hold (C2SP tlog-tiles); shorter when the tree is not that long."""
        if 8 * level >= len(self._levels):
            return b""
        start = 256 * 32 * index
        return bytes(self._levels[8 * level][start : start + 32 * width])

    def root(self, size: int) -> str:
        """The root at a size within the tree, hex."""
        if size not in self._roots:
            if len(self._roots) >= ROOTS_KEPT:
                self._roots.clear()
            self._roots[size] = root_at(size, self.read).hex()
        return self._roots[size]


# --- in order --------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Counts:
    kinds: Counter[str] = field(default_factory=Counter)
    phases: Counter[str] = field(default_factory=Counter)
    unread: int = 0
    half_judged: int = 0


class Audit:
    """Takes leaves in log order, then hands out jobs. What it found is in `findings`, in no order."""

    def __init__(self, root: X509) -> None:
        self._root = root
        self._record = MemoryRecord()
        self._ids: dict[str, int] = {}
        self._names: list[str] = []
        self._last = 0
        self._calculations: dict[str, list[int]] = {}
        self._cited: dict[str, tuple[str, ...]] = {}
        self._signers: dict[str, dict[str, None]] = {}
        self._declarations: list[str] = []
        self._bases: dict[str, tuple[str, ...]] = {}
        self._results: dict[str, Glance] = {}
        self._is_read = bytearray()
        self.leaves = Leaves()
        self.findings: list[Finding] = []
        self.counts = _Counts()
        self.phases: dict[str, str] = {}

    @property
    def size(self) -> int:
        """How many leaves were taken."""
        return self.leaves.frontier.size

    @property
    def requests(self) -> list[str]:
        """Every calculation seen, in the order of their requests."""
        return list(self._calculations)

    def index_of(self, statement_id: str) -> int | None:
        """The leaf of a statement, or None."""
        return self._ids.get(statement_id)

    def opinions_on(self, subject: str) -> Sequence[Logged]:
        """The verifiers' opinions on a statement, as far as they were read, in log order."""
        return self._record.about("verification", subject)

    def names_of(self, enrolment: str) -> tuple[str, str]:
        """The English and the Chinese name of who enrolled; its id twice where the enrolment was not read."""
        found = self._record.get(enrolment)
        if found is None or not isinstance(found.payload, Enrolment):
            return enrolment, enrolment
        return found.payload.name_en, found.payload.name_zh

    def name_of(self, index: int) -> str:
        """The id that a leaf gives; empty where the leaf cannot be read."""
        return self._names[index]

    def take(self, leaf_data: bytes, data: bytes | None) -> None:
        """The next leaf, and its envelope where it may be read.

        1. The leaf has the log's form, its time is not before the last one's, its id is new.
        2. The envelope is the one whose hash the leaf has, and the id is its own.
        3. An enrolment, a revocation, the library and declarations are judged now: signature, what was seen, state.
        4. What belongs to a calculation waits for its job.
        """
        index = self.size
        self.leaves.append(leaf_data)
        self._names.append("")
        self._is_read.append(data is not None)
        try:
            leaf = self._read_leaf(leaf_data, index)  # 1
            if data is None:
                self.counts.unread += 1
                return
            if hashlib.sha256(data).hexdigest() != leaf.envelope:  # 2
                raise PeerError("envelope", "the envelope is not the one that was logged")
            seen = glance(data)
            if seen.id != leaf.id:
                raise PeerError("envelope", f"the leaf names {leaf.id}, the envelope is {seen.id}")
            self.counts.kinds[seen.kind] += 1
            if seen.request is None:
                self._judge(Logged(parse_row(data), index, leaf.logged_at))  # 3
            else:
                self._calculations.setdefault(seen.request, []).append(index)  # 4
                self._signers.setdefault(seen.request, {})[seen.by] = None
                if seen.cited:
                    self._cited[seen.request] = seen.cited
                if seen.kind == "result":
                    self._results[seen.id] = seen
        except (PeerError, CryptoError) as error:
            self._find(index, error)

    def _read_leaf(self, data: bytes, index: int) -> Leaf:
        leaf = parse_leaf(data)
        self._names[index] = leaf.id
        if self._ids.setdefault(leaf.id, index) != index:
            raise PeerError("duplicate", f"the statement stands at {self._ids[leaf.id]} already")
        last, self._last = self._last, max(self._last, leaf.logged_at)
        if leaf.logged_at < last:
            raise PeerError("order", f"logged at {leaf.logged_at}, behind a leaf of {last}")
        return leaf

    def _judge(self, logged: Logged) -> None:
        context = Context(self._record, self._root)
        check_signature(logged.signed, context, logged.logged_at)
        self._check_saw(logged.index, logged.payload.saw)
        self._check_state(logged, context)
        self._record.add(logged)
        if isinstance(logged.payload, Declaration):
            self._declarations.append(logged.id)

    def _check_state(self, logged: Logged, context: Context) -> None:
        """By the rules; where they need what this reader may not read, it is counted and held against nobody."""
        payload = logged.payload
        if self._rests_on_unread(payload):
            self.counts.half_judged += 1
        elif isinstance(payload, Verification) and payload.subject in self._results:
            result = self._results[payload.subject]
            check_independent(payload.by, result.by, self._record)
            declarations = frozenset(self._cited.get(result.request or "", ()))
            check_rests_on(payload, declarations, self._record)
        else:
            check_state(logged.signed, context, logged.logged_at)

    def _rests_on_unread(self, payload: AnyPayload) -> bool:
        if isinstance(payload, OpeningAnswer):
            return self._is_unread(payload.asked)
        if not isinstance(payload, Verification):
            return False
        answers = [self._record.get(one) for one in payload.rests_on]
        asked = [
            one.payload.asked for one in answers if one is not None and isinstance(one.payload, OpeningAnswer)
        ]
        return any(map(self._is_unread, (payload.subject, *payload.rests_on, *asked)))

    def _is_unread(self, statement_id: str) -> bool:
        index = self._ids.get(statement_id)
        return index is not None and not self._is_read[index]

    def _check_saw(self, index: int, saw: Saw) -> None:
        if saw.size > index or saw.root != self.leaves.root(saw.size):
            raise PeerError("saw", f"its signer saw another history at {saw.size} leaves")

    def _find(self, index: int, error: PeerError | CryptoError) -> None:
        check = error.check if isinstance(error, PeerError) else "encoding"
        message = error.message if isinstance(error, PeerError) else str(error)
        self.findings.append(Finding(index, self._names[index], check, message))

    # --- pieces of work

    def task(self, request: str) -> Task:
        """The work of one calculation."""
        return Task(request, tuple(self._calculations[request]), tuple(self._context(request)))

    def declaration_task(self, start: int, count: int) -> Task | None:
        """The proofs of declarations `start` to `start + count` that were let through; None when there are none."""
        places = tuple(self._ids[one] for one in self._declarations[start : start + count])
        return Task("", places, ()) if places else None

    def _context(self, request: str) -> Iterable[int]:
        ids = dict(self._signers[request])
        for declaration in self._cited.get(request, ()):
            if declaration not in self._bases:
                self._bases[declaration] = tuple(_rests_on(declaration, self._record))
            ids |= dict.fromkeys(self._bases[declaration])
        # A statement of another calculation, a rotated or an unknown key: what is not in the record is not there.
        for one in list(ids):
            ids |= dict.fromkeys(_replaced(one, self._record))
        found = [self._record.get(one) for one in ids]
        kept = [logged for logged in found if logged is not None]
        revocations = [one for logged in kept for one in self._record.about("revocation", logged.id)]
        return sorted(logged.index for logged in (*kept, *revocations))

    def settle(self, task: Task, outcome: Outcome) -> None:
        """Take what a task's check found."""
        self.findings.extend(outcome.findings)
        if task.request:
            self.counts.phases[outcome.phase] += 1
            self.phases[task.request] = outcome.phase
        for index, saw in outcome.saws:
            try:
                self._check_saw(index, saw)
            except PeerError as error:
                self._find(index, error)


@dataclass(frozen=True, slots=True)
class Glance:
    """What an envelope claims to be, for sorting it: `request` None outside calculations, the declarations `cited`."""

    id: str
    kind: str
    by: str
    request: str | None
    cited: tuple[str, ...] = ()


def glance(data: bytes) -> Glance:
    """Read only what sorting needs; PeerError("encoding") when it is not there. Whoever judges it parses it."""
    if not data.startswith(_PAYLOAD):
        raise PeerError("encoding", "expected an envelope that starts with its payload")
    encoded = data[len(_PAYLOAD) : max(len(_PAYLOAD), data.find(b'"', len(_PAYLOAD)))]
    try:
        text = binascii.a2b_base64(encoded)
    except binascii.Error as error:
        raise PeerError("encoding", "expected the payload of an envelope in base64") from error
    if binascii.b2a_base64(text, newline=False) != encoded:
        raise PeerError("encoding", "expected the payload of an envelope in the one base64 of its bytes")
    # Inside a text a quotation mark is escaped, so these match the names of fields only.
    kind, by, request = _KIND.search(text), _BY.search(text), _REQUEST.search(text)
    if kind is None or by is None:
        raise PeerError("encoding", "expected a payload that names its type and its signer")
    statement = hashlib.sha256(pre_authentication_encoding(PAYLOAD_TYPE, text)).hexdigest()
    name, calculation = kind[1].decode(), statement if kind[1] == b"request" else None
    if name in CALCULATION_KINDS:
        if request is None:
            raise PeerError("schema", f"expected a {name} to name its request")
        calculation = request[1].decode()
    cited = tuple(dict.fromkeys(map(bytes.decode, _DECLARATION.findall(text)))) if name == "request" else ()
    return Glance(statement, name, by[1].decode(), calculation, cited)


def _rests_on(declaration_id: str, record: Record) -> Iterable[str]:
    declaration = record.get(declaration_id)
    yield declaration_id
    if declaration is None or not isinstance(declaration.payload, Declaration):
        return
    payload = declaration.payload
    yield payload.by
    for publication_id in dict.fromkeys((payload.category, *(line.factor for line in payload.lines))):
        yield publication_id
        publication = record.get(publication_id)
        if publication is not None:
            yield getattr(publication.payload, "subject", publication_id)
        yield from (logged.id for logged in record.about("retirement", publication_id))


def _replaced(enrolment_id: str, record: Record) -> Iterable[str]:
    seen: set[str] = set()
    while enrolment_id not in seen:
        seen.add(enrolment_id)
        logged = record.get(enrolment_id)
        following = None if logged is None else getattr(logged.payload, "replaces", None)
        if following is None:
            return
        yield following
        enrolment_id = following
