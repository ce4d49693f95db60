"""How electricity was bought, and what certificates do to the rest of a supply. Method: electricity numbers.

The one fact: a kWh that a certificate covers leaves the rest of the supply with the rule set's factor for the rest
(the residual mix, where certificates count), and a certificate counts once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from method.errors import BadField
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


@dataclass(frozen=True, slots=True, repr=False)
class GreenCertificate:
    """A cancelled certificate: who keeps the register, its number there, and the kWh it stands for."""

    registry: str
    serial: str
    kwh: Fraction

    def __repr__(self) -> str:
        return f"GreenCertificate(registry={self.registry!r}, <redacted>)"


@dataclass(frozen=True, slots=True, repr=False)
class SupplyPart:
    """So many kWh of a supply, and the model under which they count."""

    model: str
    kwh: Fraction

    def __repr__(self) -> str:
        return f"SupplyPart(model={self.model!r}, <redacted>)"


def split_supply(
    grid_kwh: Fraction, certificates: Sequence[GreenCertificate], rules: Rules
) -> tuple[SupplyPart, ...]:
    """What a supply from the grid counts as: the covered kWh, then the rest; raise BadField.

    1. No certificate is cited twice. 2. Together they cover at most what was used. Where the rule set does not
    accept certificates they change nothing: everything counts as its rest. Without certificates nothing was sold
    out of the supply, so it counts as the national average.
    """
    named = [(one.registry, one.serial) for one in certificates]
    if len(set(named)) != len(named):  # 1
        raise BadField("certificates: one is cited twice; a certificate covers its kWh once")
    if any(one.kwh <= 0 for one in certificates) or grid_kwh < 0:
        raise BadField("certificates: expected kWh above 0, and a supply of at least 0")
    covered = sum((one.kwh for one in certificates), Fraction(0))
    if covered > grid_kwh:  # 2
        raise BadField(
            "certificates: they cover more than was used; cite those of this supply and period only"
        )
    if not certificates:
        return (SupplyPart(NATIONAL_AVERAGE, grid_kwh),)
    if SPECIFIC_SUPPLY not in rules.electricity:
        return (SupplyPart(rules.electricity_rest, grid_kwh),)
    parts = SupplyPart(SPECIFIC_SUPPLY, covered), SupplyPart(rules.electricity_rest, grid_kwh - covered)
    return tuple(part for part in parts if part.kwh)


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
