"""Whether a model was changed since it was asked for, so that nobody takes the old figure for the new pack's.

The one fact: a request keeps, in the vault, a digest of what its figures rest on: the bill of materials and the
functional unit, in no order and without names.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict

from sqlalchemy import Connection

from method.pack import PackDefinition
from node.maker.bills import need_pack
from node.maker.pack_drafts import PackDraft, find_model
from node.organisation import Node
from node.store.vault import find_secret, keep_secret
from protocol.errors import Refused

_COUNTED = "digests of drafts"
_NAMES = ("item", "supplier", "part_of")
"""What an entry is called and built into changes no figure."""


def keep_digests(connection: Connection, request: str, packs: Iterable[PackDefinition]) -> None:
    """Keep what each model of a request was, by its code."""
    digests = {pack.functional_unit.model: _digest(pack) for pack in packs}
    keep_secret(connection, _name(request), json.dumps(digests).encode())


def is_outdated(node: Node, request: str, model: str) -> bool:
    """Whether this node's draft of a model is not what a request asked for; False where either is not known."""
    draft = find_model(node, model)
    return draft is not None and bool(find_outdated(node, [(request, draft)]))


def find_outdated(node: Node, asked: Sequence[tuple[str, PackDraft]]) -> frozenset[str]:
    """The ids of the drafts among these, each with a request of its model, that were changed since it was made."""
    with node.store.read() as connection:
        kept = {request: find_secret(connection, _name(request)) for request, _ in asked}
    digests = {request: json.loads(data) for request, data in kept.items() if data is not None}
    return frozenset(
        draft.id
        for request, draft in asked
        if draft.model in digests.get(request, {})
        and digests[request][draft.model] != _digest_now(node, draft)
    )


def _digest_now(node: Node, draft: PackDraft) -> str:
    """A process reads a draft again only after it changed; one that lacks something is like no request."""
    counted: dict[str, tuple[PackDraft, str]] = node.kept.setdefault(_COUNTED, {})
    before = counted.get(draft.id)
    if before is None or before[0] is not draft:
        try:
            found = _digest(need_pack(draft))
        except Refused:
            found = ""
        before = counted[draft.id] = (draft, found)
    return before[1]


def _digest(pack: PackDefinition) -> str:
    entries = (asdict(entry) for entry in pack.entries)
    counted = ({name: one for name, one in entry.items() if name not in _NAMES} for entry in entries)
    found = [_texts(asdict(pack.functional_unit)), sorted(map(_texts, counted))]
    return hashlib.sha256(json.dumps(found).encode()).hexdigest()


def _texts(fields: Mapping[str, object]) -> list[tuple[str, str]]:
    return [(name, str(value)) for name, value in fields.items()]


def _name(request: str) -> str:
    return f"asked/{request}"
