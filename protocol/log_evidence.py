"""Evidence that a log shows two histories: two checkpoints it signed that cannot both be true. Protocol 5 and 8.

The one fact: whoever holds the log's public key can judge it, offline. Two roots at one size, and a smaller tree signed
later than a larger one, convict the log by its own signatures. Two sizes whose consistency proof fails oblige it: an
honest log can always show a proof that holds, a forked one never can.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from crypto.canonical import encode_canonical, parse_canonical
from crypto.errors import BadEncoding, CryptoError
from crypto.merkle import check_consistency
from crypto.note import Checkpoint, check_checkpoint
from protocol.errors import PeerError

FORMAT = "sealsum-log-evidence/1"
EVIDENCE_LIMIT = 256 * 1024
MAX_PROOF = 130
ROLLBACK_SECONDS = 60
"""A smaller tree signed this much later than a larger one was not shown by a clock or a replica that is behind."""
_FIELDS = {"format", "log_key", "older", "newer", "proof"}
_HASH = re.compile("[0-9a-f]{64}")


class Kind(StrEnum):
    """What two checkpoints show."""

    FORK = "fork"
    ROLLBACK = "rollback"
    INCONSISTENT = "inconsistent"


@dataclass(frozen=True, slots=True)
class Evidence:
    """Two signed notes of one log, the one this party relied on first, and the proof it was shown between them."""

    log_key: str
    older: str
    newer: str
    proof: tuple[bytes, ...] = ()


@dataclass(frozen=True, slots=True)
class Verdict:
    """What evidence shows. `is_proven`: by the log's signatures alone; else the log must answer with a proof."""

    kind: Kind
    is_proven: bool
    older: Checkpoint
    newer: Checkpoint
    words: str


class LogMisbehaved(PeerError):
    """PeerError("log") with the evidence for it."""

    def __init__(self, message: str, evidence: Evidence) -> None:
        super().__init__("log", message)
        self.evidence = evidence


def judge(evidence: Evidence, log_key: str) -> Verdict:
    """What the evidence shows against the log with this key; PeerError("evidence") when it shows nothing.

    1. It is about the log with this key. 2. The key signed both checkpoints.
    3. Two roots at one size: a fork. 4. A smaller tree, signed later than the larger one: a rollback.
    5. Another size, and the proof between them fails: inconsistent. Anything else is no evidence.
    """
    if evidence.log_key != log_key:  # 1
        raise PeerError("evidence", "the evidence is about another log than the pinned one")
    try:  # 2
        older, newer = (check_checkpoint(note, log_key) for note in (evidence.older, evidence.newer))
    except CryptoError as error:
        raise PeerError("evidence", f"the pinned log did not sign both checkpoints: {error}") from error
    if older.size == newer.size and older.root != newer.root:  # 3
        words = f"the log signed two different trees of {older.size} leaves"
        return Verdict(Kind.FORK, True, older, newer, words)
    if is_rollback(older, newer):  # 4
        words = (
            f"the log signed {newer.size} leaves {_later(older, newer)} s after it had signed {older.size}"
        )
        return Verdict(Kind.ROLLBACK, True, older, newer, words)
    first, second = (older, newer) if older.size < newer.size else (newer, older)
    if first.size == second.size or first.size == 0 or _holds(first, second, evidence.proof):  # 5
        raise PeerError("evidence", "the two checkpoints agree: they show nothing against the log")
    words = (
        f"the proof shown from {first.size} to {second.size} leaves fails; "
        "ask the log for one that holds: an honest log always has it"
    )
    return Verdict(Kind.INCONSISTENT, False, older, newer, words)


def is_rollback(older: Checkpoint, newer: Checkpoint) -> bool:
    """Whether the log signed a smaller tree well after a larger one. For telling apart, not for trust."""
    return newer.size < older.size and _later(older, newer) > ROLLBACK_SECONDS


def _later(older: Checkpoint, newer: Checkpoint) -> int:
    return 0 if older.time is None or newer.time is None else newer.time - older.time


def _holds(older: Checkpoint, newer: Checkpoint, proof: Sequence[bytes]) -> bool:
    try:
        check_consistency(older.size, newer.size, older.root, newer.root, proof)
    except CryptoError:
        return False
    return True


def encode_evidence(evidence: Evidence) -> bytes:
    """The one canonical encoding, for a file."""
    return encode_canonical(
        {
            "format": FORMAT,
            "log_key": evidence.log_key,
            "older": evidence.older,
            "newer": evidence.newer,
            "proof": [node.hex() for node in evidence.proof],
        }
    )


def parse_evidence(data: bytes) -> Evidence:
    """Read evidence from untrusted bytes; PeerError("evidence") unless it has its form. What it shows `judge` says.

    1. At most 256 KiB of canonical JSON. 2. Exactly its fields, of their types. 3. A proof of hashes, not too long.
    """
    if len(data) > EVIDENCE_LIMIT:  # 1
        raise PeerError("evidence", f"expected at most {EVIDENCE_LIMIT} bytes, found {len(data)}")
    try:
        fields = parse_canonical(data)
    except BadEncoding as error:
        raise PeerError("evidence", f"not a file of evidence: {error}") from error
    if not isinstance(fields, dict) or set(fields) != _FIELDS or fields["format"] != FORMAT:  # 2
        raise PeerError("evidence", f"expected {FORMAT} with exactly {', '.join(sorted(_FIELDS))}")
    texts = [fields[name] for name in ("log_key", "older", "newer")]
    if not all(isinstance(text, str) for text in texts):
        raise PeerError("evidence", "expected the log's key and two checkpoints as texts")
    return Evidence(texts[0], texts[1], texts[2], _parse_proof(fields["proof"]))


def _parse_proof(value: Any) -> tuple[bytes, ...]:
    if not isinstance(value, list) or len(value) > MAX_PROOF:  # 3
        raise PeerError("evidence", f"expected a proof of at most {MAX_PROOF} hashes")
    if not all(isinstance(node, str) and _HASH.fullmatch(node) for node in value):
        raise PeerError("evidence", "expected a proof of hashes: 64 lowercase hex digits each")
    return tuple(bytes.fromhex(node) for node in value)
