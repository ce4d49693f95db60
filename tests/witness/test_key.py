"""A witness's key on disk: locked with a passphrase, without which it signs nothing and shows everything else."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from operation.key_files import is_locked
from protocol.errors import Refused, StoreError
from witness.cli import app
from witness.door import Door
from witness.store import KEY, KEY_FILES, Store

PASSPHRASE, OTHER = "correct horse battery", "another horse entirely"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv(KEY_FILES.variable, raising=False)
    for name, words in (("first", PASSPHRASE), ("other", OTHER), ("short", "a horse")):
        (tmp_path / name).write_text(f"{words}\n")
    made = run("init", tmp_path / "w", "--name", "w1.example")
    assert made.exit_code == 0 and "not locked" in made.stderr
    return tmp_path


def run(command: str, folder: Path, *options: str | Path) -> Result:
    return CliRunner().invoke(app, [command, str(folder), *map(str, options)])


def opens_with(folder: Path) -> str:
    """The key with which a door opens."""
    store = Store(folder / "w")
    try:
        Door(store, "127.0.0.1:0", lambda: 0).close()
        return store.private_key
    finally:
        store.close()


def test_a_locked_witness_opens_its_door_with_its_passphrase_alone(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = opens_with(folder)
    assert run("lock-key", folder / "w", "--new-passphrase-file", folder / "first").exit_code == 0
    data = (folder / "w" / KEY).read_bytes()
    assert key.encode() not in data and PASSPHRASE.encode() not in data
    assert (folder / "w" / KEY).stat().st_mode & 0o077 == 0
    refused = run("serve", folder / "w", "--listen", "127.0.0.1:0")
    assert refused.exit_code == 1 and KEY_FILES.variable in refused.stderr
    monkeypatch.setenv(KEY_FILES.variable, str(folder / "other"))
    with pytest.raises(Refused, match="not the passphrase"):
        opens_with(folder)
    monkeypatch.setenv(KEY_FILES.variable, str(folder / "first"))
    assert opens_with(folder) == key


def test_what_signs_nothing_asks_for_no_passphrase(folder: Path) -> None:
    shown = run("show", folder / "w").stdout
    assert run("lock-key", folder / "w", "--new-passphrase-file", folder / "first").exit_code == 0
    assert run("show", folder / "w").stdout == shown


def test_a_passphrase_is_changed_and_taken_away_by_who_has_it(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = opens_with(folder)
    assert run("lock-key", folder / "w", "--new-passphrase-file", folder / "first").exit_code == 0
    assert run("lock-key", folder / "w", "--clear").exit_code == 1
    monkeypatch.setenv(KEY_FILES.variable, str(folder / "first"))
    assert run("lock-key", folder / "w", "--new-passphrase-file", folder / "other").exit_code == 0
    with pytest.raises(Refused, match="not the passphrase"):
        opens_with(folder)
    monkeypatch.setenv(KEY_FILES.variable, str(folder / "other"))
    assert opens_with(folder) == key
    assert run("lock-key", folder / "w", "--clear").exit_code == 0
    monkeypatch.delenv(KEY_FILES.variable)
    assert opens_with(folder) == key


def test_a_passphrase_that_is_short_missing_or_unwanted_changes_nothing(folder: Path) -> None:
    before = (folder / "w" / KEY).read_bytes()
    for options, words in (
        (["--new-passphrase-file", folder / "short"], "at least 12"),
        (["--new-passphrase-file", folder / "first", "--clear"], "not both"),
        ([], "expected a new passphrase"),
    ):
        refused = run("lock-key", folder / "w", *options)
        assert refused.exit_code == 1 and words in refused.stderr
    assert (folder / "w" / KEY).read_bytes() == before


def test_a_new_witness_is_locked_where_the_environment_names_a_passphrase(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(KEY_FILES.variable, str(folder / "first"))
    made = run("init", folder / "v", "--name", "v.example")
    assert made.exit_code == 0 and is_locked(folder / "v" / KEY) and "not locked" not in made.stderr


def test_a_damaged_key_is_named_and_not_shown(folder: Path) -> None:
    (folder / "w" / KEY).write_text("PRIVATE+KEY+w1.example+nothing\n")
    with pytest.raises(StoreError, match="damaged") as caught:
        opens_with(folder)
    assert "nothing" not in str(caught.value)
