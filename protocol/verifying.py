"""A verifier's work: rules for asking, opening and saying; making and checking an opening. Protocol section 5.

The one fact: what a verifier is shown is checked against what was committed to, amounts against commitments and records
against the evidence root, so an owner can show it only what it declared.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from crypto.canonical import encode_canonical, parse_canonical
from crypto.commitment import check_opening
from crypto.errors import CryptoError
from crypto.group import Point, Random, encode_scalar, parse_scalar
from crypto.locking import KEY_BYTES, lock, unlock
from crypto.merkle import check_inclusion, inclusion_proof, read_from, record_leaf
from crypto.sealing import OVERHEAD, open_seal, seal
from protocol.declaring import DeclarationSecrets
from protocol.errors import PeerError, Refused
from protocol.library import enrolment_of
from protocol.payloads import Declaration, OpeningAnswer, OpeningRequest, Request, Result, Verification
from protocol.requesting import declaration_of
from protocol.statements import Header, Logged, Record, core_id_of
from protocol.transcripts import seal_context
from protocol.verification_payloads import CONTENT_LIMIT

AMOUNT_LIMIT = 1 << 40
_BLOCK = 4096
MOST_RECORDS = 2**32
_PLACE = (0, 0)
"""An opening answer has one seal; entry and model of its context are 0."""


# --- rules -----------------------------------------------------------------------------------------


def check_opening_request(payload: OpeningRequest, record: Record) -> None:
    """Raise PeerError unless the request may be logged.

    1. It names a logged declaration. 2. It asks for something, each number once, ascending.
    3. The lines are the declaration's. 4. The verifier belongs to another group of companies than the owner.
    """
    declaration = declaration_of(payload.declaration, record)  # 1
    for asked in (payload.lines, payload.records):
        if list(asked) != sorted(set(asked)):  # 2
            raise PeerError("opening", "expected lines and records ascending, each once")
    if not payload.lines and not payload.records:
        raise PeerError("opening", "the request asks for nothing; name lines or records")
    if payload.lines and payload.lines[-1] >= len(declaration.lines):  # 3
        raise PeerError("opening", f"the declaration has {len(declaration.lines)} lines, numbered from 0")
    check_independent(payload.by, declaration.by, record)  # 4


def check_opening_answer(payload: OpeningAnswer, record: Record) -> None:
    """Raise PeerError unless the answer may be logged.

    1. It answers a logged opening request that has no answer yet.
    2. It is signed by the entity that signed the declaration.
    3. An opening has content and one seal of a key; a refusal has neither.
    """
    asked = _request_of(payload.asked, record)  # 1
    if record.about("opening_answer", payload.asked):
        raise PeerError("opening", "this opening request was answered already")
    declaration = declaration_of(asked.declaration, record)
    if not _is_same_entity(payload.by, declaration.by, record):  # 2
        raise PeerError("signer", "only the entity that signed the declaration answers what is asked of it")
    if payload.verdict == "refused":  # 3
        if payload.content or payload.seals:
            raise PeerError("opening", "expected no content and no seal in a refusal")
        return
    if not 0 < len(payload.content) <= CONTENT_LIMIT:
        raise PeerError("opening", f"expected 1 to {CONTENT_LIMIT} bytes of content")
    if [len(one) for one in payload.seals] != [OVERHEAD + KEY_BYTES]:
        raise PeerError("opening", f"expected one seal of {OVERHEAD + KEY_BYTES} bytes")


def check_verification(payload: Verification, record: Record) -> None:
    """Raise PeerError unless the verification may be logged.

    1. and 2. as `check_subject`. 3. What it rests on are openings, given to this verifier, of the subject: of the
    declaration, or of a declaration in the result's request; each named once.
    """
    check_rests_on(payload, check_subject(payload, record), record)  # 1, 2, 3


def check_rests_on(payload: Verification, declarations: frozenset[str], record: Record) -> None:
    """Raise PeerError unless what a verification rests on was opened to its verifier, of these declarations."""
    if len(set(payload.rests_on)) != len(payload.rests_on):
        raise PeerError("verification", "expected every opening named once")
    for opening in payload.rests_on:
        found = record.get(opening)
        if found is None or not isinstance(found.payload, OpeningAnswer) or found.payload.verdict != "opened":
            raise PeerError("verification", f"{opening} is no logged opening")
        asked = _request_of(found.payload.asked, record)
        if asked.declaration not in declarations or not _is_same_entity(asked.by, payload.by, record):
            raise PeerError("verification", f"{opening} opens something else, or to somebody else")


def check_subject(payload: Verification, record: Record) -> frozenset[str]:
    """The declarations that a verification is about, or PeerError. All that a certificate's holder can check of it.

    1. Its subject is a logged declaration or result.
    2. The verifier belongs to another group of companies than who signed the subject.
    """
    subject = record.get(payload.subject)
    if subject is None or not isinstance(subject.payload, Declaration | Result):  # 1
        raise PeerError("verification", f"{payload.subject} is no logged declaration or result")
    check_independent(payload.by, subject.payload.by, record)  # 2
    if isinstance(subject.payload, Declaration):
        return frozenset({subject.id})
    request = record.get(subject.payload.request)
    if request is None or not isinstance(request.payload, Request):
        raise PeerError("verification", "the result's request is not logged")
    return frozenset(entry.declaration for entry in request.payload.entries)


def concludes(finding: Logged, declaration: str, answer: Logged) -> bool:
    """Whether a verification is a verifier's word on its question about a declaration, which `answer` answers.

    1. It rests on what was opened, or 2. was signed on the declaration since, which judges all that was opened of it by
    then. 3. Where the owner refused, it also rests on nothing that was opened, so that what is said of another question
    leaves the refusal as it stands.
    """
    said, answered = finding.payload, answer.payload
    assert isinstance(said, Verification) and isinstance(answered, OpeningAnswer)
    if answer.id in said.rests_on:  # 1
        return True
    if answered.verdict == "refused" and said.rests_on:  # 3
        return False
    return said.subject == declaration and finding.index > answer.index  # 2


def _request_of(statement_id: str, record: Record) -> OpeningRequest:
    found = record.get(statement_id)
    if found is None or not isinstance(found.payload, OpeningRequest):
        raise PeerError("opening", f"{statement_id} is no logged opening request")
    return found.payload


def check_independent(verifier: str, owner: str, record: Record) -> None:
    """Raise PeerError where a verifier belongs to the group of companies of whom it verifies."""
    if enrolment_of(verifier, record).parent == enrolment_of(owner, record).parent:
        raise PeerError("independence", "a verifier does not verify its own group of companies")


def _is_same_entity(one: str, other: str, record: Record) -> bool:
    return enrolment_of(one, record).legal_entity == enrolment_of(other, record).legal_entity


# --- opening ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Evidence:
    """The records behind a declaration, encoded as committed to, and their salts, in order."""

    records: tuple[bytes, ...] = field(repr=False)
    salts: tuple[bytes, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Asked:
    """An opening request with its id, and to which point the answer is sealed."""

    id: str
    request: OpeningRequest
    verifier: Point


def make_opening_answer(
    asked: Asked, secrets: DeclarationSecrets, evidence: Evidence, header: Header, random: Random
) -> OpeningAnswer:
    """Open what was asked and seal it to the verifier; Refused("records") when there is no such record."""
    content = _encode_opened(asked.request, secrets, evidence)
    key = random(KEY_BYTES)
    bare = OpeningAnswer(
        **header.fields(), asked=asked.id, verdict="opened", reason="",
        content=lock(key, f"opening/{asked.id}", content, random), seals=(),
    )  # fmt: skip
    context = seal_context(core_id_of(bare), _PLACE, header.by, asked.request.by)
    return bare.model_copy(update={"seals": (seal(asked.verifier, key, context, random),)})


def _encode_opened(asked: OpeningRequest, secrets: DeclarationSecrets, evidence: Evidence) -> bytes:
    count = len(evidence.records)
    if asked.records and asked.records[-1] >= count:
        raise Refused(
            "records", f"the declaration rests on {count} records, numbered from 0; refuse and say so"
        )
    pairs = zip(evidence.salts, evidence.records, strict=True)
    read = read_from([record_leaf(salt, record) for salt, record in pairs])
    fields = {
        "declaration": asked.declaration,
        "lines": [_encode_line(line, secrets) for line in asked.lines],
        "records": [
            {
                "number": number,
                "salt": evidence.salts[number].hex(),
                "record": base64.b64encode(evidence.records[number]).decode(),
                "path": [node.hex() for node in inclusion_proof(number, count, read)],
            }
            for number in asked.records
        ],
        "size": count,
    }
    text = encode_canonical(fields)
    # Whole blocks: the length of what was opened says little about it.
    return len(text).to_bytes(4) + text + bytes(-(4 + len(text)) % _BLOCK)


def _encode_line(line: int, secrets: DeclarationSecrets) -> dict[str, int | str]:
    blinding = encode_scalar(secrets.blindings[line]).hex()
    return {"line": line, "amount": str(secrets.amounts[line]), "blinding": blinding}


@dataclass(frozen=True, slots=True)
class OpenedRecord:
    """A record's number and its bytes, as the owner's node wrote them."""

    number: int
    record: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Opened:
    """What a verifier was shown, every part of it checked. `amounts` by line, in 1e-6 of its unit.

    `size`: how many records the owner says there are; proven only where the last of them was opened.
    """

    declaration: str
    amounts: Mapping[int, int] = field(repr=False)
    records: tuple[OpenedRecord, ...] = field(repr=False)
    size: int

    @property
    def is_size_proven(self) -> bool:
        """Whether the last record is here: at other places a path fits trees of several sizes."""
        return bool(self.records) and self.records[-1].number == self.size - 1


def open_answer(answer: OpeningAnswer, sealing_secret: int, record: Record, random: Random) -> Opened:
    """Unseal an answer and check everything in it against the declaration, or raise PeerError("opening").

    1. The seal holds a key for this verifier, and the key opens the content.
    2. The content has exactly its fields, and opens exactly what was asked, in that order.
    3. Every amount opens the line's commitment.
    4. Every record, with its salt, lies at its number under the evidence root.
    """
    asked = _request_of(answer.asked, record)
    declaration = declaration_of(asked.declaration, record)
    context = seal_context(core_id_of(answer), _PLACE, answer.by, asked.by)
    if not answer.seals:
        raise PeerError("opening", "the answer is a refusal; there is nothing in it")
    try:
        key = open_seal(sealing_secret, answer.seals[0], context, random)  # 1
        fields = _parse_content(unlock(key, f"opening/{answer.asked}", answer.content))  # 2
        amounts = _check_lines(fields, asked, declaration)  # 3
        records = _check_records(fields, asked, declaration)  # 4
    except (CryptoError, KeyError, TypeError, ValueError) as error:
        raise PeerError("opening", f"what was opened does not hold: {error}") from error
    return Opened(asked.declaration, amounts, records, fields["size"])


def _parse_content(content: bytes) -> dict[str, Any]:
    length = int.from_bytes(content[:4])
    text = content[4 : 4 + length]
    if len(content) % _BLOCK or len(text) != length or any(content[4 + length :]):
        raise ValueError("expected a length, the text, and zeros up to a whole block")
    fields = parse_canonical(text)
    if not isinstance(fields, dict) or set(fields) != {"declaration", "lines", "records", "size"}:
        raise ValueError("expected declaration, lines, records and size")
    if type(fields["size"]) is not int or not 0 <= fields["size"] <= MOST_RECORDS:
        raise ValueError(f"expected at most {MOST_RECORDS} records, as a number")
    return fields


def _check_lines(
    fields: Mapping[str, Any], asked: OpeningRequest, declaration: Declaration
) -> dict[int, int]:
    if fields["declaration"] != asked.declaration or [one["line"] for one in fields["lines"]] != list(
        asked.lines
    ):
        raise ValueError("expected the lines that were asked for, of that declaration")
    amounts = {}
    for one in fields["lines"]:
        amount, blinding = int(one["amount"]), parse_scalar(bytes.fromhex(one["blinding"]))
        if not 0 <= amount < AMOUNT_LIMIT:
            raise ValueError("expected an amount in the range that the declaration proves")
        check_opening(declaration.lines[one["line"]].amount, amount, blinding)
        amounts[one["line"]] = amount
    return amounts


def _check_records(
    fields: Mapping[str, Any], asked: OpeningRequest, declaration: Declaration
) -> tuple[OpenedRecord, ...]:
    if [one["number"] for one in fields["records"]] != list(asked.records):
        raise ValueError("expected the records that were asked for")
    root = bytes.fromhex(declaration.evidence_root)
    found = []
    for one in fields["records"]:
        data, salt = base64.b64decode(one["record"], validate=True), bytes.fromhex(one["salt"])
        path = [bytes.fromhex(node) for node in one["path"]]
        check_inclusion(record_leaf(salt, data), one["number"], fields["size"], path, root)
        found.append(OpenedRecord(one["number"], data))
    return tuple(found)
