"""What is wrong is said in one line before anything is written: keys, databases, blob stores, a second process."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path

import pytest

from coordinator.folder import LOG_KEY, PINS, locked_database, open_folder
from coordinator.service import make_service, open_stores
from coordinator.store.database import sqlite_url
from coordinator.store.migrating import migrate
from crypto.note import make_log_key
from tests.coordinator.office import Office, run


def serve(folder: Path, *words: str) -> tuple[int, str]:
    """The exit code and the one line of a start that fails."""
    done = run("serve", folder, "--listen", "127.0.0.1:0", "--http", "127.0.0.1:0", *words)
    (line,) = [line for line in done.stderr.splitlines() if line]
    return done.exit_code, line


def test_a_log_key_of_another_log_is_refused(folder: Path) -> None:
    (folder / LOG_KEY).write_text(make_log_key("log.example", os.urandom)[0])
    code, line = serve(folder)
    assert code == 1 and "log.key" in line and "backup" in line
    assert not (folder / "coordinator.db").exists()


def test_the_database_of_another_log_is_refused(tmp_path: Path, folder: Path, office: Office) -> None:
    database = sqlite_url(tmp_path / "shared.db")
    service = make_service(open_folder(folder), open_stores(database), lambda: int(time.time()), os.urandom)
    service.start()
    service.stop()
    other = tmp_path / "other"
    token = office.token(f"Operator {os.urandom(4).hex()}", "operator")
    assert run("init", other, "--token", token, "--name", "log.example").exit_code == 0
    before = (tmp_path / "shared.db").read_bytes()
    code, line = serve(other, "--database-url", database)
    assert code == 1 and "signed with another key" in line and str(tmp_path / "shared.db") in line
    assert (tmp_path / "shared.db").read_bytes() == before


def test_a_folder_whose_pins_are_damaged_says_so(folder: Path) -> None:
    (folder / PINS).write_text(json.dumps({"log_key": "nonsense"}))
    code, line = serve(folder)
    assert code == 1 and "log.key" in line


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("postgresql://nobody:geheim@127.0.0.1:1/none", "127.0.0.1:1, database none, user nobody"),
        (
            "postgresql://nobody:geheim@/none?host=127.0.0.1,127.0.0.2&port=1,1",
            "127.0.0.1:1 or 127.0.0.2:1, database none",
        ),
        ("mysql://nobody@127.0.0.1/none", "expected a sqlite or postgresql URL"),
    ],
)
def test_a_database_that_cannot_be_used_stops_the_start(folder: Path, url: str, words: str) -> None:
    code, line = serve(folder, "--database-url", url)
    assert code == 3 and words in line and "geheim" not in line


def test_a_blob_store_that_cannot_be_used_stops_the_start_before_the_database_is_made(folder: Path) -> None:
    code, line = serve(folder, "--blobs-url", "ftp://host/blobs")
    assert code == 3 and "ftp://host/blobs" in line and "expected one of" in line
    assert not (folder / "coordinator.db").exists()


def test_a_second_process_on_one_file_of_sqlite_is_refused(folder: Path, tmp_path: Path) -> None:
    url = sqlite_url(tmp_path / "shared.db")
    migrate(url)
    with locked_database(url):
        code, line = serve(folder, "--database-url", url)
    assert code == 1 and "another process serves" in line and "PostgreSQL" in line


def test_a_standby_that_is_asked_for_and_not_there_stops_the_start(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SEALSUM_SYNCHRONOUS_STANDBY", "true")
    code, line = serve(folder)
    assert code == 1 and "synchronous_standby" in line and "streaming standby" in line
    assert not (folder / "coordinator.db").exists()


@pytest.mark.postgres
def test_a_postgresql_without_a_standby_is_no_second_copy(
    folder: Path, postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SEALSUM_SYNCHRONOUS_STANDBY", "true")
    code, line = serve(folder, "--database-url", postgres_url)
    assert code == 1 and "commits at" in line and "wait for none" in line


@pytest.mark.postgres
def test_an_older_postgresql_is_left_to_whoever_migrates_it(folder: Path, postgres_url: str) -> None:
    migrate(postgres_url, "0004")
    code, line = serve(folder, "--database-url", postgres_url)
    assert code == 3 and "version 0004, expected version" in line and "coordinator migrate" in line
    assert run("migrate", folder, "--database-url", postgres_url).exit_code == 0
    assert run("list", folder, "--database-url", postgres_url).exit_code == 0
