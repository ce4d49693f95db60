"""What an authority remembers about itself, by name; nothing secret but the citation key."""

from __future__ import annotations

from sqlalchemy import Connection, select

from authority.tables import settings

ADDRESS = "address"
"""HOST:PORT that tokens carry, as the operator said."""
LISTENED = "listened"
"""Where `serve` listened last; tokens carry it when nobody said otherwise."""

CITATION_KEY = "citation_key"
"""Hex of the key under which suppliers digest certificates: drawn for the first of them, given to suppliers only."""


def find_setting(connection: Connection, name: str) -> str | None:
    """The value with this name, or None."""
    value: str | None = connection.execute(
        select(settings.c.value).where(settings.c.name == name)
    ).scalar_one_or_none()
    return value


def set_setting(connection: Connection, name: str, value: str) -> None:
    """Write a value; the last one counts."""
    connection.execute(settings.delete().where(settings.c.name == name))
    connection.execute(settings.insert().values(name=name, value=value))
