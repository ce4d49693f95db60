"""How a store's data key is kept: in the operating system's keyring, under a passphrase, or beside the data.

The one fact: the data key is wrapped, never stored; `settings` holds the wrapped key, which is worth nothing without
the key that wraps it. Beside the data (`vault.key`) is for demos: whoever takes the disk takes the key. Decision 0007.
"""

from __future__ import annotations

import base64
import json
import os
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from sqlalchemy import Connection, delete

from crypto.errors import BadLock
from crypto.locking import (
    KEY_BYTES,
    lock,
    lock_with_passphrase,
    make_data_key,
    unlock,
    unlock_with_passphrase,
)
from node.store import keyrings
from node.store.database import Store
from node.store.settings import find_value, set_value
from node.store.tables import SETTINGS
from node.store.vault import lock_all
from operation.passphrases import choose_passphrase, find_passphrase, is_person_there, need_passphrase
from protocol.errors import Refused, StoreError

VARIABLE = "SEALSUM_PASSPHRASE_FILE"
KEY_FILE = "vault.key"
_SETTING, _NAME = "vault", "data key"


class Kind(StrEnum):
    """Who keeps the key that opens the store."""

    PASSPHRASE = "passphrase"
    KEYRING = "keyring"
    FILE = "file"


@dataclass(frozen=True, slots=True)
class Choice:
    """How a store is to be locked; a passphrase only for that kind."""

    kind: Kind
    passphrase: str = field(default="", repr=False)


BESIDE = Choice(Kind.FILE)


def choose_lock(folder: Path, without: bool, passphrase_file: Path | None = None) -> Choice:
    """What a new store is locked with: the named file, the environment's, the keyring, or what a person types.

    Refused("passphrase") when there is none of these and `without` was not asked for.
    """
    if without:
        return BESIDE
    if passphrase_file is not None:
        return Choice(Kind.PASSPHRASE, choose_passphrase(str(folder), passphrase_file))
    named = find_passphrase(VARIABLE)
    if named is not None:
        return Choice(Kind.PASSPHRASE, named)
    if keyrings.is_available():
        return Choice(Kind.KEYRING)
    if is_person_there():
        return Choice(Kind.PASSPHRASE, choose_passphrase(str(folder), None))
    raise Refused(
        "passphrase",
        "this machine has no keyring, so the node's keys need a passphrase: name a file with it in "
        f"{VARIABLE} or run this at a terminal. For a demo only: --no-passphrase",
    )


def kind_of(store: Store) -> Kind | None:
    """Who keeps the key of this store; None when it was never locked."""
    with store.read() as connection:
        text = find_value(connection, _SETTING)
    return None if text is None else Kind(json.loads(text)["kind"])


def unlock_store(store: Store, choice: Choice = BESIDE) -> None:
    """Open the store's secrets as they were locked, or lock them as chosen when they never were.

    A passphrase in `choice` is tried; without one it is asked for.
    Refused("passphrase" | "keyring") or StoreError when the key is not there or is another one.
    """
    with store.read() as connection:
        text = find_value(connection, _SETTING)
    if text is None:
        lock_store(store, choice)
        return
    store.data_key.open_with(_unwrap(store.folder, json.loads(text), choice.passphrase))


def lock_store(store: Store, choice: Choice) -> None:
    """Draw a new data key, lock every secret under it, and wrap it as chosen; the old key opens nothing any more."""
    old = store.data_key.need() if store.data_key.is_open else None
    fresh = make_data_key(os.urandom)
    wrapped = _wrap(store.folder, choice, fresh)
    with store.read() as connection:
        before = find_value(connection, _SETTING)
    with store.write() as connection:
        if find_value(connection, _SETTING) != before:
            raise StoreError(f"another process locks {store.folder} just now; try again")
        count = lock_all(connection, old, fresh)
        set_value(connection, _SETTING, json.dumps(wrapped))
    store.data_key.open_with(fresh)
    _forget_others(store.folder, {} if before is None else json.loads(before), wrapped)
    if count:
        store.rewrite()


def forget_wrapping(connection: Connection) -> None:
    """Leave a copied store without a wrapping: its original's keyring entry or key file is not the copy's to delete."""
    connection.execute(delete(SETTINGS).where(SETTINGS.c.name == _SETTING))


def _wrap(folder: Path, choice: Choice, key: bytes) -> dict[str, str]:
    if choice.kind is Kind.PASSPHRASE:
        text = lock_with_passphrase(choice.passphrase, _NAME, key, os.urandom)
        return {"kind": choice.kind.value, "text": text.decode()}
    outer, entry = make_data_key(os.urandom), os.urandom(8).hex()
    text = base64.b64encode(lock(outer, _NAME, key, os.urandom))
    if choice.kind is Kind.KEYRING:
        keyrings.keep_key(entry, outer)
    else:
        _write_key_file(folder / f"{KEY_FILE}.{entry}", outer)
    return {"kind": choice.kind.value, "text": text.decode(), "entry": entry}


def _unwrap(folder: Path, wrapped: dict[str, str], passphrase: str) -> bytes:
    kind = Kind(wrapped["kind"])
    try:
        if kind is Kind.PASSPHRASE:
            given = passphrase or need_passphrase(str(folder), VARIABLE)
            return unlock_with_passphrase(given, _NAME, wrapped["text"].encode())
        entry = wrapped["entry"]
        in_keyring = kind is Kind.KEYRING
        outer = keyrings.need_key(entry) if in_keyring else _read_key_file(folder / f"{KEY_FILE}.{entry}")
        return unlock(outer, _NAME, base64.b64decode(wrapped["text"]))
    except BadLock as error:
        if kind is Kind.PASSPHRASE:
            raise Refused(
                "passphrase", f"that is not the passphrase of {folder}; nothing was opened"
            ) from error
        raise StoreError(f"the key kept for {folder} does not open it; restore its backup") from error


def _forget_others(folder: Path, before: dict[str, str], now: dict[str, str]) -> None:
    """Delete the keys that wrapped older data keys; they open nothing in the store any more."""
    if before.get("kind") == Kind.KEYRING:
        keyrings.forget_key(before["entry"])
    kept = f"{KEY_FILE}.{now.get('entry', '')}"
    for path in folder.glob(f"{KEY_FILE}.*"):
        if path.name != kept:
            path.unlink(missing_ok=True)


def _write_key_file(path: Path, key: bytes) -> None:
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(key)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise StoreError(f"cannot write {path}: {error.strerror}") from error


def _read_key_file(path: Path) -> bytes:
    try:
        key = path.read_bytes()
    except OSError as error:
        raise StoreError(
            f"cannot read {path}: {error.strerror}; the store opens with this file only"
        ) from error
    if len(key) != KEY_BYTES:
        raise StoreError(f"{path} is damaged: expected {KEY_BYTES} bytes, found {len(key)}")
    return key
