"""A process's keys on disk: locked ones open with their passphrase and nothing else."""

import os
from pathlib import Path

import pytest

from operation.files import write_file
from operation.key_files import KeyFiles, is_locked
from protocol.errors import Refused

VARIABLE = "SEALSUM_TEST_KEYS_PASSPHRASE_FILE"
KEY_FILES = KeyFiles(VARIABLE)

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
    KEY_FILES.write(folder / "log.key", KEY)
    assert is_locked(folder / "log.key") and KEY_FILES.read(folder / "log.key") == KEY
    data = (folder / "log.key").read_bytes()
    assert KEY not in data and PASSPHRASE.encode() not in data
    assert (folder / "log.key").stat().st_mode & 0o777 == 0o600


def test_a_locked_key_opens_with_its_own_passphrase_alone(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    KEY_FILES.write(folder / "log.key", KEY, PASSPHRASE)
    with pytest.raises(Refused, match=VARIABLE):
        KEY_FILES.read(folder / "log.key")
    for name, words in (("other", "not the passphrase"), ("empty", "is empty")):
        monkeypatch.setenv(VARIABLE, str(folder / f"{name}.passphrase"))
        with pytest.raises(Refused, match=words):
            KEY_FILES.read(folder / "log.key")


def test_a_locked_key_under_another_name_does_not_open(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, str(folder / "first.passphrase"))
    KEY_FILES.write(folder / "log.key", KEY)
    os.replace(folder / "log.key", folder / "signing.key")
    with pytest.raises(Refused, match="not the passphrase"):
        KEY_FILES.read(folder / "signing.key")


def test_keys_are_locked_changed_and_cleared_together(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    paths = [folder / "log.key", folder / "signing.key"]
    for path in paths:
        KEY_FILES.write(path, KEY + path.name.encode())
    assert KEY_FILES.lock(paths, PASSPHRASE) == ["log.key", "signing.key"]
    monkeypatch.setenv(VARIABLE, str(folder / "first.passphrase"))
    KEY_FILES.lock(paths, OTHER)
    with pytest.raises(Refused, match="not the passphrase"):
        KEY_FILES.read(folder / "log.key")
    monkeypatch.setenv(VARIABLE, str(folder / "other.passphrase"))
    assert KEY_FILES.read(folder / "signing.key") == KEY + b"signing.key"
    KEY_FILES.lock(paths, None)
    monkeypatch.delenv(VARIABLE)
    assert KEY_FILES.read(folder / "log.key") == KEY + b"log.key" and not is_locked(folder / "log.key")
