"""Exact numbers and the one place where they are rounded. Protocol section 4, method: one shape.

Inside the method every number is an int or a Fraction; a float never enters. Text in and text out are
plain decimals without exponent, so that a reader can compare them digit by digit.
"""

from __future__ import annotations

import re
from decimal import Decimal
from fractions import Fraction

from method.errors import BadNumber

_DECIMAL = re.compile(r"-?(0|[1-9][0-9]{0,17})(\.[0-9]{1,18})?", re.ASCII)
_RATIONAL = re.compile(r"-?(0|[1-9][0-9]{0,17})(/[1-9][0-9]{0,17})?", re.ASCII)

Number = int | Decimal | Fraction
"""Anything exact. Decimal must be finite."""

PLACES = 15
"""Decimal places of a published figure that does not end earlier; kg totals are whole multiples of 1e-15."""


def parse_decimal(text: object, what: str) -> Fraction:
    """Read a plain decimal such as "-12.50"; raise BadNumber. At most 18 digits on each side of the point."""
    if not isinstance(text, str) or _DECIMAL.fullmatch(text) is None:
        raise BadNumber(f'{what}: expected a plain decimal written as text, such as "12.5"')
    return Fraction(text)


def parse_rational(text: object, what: str) -> Fraction:
    """Read a rational such as "1" or "-7/1000"; raise BadNumber."""
    if not isinstance(text, str) or _RATIONAL.fullmatch(text) is None:
        raise BadNumber(f'{what}: expected a rational written as text, such as "1" or "1/1000"')
    return Fraction(text)


def make_fraction(number: Number, what: str) -> Fraction:
    """The exact value of a finite number; raise BadNumber for NaN and infinity."""
    if isinstance(number, Decimal) and not number.is_finite():
        raise BadNumber(f"{what}: expected a finite number")
    return Fraction(number)


def round_half_even(value: Fraction) -> int:
    """The nearest integer, ties to even: unbiased, and the same for every engineer."""
    return round(value)


def round_up(value: Fraction) -> int:
    """The smallest integer that is not below `value`."""
    return -((-value.numerator) // value.denominator)


def round_down(value: Fraction) -> int:
    """The largest integer that is not above `value`."""
    return value.numerator // value.denominator


def encode_decimal(value: Fraction, places: int = PLACES) -> str:
    """Write `value` rounded half-even to `places` decimals, without trailing zeros, exponent or "-0"."""
    scaled = round_half_even(value * 10**places)
    digits = str(abs(scaled)).rjust(places + 1, "0")
    whole, part = digits[: len(digits) - places], digits[len(digits) - places :].rstrip("0")
    sign = "-" if scaled < 0 else ""
    return f"{sign}{whole}.{part}" if part else f"{sign}{whole}"


def encode_at_most(value: Fraction, places: int) -> str:
    """Write a bound that holds "at most" as `encode_decimal` does, but never rounded down."""
    return encode_decimal(Fraction(round_up(value * 10**places), 10**places), places)


def encode_rational(value: Fraction) -> str:
    """Write `value` as "n" or "n/d" in lowest terms."""
    return str(value)
