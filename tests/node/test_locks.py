"""The vault's key: kept by a passphrase, a keyring or a file; whoever has only the folder has nothing."""

import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import keyring
import pytest
from alembic import command
from alembic.config import Config
from keyring.backend import KeyringBackend
from keyring.backends.fail import Keyring as NoKeyring
from keyring.errors import PasswordDeleteError
from sqlalchemy import create_engine, select, text, update
from typer.testing import CliRunner

from node.cli import app
from node.guard import serving
from node.store import database as store_module
from node.store import keyrings, locks
from node.store.database import FILE_NAME, HEAD, Store
from node.store.locks import BESIDE, VARIABLE, Choice, Kind, choose_lock, kind_of, lock_store
from node.store.opening import create_store, open_store
from node.store.tables import SECRETS
from node.store.vault import DataKey, find_secret, keep_secret, need_secret
from protocol.errors import Refused, StoreError

PASSPHRASE, OTHER = "correct horse battery", "another horse entirely"
SECRET = b"2718281828459045 kWh"
LOCKED = Choice(Kind.PASSPHRASE, PASSPHRASE)


class MemoryKeyring(KeyringBackend):
    """A keyring as an operating system has one."""

    priority = 5  # type: ignore[assignment]

    def __init__(self) -> None:
        super().__init__()
        self.kept: dict[tuple[str, str], str] = {}

    def set_password(self, service: str, username: str, password: str) -> None:
        self.kept[service, username] = password

    def get_password(self, service: str, username: str) -> str | None:
        return self.kept.get((service, username))

    def delete_password(self, service: str, username: str) -> None:
        if self.kept.pop((service, username), None) is None:
            raise PasswordDeleteError


@pytest.fixture
def ring() -> Iterator[MemoryKeyring]:
    before, found = keyring.get_keyring(), MemoryKeyring()
    keyring.set_keyring(found)
    yield found
    keyring.set_keyring(before)


@pytest.fixture
def no_ring() -> Iterator[None]:
    before = keyring.get_keyring()
    keyring.set_keyring(NoKeyring())
    yield
    keyring.set_keyring(before)


@pytest.fixture(autouse=True)
def nobody_named_a_passphrase(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)


def passphrase_file(folder: Path, passphrase: str) -> Path:
    path = folder / f"{len(passphrase)}.passphrase"
    path.write_text(passphrase + "\n")
    return path


def store_with_a_secret(folder: Path, choice: Choice) -> Path:
    store = create_store(folder, choice)
    with store.write() as connection:
        keep_secret(connection, "activity/1", SECRET)
    store.close()
    return folder


def read(store: Store) -> bytes | None:
    with store.read() as connection:
        return find_secret(connection, "activity/1")


def everything_in(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())


# --- what a thief finds ----------------------------------------------------------------------------


def test_a_store_with_a_passphrase_opens_with_it_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = store_with_a_secret(tmp_path / "node", LOCKED)
    with pytest.raises(Refused, match=VARIABLE):
        open_store(folder)
    monkeypatch.setenv(VARIABLE, str(passphrase_file(tmp_path, OTHER)))
    with pytest.raises(Refused, match="not the passphrase"):
        open_store(folder)
    monkeypatch.setenv(VARIABLE, str(passphrase_file(tmp_path, PASSPHRASE)))
    assert read(open_store(folder)) == SECRET


def test_nothing_in_the_folder_of_a_store_with_a_passphrase_opens_it(tmp_path: Path) -> None:
    folder = store_with_a_secret(tmp_path / "node", LOCKED)
    assert SECRET not in everything_in(folder) and PASSPHRASE.encode() not in everything_in(folder)
    assert not list(folder.glob("vault.key*"))


def test_a_secret_moved_to_another_row_does_not_open(tmp_path: Path) -> None:
    store = create_store(tmp_path / "node")
    with store.write() as connection:
        keep_secret(connection, "declaration/1", b"one")
        keep_secret(connection, "declaration/2", b"two")
        first = connection.execute(select(SECRETS.c.data).where(SECRETS.c.name == "declaration/1")).scalar()
        connection.execute(update(SECRETS).where(SECRETS.c.name == "declaration/2").values(data=first))
    with store.read() as connection, pytest.raises(StoreError, match="declaration/2"):
        need_secret(connection, "declaration/2")


def test_a_store_beside_its_key_opens_by_itself_and_without_the_key_not(tmp_path: Path) -> None:
    folder = store_with_a_secret(tmp_path / "node", BESIDE)
    assert SECRET not in everything_in(folder)
    store = open_store(folder)
    assert read(store) == SECRET and kind_of(store) is Kind.FILE
    store.close()
    (key,) = folder.glob("vault.key.*")
    assert key.stat().st_mode & 0o777 == 0o600
    key.write_bytes(bytes(32))
    with pytest.raises(StoreError, match="does not open it"):
        open_store(folder)
    key.unlink()
    with pytest.raises(StoreError, match="cannot read"):
        open_store(folder)


def test_a_store_in_a_keyring_opens_for_who_has_the_keyring(tmp_path: Path, ring: MemoryKeyring) -> None:
    folder = store_with_a_secret(tmp_path / "node", Choice(Kind.KEYRING))
    assert not list(folder.glob("vault.key*")) and len(ring.kept) == 1
    store = open_store(folder)
    assert read(store) == SECRET
    store.close()
    ring.kept.clear()
    with pytest.raises(Refused, match="lacks the key"):
        open_store(folder)


def test_a_locked_vault_says_so_and_shows_no_key(tmp_path: Path) -> None:
    assert repr(DataKey()) == "DataKey(<locked>)"
    key = DataKey()
    with pytest.raises(StoreError, match="locked"):
        key.need()
    key.open_with(b"\x11" * 32)
    assert repr(key) == "DataKey(<redacted>)" and PASSPHRASE not in repr(LOCKED)


# --- changing it -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "first", [BESIDE, LOCKED, Choice(Kind.KEYRING)], ids=["file", "passphrase", "keyring"]
)
@pytest.mark.parametrize(
    "second",
    [BESIDE, Choice(Kind.PASSPHRASE, OTHER), Choice(Kind.KEYRING)],
    ids=["file", "passphrase", "keyring"],
)
def test_after_a_change_the_old_key_opens_nothing(
    tmp_path: Path, ring: MemoryKeyring, first: Choice, second: Choice
) -> None:
    folder = store_with_a_secret(tmp_path / "node", first)
    stolen = dict(ring.kept), {path.name: path.read_bytes() for path in folder.glob("vault.key.*")}
    store = open_store(folder, first)
    old_key = store.data_key.need()
    lock_store(store, second)
    assert read(store) == SECRET and store.data_key.need() != old_key
    store.close()
    assert len(ring.kept) == (second.kind is Kind.KEYRING)
    assert len(list(folder.glob("vault.key.*"))) == (second.kind is Kind.FILE)
    ring.kept.update(stolen[0])
    for name, data in stolen[1].items():
        (folder / name).write_bytes(data)
    opened = open_store(folder, second)
    assert read(opened) == SECRET
    opened.close()
    if first.kind is Kind.PASSPHRASE and second.kind is Kind.PASSPHRASE:
        with pytest.raises(Refused, match="not the passphrase"):
            open_store(folder, first)


def test_another_process_with_the_old_key_is_told_and_reads_nothing(tmp_path: Path) -> None:
    folder = store_with_a_secret(tmp_path / "node", BESIDE)
    one, other = open_store(folder), open_store(folder)
    lock_store(one, LOCKED)
    with pytest.raises(StoreError, match="start again"):
        read(other)


def older_store(folder: Path) -> None:
    """A store as the version before made it: secrets in the clear, file names in a table."""
    folder.mkdir()
    config = Config()
    config.set_main_option("script_location", str(Path(store_module.__file__).parent.parent / "migrations"))
    engine = create_engine(f"sqlite:///{folder / FILE_NAME}")
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0002")
        connection.execute(text("INSERT INTO activities VALUES (1, 'p', 1, 'a.csv', 'ab')"))
        connection.execute(text("INSERT INTO secrets VALUES ('activity/1', :data)"), {"data": SECRET})
    engine.dispose()


def test_secrets_of_an_older_version_are_locked_when_its_store_is_opened(tmp_path: Path) -> None:
    folder = tmp_path / "node"
    older_store(folder)
    assert SECRET in everything_in(folder)
    store = open_store(folder)
    assert read(store) == SECRET
    with store.read() as connection:
        assert json.loads(need_secret(connection, "source/1")) == {"name": "a.csv", "sha256": "ab"}
        assert connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar() == HEAD
    store.close()
    assert SECRET not in everything_in(folder)


# --- choosing it -----------------------------------------------------------------------------------


def test_a_named_passphrase_comes_first_then_the_keyring(
    tmp_path: Path, ring: MemoryKeyring, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert choose_lock(tmp_path, False).kind is Kind.KEYRING
    assert choose_lock(tmp_path, False, passphrase_file(tmp_path, OTHER)) == Choice(Kind.PASSPHRASE, OTHER)
    monkeypatch.setenv(VARIABLE, str(passphrase_file(tmp_path, PASSPHRASE)))
    assert choose_lock(tmp_path, False) == LOCKED
    assert choose_lock(tmp_path, True) is BESIDE


def test_without_keyring_passphrase_or_person_nothing_is_left_in_the_clear(
    tmp_path: Path, no_ring: None
) -> None:
    assert not keyrings.is_available()
    with pytest.raises(Refused, match="--no-passphrase"):
        choose_lock(tmp_path, False)


@pytest.mark.parametrize(("text", "words"), [("", "empty"), ("short", "at least 12")])
def test_a_passphrase_that_is_none_is_refused(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(Refused, match=words):
        choose_lock(tmp_path, False, passphrase_file(tmp_path, text))


# --- as commands -----------------------------------------------------------------------------------


def run(*words: str) -> tuple[int, str, str]:
    done = CliRunner().invoke(app, ["passphrase", *words])
    return done.exit_code, done.stdout, done.stderr


def test_a_passphrase_is_set_changed_and_removed_by_command(
    tmp_path: Path, no_ring: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = store_with_a_secret(tmp_path / "node", BESIDE)
    first, second = passphrase_file(tmp_path, PASSPHRASE), passphrase_file(tmp_path, OTHER)
    code, out, err = run("status", str(folder))
    assert code == 0 and "file" in out and "whoever takes the disk" in err
    assert run("change", str(folder), "--new-passphrase-file", str(second))[0] == 1
    assert (
        run("set", str(folder), "--new-passphrase-file", str(first), "--json")[1]
        == '{"kept_by": "passphrase"}\n'
    )
    code, _, err = run("status", str(folder))
    assert code == 1 and err.startswith("passphrase: ")
    monkeypatch.setenv(VARIABLE, str(first))
    assert run("set", str(folder), "--new-passphrase-file", str(second))[0] == 1
    assert run("change", str(folder), "--new-passphrase-file", str(second))[0] == 0
    code, _, err = run("status", str(folder))
    assert code == 1 and err.count("\n") == 1 and PASSPHRASE not in err
    monkeypatch.setenv(VARIABLE, str(second))
    assert run("remove", str(folder))[0] == 1
    code, out, err = run("remove", str(folder), "--to-file")
    assert code == 0 and "whoever takes the disk" in err
    monkeypatch.delenv(VARIABLE)
    assert read(open_store(folder)) == SECRET


def test_a_folder_that_an_agent_serves_is_not_locked_anew(tmp_path: Path) -> None:
    folder = store_with_a_secret(tmp_path / "node", BESIDE)
    with serving(folder):
        code, _, err = run("set", str(folder), "--new-passphrase-file", str(passphrase_file(tmp_path, OTHER)))
    assert code == 1 and "stop it first" in err


def test_a_copy_of_the_folder_without_the_keyring_is_worth_nothing(
    tmp_path: Path, ring: MemoryKeyring
) -> None:
    folder = store_with_a_secret(tmp_path / "node", Choice(Kind.KEYRING))
    shutil.copytree(folder, tmp_path / "stolen")
    keyring.set_keyring(MemoryKeyring())
    with pytest.raises(Refused, match="keyring"):
        open_store(tmp_path / "stolen")


def test_two_wrappings_of_one_key_have_nothing_in_common(tmp_path: Path) -> None:
    texts = [locks._wrap(tmp_path, LOCKED, os.urandom(32))["text"] for _ in range(2)]
    assert json.loads(texts[0])["salt"] != json.loads(texts[1])["salt"]
