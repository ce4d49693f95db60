"""The one way secrets go into the store and come out: keys, openings, salts, records, ephemeral secrets.

The one fact: nothing else reads or writes the table `secrets`, and each value in it is AES-256-GCM under the data key
and its own name, so the file, its write-ahead log and every copy of them hold no secret. Names say what a secret is
for and hold nothing secret. How the data key itself is kept: node/store/locks.py. Protocol section 10.
"""

from __future__ import annotations

import os
from collections.abc import Sequence

from sqlalchemy import Connection, delete, select, update
from sqlalchemy.dialects.sqlite import insert

from crypto.errors import BadLock
from crypto.locking import lock, unlock
from node.store.tables import SECRETS, begins_with
from protocol.errors import StoreError

CONNECTION_INFO = "sealsum.data_key"
"""Where a store's connections carry the DataKey."""


class DataKey:
    """The key of one store's secrets, once it is unlocked; shared by all its connections, never shown."""

    __slots__ = ("_key",)

    def __init__(self) -> None:
        self._key: bytes | None = None

    def __repr__(self) -> str:
        return f"DataKey(<{'locked' if self._key is None else 'redacted'}>)"

    @property
    def is_open(self) -> bool:
        """Whether secrets can be read."""
        return self._key is not None

    def open_with(self, key: bytes) -> None:
        """Take the data key."""
        self._key = key

    def need(self) -> bytes:
        """The data key; StoreError while it is locked."""
        if self._key is None:
            raise StoreError("the store's secrets are locked; open the store with its key first")
        return self._key


def keep_secret(connection: Connection, name: str, data: bytes) -> None:
    """Store a secret under a name; one that is there already stays as it is."""
    locked = lock(_key_of(connection), name, data, os.urandom)
    connection.execute(insert(SECRETS).values(name=name, data=locked).on_conflict_do_nothing())


def find_secret(connection: Connection, name: str) -> bytes | None:
    """The secret with this name, or None."""
    locked = connection.execute(select(SECRETS.c.data).where(SECRETS.c.name == name)).scalar()
    return None if locked is None else _unlock(_key_of(connection), name, bytes(locked))


def need_secret(connection: Connection, name: str) -> bytes:
    """The secret with this name; StoreError when it is missing."""
    data = find_secret(connection, name)
    if data is None:
        raise StoreError(f"the store lacks the secret {name!r}; restore the data folder from its backup")
    return data


def forget_secret(connection: Connection, name: str) -> None:
    """Delete a secret; the file overwrites it (secure_delete)."""
    connection.execute(delete(SECRETS).where(SECRETS.c.name == name))


def secret_names(connection: Connection, beginning: str) -> list[str]:
    """The names of all secrets that begin so."""
    query = select(SECRETS.c.name).where(begins_with(SECRETS.c.name, beginning))
    return list(connection.execute(query.order_by(SECRETS.c.name)).scalars())


def have_secrets(connection: Connection, names: Sequence[str]) -> set[str]:
    """Which of these names have a secret; none is unlocked."""
    query = select(SECRETS.c.name).where(SECRETS.c.name.in_(names))
    return set(connection.execute(query).scalars())


def find_locked(connection: Connection, beginning: str) -> dict[str, bytes]:
    """Secrets whose names begin so as they lie in the table, by name: the same bytes hold the same secret."""
    query = select(SECRETS.c.name, SECRETS.c.data).where(begins_with(SECRETS.c.name, beginning))
    return {name: bytes(data) for name, data in connection.execute(query)}


def open_locked(connection: Connection, name: str, locked: bytes) -> bytes:
    """The secret in what `find_locked` gave for this name."""
    return _unlock(_key_of(connection), name, locked)


def lock_all(connection: Connection, old: bytes | None, new: bytes) -> int:
    """Lock every secret under a new key, from an old one or, in a store of an older version, from the clear.

    Returns how many there were.
    """
    rows = connection.execute(select(SECRETS.c.name, SECRETS.c.data)).all()
    for name, data in rows:
        clear = bytes(data) if old is None else _unlock(old, name, bytes(data))
        locked = lock(new, name, clear, os.urandom)
        connection.execute(update(SECRETS).where(SECRETS.c.name == name).values(data=locked))
    return len(rows)


def _unlock(key: bytes, name: str, locked: bytes) -> bytes:
    try:
        return unlock(key, name, locked)
    except BadLock as error:
        raise StoreError(
            f"{error}. If the passphrase was changed meanwhile, start again; else restore a backup"
        ) from error


def _key_of(connection: Connection) -> bytes:
    key: DataKey = connection.info[CONNECTION_INFO]
    return key.need()
