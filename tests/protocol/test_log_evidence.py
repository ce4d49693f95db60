"""Evidence against a log: what convicts it, what obliges it, and what is no evidence at all."""

import hashlib
from dataclasses import replace

import pytest

from crypto.merkle import consistency_proof, leaf_hash, read_from, root_of
from crypto.note import Checkpoint, make_log_key, sign_checkpoint
from protocol.errors import PeerError
from protocol.log_evidence import (
    EVIDENCE_LIMIT,
    ROLLBACK_SECONDS,
    Evidence,
    Kind,
    encode_evidence,
    judge,
    parse_evidence,
)

SKEY, VKEY = make_log_key("log.example", lambda length: hashlib.shake_256(b"log").digest(length))
LEAVES = [leaf_hash(bytes([number])) for number in range(20)]
FORKED = [leaf_hash(bytes([number, 1])) for number in range(20)]
NOW = 1_700_000_000


def signed(size: int, time: int = NOW, leaves: list[bytes] = LEAVES, key: str = SKEY) -> str:
    return sign_checkpoint(Checkpoint("log.example", size, root_of(leaves[:size]), time), key)


def proof(old: int, new: int) -> tuple[bytes, ...]:
    return tuple(consistency_proof(old, new, read_from(LEAVES)))


FORK = Evidence(VKEY, signed(8), signed(8, leaves=FORKED))
ROLLBACK = Evidence(VKEY, signed(12), signed(8, NOW + ROLLBACK_SECONDS + 1))
INCONSISTENT = Evidence(VKEY, signed(8, leaves=FORKED), signed(12), proof(8, 12))
SHOWN = {
    "two roots at one size": (FORK, Kind.FORK, True),
    "a smaller tree signed later": (ROLLBACK, Kind.ROLLBACK, True),
    "a proof that fails": (INCONSISTENT, Kind.INCONSISTENT, False),
    "a proof that fails, the larger tree first": (
        Evidence(VKEY, signed(12), signed(8, leaves=FORKED), proof(8, 12)), Kind.INCONSISTENT, False,
    ),
}  # fmt: skip


@pytest.mark.parametrize(("evidence", "kind", "is_proven"), SHOWN.values(), ids=SHOWN)
def test_evidence_says_what_it_shows_after_a_round_trip(
    evidence: Evidence, kind: Kind, is_proven: bool
) -> None:
    read = parse_evidence(encode_evidence(evidence))
    assert read == evidence
    verdict = judge(read, VKEY)
    assert (verdict.kind, verdict.is_proven) == (kind, is_proven)


OTHER, OTHER_VKEY = make_log_key("log.example", lambda length: hashlib.shake_256(b"other").digest(length))
NOTHING = {
    "1 another log": (FORK, OTHER_VKEY),
    "1 a key of the accuser's own": (replace(FORK, log_key=OTHER_VKEY), VKEY),
    "2 one checkpoint by somebody else": (replace(FORK, newer=signed(8, leaves=FORKED, key=OTHER)), VKEY),
    "3 the same tree twice": (replace(FORK, newer=signed(8, NOW + 5)), VKEY),
    "4 a smaller tree, signed before": (replace(ROLLBACK, newer=signed(8, NOW - 90), proof=proof(8, 12)), VKEY),
    "4 within what clocks may differ": (
        replace(ROLLBACK, newer=signed(8, NOW + ROLLBACK_SECONDS), proof=proof(8, 12)), VKEY,
    ),
    "5 a proof that holds": (Evidence(VKEY, signed(8), signed(12), proof(8, 12)), VKEY),
    "5 the empty log": (Evidence(VKEY, signed(0), signed(12)), VKEY),
}  # fmt: skip


@pytest.mark.parametrize(("evidence", "log_key"), NOTHING.values(), ids=NOTHING)
def test_what_accuses_nobody_is_refused(evidence: Evidence, log_key: str) -> None:
    with pytest.raises(PeerError, match=r"^evidence:"):
        judge(evidence, log_key)


GOOD = encode_evidence(INCONSISTENT)
MALFORMED = {
    "1 too long": b" " * (EVIDENCE_LIMIT + 1),
    "1 no JSON": b"fork!",
    "2 a field less": b'{"format":"sealsum-log-evidence/1"}',
    "2 another format": GOOD.replace(b"evidence/1", b"evidence/2"),
    "2 a key that is no text": GOOD.replace(f'"{VKEY}"'.encode(), b"7"),
    "3 no hash": GOOD.replace(proof(8, 12)[0].hex().encode(), b"ab"),
    "3 no list": GOOD[: GOOD.index(b'"proof":') + 8] + b"7}",
    "3 too many": encode_evidence(replace(FORK, proof=(b"\x00" * 32,) * 131)),
}


@pytest.mark.parametrize("data", MALFORMED.values(), ids=MALFORMED)
def test_malformed_evidence_is_refused(data: bytes) -> None:
    with pytest.raises(PeerError, match=r"^evidence:"):
        parse_evidence(data)
