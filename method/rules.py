"""Rule sets: what a method decides, as data. A result names its rule set and boundary. Method: one shape.

The four stages and their order are the same for every rule set, because the cells of a calculation are.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from method.errors import BadField

STAGES: tuple[str, ...] = ("raw_material_and_parts", "battery_production", "distribution", "end_of_life")
STAGE_NAMES: dict[str, tuple[str, str]] = {
    "raw_material_and_parts": ("原材料获取与零部件生产", "Raw materials and parts"),
    "battery_production": ("电池生产", "Battery production"),
    "distribution": ("分销", "Distribution"),
    "end_of_life": ("回收利用", "End of life and recycling"),
}


@dataclass(frozen=True, slots=True)
class Rules:
    """One published method. `boundaries`: the stages each counts; a band is (upper bound, name)."""

    code: str
    name_zh: str
    name_en: str
    boundaries: dict[str, tuple[str, ...]]
    default_cycles_per_year: int
    quality_limit: Fraction
    quality_bands: tuple[tuple[Fraction, str], ...]
    source: str


MEE_2025_CFF = Rules(
    code="mee-2025-cff",
    name_zh="生态环境部动力电池产品碳足迹标准征求意见稿（2025），回收采用循环足迹公式",
    name_en="MEE draft 2025, traction battery, recycling by the circular footprint formula",
    boundaries={"partial": STAGES[:3]},
    default_cycles_per_year=60,
    quality_limit=Fraction(3),
    quality_bands=(
        (Fraction("1.5"), "excellent"),
        (Fraction("2"), "very good"),
        (Fraction("3"), "good"),
        (Fraction("4"), "fair"),
    ),
    source="standard project 2024-63, draft of March 2025 and its drafting explanation",
)
RULES: dict[str, Rules] = {MEE_2025_CFF.code: MEE_2025_CFF}


def find_rules(method: str, boundary: str) -> Rules:
    """The rule set `method`, which must know `boundary`; raise BadField."""
    rules = RULES.get(method)
    if rules is None:
        raise BadField(f"unknown method {method!r}: expected one of {', '.join(RULES)}")
    if boundary not in rules.boundaries:
        raise BadField(
            f"method {method} has no boundary {boundary!r}: expected {', '.join(rules.boundaries)}"
        )
    return rules
