"""Numbers, quantities and times as every page shows them: 0.154 kgCO₂e/kWh, 7 392.1 kgCO₂e.

The one fact: what comes in is a Decimal, an int or decimal text, never a float, so what is shown is what was computed.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_EVEN, Decimal, InvalidOperation

from protocol.errors import Refused

THIN = "\u202f"
"""Narrow no-break space: between thousands, and between a number and its unit."""
MINUS = "\u2212"
Number = Decimal | int | str
MOST_AHEAD = 14 * 60
"""Minutes: no clock is further ahead of UTC, or behind it."""


def begin_of_day(day: str, ahead: int, later: int = 0) -> int:
    """When a day such as 2026-11-20 begins, Unix seconds, where clocks are so many minutes ahead of UTC, or so many
    seconds later; 0 for no day; Refused("day") for what is none."""
    if not day:
        return 0
    try:
        found = date.fromisoformat(day)
    except ValueError as error:
        raise Refused("day", "expected a day such as 2026-11-20") from error
    return int(datetime(found.year, found.month, found.day, tzinfo=UTC).timestamp()) - 60 * ahead + later


def make_decimal(value: Number) -> Decimal:
    """The number as a Decimal; ValueError when the text is none, TypeError for a float."""
    if isinstance(value, float):
        raise TypeError("expected a Decimal, an int or text, found a float")
    try:
        number = Decimal(value)
    except InvalidOperation as error:
        raise ValueError("expected a decimal number") from error
    if not number.is_finite():
        raise ValueError("expected a finite number")
    return number


def show_number(value: Number, places: int | None = None) -> str:
    """7392.1 as 7 392.1; `places` rounds half to even to so many decimals and keeps them."""
    number = make_decimal(value)
    if places is not None:
        number = number.quantize(Decimal(1).scaleb(-places), ROUND_HALF_EVEN)
    text = f"{abs(number):f}"
    whole, point, rest = text.partition(".")
    grouped = f"{int(whole):,}".replace(",", THIN)
    is_negative = number < 0
    return f"{MINUS if is_negative else ''}{grouped}{point}{rest}"


def show_significant(value: Number, digits: int = 3) -> str:
    """A number rounded to so many significant digits, never in powers of ten: 0.15384 as 0.154."""
    return _show_significant(value, digits, ROUND_HALF_EVEN)


def show_at_most(value: Number, digits: int = 2) -> str:
    """A number that holds "at most", as `show_significant` but never rounded down: 4.8213 as 4.9."""
    return _show_significant(value, digits, ROUND_CEILING)


def _show_significant(value: Number, digits: int, rounding: str) -> str:
    number = make_decimal(value)
    if number == 0:
        return "0"
    places = max(digits - 1 - number.adjusted(), 0)
    return show_number(number.quantize(Decimal(1).scaleb(-places), rounding))


def show_unit(unit: str) -> str:
    """A unit in print: kgCO2e as kgCO₂e, m3 as m³, t*km as t·km."""
    return unit.replace("CO2", "CO₂").replace("m3", "m³").replace("m2", "m²").replace("*", "·")


def show_quantity(value: Number, unit: str, places: int | None = None) -> str:
    """A number with its unit: 0.154 kgCO₂e/kWh."""
    return f"{show_number(value, places)}{THIN}{show_unit(unit)}" if unit else show_number(value, places)


def show_share(value: Number, places: int = 1) -> str:
    """A share of one as per cent: 0.256 as 25.6 %."""
    return f"{show_number(make_decimal(value) * 100, places)}{THIN}%"


def show_least_share(value: Number, places: int = 1) -> str:
    """A share of one that holds "at least", as per cent; never rounded up: 0.2368 as 23.6 %."""
    number = make_decimal(value) * 100
    return f"{show_number(number.quantize(Decimal(1).scaleb(-places), ROUND_FLOOR))}{THIN}%"


def show_time(at: int, ahead: int = 0) -> str:
    """Unix seconds as 2026-11-20 12:00 UTC; as 2026-11-20 20:00 UTC+8 by a clock so many minutes ahead of it."""
    hours, minutes = divmod(abs(ahead), 60)
    zone = f"{MINUS if ahead < 0 else '+'}{hours}{f':{minutes:02}' if minutes else ''}" if ahead else ""
    return datetime.fromtimestamp(at + 60 * ahead, UTC).strftime("%Y-%m-%d %H:%M UTC") + zone


def show_size(count: int) -> str:
    """A number of bytes: 731 B, 1.5 kB, 88.2 kB, 1.2 MB."""
    size = Decimal(count)
    for unit in ("B", "kB", "MB", "GB"):
        if size < 1000 or unit == "GB":
            return show_quantity(size, unit, 0 if unit == "B" else 1)
        size /= 1000
    raise AssertionError("the loop returns")
