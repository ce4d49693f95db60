"""Locked data opens under its key and its name, and under nothing else."""

import json
import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crypto.errors import BadLock
from crypto.locking import (
    NONCE_BYTES,
    Cost,
    lock,
    lock_with_passphrase,
    make_data_key,
    stretch,
    unlock,
    unlock_with_passphrase,
)

KEY = bytes(range(32))
CHEAP = Cost(memory_kib=64, passes=1, lanes=1)


@given(st.binary(max_size=300), st.text(max_size=30))
def test_what_was_locked_opens_again(data: bytes, name: str) -> None:
    assert unlock(KEY, name, lock(KEY, name, data, os.urandom)) == data


def test_a_known_answer() -> None:
    locked = lock(KEY, "a name", b"a secret", lambda count: b"\x07" * count)
    assert locked.hex() == "07" * 12 + "6e4ad5390c7db2803bf265431f5c28423bacab73941197e5"
    assert unlock(KEY, "a name", locked) == b"a secret"


def test_argon2id_gives_the_answer_of_the_reference_program() -> None:
    # the reference C library, version 1.3: echo -n "password" | argon2 somesaltsomesalt -id -t 2 -k 65536 -p 1 -l 32
    found = stretch("password", b"somesaltsomesalt", Cost(65536, 2, 1))
    assert found.hex() == "fc33b78139231d34b71626bd6245c1d72efa190ad605c3d8166a72adcedfa2c2"


def test_every_value_has_a_nonce_of_its_own() -> None:
    nonces = {lock(KEY, "n", b"same", os.urandom)[:NONCE_BYTES] for _ in range(500)}
    assert len(nonces) == 500


def test_a_locked_value_does_not_open_under_another_name() -> None:
    locked = lock(KEY, "declaration/1", b"secret", os.urandom)
    with pytest.raises(BadLock, match="declaration/2"):
        unlock(KEY, "declaration/2", locked)


def test_a_locked_value_does_not_open_under_another_key() -> None:
    with pytest.raises(BadLock):
        unlock(make_data_key(os.urandom), "n", lock(KEY, "n", b"secret", os.urandom))


@given(st.integers(min_value=0, max_value=33), st.integers(min_value=1, max_value=255))
def test_an_altered_value_does_not_open(place: int, change: int) -> None:
    locked = bytearray(lock(KEY, "n", b"secret", os.urandom))
    locked[place] ^= change
    with pytest.raises(BadLock):
        unlock(KEY, "n", bytes(locked))


def test_what_is_too_short_to_be_locked_is_refused() -> None:
    with pytest.raises(BadLock, match="at least 28 bytes"):
        unlock(KEY, "n", b"short")


def test_a_passphrase_opens_what_it_locked_and_no_other_does() -> None:
    text = lock_with_passphrase("correct horse", "n", b"secret", os.urandom, CHEAP)
    assert unlock_with_passphrase("correct horse", "n", text) == b"secret"
    for passphrase, name in (("correct hors", "n"), ("correct horse", "m")):
        with pytest.raises(BadLock):
            unlock_with_passphrase(passphrase, name, text)


def test_the_same_passphrase_never_gives_the_same_key_twice() -> None:
    texts = [json.loads(lock_with_passphrase("p", "n", b"s", os.urandom, CHEAP)) for _ in range(2)]
    assert texts[0]["salt"] != texts[1]["salt"] and texts[0]["locked"] != texts[1]["locked"]


def changed(**fields: object) -> bytes:
    text = lock_with_passphrase("p", "n", b"s", os.urandom, CHEAP)
    return json.dumps({**json.loads(text), **fields}).encode()


@pytest.mark.parametrize(  # 1
    "text",
    [
        b"",
        b"[]",
        b"{}",
        b'"x"',
        changed(extra=1),
        changed(kdf="md5"),
        changed(salt="*"),
        changed(memory_kib=None),
    ],
)
def test_what_is_no_locked_text_is_refused(text: bytes) -> None:
    with pytest.raises(BadLock, match="not data locked"):
        unlock_with_passphrase("p", "n", text)


@pytest.mark.parametrize(  # 2
    "text",
    [
        changed(memory_kib=1 << 24),
        changed(passes=1000),
        changed(lanes=1000),
        changed(passes=0),
        changed(memory_kib=4),
        changed(salt=""),
    ],
)
def test_a_text_that_asks_for_all_memory_is_refused_before_any_work(text: bytes) -> None:
    with pytest.raises(BadLock, match="more work"):
        unlock_with_passphrase("p", "n", text)


def test_less_work_than_was_done_gives_another_key() -> None:  # 3
    text = json.loads(lock_with_passphrase("p", "n", b"s", os.urandom, Cost(128, 2, 1)))
    with pytest.raises(BadLock, match="another key"):
        unlock_with_passphrase("p", "n", json.dumps({**text, "passes": 1}).encode())
