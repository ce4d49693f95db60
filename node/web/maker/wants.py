"""What each rule set wants to know of a functional unit, and why, in words that follow from its data."""

from __future__ import annotations

from method.rules import Rules
from web.visits import Visit


def describe_wants(visit: Visit, rules: Rules) -> list[str]:
    """What it wants, point by point."""
    if rules.total_energy == "measured_cycles":
        return [
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
        cycles,
        visit.say("Warranty: in years, or in km where it converts them; of two limits the shorter counts."),
        visit.say(
            "Why: it counts what the maker warrants, so the total energy is usable energy × cycles a year × years."
        ),
    ]
