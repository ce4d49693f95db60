"""What each rule set wants to know of a functional unit, and why, in words that follow from its data."""

from __future__ import annotations

from fractions import Fraction

from method.exact import encode_decimal
from method.functional_unit import FunctionalUnit, LifeEnergy
from method.rules import Rules
from web.languages import mark
from web.numbers import show_number
from web.visits import Visit

PURPOSES = {
    "miit-551": mark("What for: the declaration to MIIT under notice 551, over the full life cycle."),
    "mee-2025-cff": mark(
        "What for: China’s draft standard of 2025. What recycled material spares is shared: half counts for this pack, "
        "half for the product that the material goes into (CFF, A = 0.5)."
    ),
    "mee-2025-literal": mark(
        "What for: to compare with the other reading of the same draft. Here its formula (3) is taken at its word, by "
        "which recycled material may count for more than new."
    ),
    "eu-cfb-2024-draft": mark(
        "What for: packs for the EU (Battery Regulation 2023/1542). A draft of 2024 that is not in force."
    ),
}
"""What one takes a rule set for, in a layman's words."""


def describe_wants(visit: Visit, rules: Rules) -> list[str]:
    """What it is for and what it wants, point by point."""
    purpose = visit.say(PURPOSES[rules.code])
    if rules.total_energy == "measured_cycles":
        return [
            purpose,
            visit.say("Measured cycles: the number of full cycles of the cycle-life test report."),
            visit.say(
                "Why: it counts what the pack really delivers, so the total energy is usable energy × measured cycles."
            ),
        ]
    listed = visit.marks.between.join(
        f"{vehicle} {cycles}" for vehicle, cycles in rules.default_cycles.items()
    )
    if rules.cycles_from == "table":
        cycles = visit.say(
            "Cycles a year: its own table by vehicle (%(listed)s); yours counts only where the vehicle is not in it.",
            listed=listed,
        )
    else:
        cycles = visit.say("Cycles a year: yours, else its default by vehicle (%(listed)s).", listed=listed)
    return [
        purpose,
        cycles,
        visit.say("Warranty: in years, or in km where it converts them; of two limits the shorter counts."),
        visit.say(
            "Why: it counts what the maker warrants, so the total energy is usable energy × cycles a year × years."
        ),
    ]


def describe_life(visit: Visit, unit: FunctionalUnit, life: LifeEnergy) -> str:
    """What the total energy is the product of, so that who multiplies gets it."""
    usable, cycles = _show(life.usable_energy_kwh), _show(life.cycles)
    if life.years is None:
        return visit.say("%(usable)s kWh × %(cycles)s measured cycles", usable=usable, cycles=cycles)
    counted = (
        visit.say("%(cycles)s full cycles a year", cycles=cycles)
        if life.is_stated
        else visit.say("%(cycles)s full cycles a year (this rule set’s own)", cycles=cycles)
    )
    years = visit.say("%(years)s years", years=_show(life.years))
    return f"{usable} kWh × {counted} × {years}{_say_limits(visit, unit, life)}"


def _say_limits(visit: Visit, unit: FunctionalUnit, life: LifeEnergy) -> str:
    """How a mileage became years, and of two limits which one ends first."""
    if unit.warranty_km is None or life.yearly_km is None:
        return ""
    years = {name: _show(limit) for name, limit in life.limits.items()}
    mileage = {"km": _show(unit.warranty_km), "yearly": _show(Fraction(life.yearly_km))}
    if len(years) == 1:
        return visit.say(" (%(km)s km ÷ %(yearly)s km a year)", **mileage)
    if life.limits["warranty_km"] < life.limits["warranty_years"]:
        return visit.say(
            " (%(km)s km ÷ %(yearly)s km a year: the mileage ends before the %(years)s years)",
            **mileage,
            years=years["warranty_years"],
        )
    return visit.say(
        " (the years count: %(km)s km ÷ %(yearly)s km a year are %(years)s years)",
        **mileage,
        years=years["warranty_km"],
    )


def _show(value: Fraction) -> str:
    return show_number(encode_decimal(value, 6))
