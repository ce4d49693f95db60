"""What the owner last stated of a pack for an export, kept so that it need not be typed again.

The one fact: a pack's mass and carbon are the owner's own, so all of it is locked in the vault under one name.
"""

from __future__ import annotations

import json

from exchange.particular_fields import FIELDS
from method.fields import Record
from node.organisation import Node
from node.store.vault import find_secret, forget_secret, keep_secret

_KEPT = "particulars"
_SHARED = frozenset(field.name for field in FIELDS if field.is_shared)


def keep_stated(node: Node, model: str, record: Record) -> None:
    """Keep what was stated of a model, in place of what was stated of it before."""
    with node.store.write() as connection:
        data = find_secret(connection, _KEPT)
        others = {} if data is None else json.loads(data)
        others.pop(model, None)
        forget_secret(connection, _KEPT)
        keep_secret(connection, _KEPT, json.dumps({**others, model: dict(record)}).encode())


def find_stated(node: Node, model: str) -> Record:
    """What was last stated of a model; of one that is new, what the company stated last of all its models."""
    with node.store.read() as connection:
        data = find_secret(connection, _KEPT)
    kept: dict[str, dict[str, object]] = {} if data is None else json.loads(data)
    if model in kept:
        return kept[model]
    newest = list(kept.values())[-1] if kept else {}
    return {name: value for name, value in newest.items() if name in _SHARED}
