"""Numbers as people read them: rounded, with at least three digits that mean something, thousands apart.

The one fact: the same number looks the same everywhere; the certificate page has the same function (`numbers.js`).
"""

from __future__ import annotations

from fractions import Fraction
from typing import Literal

from method.exact import PLACES, encode_decimal, round_down, round_half_even, round_up

Rounding = Literal["even", "down", "up"]
_ROUND = {"even": round_half_even, "down": round_down, "up": round_up}

SPACE = "\N{NO-BREAK SPACE}"
_SMALLEST = 100  # of the last place: three digits


def show_number(text: str, places: int, rounding: Rounding = "even") -> str:
    """A decimal text of a statement, rounded to `places` decimals, to more where fewer digits would stay.

    A bound keeps its side: what holds "at least" is rounded down, "at most" up.
    """
    value = Fraction(text)
    while value and abs(value) * 10**places < _SMALLEST and places < PLACES:
        places += 1
    shown = encode_decimal(Fraction(_ROUND[rounding](value * 10**places), 10**places), places)
    whole, _, part = shown.lstrip("-").partition(".")
    groups = [whole[max(0, end - 3) : end] for end in range(len(whole), 0, -3)][::-1]
    sign = "\N{MINUS SIGN}" if shown.startswith("-") else ""
    return sign + SPACE.join(groups) + (f".{part}" if part else "")


def show_percent(share: str, places: int = 1, rounding: Rounding = "even") -> str:
    """A share of 1 as percent, without the sign."""
    return show_number(encode_decimal(Fraction(share) * 100, 2 * PLACES), places, rounding)
