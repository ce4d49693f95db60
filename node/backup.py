"""A node in one encrypted file: everything it knows and the key that opens it. Decision 0010.

The one fact: a backup is an older state by the time it is restored, so restoring voids what must not be used twice
(node/restoring.py) before the restored folder exists under its name.

    magic ‖ length of header (2 bytes) ‖ header: the file's key, locked with a passphrase ‖ locked body
    body: data key (32 bytes) ‖ Unix seconds (8 bytes) ‖ the store as an SQLite file
"""

from __future__ import annotations

import os
import shutil
import tempfile
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from sqlalchemy import func, select

from crypto.errors import BadLock
from crypto.locking import (
    KEY_BYTES,
    lock,
    lock_with_passphrase,
    make_data_key,
    unlock,
    unlock_with_passphrase,
)
from node.outbox import ROTATED_KEY
from node.restoring import void_older_state
from node.store.database import FILE_NAME, Store
from node.store.locks import Choice, forget_wrapping, lock_store
from node.store.opening import open_store
from node.store.settings import find_value, set_value
from node.store.tables import DECLARATIONS, OUTGOING
from protocol.errors import Refused, StoreError

MAGIC = b"sealsum-node-backup/1\n"
_MADE = "backup_made"
"""The setting that says when the last backup was written."""
_HEADER, _BODY = "backup key", "backup"
_TIME_BYTES, _LENGTH_BYTES = 8, 2


@dataclass(frozen=True, slots=True)
class Backup:
    """An opened backup: when it was made, the store, and the key that opens its secrets."""

    made: int
    store: bytes = field(repr=False)
    data_key: bytes = field(repr=False)


def make_backup(store: Store, passphrase: str, now: int) -> bytes:
    """The whole node, locked with a passphrase of its own; consistent while an agent works on the store."""
    with store.read() as connection:
        database: bytes = connection.connection.driver_connection.serialize()  # type: ignore[union-attr]
    key = make_data_key(os.urandom)
    header = lock_with_passphrase(passphrase, _HEADER, key, os.urandom)
    body = store.data_key.need() + now.to_bytes(_TIME_BYTES) + database
    return MAGIC + len(header).to_bytes(_LENGTH_BYTES) + header + lock(key, _BODY, body, os.urandom)


def note_backup(store: Store, now: int) -> None:
    """Remember that a backup was written; for whoever asks whether there is one."""
    with store.write() as connection:
        set_value(connection, _MADE, str(now))


def find_backup_made(store: Store) -> int | None:
    """When the last backup was written, in Unix seconds; None if there is none."""
    with store.read() as connection:
        made = find_value(connection, _MADE)
    return None if made is None else int(made)


class Lack(StrEnum):
    """What a broken disk would take now, because no backup holds it."""

    EVERYTHING = "everything"
    KEYS = "keys"
    DECLARATION = "declaration"


def find_lack(store: Store) -> Lack | None:
    """The worst that the last backup lacks: replaced keys, or the openings of a declaration; None: nothing."""
    made = find_backup_made(store)
    if made is None:
        return Lack.EVERYTHING
    replaced = select(func.count()).where(OUTGOING.c.key.startswith(ROTATED_KEY), OUTGOING.c.created >= made)
    declared = select(func.count()).where(DECLARATIONS.c.created >= made)
    with store.read() as connection:
        if connection.execute(replaced).scalar_one():
            return Lack.KEYS
        return Lack.DECLARATION if connection.execute(declared).scalar_one() else None


def open_backup(data: bytes, passphrase: str) -> Backup:
    """Read a backup; Refused("backup") when it is none or damaged, Refused("passphrase") when that is the wrong one."""
    start = len(MAGIC) + _LENGTH_BYTES
    length = int.from_bytes(data[len(MAGIC) : start])
    if not data.startswith(MAGIC) or len(data) <= start + length:
        raise Refused("backup", "this file is no backup of a node, or only its beginning")
    try:
        key = unlock_with_passphrase(passphrase, _HEADER, data[start : start + length])
    except BadLock as error:
        raise Refused(
            "passphrase", "that is not the passphrase of this backup; nothing was restored"
        ) from error
    try:
        body = unlock(key, _BODY, data[start + length :])
    except BadLock as error:
        raise Refused("backup", "the backup is damaged: it is not as it was written") from error
    made = int.from_bytes(body[KEY_BYTES : KEY_BYTES + _TIME_BYTES])
    return Backup(made, body[KEY_BYTES + _TIME_BYTES :], body[:KEY_BYTES])


def read_backup(path: Path) -> bytes:
    """The file's bytes; Refused("file") when it cannot be read."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise Refused("file", f"cannot read {path}: {error.strerror}") from error


def restore_backup(backup: Backup, folder: Path, choice: Choice, now: int) -> None:
    """Make the node's folder anew from a backup, locked as chosen; Refused("folder") when something is there.

    The folder gets its name last: a crash before leaves no node that could act on the older state.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise Refused(
            "folder", f"{folder} is not empty; restore into a new folder, and keep this one as it is"
        )
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        making = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    except OSError as error:
        raise StoreError(f"cannot write beside {folder}: {error.strerror}") from error
    try:
        _fill(making, backup, choice, now)
        making.replace(folder)
    except OSError as error:
        raise StoreError(f"cannot restore into {folder}: {error.strerror}") from error
    finally:
        shutil.rmtree(making, ignore_errors=True)


def _fill(folder: Path, backup: Backup, choice: Choice, now: int) -> None:
    descriptor = os.open(folder / FILE_NAME, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(backup.store)
        file.flush()
        os.fsync(file.fileno())
    store = Store(folder)
    try:
        store.data_key.open_with(backup.data_key)
        with store.write() as connection:
            forget_wrapping(connection)
            void_older_state(connection, now, backup.made)
            set_value(connection, _MADE, str(backup.made))
        lock_store(store, choice)
    finally:
        store.close()
    open_store(folder, choice).close()  # brings an older version's tables up to date, and tries the key
