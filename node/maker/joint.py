"""Several pack models in one calculation: what they must have in common. Protocol sections 4 to 6.

The one fact: every supplier of a request takes part in every model of it, so models share their items, suppliers and
rule set, and differ in functional unit and quantities only.
"""

from __future__ import annotations

from collections.abc import Sequence

from method.pack import BomEntry, PackDefinition
from protocol.errors import Refused
from protocol.payloads import MAX_MODELS, MAX_QUANTITIES

_ADVICE = "Models of one calculation share their suppliers; ask for this one by itself"


def check_joint(packs: Sequence[PackDefinition]) -> None:
    """Raise Refused("models") unless one request can ask for all of these.

    1. At least one and at most 29 models, each with a code of its own.
    2. One rule set and boundary.
    3. The same items, each of the same supplier, product, category and stage.
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
        _check_items(packs[0], pack)  # 3
    count = len(packs) * len(packs[0].entries)
    if count > MAX_QUANTITIES:  # 4
        raise Refused(
            "models",
            f"expected at most {MAX_QUANTITIES} quantities, found {count}: {len(packs)} models of "
            f"{len(packs[0].entries)} items. Ask for fewer models at once",
        )


def _check_rules(first: PackDefinition, other: PackDefinition) -> None:
    if (first.method, first.boundary) != (other.method, other.boundary):
        raise Refused(
            "models",
            f"{_name(other)}: found rule set {other.method}, {other.boundary}, expected {first.method}, "
            f"{first.boundary} as of {_name(first)}. Name one for all, or ask for this one by itself",
        )


def _check_items(first: PackDefinition, other: PackDefinition) -> None:
    expected, found = ({entry.item: entry for entry in pack.entries} for pack in (first, other))
    problems = [
        f"{item}: found {_describe(found.get(item))}, expected {_describe(expected.get(item))} as of {_name(first)}"
        for item in dict.fromkeys((*expected, *found))
        if _key(found.get(item)) != _key(expected.get(item))
    ]
    if problems:
        raise Refused("models", f"{_name(other)}:\n  " + "\n  ".join(problems) + f"\n{_ADVICE}")


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
