"""`sealsum coordinator doctor`: a healthy coordinator has nothing bad, and each thing that can be wrong is named."""

from __future__ import annotations

import json
import os
import time
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import text
from typer.testing import CliRunner

from coordinator.cli import app
from coordinator.doctor import DAY, examine, examine_serving, find_neglected
from coordinator.folder import BACKED_UP, LOG_KEY, locked, open_folder, set_backed_up, set_serving
from coordinator.party import KEY_FILES, SIGNING
from coordinator.service import make_service, open_stores
from coordinator.store.database import open_engine, sqlite_url
from crypto.cosignature import make_witness_key
from crypto.note import make_log_key
from operation.findings import Finding, Verdict
from tests.coordinator.office import Office


@pytest.fixture
def folder(tmp_path: Path, office: Office) -> Path:
    """A coordinator whose log holds its own enrolment."""
    folder = tmp_path / "c"
    token = office.token(f"Operator {tmp_path.name}", "operator")
    words = ["init", str(folder), "--token", token, "--name", "log.example", "--json"]
    assert CliRunner().invoke(app, words).exit_code == 0
    made = open_folder(folder)
    with locked(folder):
        service = make_service(made, open_stores(made.database_url), now, os.urandom)
        service.start()
        service.stop()
    return folder


def now() -> int:
    return int(time.time())


def found(folder: Path, at: int | None = None, url: str | None = None) -> dict[str, Finding]:
    return {finding.check: finding for finding in examine(folder, url, at or now())}


def execute(folder: Path, statement: str) -> None:
    engine = open_engine(sqlite_url(folder / "coordinator.db"), writer=True)
    with engine.begin() as connection:
        connection.execute(text(statement))
    engine.dispose()


def test_a_healthy_coordinator_has_nothing_bad(folder: Path) -> None:
    findings = found(folder)
    assert not [one for one in findings.values() if one.verdict is Verdict.BAD and one.check != "disk"]
    assert findings["log"] == Finding("log", Verdict.GOOD, "1 statements, root as signed")
    assert findings["keys"].verdict is Verdict.WARNING and "lock-keys" in findings["keys"].advice
    assert findings["doors"].verdict is Verdict.WARNING


def test_the_command_prints_every_finding_and_exits_by_the_worst(folder: Path) -> None:
    done = CliRunner().invoke(app, ["doctor", str(folder), "--json"])
    told = json.loads(done.stdout)
    assert done.exit_code == 0 and told["verdict"] == "warning" and len(told["findings"]) == 11
    set_serving(folder, "127.0.0.1:9", "127.0.0.1:9")
    done = CliRunner().invoke(app, ["doctor", str(folder)])
    assert done.exit_code == 1 and "no answer from 127.0.0.1:9" in done.stdout


def test_a_backup_that_was_never_made_or_is_old_is_named(folder: Path, tmp_path: Path) -> None:
    never = found(folder)["backup"]
    assert never.verdict is Verdict.WARNING and "never" in never.found
    assert f"sealsum coordinator backup {folder}" in never.advice
    assert CliRunner().invoke(app, ["backup", str(folder), str(tmp_path / "copy")]).exit_code == 0
    assert found(folder)["backup"].verdict is Verdict.GOOD
    assert found(folder, now() + 6 * DAY)["backup"].verdict is Verdict.GOOD
    old = found(folder, now() + 9 * DAY)["backup"]
    assert old.verdict is Verdict.WARNING and "9 days ago" in old.found
    evening = 1_796_148_000  # 2026-12-01 18:00 UTC
    (folder / BACKED_UP).write_text(f"{evening}\n")
    set_backed_up(folder, evening)
    made = open_folder(folder)
    stores = open_stores(made.database_url)
    assert (
        "上次备份于 2026-12-02（北京时间），9 天前"
        in find_neglected(made, stores, evening + 9 * DAY, "zh")[0].found
    )
    assert "of 2026-12-01 UTC, 9 days ago" in find_neglected(made, stores, evening + 9 * DAY, "en")[0].found
    stores.log.close()
    # What is restored from it has not been backed up itself.
    assert not (tmp_path / "copy" / BACKED_UP).exists()


def test_a_folder_that_is_none_and_one_without_keys_are_told_apart(folder: Path, tmp_path: Path) -> None:
    (finding,) = examine(tmp_path / "nowhere", None, now())
    assert finding.verdict is Verdict.BAD and "no folder" in finding.found
    (folder / "signing.key").unlink()
    assert found(folder)["keys"].verdict is Verdict.BAD


def test_locked_keys_without_their_passphrase_leave_the_rest_looked_at(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    passphrase = tmp_path / "passphrase"
    passphrase.write_text("a long enough passphrase\n")
    words = ["lock-keys", str(folder), "--new-passphrase-file", str(passphrase)]
    assert CliRunner().invoke(app, words).exit_code == 0
    told = found(folder)
    assert told["keys"].verdict is Verdict.WARNING and KEY_FILES.variable in told["keys"].advice
    assert all(told[one].verdict is Verdict.GOOD for one in ("certificate", "database", "log", "duties"))
    assert "witnesses" in told
    (said,) = [one for one in examine(folder, None, now(), "zh") if one.check == "keys"]
    assert (
        "没有给出口令" in said.found and "文件的第一行" in said.advice and KEY_FILES.variable in said.advice
    )
    monkeypatch.setenv(KEY_FILES.variable, str(passphrase))
    assert found(folder)["keys"].verdict is Verdict.GOOD


def test_a_backup_is_told_from_a_coordinator_and_looked_at_whole(folder: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    done = CliRunner().invoke(app, ["backup", str(folder), str(copy)])
    assert f"sealsum coordinator doctor {copy}" in done.stderr
    (told,) = examine(copy, None, now(), "zh")
    assert (
        told.verdict is Verdict.GOOD and "完整：1 条声明" in told.found and "不要用它直接运行" in told.found
    )
    assert examine(copy, None, now()) == examine(copy, None, now())  # looking changed nothing
    with (copy / "coordinator.db").open("ab") as file:
        file.write(b"x")
    (told,) = examine(copy, None, now())
    assert told.verdict is Verdict.BAD and "not as it was written" in told.found


def test_another_logs_key_is_bad(folder: Path) -> None:
    KEY_FILES.write(folder / LOG_KEY, make_log_key("log.example", os.urandom)[0].encode())
    finding = found(folder)["keys"]
    assert finding.verdict is Verdict.BAD and "pins.json" in finding.found


def test_a_key_file_that_is_gone_is_bad_and_the_rest_is_looked_at(folder: Path, tmp_path: Path) -> None:
    made = open_folder(folder)
    stores = open_stores(made.database_url)
    neglected = {one.check: one.verdict for one in find_neglected(made, stores, now(), "en")}
    assert neglected == dict.fromkeys(("backup", "keys", "witnesses"), Verdict.WARNING)
    assert CliRunner().invoke(app, ["backup", str(folder), str(tmp_path / "copy")]).exit_code == 0
    assert [one.check for one in find_neglected(made, stores, now(), "en")] == ["keys", "witnesses"]
    (folder / SIGNING).unlink()
    told = {one.check: one.verdict for one in examine_serving(made, stores, now(), "en")}
    stores.log.close()
    assert (told["keys"], told["log"]) == (Verdict.BAD, Verdict.GOOD)


def test_locking_the_keys_begins_with_a_stop_and_names_where_the_passphrase_goes(folder: Path) -> None:
    assert found(folder)["keys"].advice.startswith(
        f"stop the coordinator, then sealsum coordinator lock-keys {folder};"
    )
    made = open_folder(folder)
    stores = open_stores(made.database_url)
    told = {one.check: one.advice for one in examine_serving(made, stores, now(), "zh")}
    stores.log.close()
    assert f"先停止协调方，再执行 sealsum coordinator lock-keys {folder}；" in told["keys"]
    assert "SEALSUM_COORDINATOR_PASSPHRASE_FILE" in told["keys"]


def test_no_witness_is_worth_a_look(folder: Path) -> None:
    told = found(folder)["witnesses"]
    assert told.verdict is Verdict.WARNING and f"log witness {folder}" in told.advice
    assert "sealsum witness init" in told.advice and "serve" in told.advice
    assert "started again" in told.advice


def test_a_witness_just_added_counts_from_the_next_start_on(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SEALSUM_LANG", "zh")
    _, key = make_witness_key("w1.example", os.urandom)
    words = ["log", "witness", str(folder), "--url", "https://w1.example", "--key", key]
    done = CliRunner().invoke(app, words)
    assert done.exit_code == 0 and "重新启动协调方后生效" in done.stderr
    assert f'"key": "{key}"' in done.stderr and '"threshold": 1' in done.stderr and "逗号" in done.stderr
    told = found(folder)["witnesses"]
    assert told.verdict is Verdict.WARNING and "w1.example" in told.found and "started again" in told.advice
    made = open_folder(folder)
    stores = open_stores(made.database_url)
    assert "witnesses" in [one.check for one in find_neglected(made, stores, now(), "en")]
    stores.log.close()


def test_a_root_that_is_not_what_was_signed_is_bad(folder: Path) -> None:
    execute(folder, "UPDATE hashes SET hash = zeroblob(32)")
    finding = found(folder)["log"]
    assert finding.verdict is Verdict.BAD and "root" in finding.found


def test_a_statement_that_is_gone_is_bad(folder: Path) -> None:
    execute(folder, "DELETE FROM statements")
    assert found(folder)["log"].verdict is Verdict.BAD


def test_a_database_of_another_version_or_without_tables_is_bad(folder: Path, tmp_path: Path) -> None:
    execute(folder, "UPDATE alembic_version SET version_num = '9999'")
    finding = found(folder)["database"]
    assert finding.verdict is Verdict.WARNING and "9999" in finding.found and "may serve" in finding.found
    execute(folder, "UPDATE oldest_program SET version = '9999'")
    finding = found(folder)["database"]
    assert finding.verdict is Verdict.BAD and "9999" in finding.found
    empty = found(folder, url=sqlite_url(tmp_path / "empty.db"))["database"]
    assert empty.verdict is Verdict.BAD and "no tables" in empty.found


def test_a_database_that_cannot_be_reached_is_bad_and_its_password_is_not_said(folder: Path) -> None:
    url = "postgresql://sealsum:secret@127.0.0.1:9/log"
    finding = found(folder, url=url)["database"]
    assert finding.verdict is Verdict.BAD
    assert "secret" not in finding.found + finding.advice


def test_a_clock_behind_the_log_and_an_ended_certificate_are_bad(folder: Path) -> None:
    assert found(folder, now() - DAY)["clock"].verdict is Verdict.BAD
    assert found(folder, now() + 10 * 365 * DAY)["certificate"].verdict is Verdict.BAD


def test_a_certificate_without_a_host_is_bad(folder: Path) -> None:
    made = open_folder(folder)
    stores = open_stores(made.database_url)
    no_host = replace(made, party=replace(made.party, certificate_pem=made.party.root_pem))
    finding = next(one for one in examine_serving(no_host, stores, now(), "en") if one.check == "certificate")
    stores.log.close()
    assert finding.verdict is Verdict.BAD and "--host" in finding.advice


def test_calculations_that_nobody_ends_are_bad(folder: Path) -> None:
    execute(
        folder,
        "INSERT INTO calculations (id, requester, phase, deadline) VALUES "
        f"('{'a' * 64}', 'r', 'consenting', {now() - 7200})",
    )
    finding = found(folder)["duties"]
    assert finding.verdict is Verdict.BAD and "a" * 64 in finding.found
