"""`sealsum node doctor`: a healthy node has nothing bad, and each thing that can be wrong is named, with what to do."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from sqlalchemy import insert, text

from node.backup import note_backup
from node.doctor import DAY, examine
from node.guard import serving
from node.identity import keep_coordinator
from node.organisation import Node
from node.store.database import FILE_NAME
from node.store.locks import Choice, Kind, lock_store
from node.store.opening import open_store
from node.store.tables import ANOMALIES, OUTGOING
from operation.findings import Finding, Verdict, worst
from protocol.errors import Refused
from tests.node.village import Village
from tests.support.example import NOW

NAME = "Cathode works"


def found(folder: Path, now: int) -> dict[str, Finding]:
    return {finding.check: finding for finding in examine(folder, now, "en")}


@pytest.fixture
def node(village: Village, monkeypatch: pytest.MonkeyPatch) -> Node:
    monkeypatch.setattr(Node.__init__, "__defaults__", (village.town.clock, os.urandom))
    return village.settle(NAME, "supplier")


def test_a_healthy_node_has_nothing_bad(node: Node) -> None:
    folder, now = node.store.folder, node.clock()
    os.chmod(folder, 0o700)
    lock_store(node.store, Choice(Kind.PASSPHRASE, "a long passphrase"))
    note_backup(node.store, now)
    lock_store(node.store, Choice(Kind.FILE))
    with serving(folder):
        findings = examine(folder, now, "en")
    named = {finding.check: finding.verdict for finding in findings if finding.check != "disk"}
    assert named.pop("keys") is Verdict.WARNING  # a key beside the data is for demos
    assert set(named.values()) == {Verdict.GOOD}, findings
    assert {"store", "backup", "agent", "certificate", "coordinator", "outbox"} <= named.keys()


def test_it_speaks_chinese(node: Node) -> None:
    assert any("没有备份" in finding.found for finding in examine(node.store.folder, node.clock(), "zh"))


def test_a_folder_without_a_node_is_said_to_be_none(tmp_path: Path) -> None:
    (finding,) = examine(tmp_path, NOW, "en")
    assert finding.verdict is Verdict.BAD and FILE_NAME in finding.found and "enrol" in finding.advice


def test_a_node_that_is_not_looked_after_is_warned_of(node: Node) -> None:
    os.chmod(node.store.folder, 0o755)
    findings = found(node.store.folder, node.clock())
    warned = {name for name, one in findings.items() if one.verdict is Verdict.WARNING}
    assert {"folder", "keys", "backup", "agent"} <= warned
    assert "sealsum node serve" in findings["agent"].advice
    assert findings["folder"].advice.startswith("type in a terminal: chmod 700 ")


def test_an_old_backup_is_warned_of(node: Node) -> None:
    note_backup(node.store, node.clock() - 40 * DAY)
    finding = found(node.store.folder, node.clock())["backup"]
    assert finding.verdict is Verdict.WARNING and "40 days" in finding.found


def test_a_coordinator_that_does_not_answer_is_bad(node: Node) -> None:
    with node.store.write() as connection:
        keep_coordinator(connection, "127.0.0.1:9")
    finding = found(node.store.folder, node.clock())["coordinator"]
    assert finding.verdict is Verdict.BAD and "127.0.0.1:9" in finding.advice


def test_a_clock_that_is_off_is_bad(village: Village, node: Node) -> None:
    node.egress.checkpoint()
    finding = found(node.store.folder, node.clock() + 2 * 3600)["coordinator"]
    assert finding.verdict is Verdict.BAD and "clock" in finding.found


def test_a_certificate_that_ends_is_told_of(node: Node) -> None:
    day_before = int(node.clock()) + 365 * DAY - 2 * DAY
    assert found(node.store.folder, day_before)["certificate"].verdict is Verdict.WARNING
    assert found(node.store.folder, day_before + 3 * DAY)["certificate"].verdict is Verdict.BAD


def test_statements_that_wait_for_days_and_anomalies_are_told_of(node: Node) -> None:
    now = node.clock()
    row = {"kind": "consent", "calculation": None, "data": b"", "log_index": None, "logged_at": None}
    with node.store.write() as connection:
        connection.execute(insert(OUTGOING), {"key": "k", "id": "0" * 64, "created": now - 3 * DAY, **row})
        connection.execute(insert(ANOMALIES), {"at": now, "check": "log", "message": "m", "evidence": b"e"})
    findings = found(node.store.folder, now)
    assert findings["outbox"].verdict is Verdict.WARNING
    assert findings["anomalies"].verdict is Verdict.BAD and "contradicted" in findings["anomalies"].found


def test_a_full_disk_is_bad(node: Node, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = shutil.disk_usage(node.store.folder)
    monkeypatch.setattr(shutil, "disk_usage", lambda _folder: usage._replace(free=10))
    finding = found(node.store.folder, node.clock())["disk"]
    assert finding.verdict is Verdict.BAD and finding.found == "10 B free"


def test_a_store_of_a_newer_version_is_refused_before_anything_is_written(node: Node) -> None:
    folder = node.store.folder
    with node.store.write() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    node.close()
    with pytest.raises(Refused, match="newer Sealsum"):
        open_store(folder)
    finding = found(folder, NOW)["store"]
    assert finding.verdict is Verdict.BAD and "9999" in finding.found


def test_the_worst_finding_decides() -> None:
    good, bad = Finding("a", Verdict.GOOD, "x"), Finding("b", Verdict.BAD, "y")
    assert worst([good, bad, good]) is Verdict.BAD and worst([]) is Verdict.GOOD
