"""A certified pack as the carbon footprint of a Battery Pass 1.2.0. docs/exchange.md has every field.

The one fact: per kWh of total energy, stage by stage, and a negative stage stays negative.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import Any

from exchange.certified import PackResult
from exchange.gate import rules_of
from exchange.particulars import Particulars, check_stated
from exchange.report.labels import LABELS
from exchange.report.words import Words
from method.rules import STAGE_NAMES as STAGE_WORDS
from operation.phrases import Phrase

STAGE_NAMES = {
    "raw_material_and_parts": "RawMaterialExtraction",
    "battery_production": "MainProduction",
    "distribution": "Distribution",
    "end_of_life": "Recycling",
}
NO_CLASS = "not-yet-defined"


def make_battery_footprint(pack: PackResult, particulars: Particulars) -> dict[str, Any]:
    """The aspect of one pack; a stage that the boundary does not count, or that nobody declared anything for, is left
    out. Refused says what is not stated.

    JSON numbers: the certificate's decimals, as the nearest double.
    """
    check_stated("battery-pass", particulars)
    certified, figures = pack.certified, pack.figures
    counted = rules_of(certified).stages_of(certified.boundary)
    left_out = _find_left_out(counted, (member.stage for member in certified.members))
    energy_kwh = Fraction(figures.total_energy_kwh)
    return {
        "batteryCarbonFootprint": float(figures.per_kwh),
        "carbonFootprintPerLifecycleStage": [
            {
                "lifecycleStage": STAGE_NAMES[stage],
                "carbonFootprint": float(Fraction(pack.stages[stage]) / energy_kwh),
            }
            for stage in STAGE_NAMES
            if stage not in left_out
        ],
        "carbonFootprintPerformanceClass": particulars.performance_class or NO_CLASS,
        "carbonFootprintStudy": particulars.public_study_link,
        "absoluteCarbonFootprint": float(figures.total_kg),
    }


def say_left_out(counted: Sequence[str], declared: Iterable[str]) -> Phrase | None:
    """Which stages the file of a result does not have and why, since nothing in it can say so; None where it has all.

    `counted`: the stages of its boundary; `declared`: those that something was declared for.
    """
    left_out = _find_left_out(counted, declared)
    if not left_out:
        return None
    english = ", ".join(f"{STAGE_WORDS[stage][1]} ({why.en})" for stage, why in left_out.items())
    chinese = "、".join(f"{STAGE_WORDS[stage][0]}（{why.zh}）" for stage, why in left_out.items())
    return Phrase(
        f"Not in a Battery Pass file: {english}. The format has no place to say so: say it in the study.",
        f"Battery Pass 文件里没有这些阶段：{chinese}。格式里没有写明这一点的位置，请写在研究报告里。",
    )


def _find_left_out(counted: Sequence[str], declared: Iterable[str]) -> dict[str, Words]:
    """By stage why there is none of it, in the words of the report."""
    inside, carried = set(counted), set(counted) & set(declared)
    return {
        stage: LABELS["not_declared" if stage in inside else "outside_boundary"]
        for stage in STAGE_NAMES
        if stage not in carried
    }
