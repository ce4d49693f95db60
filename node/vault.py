"""The one way secrets go into the store and come out: keys, openings, salts, records, ephemeral secrets.

The one fact: nothing else reads or writes the table `secrets`, so encrypting it at rest is a change to this
module alone. Names say what a secret is for and hold nothing secret. Protocol section 10.
"""

from __future__ import annotations

from sqlalchemy import Connection, delete, select
from sqlalchemy.dialects.sqlite import insert

from node.tables import SECRETS
from protocol.errors import StoreError


def keep_secret(connection: Connection, name: str, data: bytes) -> None:
    """Store a secret under a name; one that is there already stays as it is."""
    connection.execute(insert(SECRETS).values(name=name, data=data).on_conflict_do_nothing())


def find_secret(connection: Connection, name: str) -> bytes | None:
    """The secret with this name, or None."""
    data = connection.execute(select(SECRETS.c.data).where(SECRETS.c.name == name)).scalar()
    return None if data is None else bytes(data)


def need_secret(connection: Connection, name: str) -> bytes:
    """The secret with this name; StoreError when it is missing."""
    data = find_secret(connection, name)
    if data is None:
        raise StoreError(f"the store lacks the secret {name!r}; restore the data folder from its backup")
    return data


def forget_secret(connection: Connection, name: str) -> None:
    """Delete a secret; the file overwrites it (secure_delete)."""
    connection.execute(delete(SECRETS).where(SECRETS.c.name == name))
