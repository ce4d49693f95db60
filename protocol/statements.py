"""A statement: one signed payload, its two ids, its place in the log. Protocol section 5.

The one fact: a payload has exactly one encoding. What parses is re-encoded and compared, so two readers
cannot understand the same bytes differently.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, cast

from cryptography.hazmat.primitives.asymmetric import ec
from pydantic import ValidationError

from crypto.canonical import MAX_INTEGER, check_canonical, encode_canonical, encode_twice, parse_json
from crypto.envelope import Envelope, encode_envelope, parse_envelope, sign_envelope
from crypto.errors import BadEncoding
from protocol.errors import PeerError
from protocol.payloads import KINDS, AnyPayload, Payload, Request, Saw

MAX_ENVELOPE = 256 * 1024
MAX_REQUEST_ENVELOPE = 2 * 1024 * 1024
MAX_ITEMS = 32 * 1024
"""Commas and brackets in a payload; the largest request has 15 000. A small envelope must be quick to refuse."""
MAX_ERRORS = 200
_LEAF = re.compile(rb'\{"envelope":"([0-9a-f]{64})","id":"([0-9a-f]{64})","logged_at":(0|[1-9][0-9]{0,15})\}')
OUTSIDE_CORE = ("proofs", "seals")
EMPTY_ROOT = hashlib.sha256(b"").hexdigest()


@dataclass(frozen=True, slots=True)
class Header:
    """What every payload starts with: the signer's enrolment id, the checkpoint it saw, a fresh nonce."""

    by: str
    saw: Saw
    nonce: str

    def fields(self) -> dict[str, Any]:
        """As keyword arguments of a payload."""
        return {"by": self.by, "saw": self.saw, "nonce": self.nonce}


@dataclass(frozen=True, slots=True)
class Signed:
    """A parsed statement and the exact bytes it came in. Nothing here says that the signature is good."""

    envelope: Envelope
    payload: AnyPayload
    id: str
    core_id: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Logged:
    """A statement with its place: leaf index and Unix seconds at which the log took it."""

    signed: Signed
    index: int
    logged_at: int

    @property
    def id(self) -> str:
        """The statement's id, lowercase hex."""
        return self.signed.id

    @property
    def payload(self) -> AnyPayload:
        """What the statement says."""
        return self.signed.payload


class Record(Protocol):
    """What the rules may look up: the coordinator's store, a node's store, or a bundle."""

    def get(self, statement_id: str) -> Logged | None:
        """The logged statement with this id, or None."""

    def revoked_at(self, enrolment_id: str) -> int | None:
        """When the authority's revocation of this enrolment was logged, or None."""

    def about(self, kind: str, subject: str) -> Sequence[Logged]:
        """The logged statements of a kind that `topics_of` finds under this name, in log order."""


TOPIC_FIELDS: Mapping[str, str] = {
    "category": "code",
    "declaration": "certificates",
    "factor": "code",
    "opening_answer": "asked",
    "opening_request": "declaration",
    "publication": "subject",
    "return": "subject",
    "retirement": "publication",
    "revocation": "enrolment",
    "verification": "subject",
}


def topics_of(payload: AnyPayload) -> tuple[str, ...]:
    """By what a statement is looked up beside its id: what it is about, or the code it describes."""
    value = getattr(payload, TOPIC_FIELDS.get(payload.type, ""), ())
    return value if isinstance(value, tuple) else (value,)


@dataclass(frozen=True, slots=True)
class Before:
    """A record as it stood before a log index: what a statement cites must have been logged earlier."""

    record: Record
    index: int

    def get(self, statement_id: str) -> Logged | None:
        """The statement with this id, if it was logged earlier."""
        logged = self.record.get(statement_id)
        return logged if logged is not None and logged.index < self.index else None

    def revoked_at(self, enrolment_id: str) -> int | None:
        """When this enrolment was revoked, or None."""
        return self.record.revoked_at(enrolment_id)

    def about(self, kind: str, subject: str) -> Sequence[Logged]:
        """The statements about this subject that were logged earlier."""
        return [logged for logged in self.record.about(kind, subject) if logged.index < self.index]


class MemoryRecord:
    """A Record in a dictionary; the order of `add` is the order of the log."""

    def __init__(self) -> None:
        self._statements: dict[str, Logged] = {}
        self._revoked: dict[str, int] = {}
        self._about: dict[tuple[str, str], dict[str, Logged]] = {}

    def get(self, statement_id: str) -> Logged | None:
        """The logged statement with this id, or None."""
        return self._statements.get(statement_id)

    def revoked_at(self, enrolment_id: str) -> int | None:
        """When this enrolment was revoked, or None."""
        return self._revoked.get(enrolment_id)

    def about(self, kind: str, subject: str) -> Sequence[Logged]:
        """The statements of a kind about this subject, by log index."""
        found = self._about.get((kind, subject), {})
        return sorted(found.values(), key=lambda logged: logged.index)

    def add(self, logged: Logged) -> None:
        """Take a statement that the rules accepted."""
        self._statements.setdefault(logged.id, logged)
        for subject in topics_of(logged.payload):
            self._about.setdefault((logged.payload.type, subject), {}).setdefault(logged.id, logged)
        if logged.payload.type == "revocation":
            self._revoked.setdefault(logged.payload.enrolment, logged.logged_at)

    def in_order(self) -> list[Logged]:
        """Every statement, by log index."""
        return sorted(self._statements.values(), key=lambda logged: logged.index)


def encode_payload(payload: Payload) -> bytes:
    """The one canonical encoding of a payload."""
    return encode_canonical(payload.model_dump(mode="json"))


def core_id_of(payload: Payload) -> str:
    """SHA-256 of the canonical payload without its top-level `proofs` and `seals`, lowercase hex."""
    return hashlib.sha256(encode_canonical(_core(payload.model_dump(mode="json")))).hexdigest()


def _core(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if name not in OUTSIDE_CORE}


def sign_statement(payload: AnyPayload, key: ec.EllipticCurvePrivateKey) -> Signed:
    """Sign a payload; the result is what a door sends."""
    envelope = sign_envelope(encode_payload(payload), key)
    return Signed(envelope, payload, envelope.id.hex(), core_id_of(payload), encode_envelope(envelope))


def parse_statement(data: bytes) -> Signed:
    """Read an envelope and its payload from untrusted bytes, or raise PeerError naming the check.

    1. size: at most 2 MiB for a request, 256 KiB for every other kind.
    2. encoding: envelope and payload are canonical, the payload of at most MAX_ITEMS items.
    3. schema: the payload is of a known kind, has exactly its fields, each in its one JSON form.
    """
    if len(data) > MAX_REQUEST_ENVELOPE:  # 1
        raise PeerError("size", f"expected at most {MAX_REQUEST_ENVELOPE} bytes, found {len(data)}")
    try:  # 2
        envelope = parse_envelope(data, MAX_REQUEST_ENVELOPE)
        fields = parse_json(envelope.payload, MAX_ITEMS)
        payload, core = _parse_exactly(fields, envelope.payload, len(data))  # 3, 1
    except BadEncoding as error:
        raise PeerError("encoding", str(error)) from error
    return Signed(envelope, payload, envelope.id.hex(), hashlib.sha256(core).hexdigest(), data)


def _parse_exactly(fields: Any, data: bytes, size: int) -> tuple[AnyPayload, bytes]:
    """The payload and the encoding of its core. What was understood gives `data` again, so `data` is canonical.

    Where it does not, the encoding is at fault before anything else is.
    """
    try:
        payload = _parse_payload(fields)
        if size > MAX_ENVELOPE and not isinstance(payload, Request):
            raise PeerError("size", f"expected at most {MAX_ENVELOPE} bytes for this kind, found {size}")
        encoded, core = encode_twice(payload.model_dump(mode="json"), OUTSIDE_CORE)
        if encoded != data:
            raise PeerError("schema", "a field is not written in its one canonical form")
    except PeerError:
        check_canonical(fields, data)
        raise
    return payload, core


def _parse_payload(fields: Any) -> AnyPayload:
    if not isinstance(fields, dict) or not isinstance(fields.get("type"), str):
        raise PeerError("schema", "expected an object with a text field `type`")
    kind = KINDS.get(fields["type"])
    if kind is None:
        raise PeerError("schema", f"expected one of {', '.join(sorted(KINDS))} as type")
    try:
        return cast(AnyPayload, kind.model_validate(fields))
    except ValidationError as error:
        if error.error_count() > MAX_ERRORS:  # naming each takes far longer than finding them
            raise PeerError("schema", f"{kind.__name__.lower()}: hardly a field is right") from None
        first = error.errors(include_input=False, include_url=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        raise PeerError("schema", f"{kind.__name__.lower()}: field {place}: {first['msg']}") from error


def calculation_of(signed: Signed) -> str | None:
    """The request id of the calculation a statement belongs to, or None."""
    payload = signed.payload
    if payload.type == "request":
        return signed.id
    return getattr(payload, "request", None)


def encode_leaf(statement_id: str, data: bytes, logged_at: int) -> bytes:
    """The log's leaf for a statement: canonical {envelope hash, id, logged_at}."""
    return encode_canonical(
        {"envelope": hashlib.sha256(data).hexdigest(), "id": statement_id, "logged_at": logged_at}
    )


@dataclass(frozen=True, slots=True)
class Leaf:
    """What the log says of a statement: its id, SHA-256 of its envelope (hex), Unix seconds at which it took it."""

    id: str
    envelope: str
    logged_at: int


def parse_leaf(data: bytes) -> Leaf:
    """Read exactly what `encode_leaf` writes; PeerError("leaf") else."""
    found = _LEAF.fullmatch(data)
    if found is None or int(found[3]) > MAX_INTEGER:
        raise PeerError("leaf", "expected a leaf of the form that the log writes")
    return Leaf(found[2].decode(), found[1].decode(), int(found[3]))
