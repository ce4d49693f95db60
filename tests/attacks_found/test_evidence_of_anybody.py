"""Anybody could fill a witness's store with failing proofs under good checkpoints, until no fork was kept any more."""

import base64
import hashlib
from pathlib import Path

from crypto.merkle import leaf_hash, root_of
from crypto.note import Checkpoint, make_log_key, sign_checkpoint
from protocol.log_evidence import Kind, judge, parse_evidence
from witness.cosigning import add_checkpoint
from witness.store import EVIDENCE_KEPT, UNPROVEN_KEPT, Store, make_witness

SKEY, VKEY = make_log_key("log.example", lambda length: hashlib.shake_256(b"log").digest(length))
LEAVES = [leaf_hash(bytes([number])) for number in range(9)]
FORKED = [leaf_hash(bytes([number, 1])) for number in range(9)]


def note(leaves: list[bytes]) -> str:
    return sign_checkpoint(Checkpoint("log.example", len(leaves), root_of(leaves), 1_700_000_000), SKEY)


def ask(store: Store, old: int, checkpoint: str, *proof: bytes) -> int:
    lines = [f"old {old}", *(base64.b64encode(item).decode() for item in proof)]
    return add_checkpoint(store, ("\n".join(lines) + "\n\n" + checkpoint).encode(), lambda: 1).status


def test_a_flood_of_failing_proofs_leaves_room_for_the_fork_that_convicts(tmp_path: Path) -> None:
    make_witness(tmp_path / "w", "w1.example", lambda length: hashlib.shake_256(b"w").digest(length))
    store = Store(tmp_path / "w")
    store.unlock()
    store.add_log(VKEY)
    assert ask(store, 0, note(LEAVES[:8])) == 200
    published = note(LEAVES)
    for number in range(UNPROVEN_KEPT + 5):
        assert ask(store, 8, published, number.to_bytes(32)) == 422
    assert len(store.evidence()) == UNPROVEN_KEPT < EVIDENCE_KEPT
    assert ask(store, 8, note(FORKED[:8])) == 409
    assert judge(parse_evidence(store.evidence()[-1][3]), VKEY).kind is Kind.FORK
    store.close()
