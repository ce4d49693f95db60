"""Saved column mappings of this node, by name: how its own sheets are read. They hold titles, never amounts."""

from __future__ import annotations

import re
from dataclasses import dataclass

from sqlalchemy import delete, select
from sqlalchemy.dialects.sqlite import insert

from node.importers.mapping import ColumnMapping, encode_mapping, parse_mapping
from node.organisation import Node
from node.store.tables import MAPPINGS
from protocol.errors import Refused

_NAME = re.compile(r"[\w][\w.-]{0,63}")


@dataclass(frozen=True, slots=True)
class SavedMapping:
    """A mapping with its name and when it was learned, Unix seconds."""

    name: str
    created: int
    mapping: ColumnMapping


def save_mapping(node: Node, name: str, mapping: ColumnMapping) -> None:
    """Store a mapping; the same name again replaces it. Refused("mapping") for a name with other signs."""
    if _NAME.fullmatch(name) is None:
        raise Refused("mapping", f"{name!r} is no name: use letters, digits, '.', '-', '_', at most 64")
    fresh = {"category": mapping.category, "created": node.clock(), "description": encode_mapping(mapping)}
    row = insert(MAPPINGS).values(name=name, **fresh)
    with node.store.write() as connection:
        connection.execute(row.on_conflict_do_update(index_elements=["name"], set_=fresh))


def list_mappings(node: Node) -> list[SavedMapping]:
    """Every mapping, by name."""
    with node.store.read() as connection:
        rows = connection.execute(select(MAPPINGS).order_by(MAPPINGS.c.name)).all()
    return [SavedMapping(row.name, row.created, parse_mapping(row.description)) for row in rows]


def find_mapping(node: Node, name: str) -> SavedMapping:
    """The mapping of this name; Refused("mapping") names those there are."""
    saved = {one.name: one for one in list_mappings(node)}
    if name not in saved:
        known = ", ".join(saved) or "none yet; learn one: sealsum node mapping learn"
        raise Refused("mapping", f"no mapping {name!r} in this node; known are: {known}")
    return saved[name]


def remove_mapping(node: Node, name: str) -> None:
    """Delete a mapping; Refused("mapping") when there is none of that name."""
    find_mapping(node, name)
    with node.store.write() as connection:
        connection.execute(delete(MAPPINGS).where(MAPPINGS.c.name == name))
