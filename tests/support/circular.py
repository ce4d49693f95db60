"""A chain with recycled content and an end of life: three foil makers, an enclosure, a pack maker and its credit.

Amounts are such that what each rule set makes of them is worked out by hand in a few lines.
"""

from __future__ import annotations

from fractions import Fraction

from protocol.payloads import FunctionalUnit
from protocol.run import Library, Supply
from tests.support.example import LIBRARY, SUPPLIES, UNIT, category, factor, line

EV, EREC, ED = Fraction("15.1"), Fraction("0.755"), Fraction("0.4")
FACTORS = {"virgin": EV, "recycled": EREC, "residue": ED}
ENCLOSURE_KG, R1, R2 = Fraction(84), Fraction("0.566"), Fraction("0.9")


def circular_line(code: str, default: str, role: str) -> dict[str, object]:
    """One line of a circular role, of metal."""
    return {**line(code, "kg", True, default), "role": role, "material": "metal"}


def _micro(amount: Fraction) -> int:
    return int(amount * 10**6)


CIRCULAR_LIBRARY = Library(
    categories={
        **LIBRARY.categories,
        "enclosure": category(
            "enclosure",
            ["raw_material_and_parts"],
            [
                line("metal", "kg", True, "virgin"),
                circular_line("content-virgin", "virgin", "recycled_input_virgin"),
                circular_line("content-recycled", "recycled", "recycled_input_recycled"),
            ],
        ),
        "end-of-life": category(
            "end-of-life",
            ["end_of_life"],
            [
                circular_line("recycling", "recycled", "recycled_output_recycling"),
                circular_line("avoided", "virgin", "recycled_output_avoided"),
                circular_line("disposal", "residue", "disposal"),
            ],
        ),
    },
    factors={**LIBRARY.factors, **{code: factor(code, str(float(kg)), "kg") for code, kg in FACTORS.items()}},
)
ENCLOSURE = Supply(
    "Enclosure maker",
    "enclosure",
    "raw_material_and_parts",
    (("virgin", _micro(1 - R1)), ("virgin", _micro(R1)), ("recycled", _micro(R1))),
    int(ENCLOSURE_KG * 1000),
)
CREDIT = Supply(
    "Pack plant, end of life",
    "end-of-life",
    "end_of_life",
    (("recycled", _micro(R2)), ("virgin", _micro(R2)), ("residue", _micro(1 - R2))),
    int(ENCLOSURE_KG * 1000),
)
PARTIAL_SUPPLIES = (*SUPPLIES, ENCLOSURE)
FULL_SUPPLIES = (*PARTIAL_SUPPLIES, CREDIT)
MEASURED_UNIT: FunctionalUnit = UNIT.model_copy(update={"measured_cycles": "1500"})
