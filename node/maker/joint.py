"""Several pack models in one calculation: what they must have in common. Protocol sections 4 to 6.

The one fact: every supplier of a request takes part in every model of it, so models share their suppliers, products and
rule set, and differ in functional unit and quantities only. What their bills of materials call an item is their own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from method.pack import BomEntry, PackDefinition
from protocol.errors import Refused
from protocol.payloads import MAX_MODELS, MAX_QUANTITIES

_ADVICE = "Ask for each model by itself, or give their bills of materials the same suppliers and products"


def join_models(packs: Sequence[PackDefinition]) -> list[PackDefinition]:
    """The models with their items named as in the first one; Refused("models") unless one request can ask for all.

    1. At least one and at most 29 models, each with a code of its own.
    2. One rule set and boundary.
    3. Item by item the same supplier, product, category and stage.
    4. At most 2048 quantities.
    """
    codes = [pack.functional_unit.model for pack in packs]
    twice = sorted({code for code in codes if codes.count(code) > 1})
    if not 1 <= len(packs) <= MAX_MODELS or twice:  # 1
        found = f"{', '.join(twice)} twice" if twice else str(len(packs))
        raise Refused(
            "models", f"expected 1 to {MAX_MODELS} models, each with a code of its own, found {found}"
        )
    for pack in packs[1:]:
        _check_rules(packs[0], pack)  # 2
    joined = [_match_items(packs[0], pack) for pack in packs]
    _check_items(packs[0], joined)  # 3
    count = len(packs) * len(packs[0].entries)
    if count > MAX_QUANTITIES:  # 4
        raise Refused(
            "models",
            f"expected at most {MAX_QUANTITIES} quantities, found {count}: {len(packs)} models of "
            f"{len(packs[0].entries)} items. Ask for fewer models at once",
        )
    return [pack for pack, _ in joined]


def _check_rules(first: PackDefinition, other: PackDefinition) -> None:
    if (first.method, first.boundary) != (other.method, other.boundary):
        raise Refused(
            "models",
            f"{_name(other)}: found rule set {other.method}, {other.boundary}, expected {first.method}, "
            f"{first.boundary} as of {_name(first)}. Name one for all, or ask for this one by itself",
        )


def _match_items(first: PackDefinition, other: PackDefinition) -> tuple[PackDefinition, list[str]]:
    """The other model with its items named as in the first, and where the two differ.

    Of several items of one supplier and product those of the same name belong together, the rest in their order: all
    of them count with the same footprint.
    """
    free = {entry.item: entry for entry in first.entries}
    names = {entry.item: entry.item for entry in other.entries if _key(entry) == _key(free.get(entry.item))}
    free = {item: entry for item, entry in free.items() if item not in names}
    for entry in other.entries:
        found = next((one.item for one in free.values() if _key(one) == _key(entry)), None)
        if entry.item not in names and found is not None:
            names[entry.item] = found
            del free[found]
    unknown = {entry.item: entry for entry in other.entries if entry.item not in names}
    problems = [
        f"{item}: found {_describe(unknown.get(item))}, expected {_describe(free.get(item))} as of {_name(first)}"
        for item in dict.fromkeys((*free, *unknown))
    ]
    entries = (replace(entry, item=names.get(entry.item, entry.item)) for entry in other.entries)
    return replace(other, entries=tuple(entries)), problems


def _check_items(first: PackDefinition, joined: Sequence[tuple[PackDefinition, list[str]]]) -> None:
    unlike = [(_name(pack), problems) for pack, problems in joined if problems]
    if unlike:
        names = ", ".join(name for name, _ in unlike)
        told = [f"{name} differs in {len(some)}:\n  " + "\n  ".join(some) for name, some in unlike]
        raise Refused(
            "models",
            "\n".join((f"{names}: not the suppliers and products of {_name(first)}. {_ADVICE}", *told)),
        )


def _key(entry: BomEntry | None) -> tuple[str, ...]:
    if entry is None:
        return ()
    return (entry.legal_entity, entry.product, entry.category, entry.stage, entry.default_factor)


def _describe(entry: BomEntry | None) -> str:
    if entry is None:
        return "no such item"
    named = [part for part in _key(entry) if part]
    return ", ".join(named)


def _name(pack: PackDefinition) -> str:
    return pack.functional_unit.model
