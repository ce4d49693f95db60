"""Backup and restore of a coordinator: it goes on where the copy ends, and never from a copy that lacks statements."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import text

from coordinator.backup import LIST
from coordinator.doctor import examine
from coordinator.folder import BACKED_UP, DATABASE, locked, open_folder
from coordinator.party import enrol_party
from coordinator.service import Service, make_service, open_stores
from coordinator.store.database import open_engine, sqlite_url
from coordinator.witnessing import Witness, add_witness
from operation.findings import Verdict
from operation.refusals import say_words
from protos.values import BlobPart, Receipt
from tests.coordinator.office import Office, answer, run
from tests.coordinator.test_starting import serve
from tests.support.store_audit import check_store
from witness.door import Door
from witness.store import Store, make_witness

BLOB = b"a ciphertext" * 5000


@pytest.fixture
def witness(tmp_path: Path, folder: Path) -> Iterator[Door]:
    """A witness that watches the coordinator's log, and is asked from the next start on."""
    key = make_witness(tmp_path / "witness", "witness.example", os.urandom)
    store = Store(tmp_path / "witness")
    store.add_log(json.loads((folder / "pins.json").read_text())["log_key"])
    door = Door(store, "127.0.0.1:0", lambda: int(time.time()))
    add_witness(folder, Witness(f"http://{door.address}", key))
    yield door
    door.close()
    store.close()


def grow(folder: Path, url: str, office: Office, cosign: bool = False) -> int:
    """Run the coordinator, log an organisation that uploads a blob; the number of statements then."""
    made = open_folder(folder)
    with locked(folder):
        service = make_service(made, open_stores(url), lambda: int(time.time()), os.urandom)
        service.start()
        try:
            enrol(service, folder.parent / os.urandom(4).hex(), office)
            if cosign:
                service.witnessing.collect()
            return service.journal.head.frontier.size
        finally:
            service.stop()


def enrol(service: Service, place: Path, office: Office) -> None:
    token = office.token(f"Supplier {place.name}", "supplier")
    party = enrol_party(place, token, "supplier", lambda: int(time.time()), os.urandom)
    caller = service.gateway.identify(party.certificate_pem.encode())
    (outcome,) = service.gateway.submit(caller, (party.enrolment.data,)).result()
    assert isinstance(outcome, Receipt)
    caller = service.gateway.identify(party.certificate_pem.encode())
    service.gateway.put_part(caller, BlobPart(hashlib.sha256(BLOB).hexdigest(), len(BLOB), 0, BLOB))


def write_checkpoint(folder: Path, url: str, path: Path) -> Path:
    """The newest checkpoint in a file, as somebody outside may keep it."""
    path.write_text(answer("log", "checkpoint", folder, "--database-url", url)["checkpoint"])
    return path


def refusal(*words: object) -> str:
    """The one line of a command that refuses."""
    done = run(*words)
    assert done.exit_code == 1, done.output
    (line,) = [line for line in done.stderr.splitlines() if line]
    return line


def execute(url: str, *statements: str) -> None:
    engine = open_engine(url, writer=True)
    with engine.begin() as connection:
        for statement in statements:
            connection.execute(text(statement))
    engine.dispose()


def check_goes_on(folder: Path, url: str, office: Office, size: int) -> None:
    """The doctor finds nothing bad, the log grows by one, an auditor finds every rule kept."""
    findings = examine(folder, url, int(time.time()))
    assert not [one for one in findings if one.verdict is Verdict.BAD and one.check not in ("disk", "doors")]
    assert grow(folder, url, office) == size + 1
    check_store(folder, url.replace("postgresql://", "postgresql+psycopg://"))


def test_a_restored_coordinator_goes_on_where_the_backup_ends(
    tmp_path: Path, folder: Path, office: Office, database_url: str
) -> None:
    """From either kind of database, into a file of SQLite."""
    size = grow(folder, database_url, office)
    kept = write_checkpoint(folder, database_url, tmp_path / "checkpoint")
    told = answer("backup", folder, tmp_path / "backup", "--database-url", database_url)
    assert (told["size"], told["blobs"], told["absent"]) == (size, 1, 0)
    shutil.rmtree(folder)
    restored = tmp_path / "restored"
    told = answer("restore", tmp_path / "backup", restored, "--known", kept)
    assert told["size"] == size and told["known"] == [{"source": str(kept), "size": size}]
    digest = hashlib.sha256(BLOB).hexdigest()
    assert (restored / "blobs" / digest[:2] / digest).read_bytes() == BLOB
    check_goes_on(restored, open_folder(restored).database_url, office, size)


@pytest.mark.postgres
def test_a_backup_goes_into_an_empty_postgresql_and_into_no_other(
    tmp_path: Path, folder: Path, office: Office, postgres_url: str
) -> None:
    own = open_folder(folder).database_url
    size = grow(folder, own, office)
    login = (
        "INSERT INTO web_logins (account, address, at, way, outcome) "
        "VALUES ('keeper', '::1', 1, 'link', 'entered')"
    )
    execute(own, login)
    answer("backup", folder, tmp_path / "backup")
    words = ["restore", tmp_path / "backup"]
    url = ["--database-url", postgres_url, "--nothing-newer"]
    answer(*words, tmp_path / "restored", *url)
    assert not (tmp_path / "restored" / DATABASE).exists()
    assert "holds a log already" in refusal(*words, tmp_path / "again", *url)
    assert not (tmp_path / "again").exists()
    check_goes_on(tmp_path / "restored", postgres_url, office, size)
    execute(postgres_url, login)  # the server counts on from the rows that brought their number along


def test_a_backup_of_before_is_refused_and_says_what_is_lost(
    tmp_path: Path, folder: Path, office: Office
) -> None:
    url = open_folder(folder).database_url
    size = grow(folder, url, office)
    answer("backup", folder, tmp_path / "backup")
    grow(folder, url, office)
    kept = write_checkpoint(folder, url, tmp_path / "checkpoint")
    line = refusal("restore", tmp_path / "backup", tmp_path / "restored", "--known", kept)
    assert line.startswith("behind: ") and str(kept) in line
    assert f"1 statements are lost in it, from number {size} to {size}" in line
    assert not (tmp_path / "restored").exists()


def test_a_witness_is_asked_and_an_older_database_does_not_serve(
    tmp_path: Path, folder: Path, office: Office, witness: Door
) -> None:
    url = open_folder(folder).database_url
    grow(folder, url, office, cosign=True)
    answer("backup", folder, tmp_path / "backup")
    grow(folder, url, office, cosign=True)
    line = refusal("restore", tmp_path / "backup", tmp_path / "restored", "--nothing-newer")
    assert line.startswith("behind: ") and witness.address in line
    shutil.rmtree(folder / "blobs")
    shutil.copy(tmp_path / "backup" / DATABASE, folder / DATABASE)
    code, line = serve(folder)
    assert code == 1 and line.startswith("behind: ") and witness.address in line


def test_an_emptied_database_does_not_serve_because_of_the_checkpoint_beside_the_blobs(
    folder: Path, office: Office
) -> None:
    size = grow(folder, open_folder(folder).database_url, office)
    (folder / DATABASE).unlink()
    code, line = serve(folder)
    assert (
        code == 1
        and "ends after 0 statements" in line
        and f"the blob store holds its signature over {size}" in line
    )
    assert not (folder / DATABASE).exists()


def test_a_log_that_forked_is_refused(tmp_path: Path, folder: Path, office: Office) -> None:
    url = open_folder(folder).database_url
    grow(folder, url, office)
    answer("backup", folder, tmp_path / "backup")
    other = tmp_path / "other"
    answer("restore", tmp_path / "backup", other, "--nothing-newer")
    grow(folder, url, office)
    grow(other, open_folder(other).database_url, office)
    kept = write_checkpoint(other, open_folder(other).database_url, tmp_path / "checkpoint")
    answer("backup", folder, tmp_path / "second")
    line = refusal("restore", tmp_path / "second", tmp_path / "restored", "--known", kept)
    assert line.startswith("forked: ")


def test_a_backup_alone_does_not_say_how_far_the_log_had_come(
    tmp_path: Path, folder: Path, office: Office
) -> None:
    grow(folder, open_folder(folder).database_url, office)
    answer("backup", folder, tmp_path / "backup")
    line = refusal("restore", tmp_path / "backup", tmp_path / "restored")
    assert line.startswith("known: ") and "--nothing-newer" in line
    assert "answered under /checkpoint" in line and "who mirrors or audits the log" in line
    assert "/checkpoint" in (say_words(line.removeprefix("known: ").strip()) or "")


def test_a_checkpoint_of_another_log_tells_nothing(tmp_path: Path, folder: Path, office: Office) -> None:
    grow(folder, open_folder(folder).database_url, office)
    answer("backup", folder, tmp_path / "backup")
    other = tmp_path / "other"
    token = office.token(f"Operator {os.urandom(4).hex()}", "operator")
    assert run("init", other, "--token", token, "--name", "log.example").exit_code == 0
    grow(other, open_folder(other).database_url, office)
    kept = write_checkpoint(other, open_folder(other).database_url, tmp_path / "checkpoint")
    line = refusal("restore", tmp_path / "backup", tmp_path / "restored", "--known", kept)
    assert line.startswith("known: ") and "no checkpoint of this log" in line


@pytest.mark.parametrize("name", ["log.key", DATABASE, "pins.json"])
def test_a_damaged_backup_is_refused(tmp_path: Path, folder: Path, office: Office, name: str) -> None:
    grow(folder, open_folder(folder).database_url, office)
    answer("backup", folder, tmp_path / "backup")
    path = tmp_path / "backup" / name
    path.write_bytes(path.read_bytes()[:-1] + b"?")
    line = refusal("restore", tmp_path / "backup", tmp_path / "restored", "--nothing-newer")
    assert line.startswith("backup: ") and name in line


def test_statements_that_were_not_signed_are_refused_however_the_list_was_written(
    tmp_path: Path, folder: Path, office: Office
) -> None:
    grow(folder, open_folder(folder).database_url, office)
    answer("backup", folder, tmp_path / "backup")
    path, listed = tmp_path / "backup" / DATABASE, tmp_path / "backup" / LIST
    execute(sqlite_url(path), "UPDATE statements SET logged_at = logged_at - 1 WHERE log_index = 0")
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode=DELETE")
    fields = json.loads(listed.read_text())
    fields["files"][DATABASE] = hashlib.sha256(path.read_bytes()).hexdigest()
    listed.write_text(json.dumps(fields))
    line = refusal("restore", tmp_path / "backup", tmp_path / "restored", "--nothing-newer")
    assert line.startswith("backup: ") and "not those that the log signed" in line


def test_nothing_that_is_there_is_written_over(tmp_path: Path, folder: Path, office: Office) -> None:
    grow(folder, open_folder(folder).database_url, office)
    answer("backup", folder, tmp_path / "backup")
    assert "is there already" in refusal("backup", folder, tmp_path / "backup")
    assert "is not empty" in refusal("restore", tmp_path / "backup", folder, "--nothing-newer")


def test_a_backup_that_cannot_be_noted_is_a_backup(tmp_path: Path, folder: Path, office: Office) -> None:
    """As from a folder that is read-only by now."""
    size = grow(folder, open_folder(folder).database_url, office)
    (folder / BACKED_UP).mkdir()
    assert answer("backup", folder, tmp_path / "backup")["size"] == size
    assert answer("restore", tmp_path / "backup", tmp_path / "restored", "--nothing-newer")["size"] == size


@pytest.mark.parametrize("form", [(), ("--json",)])
def test_of_keys_that_are_not_locked_a_backup_warns_once_it_is_whole(
    tmp_path: Path, folder: Path, office: Office, form: tuple[str, ...]
) -> None:
    grow(folder, open_folder(folder).database_url, office)
    done = run("backup", folder, tmp_path / "backup", *form)
    assert done.exit_code == 0 and "The backup is whole. Its keys are not locked" in done.stderr
    assert f"lock-keys {folder}" in " ".join(done.stderr.split()) and (tmp_path / "backup" / LIST).is_file()
