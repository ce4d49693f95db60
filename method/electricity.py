"""How electricity was bought, and which rule set accepts which. Method: electricity numbers.

The one fact: a line states its model; one that a rule set does not accept is named in the result, never replaced.
"""

from __future__ import annotations

from method.rules import Rules

DIRECT_CONNECTION = "direct_connection"
SPECIFIC_SUPPLY = "specific_supply"
REGIONAL_GRID = "regional_grid"
NATIONAL_AVERAGE = "national_average"
RESIDUAL = "residual"
MODEL_NAMES: dict[str, tuple[str, str]] = {
    DIRECT_CONNECTION: ("物理直连", "Direct connection"),
    SPECIFIC_SUPPLY: ("特定供电（绿证）", "Specific supply with certificates"),
    REGIONAL_GRID: ("区域电网", "Regional grid"),
    NATIONAL_AVERAGE: ("国家平均", "National average"),
    RESIDUAL: ("剩余电力", "Residual mix"),
    "": ("未说明", "Not stated"),
}


def is_accepted(model: str, rules: Rules) -> bool:
    """Whether the rule set takes electricity bought this way; a model that is not stated is never taken."""
    return model in rules.electricity


def describe_unaccepted(model: str, rules: Rules) -> tuple[str, str]:
    """Chinese and English: that the rule set does not take this model, and which it takes."""
    found_zh, found_en = MODEL_NAMES[model]
    taken = [MODEL_NAMES[one] for one in rules.electricity]
    return (
        f"{rules.code} 不接受“{found_zh}”电力，只接受：{'、'.join(zh for zh, _ in taken)}",
        f"{rules.code} does not accept electricity by {found_en.lower()}, "
        f"only by {' or '.join(en.lower() for _, en in taken)}",
    )
