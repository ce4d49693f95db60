"""A certified pack as the carbon footprint of a Battery Pass 1.2.0. docs/exchange.md has every field.

The one fact: per kWh of total energy, stage by stage, and a negative stage stays negative.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from exchange.certified import PackResult
from exchange.gate import rules_of, undeclared_of
from exchange.particulars import Particulars, check_stated

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
    energy_kwh = Fraction(figures.total_energy_kwh)
    counted, undeclared = rules_of(certified).stages_of(certified.boundary), undeclared_of(certified)
    return {
        "batteryCarbonFootprint": float(figures.per_kwh),
        "carbonFootprintPerLifecycleStage": [
            {
                "lifecycleStage": STAGE_NAMES[stage],
                "carbonFootprint": float(Fraction(pack.stages[stage]) / energy_kwh),
            }
            for stage in counted
            if stage not in undeclared
        ],
        "carbonFootprintPerformanceClass": particulars.performance_class or NO_CLASS,
        "carbonFootprintStudy": particulars.public_study_link,
        "absoluteCarbonFootprint": float(figures.total_kg),
    }
