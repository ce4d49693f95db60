"""Integers that stand for amounts: scales, bounds, the guard's width. Protocol section 4.

The one fact: an activity amount (1e-6 unit) times a coefficient (1e-6 kgCO2e per unit) is a unit footprint
(1e-12 kgCO2e), and times a quantity (1e-3 declared unit) a total (1e-15 kgCO2e). Nothing rounds on the way.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from crypto.group import ORDER
from method.category import Category
from method.coefficient import Coefficients
from protocol.errors import PeerError, Refused

TOTAL_SCALE = 10**15
AMOUNT_BITS, QUANTITY_BITS, MAX_GUARD_BITS = 40, 32, 64
MAX_UNIT_FOOTPRINT = 2**64
MAX_TOTAL = 2**128
GUARD_SHARE = (Fraction(1, 1000), Fraction(3, 100), Fraction(3, 100), Fraction(3, 100))
"""f of the guard, by indicator: 0.001 of the total, 0.03 of the auxiliary indicators."""


def check_amount(amount: int) -> None:
    """Raise Refused unless 0 <= amount < 2^40 (in 1e-6 of the line's unit)."""
    if not 0 <= amount < 2**AMOUNT_BITS:
        raise Refused("amount", "an activity amount per declared unit is negative or 1 099 511 units or more")


def check_quantity(quantity: int) -> None:
    """Raise Refused unless 1 <= quantity <= 2^32 (in 1e-3 of the declared unit)."""
    if not 1 <= quantity <= 2**QUANTITY_BITS:
        raise Refused("quantity", "a quantity is below 0.001 or above 4 294 967.296 declared units")


def guard_bits(
    category: Category, coefficients: Sequence[Coefficients], pack_energy_kwh: Fraction
) -> tuple[int, ...]:
    """s[k] = floor(log2(f * reference[k] * middle of the range * pack energy)), 0..64, for the four indicators.

    In 1e-15 kgCO2e; the middle is the arithmetic mean of the range, and what stands there is the least plausible
    quantity where that is more. Where reference[k] is 0, reference[0] stands in. Where every line's coefficient is 0
    the footprint is publicly 0, a guard would hide nothing, and s[k] = 0.
    """
    least, _ = category.plausible_quantity(pack_energy_kwh)
    quantity, widths = max(category.quantity_middle * pack_energy_kwh, least), []
    for k, (share, own) in enumerate(zip(GUARD_SHARE, category.reference, strict=True)):
        size = share * abs(own or category.reference[0]) * quantity
        width = min(MAX_GUARD_BITS, max(0, int(size * TOTAL_SCALE).bit_length() - 1))
        widths.append(width if any(line[k] for line in coefficients) else 0)
    return tuple(widths)


def lift(residue: int) -> int:
    """The signed integer a residue mod n stands for."""
    return residue if residue <= ORDER // 2 else residue - ORDER


def check_total(value: int, blinding: int) -> None:
    """Raise PeerError("totals") when |S| >= 2^128 or R lies outside [0, n): nothing may wrap."""
    if abs(value) >= MAX_TOTAL or not 0 <= blinding < ORDER:
        raise PeerError("totals", "expected |S| < 2^128 and R in [0, n)")
