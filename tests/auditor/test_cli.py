"""`sealsum log`: exit codes and words, against a real coordinator over HTTP and gRPC."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from typer.testing import CliRunner

from auditor.cli import app
from auditor.readers import StoreReader
from auditor.tiles import HttpLog, encode_place
from crypto.note import Checkpoint, sign_checkpoint
from node.cli import app as node_app
from protocol.errors import NetworkError, PeerError
from protocol.log_evidence import Evidence, encode_evidence
from tests.node.village import Village, open_village
from tests.node.village import ask as ask_for


@dataclass
class Place:
    """A village with one certified calculation, and files beside it."""

    village: Village
    folder: Path
    request: str

    @property
    def url(self) -> str:
        return f"http://{self.village.doors.http}"

    @property
    def pins(self) -> Path:
        path = self.folder / "pins.json"
        town = self.village.town
        path.write_text(json.dumps({"log_key": town.log_vkey, "authority_root": town.root_pem.decode()}))
        return path


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    folder = tmp_path_factory.mktemp("village")
    with open_village(folder) as village:
        village.suppliers()
        maker = village.settle("Pack maker", "requester")
        village.settle("Verifier", "verifier").egress.checkpoint()
        request = ask_for(maker)
        village.run()
        yield Place(village, folder, request)


def run(*words: object) -> Result:
    return CliRunner().invoke(app, [str(word) for word in words], env={"COLUMNS": "200"})


def audit(place: Place, *words: object) -> dict[str, Any]:
    result = run("audit", place.url, "--pins", place.pins, "--jobs", "1", "--json", *words)
    assert result.exit_code == 0, result.output
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def node_folder(place: Place, name: str) -> Path:
    return place.village.nodes[name].store.folder


def test_a_verifier_audits_everything(place: Place, tmp_path: Path) -> None:
    found = audit(place, "--node", node_folder(place, "Verifier"), "--state", tmp_path / "state")
    assert found["good"] and found["unread"] == 0 and found["findings"] == []
    assert found["calculations"] == {"certified": 1}
    assert found["size"] == sum(found["statements"].values())
    again = audit(place, "--node", node_folder(place, "Verifier"), "--state", tmp_path / "state")
    assert again["calculations"] == {"certified": 1}


def test_the_operator_reads_every_statement_from_its_own_store(place: Place) -> None:
    rows = place.village.town.log.leaves(0, 5)
    reader = StoreReader(place.village.town.log)
    assert reader.envelopes(0, [row.id for row in rows]) == [row.data for row in rows]


def test_a_party_of_no_calculation_reads_what_is_public_and_says_what_it_could_not(place: Place) -> None:
    found = audit(place, "--node", node_folder(place, "Verifier"))
    public = audit(place)
    assert public["unread"] == public["size"] == found["size"]
    assert any("could not be read" in sentence for sentence in public["not_seen"])


def test_a_certificate_is_held_against_its_log(place: Place, tmp_path: Path) -> None:
    file = tmp_path / "certificate.json"
    done = CliRunner().invoke(
        node_app, ["certificate", str(node_folder(place, "Pack maker")), place.request, "--out", str(file)]
    )
    assert done.exit_code == 0, done.output
    words = ("--node", node_folder(place, "Verifier"), "--certificate", file)
    assert audit(place, *words)["certificate"] == []
    shown = run("audit", place.url, "--pins", place.pins, "--jobs", "1", *words)
    assert shown.exit_code == 0 and "nothing in the log speaks against it" in shown.output
    shown = run("audit", place.url, "--pins", place.pins, "--certificate", file)
    assert shown.exit_code == 1 and "could not be read" in shown.output
    assert "No statement could be read" in shown.output and "Nothing wrong" not in shown.output
    assert shown.output.splitlines()[-1].startswith("Do not rely on this certificate")


def test_an_audit_is_told_in_chinese(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEALSUM_LANG", "zh")
    shown = run(
        "audit", place.url, "--pins", place.pins, "--jobs", "1", "--node", node_folder(place, "Verifier")
    )
    assert "所读到的日志内容没有发现问题。" in shown.output and "未核对：没有锁定见证方" in shown.output
    assert "登记 " in shown.output and "已出证书 1" in shown.output and "leaves" not in shown.output


def test_a_log_that_contradicts_itself_is_found_with_evidence_for_others(
    place: Place, tmp_path: Path
) -> None:
    state, out, town = tmp_path / "state", tmp_path / "evidence.json", place.village.town
    audit(place, "--state", state)
    head = town.service.journal.head
    town.clock.now += 3600
    shorter = town.service.journal.root(head.frontier.size - 2)
    note = sign_checkpoint(
        Checkpoint("log.example", head.frontier.size - 2, shorter, town.clock.now), town.log_key
    )
    newest = town.service.witnessing.newest
    town.service.witnessing.newest = lambda: note  # type: ignore[method-assign]
    try:
        result = run("audit", place.url, "--pins", place.pins, "--state", state, "--evidence", out)
    finally:
        town.service.witnessing.newest = newest  # type: ignore[method-assign]
        town.clock.now -= 3600
    assert result.exit_code == 1 and "contradicts itself" in result.output
    judged = run("evidence", out, "--pins", place.pins)
    assert judged.exit_code == 0 and "Proven by the log's own signatures" in judged.output
    said = json.loads(run("evidence", out, "--pins", place.pins, "--json").stdout)
    assert (said["kind"], said["proven"]) == ("rollback", True)


def test_what_is_no_evidence_exits_with_1(place: Place, tmp_path: Path) -> None:
    file = tmp_path / "evidence.json"
    note = place.village.town.service.journal.head.note
    file.write_bytes(encode_evidence(Evidence(place.village.town.log_vkey, note, note)))
    assert run("evidence", file, "--pins", place.pins).exit_code == 1
    assert run("evidence", tmp_path / "missing", "--pins", place.pins).exit_code == 1


def test_a_log_that_cannot_be_reached_exits_with_3(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("auditor.tiles._PAUSE_SECONDS", 0.0)
    assert run("audit", "http://127.0.0.1:9", "--pins", place.pins).exit_code == 3


def test_wrong_words_are_refused(place: Place, tmp_path: Path) -> None:
    assert run("audit", "ftp://x", "--pins", place.pins).exit_code == 1
    assert run("audit", place.url, "--pins", tmp_path / "none").exit_code == 1
    both = ("--node", tmp_path, "--coordinator", tmp_path)
    assert run("audit", place.url, "--pins", place.pins, *both).exit_code == 1


def test_a_state_of_another_reader_is_refused(place: Place, tmp_path: Path) -> None:
    audit(place, "--state", tmp_path / "state")
    words = ("--node", node_folder(place, "Verifier"), "--state", tmp_path / "state")
    assert run("audit", place.url, "--pins", place.pins, *words).exit_code == 1


def test_tiles_of_another_length_are_refused(place: Place) -> None:
    log = HttpLog(place.url)
    with pytest.raises(PeerError):
        log.tile(0, 999, 256)
    with pytest.raises((PeerError, NetworkError)):
        log.leaves(999, 256)
    log.close()
    assert encode_place(1234067, 256) == "x001/x234/067" and encode_place(5, 7) == "005.p/7"
