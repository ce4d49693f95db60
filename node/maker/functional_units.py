"""What is said of a model's functional unit while it is typed: what each rule set makes of it, and what it misses.

The one fact: a page shows the method's own judgement beside the field that it is about, in the labels of that page.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from method.errors import BadNumber, MethodError
from method.exact import encode_decimal
from method.functional_unit import FIELDS as UNIT_FIELDS
from method.functional_unit import FunctionalUnit, LifeEnergy, life_energy_of, parse_functional_unit
from method.rules import RULES
from node.language import Phrase
from node.maker.pack_drafts import PackDraft
from operation.method_words import say_reason

_FIELD = re.compile(r"^字段 \w+ ?")
NUMBER = Phrase("expected a number such as 12.5", "应为数字，如 12.5")
NO_ENERGY = Phrase("needs the energy of the pack and the usable energy", "请先填写电池包电量和可用电量")
WANTED = {
    "warranty_years": Phrase(
        "this rule set counts by the warranty: fill in years, or km",
        "此规则集按质保计算：请填质保年数或里程",
    ),
    "cycles_per_year": Phrase(
        "this rule set has no cycles a year for this vehicle: fill yours in",
        "此规则集没有该车辆的循环次数：请填年等效循环次数",
    ),
    "measured_cycles": Phrase(
        "this rule set counts by the measured cycles: fill them in",
        "此规则集按实测循环次数计算：请填实测循环次数",
    ),
}
"""What a rule set needs of the functional unit, by the field that lacks."""
TOO_MUCH = Phrase(
    "usable energy is more than 0 and at most the energy of the pack", "可用电量应大于 0，不超过电池包电量"
)
_RAW = re.compile(rf"\b({'|'.join(name for name in UNIT_FIELDS if '_' in name)})\b")


def say_unit(error: MethodError, draft: PackDraft) -> tuple[str, Phrase]:
    """The field that an error about the functional unit names, and what to do there in the words of the page."""
    text = str(error)
    if "usable_energy_kwh <= pack_energy_kwh" in text:
        return "usable_energy_kwh", TOO_MUCH
    named = next((name for name in UNIT_FIELDS if name in text), "method")
    return named, say_cell(error) if draft.value(named) else WANTED.get(named, say_cell(error))


def say_cell(error: MethodError) -> Phrase:
    """The method's message without the name of the cell, beside which it stands, and without names of a file's
    fields."""
    if isinstance(error, BadNumber):
        return NUMBER
    phrase = say_reason(error)
    english, chinese = phrase.en.rpartition(": ")[2], _FIELD.sub("", phrase.zh.rpartition("：")[2])
    return Phrase(
        _RAW.sub(lambda one: one[0].replace("_", " "), english), re.sub(rf" ?{_RAW.pattern}", "", chinese)
    )


@dataclass(frozen=True, slots=True)
class Energy:
    """What one rule set makes of the functional unit: the total energy and what it is the product of, or what it
    misses."""

    method: str
    total_kwh: str = ""
    life: LifeEnergy | None = None
    missing: Phrase | None = None


def list_energies(draft: PackDraft) -> list[Energy]:
    """The total energy under every rule set."""
    return [_make_energy(draft, method) for method in RULES]


def _make_energy(draft: PackDraft, method: str) -> Energy:
    if not (draft.value("pack_energy_kwh") and draft.value("usable_energy_kwh")):
        return Energy(method, missing=NO_ENERGY)
    try:
        life = life_energy_of(read_unit(draft), RULES[method])
    except MethodError as error:
        return Energy(method, missing=say_unit(error, draft)[1])
    return Energy(method, encode_decimal(life.total_kwh), life)


def read_unit(draft: PackDraft) -> FunctionalUnit:
    """The functional unit of a draft; raise MethodError."""
    fields = {name: draft.value(name) for name in UNIT_FIELDS if draft.value(name)}
    return parse_functional_unit({"model": "-", "chemistry": "-", **fields})
