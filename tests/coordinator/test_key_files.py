"""The coordinator's keys on disk: locked ones open with their passphrase and nothing else."""

import os
from pathlib import Path

import pytest

from coordinator.files import write_file
from coordinator.key_files import VARIABLE, is_locked, lock_keys, read_key, write_key
from protocol.errors import Refused

PASSPHRASE, OTHER = "correct horse battery", "another horse"
KEY = b"PRIVATE+KEY+log.example+0123456789"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv(VARIABLE, raising=False)
    write_file(tmp_path / "first.passphrase", PASSPHRASE.encode() + b"\n")
    write_file(tmp_path / "other.passphrase", OTHER.encode())
    write_file(tmp_path / "empty.passphrase", b"\n")
    return tmp_path


def test_a_key_is_written_locked_when_the_environment_names_a_passphrase(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, str(folder / "first.passphrase"))
    write_key(folder / "log.key", KEY)
    assert is_locked(folder / "log.key") and read_key(folder / "log.key") == KEY
    data = (folder / "log.key").read_bytes()
    assert KEY not in data and PASSPHRASE.encode() not in data
    assert (folder / "log.key").stat().st_mode & 0o777 == 0o600


def test_a_locked_key_opens_with_its_own_passphrase_alone(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_key(folder / "log.key", KEY, PASSPHRASE)
    with pytest.raises(Refused, match=VARIABLE):
        read_key(folder / "log.key")
    for name, words in (("other", "not the passphrase"), ("empty", "is empty")):
        monkeypatch.setenv(VARIABLE, str(folder / f"{name}.passphrase"))
        with pytest.raises(Refused, match=words):
            read_key(folder / "log.key")


def test_a_locked_key_under_another_name_does_not_open(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, str(folder / "first.passphrase"))
    write_key(folder / "log.key", KEY)
    os.replace(folder / "log.key", folder / "signing.key")
    with pytest.raises(Refused, match="not the passphrase"):
        read_key(folder / "signing.key")


def test_keys_are_locked_changed_and_cleared_together(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("log.key", "signing.key"):
        write_key(folder / name, KEY + name.encode())
    assert lock_keys(folder, PASSPHRASE) == ["log.key", "signing.key"]
    monkeypatch.setenv(VARIABLE, str(folder / "first.passphrase"))
    lock_keys(folder, OTHER)
    with pytest.raises(Refused, match="not the passphrase"):
        read_key(folder / "log.key")
    monkeypatch.setenv(VARIABLE, str(folder / "other.passphrase"))
    assert read_key(folder / "signing.key") == KEY + b"signing.key"
    lock_keys(folder, None)
    monkeypatch.delenv(VARIABLE)
    assert read_key(folder / "log.key") == KEY + b"log.key" and not is_locked(folder / "log.key")
