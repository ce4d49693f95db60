"""Circular roles: which part of the circular footprint formula a template line is, and its weight there.

The one fact: an amount is the same in every rule set and boundary; only its public weight differs. Method:
EU draft act of April 2024 (stages 1 and 4), MEE draft 2025 formula (3) with masses.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

ACTIVITY = "activity"
RECYCLED_INPUT_VIRGIN = "recycled_input_virgin"
RECYCLED_INPUT_RECYCLED = "recycled_input_recycled"
RECYCLED_OUTPUT_RECYCLING = "recycled_output_recycling"
RECYCLED_OUTPUT_AVOIDED = "recycled_output_avoided"
ENERGY_RECOVERY = "energy_recovery"
ENERGY_AVOIDED = "energy_avoided"
DISPOSAL = "disposal"
CIRCULAR_ROLES = (
    RECYCLED_INPUT_VIRGIN, RECYCLED_INPUT_RECYCLED, RECYCLED_OUTPUT_RECYCLING, RECYCLED_OUTPUT_AVOIDED,
    ENERGY_RECOVERY, ENERGY_AVOIDED, DISPOSAL,
)  # fmt: skip
ROLES = (ACTIVITY, *CIRCULAR_ROLES)
MATERIALS = ("metal", "plastic", "other")

Weigh = Callable[[str, Fraction, Fraction], Fraction]
"""The weight of a circular role in a full boundary, from A (materials) and B (energy)."""


def weigh_cff(role: str, allocation: Fraction, energy_allocation: Fraction) -> Fraction:
    """The circular footprint formula: burdens and credits are shared between supplier and user by A and B.

    Stage 1 lines already carry `(1-R1)*Ev + R1*Erec`, so recycled input adds `R1*(1-A)*(Ev*Qsin/Qp - Erec)`.
    """
    shared, energy_shared = 1 - allocation, 1 - energy_allocation
    return {
        RECYCLED_INPUT_VIRGIN: shared,
        RECYCLED_INPUT_RECYCLED: -shared,
        RECYCLED_OUTPUT_RECYCLING: shared,
        RECYCLED_OUTPUT_AVOIDED: -shared,
        ENERGY_RECOVERY: energy_shared,
        ENERGY_AVOIDED: -energy_shared,
        DISPOSAL: Fraction(1),
    }[role]


def weigh_literal(role: str, allocation: Fraction, energy_allocation: Fraction) -> Fraction:
    """MEE formula (3) as printed: recycled input pays A of virgin on top, recycled output gets A of it back.

    Treatment at end of life counts whole, and nothing is credited for energy, whatever `energy_allocation`.
    """
    return {
        RECYCLED_INPUT_VIRGIN: allocation,
        RECYCLED_INPUT_RECYCLED: Fraction(0),
        RECYCLED_OUTPUT_RECYCLING: Fraction(1),
        RECYCLED_OUTPUT_AVOIDED: -allocation,
        ENERGY_RECOVERY: Fraction(1),
        ENERGY_AVOIDED: Fraction(0),
        DISPOSAL: Fraction(1),
    }[role]
