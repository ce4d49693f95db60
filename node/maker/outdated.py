"""Whether a model was changed since it was asked for, so that nobody takes the old figure for the new pack's.

The one fact: a request keeps, in the vault, a digest of what its figures rest on under its rule set and boundary: the
bill of materials and the functional unit, in no order and without names.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict

from sqlalchemy import Connection

from method.errors import MethodError
from method.functional_unit import life_energy_of
from method.pack import PackDefinition
from method.rules import find_rules
from node.maker.bills import need_pack
from node.maker.pack_drafts import PackDraft, find_model
from node.organisation import Node
from node.store.vault import find_secret, keep_secret
from protocol.errors import Refused

_COUNTED = "digests of drafts"
_NAMES = ("item", "supplier", "part_of")
"""What an entry is called and built into changes no figure."""
_COUNTED_ALWAYS = ("model", "chemistry", "vehicle_category", "pack_energy_kwh")
"""What a request says of its functional unit under any rule set, beside what that makes its energy of."""


Rules = tuple[str, str]
"""A rule set and a boundary."""


def keep_digests(connection: Connection, request: str, packs: Iterable[PackDefinition], rules: Rules) -> None:
    """Keep what each model of a request was under the rules of the request, by its code."""
    digests = {pack.functional_unit.model: _digest(pack, rules) for pack in packs}
    keep_secret(connection, _name(request), json.dumps({"rules": rules, "models": digests}).encode())


def is_outdated(node: Node, request: str, model: str) -> bool:
    """Whether this node's draft of a model is not what a request asked for; False where either is not known."""
    draft = find_model(node, model)
    return draft is not None and bool(find_outdated(node, [(request, draft)]))


def find_outdated(node: Node, asked: Sequence[tuple[str, PackDraft]]) -> frozenset[str]:
    """The ids of the drafts among these, each with a request of its model, that were changed since it was made."""
    with node.store.read() as connection:
        kept = {request: find_secret(connection, _name(request)) for request, _ in asked}
    asked_for = {request: _read(data) for request, data in kept.items() if data is not None}
    return frozenset(
        draft.id
        for request, draft in asked
        if request in asked_for
        and draft.model in asked_for[request][1]
        and asked_for[request][1][draft.model] != _digest_now(node, draft, asked_for[request][0])
    )


def _read(data: bytes) -> tuple[Rules | None, dict[str, str]]:
    """The rules of a request and the digests of its models."""
    kept = json.loads(data)
    if isinstance(kept.get("models"), dict):
        return tuple(kept["rules"]), kept["models"]
    # Stores written before digests were those under the rules of the request have the digests alone.
    return None, kept


def _digest_now(node: Node, draft: PackDraft, rules: Rules | None) -> str:
    """A process reads a draft again only after it changed; one that lacks something is like no request."""
    counted: dict[tuple[str, Rules | None], tuple[PackDraft, str]] = node.kept.setdefault(_COUNTED, {})
    before = counted.get((draft.id, rules))
    if before is None or before[0] is not draft:
        try:
            found = _digest(need_pack(draft if rules is None else draft.under(*rules)), rules)
        except (MethodError, Refused):
            found = ""
        before = counted[draft.id, rules] = (draft, found)
    return before[1]


def _digest(pack: PackDefinition, rules: Rules | None) -> str:
    """Of what the rules count; without rules, of everything."""
    entries, unit = pack.entries, _texts(asdict(pack.functional_unit))
    if rules is not None:
        stages = find_rules(*rules).stages_of(rules[1])
        entries = tuple(entry for entry in entries if entry.stage in stages)
        life = life_energy_of(pack.functional_unit, find_rules(*rules))
        unit = [*(one for one in unit if one[0] in _COUNTED_ALWAYS), *_texts(asdict(life))]
    counted = [{name: one for name, one in asdict(entry).items() if name not in _NAMES} for entry in entries]
    return hashlib.sha256(json.dumps([unit, sorted(map(_texts, counted))]).encode()).hexdigest()


def _texts(fields: Mapping[str, object]) -> list[tuple[str, str]]:
    return [(name, str(value)) for name, value in fields.items()]


def _name(request: str) -> str:
    return f"asked/{request}"
