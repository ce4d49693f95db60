"""What a node keeps of a log that lies, and what it wants its witnesses to have seen."""

import json
import os
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from crypto.cosignature import add_cosignatures, cosign, make_witness_key
from crypto.merkle import leaf_hash
from crypto.note import Checkpoint, make_log_key, parse_checkpoint, sign_checkpoint, split_note
from node.cli import app
from node.identity import find_witnesses, keep_witnesses
from node.organisation import Node
from node.store.tables import ANOMALIES
from protocol.errors import PeerError, Refused
from protocol.log_evidence import Kind, LogMisbehaved, judge, parse_evidence
from tests.node.village import Village


@pytest.fixture
def node(village: Village) -> Node:
    found = village.settle("Supplier", "supplier")
    found.logbook.follow(found.egress.checkpoint())
    return found


def sign(village: Village, size: int, root: bytes, later: int = 0) -> str:
    return sign_checkpoint(
        Checkpoint("log.example", size, root, village.town.clock.now + later), village.town.log_key
    )


def kept(node: Node) -> list[bytes]:
    with node.store.read() as connection:
        return [bytes(row.evidence) for row in connection.execute(ANOMALIES.select()) if row.evidence]


def test_a_fork_is_kept_with_both_checkpoints_and_refused_for_good(village: Village, node: Node) -> None:
    last = node.logbook.last()
    assert last is not None
    for _ in range(2):
        with pytest.raises(LogMisbehaved, match="two histories"):
            node.logbook.follow(sign(village, last.size, b"\x07" * 32))
    (data,) = kept(node)
    verdict = judge(parse_evidence(data), village.town.log_vkey)
    assert verdict.kind is Kind.FORK and verdict.is_proven
    assert node.logbook.last() == last


def test_a_tree_that_shrinks_is_a_rollback(village: Village, node: Node) -> None:
    last = node.logbook.last()
    assert last is not None
    root = village.town.service.journal.root(last.size - 2)
    node.logbook.follow(sign(village, last.size - 2, root, later=-1))  # an older receipt that came late
    assert kept(node) == []
    with pytest.raises(LogMisbehaved, match="went back"):
        node.logbook.follow(sign(village, last.size - 2, root, later=3600))
    verdict = judge(parse_evidence(kept(node)[0]), village.town.log_vkey)
    assert verdict.kind is Kind.ROLLBACK and verdict.is_proven


def test_a_tree_that_does_not_extend_the_last_one_is_kept_with_the_failing_proof(
    village: Village, node: Node
) -> None:
    village.settle("Another", "supplier").egress.checkpoint()
    size = village.town.service.journal.head.frontier.size
    with pytest.raises(LogMisbehaved, match="does not extend"):
        node.logbook.follow(sign(village, size, leaf_hash(b"forged")))
    evidence = parse_evidence(kept(node)[0])
    verdict = judge(evidence, village.town.log_vkey)
    assert verdict.kind is Kind.INCONSISTENT and not verdict.is_proven and evidence.proof


def test_a_receipt_under_a_forked_checkpoint_is_refused_and_recorded(village: Village, node: Node) -> None:
    (outcome,) = node.egress.submit([("enrolment", village.town.operator.enrolment.data, "")])
    last = node.logbook.last()
    assert last is not None
    forged = replace(outcome, checkpoint=sign(village, last.size, b"\x01" * 32))  # type: ignore[type-var]
    with pytest.raises(PeerError, match="two histories"):
        node.logbook.check_receipt(forged, outcome.id, village.town.operator.enrolment.data)  # type: ignore[arg-type, union-attr]
    assert len(kept(node)) == 1


def test_the_owner_sees_it_and_writes_it_to_a_file(village: Village, node: Node, tmp_path: Path) -> None:
    last = node.logbook.last()
    assert last is not None
    with pytest.raises(LogMisbehaved):
        node.logbook.follow(sign(village, last.size, b"\x07" * 32))
    folder, out = str(node.store.folder), tmp_path / "evidence.json"
    listed = json.loads(CliRunner().invoke(app, ["anomalies", folder, "--json"]).stdout)
    assert [(row["check"], row["evidence"] is None) for row in listed["anomalies"]] == [("log", False)]
    assert CliRunner().invoke(app, ["anomalies", folder, "--evidence", str(out)]).exit_code == 0
    assert judge(parse_evidence(out.read_bytes()), village.town.log_vkey).kind is Kind.FORK
    assert (
        CliRunner().invoke(app, ["anomalies", folder, "--evidence", str(out), "--number", "99"]).exit_code
        == 1
    )


# --- witnesses -------------------------------------------------------------------------------------


W1, W1_KEY = make_witness_key("w1.example", os.urandom)


def want_witness(node: Node) -> None:
    with node.store.write() as connection:
        keep_witnesses(connection, (W1_KEY,), 1)


def test_a_node_that_wants_a_witness_signs_on_nothing_the_witness_has_not_seen(
    village: Village, node: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    want_witness(node)
    node = village.open("Supplier")
    with pytest.raises(Refused, match="1 of 1 pinned witnesses, found 0"):
        node.header()
    bare = node.egress.checkpoint()
    seen = add_cosignatures(bare, [cosign(bare, W1, village.town.clock.now)])
    monkeypatch.setattr(node.egress._client, "checkpoint", lambda: seen)
    head = parse_checkpoint(split_note(bare)[0])
    assert node.header().saw.size == head.size
    monkeypatch.setattr(node.egress._client, "checkpoint", lambda: bare)
    assert node.header().saw.size == head.size  # still fresh: nobody is asked again
    node.clock = lambda: village.town.clock.now + 3601
    with pytest.raises(Refused):
        node.header()


def test_witnesses_are_taken_from_pins_of_the_same_log_only(node: Node, tmp_path: Path) -> None:
    folder, file = str(node.store.folder), tmp_path / "pins.json"
    own = node.identity.pins
    fields = {"log_key": own.log_key, "authority_root": own.root_pem}
    wanted = {"witnesses": [{"name": "w1.example", "key": W1_KEY}], "threshold": 1}
    file.write_text(json.dumps({**fields, **wanted}))
    assert CliRunner().invoke(app, ["witnesses", folder, "--pins", str(file)]).exit_code == 0
    with node.store.read() as connection:
        assert find_witnesses(connection) == ((W1_KEY,), 1)
    shown = json.loads(CliRunner().invoke(app, ["pins", folder, "--json"]).stdout)
    assert shown == {**fields, **wanted}
    file.write_text(json.dumps({**fields, **wanted, "log_key": make_log_key("log.example", os.urandom)[1]}))
    assert CliRunner().invoke(app, ["witnesses", folder, "--pins", str(file)]).exit_code == 1
