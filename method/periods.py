"""Periods that follow one another: the next one of the same length, and a day in it. Protocol 5.

The one fact: a period of whole months, wherever in a month it begins, is followed by one of as many months, so that a
year follows a year, leap or not; any other period by one of as many days.
"""

from __future__ import annotations

import calendar
from dataclasses import dataclass, replace
from datetime import date, timedelta

from method.product import Product

_ONE_DAY = timedelta(days=1)
_SHORTEST_MONTH = 28


@dataclass(frozen=True, slots=True)
class Step:
    """How far apart two periods are: in months, or else in days; negative for an earlier one."""

    months: int
    days: int

    def move(self, day: date) -> date:
        """The day so much later; the last day of a month stays the last one, where months are counted."""
        if not self.months:
            return day + timedelta(days=self.days)
        year, month = divmod(day.year * 12 + day.month - 1 + self.months, 12)
        last = calendar.monthrange(year, month + 1)[1]
        is_last = (day + _ONE_DAY).day == 1
        return date(year, month + 1, last if is_last else min(day.day, last))


def step_of(product: Product, periods: int = 1) -> Step:
    """How far the period so many periods after a product's own is, before it for a negative number."""
    start = date.fromisoformat(product.period_start)
    after = date.fromisoformat(product.period_end) + _ONE_DAY
    if after.day == start.day <= _SHORTEST_MONTH:
        return Step(periods * ((after.year - start.year) * 12 + after.month - start.month), 0)
    return Step(0, periods * (after - start).days)


def move_period(product: Product, periods: int = 1) -> Product:
    """The same product, its period so many periods later, or earlier for a negative number."""
    step = step_of(product, periods)
    start = step.move(date.fromisoformat(product.period_start))
    # By the day after the end, which is in the month where the next period begins.
    end = step.move(date.fromisoformat(product.period_end) + _ONE_DAY) - _ONE_DAY
    return replace(product, period_start=start.isoformat(), period_end=end.isoformat())
