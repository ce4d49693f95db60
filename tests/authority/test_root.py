"""The root key and the store on disk: who may read them, and that damage is named."""

import os
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from authority.root import KEY_FILE, is_encrypted, load_root, make_root_files
from authority.store import FILE_NAME, make_store, open_store
from protocol.errors import Refused, StoreError

NOW = 1_800_000_000


def test_the_root_opens_again(house: Any) -> None:
    root = load_root(house.folder, None, NOW)
    assert (root.id, root.pem, root.fingerprint) == (house.root.id, house.root.pem, house.root.fingerprint)
    assert not is_encrypted(house.folder)


def test_key_and_store_are_for_their_owner_only(house: Any) -> None:
    for name in (KEY_FILE, FILE_NAME):
        assert stat.S_IMODE((house.folder / name).stat().st_mode) == 0o600


def test_a_passphrase_encrypts_the_key(tmp_path: Path) -> None:
    root = make_root_files(tmp_path, "A", "correct horse", NOW, os.urandom)
    assert is_encrypted(tmp_path)
    assert load_root(tmp_path, "correct horse", NOW).id == root.id
    for wrong in (None, "wrong horse"):
        with pytest.raises(StoreError, match="passphrase") as caught:
            load_root(tmp_path, wrong, NOW)
        assert "horse" not in str(caught.value)


def test_a_key_file_open_to_others_is_refused(house: Any) -> None:
    (house.folder / KEY_FILE).chmod(0o640)
    with pytest.raises(StoreError, match="chmod 600"):
        load_root(house.folder, None, NOW)


def test_an_authority_is_never_replaced(house: Any) -> None:
    before = (house.folder / KEY_FILE).read_bytes()
    with pytest.raises(Refused, match="never replaced"):
        make_root_files(house.folder, "B", None, NOW, os.urandom)
    with pytest.raises(Refused, match="never replaced"):
        make_store(house.folder)
    assert (house.folder / KEY_FILE).read_bytes() == before


def test_a_name_that_no_certificate_can_hold_is_refused(tmp_path: Path) -> None:
    for name in ("", "甲" * 22):
        with pytest.raises(Refused, match="64 bytes"):
            make_root_files(tmp_path, name, None, NOW, os.urandom)
    assert list(tmp_path.iterdir()) == []


def test_a_key_of_another_root_is_refused(house: Any, make_house: Callable[[str], Any]) -> None:
    other = make_house("other")
    (house.folder / KEY_FILE).write_bytes((other.folder / KEY_FILE).read_bytes())
    with pytest.raises(StoreError, match="do not belong together"):
        load_root(house.folder, None, NOW)


def test_a_root_past_its_time_is_refused(house: Any) -> None:
    with pytest.raises(StoreError, match="valid"):
        load_root(house.folder, None, NOW + 21 * 365 * 86400)


def test_the_root_does_not_show_its_key(house: Any) -> None:
    number = house.root.issuer.key.private_numbers().private_value
    assert str(number) not in repr(house.root)
    assert f"{number:x}" not in repr(house.root)


def test_a_folder_without_an_authority_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="sealsum authority init"):
        open_store(tmp_path)
    with pytest.raises(StoreError, match="sealsum authority init"):
        load_root(tmp_path, None, NOW)


def test_a_damaged_store_is_named(house: Any) -> None:
    house.store.close()
    for left in house.folder.glob(FILE_NAME + "*"):
        left.unlink()
    (house.folder / FILE_NAME).write_bytes(b"not a database at all, and long enough to be looked at" * 100)
    with pytest.raises(StoreError, match="not a readable SQLite file"):
        open_store(house.folder)


def test_a_store_of_another_version_is_refused(house: Any) -> None:
    with house.store.write() as connection:
        connection.exec_driver_sql("PRAGMA user_version = 3")
    with pytest.raises(StoreError, match="version 3"):
        open_store(house.folder)


def test_a_write_that_fails_leaves_nothing(house: Any) -> None:
    def fail() -> None:
        with house.store.write() as connection:
            connection.exec_driver_sql("INSERT INTO settings VALUES ('a', 'b')")
            raise KeyError("after the insert")

    with pytest.raises(KeyError):
        fail()
    with house.store.read() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM settings").scalar_one() == 0
