"""Small public values of a node by name: who it is, whom it trusts, how far it has read. Never a secret."""

from __future__ import annotations

from sqlalchemy import Connection, select
from sqlalchemy.dialects.sqlite import insert

from node.store.tables import SETTINGS

RESTORED = "restored"
"""How this node was restored last, and whether it has read the log since: node/restoring.py."""


def set_value(connection: Connection, name: str, value: str) -> None:
    """Write a value; the last one counts."""
    statement = insert(SETTINGS).values(name=name, value=value)
    connection.execute(statement.on_conflict_do_update(index_elements=["name"], set_={"value": value}))


def find_value(connection: Connection, name: str) -> str | None:
    """The value with this name, or None."""
    value = connection.execute(select(SETTINGS.c.value).where(SETTINGS.c.name == name)).scalar()
    return None if value is None else str(value)
