"""Whether a witness cosigns a checkpoint: the `add-checkpoint` call of C2SP tlog-witness, as a function of its bytes.

The one fact: nobody is asked who they are: what counts is the log's signature and that the tree extends the last one.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable
from dataclasses import dataclass

from crypto.cosignature import cosign
from crypto.errors import BadEncoding, BadLogProof, BadSignature
from crypto.merkle import HASH_LENGTH, check_consistency
from crypto.note import NOTE_LIMIT, Checkpoint, check_checkpoint, parse_checkpoint, split_note
from protocol.log_evidence import Evidence, encode_evidence
from witness.store import EVIDENCE_KEPT, UNPROVEN_KEPT, Store, WatchedLog

MAX_PROOF = 63
REQUEST_LIMIT = NOTE_LIMIT + 8 * 1024
SIZE_TYPE, TEXT_TYPE = "text/x.tlog.size", "text/plain; charset=utf-8"
_OLD = re.compile(r"old (0|[1-9][0-9]{0,18})")


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP answer: status, body, content type."""

    status: int
    body: str
    content_type: str = TEXT_TYPE


@dataclass(frozen=True, slots=True)
class Submitted:
    """A request to cosign: the size that the sender believes the witness has, the proof from there, the note."""

    old_size: int
    proof: tuple[bytes, ...]
    note: str


def parse_request(body: bytes) -> Submitted:
    """Read the body of an `add-checkpoint` call; BadEncoding unless it has its form.

    1. At most as long as it can be, UTF-8. 2. `old SIZE`, at most 63 hashes in base64, an empty line, a note.
    """
    if len(body) > REQUEST_LIMIT:  # 1
        raise BadEncoding(f"expected at most {REQUEST_LIMIT} bytes, found {len(body)}")
    try:
        head, blank, note = body.decode("utf-8").partition("\n\n")
    except UnicodeDecodeError as error:
        raise BadEncoding("expected UTF-8") from error
    lines = head.split("\n")
    old = _OLD.fullmatch(lines[0])
    if old is None or not blank or len(lines) > MAX_PROOF + 1:  # 2
        raise BadEncoding(
            f"expected `old SIZE`, at most {MAX_PROOF} lines of proof, an empty line, a checkpoint"
        )
    return Submitted(int(old[1]), tuple(_parse_hash(line) for line in lines[1:]), note)


def _parse_hash(line: str) -> bytes:
    try:
        data = base64.b64decode(line.encode("ascii"), validate=True)
    except (binascii.Error, UnicodeEncodeError) as error:
        raise BadEncoding("expected a hash of the proof in base64") from error
    if len(data) != HASH_LENGTH or base64.b64encode(data).decode() != line:
        raise BadEncoding(f"expected a hash of {HASH_LENGTH} bytes in its one base64")
    return data


def add_checkpoint(store: Store, body: bytes, clock: Callable[[], int]) -> Answer:
    """Cosign, or say why not.

    1. The request has its form: else 400. 2. Its origin is a log that is watched: else 404.
    3. That log's key signed the checkpoint: else 403. 4. The old size is not above the new one: else 400.
    5. The old size is the last one cosigned: else 409 with that size. 6. At one size, the same root: else 409.
    7. The proof leads from the last root to the new one: else 422. 8. It is on disk before it is signed.
    What fails 6 is kept as evidence, and what fails 7 as long as there is little of it.
    """
    try:
        asked = parse_request(body)  # 1
        log = store.find(parse_checkpoint(split_note(asked.note)[0]).origin)
    except BadEncoding as error:
        return Answer(400, f"{error}\n")
    if log is None:  # 2
        return Answer(404, "this witness does not watch that log\n")
    try:
        fresh = check_checkpoint(asked.note, log.key)  # 3
    except (BadEncoding, BadSignature, BadLogProof) as error:
        return Answer(403, f"{error}\n")
    if asked.old_size > fresh.size:  # 4
        return Answer(400, f"old size {asked.old_size} is above the checkpoint's {fresh.size}\n")
    with store.turn():
        log = store.find(fresh.origin)
        assert log is not None, "a log is never forgotten"
        refused = _refuse(log, fresh, asked)
        if refused is None:
            store.move(fresh.origin, fresh.size, asked.note)  # 8
    if refused is not None:
        if refused.status == 422 or refused.content_type == TEXT_TYPE:
            evidence = Evidence(log.key, log.note, asked.note, asked.proof)
            most = UNPROVEN_KEPT if refused.status == 422 else EVIDENCE_KEPT
            store.keep_evidence(log.origin, encode_evidence(evidence), clock(), most)
        return refused
    return Answer(200, cosign(asked.note, store.private_key, clock()))


def _refuse(log: WatchedLog, fresh: Checkpoint, asked: Submitted) -> Answer | None:
    if asked.old_size != log.size:  # 5
        return Answer(409, f"{log.size}\n", SIZE_TYPE)
    if log.size == 0:
        return Answer(422, "expected no proof from the empty tree\n") if asked.proof else None
    last = check_checkpoint(log.note, log.key)
    if log.size == fresh.size and last.root != fresh.root:  # 6
        return Answer(409, "another root was cosigned at this size; this is kept as evidence\n")
    try:
        check_consistency(last.size, fresh.size, last.root, fresh.root, asked.proof)  # 7
    except BadLogProof as error:
        return Answer(422, f"{error}\n")
    return None
