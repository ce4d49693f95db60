"""A period that follows another: as long, right behind it, and each of its days in it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from method.periods import Step, move_period, step_of
from method.product import Product

OF_2025 = Product("foil", "箔", "Foil", "foil", "kg", "CN", "2025-01-01", "2025-12-31", "a.csv")
DAYS = st.dates(date(2000, 1, 1), date(2099, 12, 31))


@pytest.mark.parametrize(
    ("start", "end", "then", "until"),
    [
        ("2025-01-01", "2025-12-31", "2026-01-01", "2026-12-31"),
        ("2023-03-01", "2024-02-29", "2024-03-01", "2025-02-28"),
        ("2025-04-15", "2026-04-14", "2026-04-15", "2027-04-14"),
        ("2025-01-01", "2025-06-30", "2025-07-01", "2025-12-31"),
        ("2025-01-30", "2025-02-28", "2025-03-01", "2025-03-30"),
        ("2025-03-03", "2025-03-12", "2025-03-13", "2025-03-22"),
    ],
)
def test_the_next_period_is_as_long_and_the_one_before_it_is_the_first(
    start: str, end: str, then: str, until: str
) -> None:
    product = replace(OF_2025, period_start=start, period_end=end)
    moved = move_period(product)
    assert moved == replace(product, period_start=then, period_end=until)
    assert move_period(moved, -1) == product


@given(start=DAYS, length=st.integers(0, 365), into=st.integers(0, 365))
def test_periods_touch_and_a_day_of_one_moves_into_the_next(start: date, length: int, into: int) -> None:
    end = start + timedelta(days=length)
    product = replace(OF_2025, period_start=start.isoformat(), period_end=end.isoformat())
    moved = move_period(product)
    assert date.fromisoformat(moved.period_start) == end + timedelta(days=1)
    day = step_of(product).move(start + timedelta(days=min(into, length))).isoformat()
    assert moved.period_start <= day <= moved.period_end


def test_the_last_day_of_a_month_stays_the_last_one() -> None:
    year = Step(12, 0)
    assert year.move(date(2025, 2, 28)) == date(2026, 2, 28)
    assert year.move(date(2023, 2, 28)) == date(2024, 2, 29)
    assert year.move(date(2024, 2, 29)) == date(2025, 2, 28)
    assert Step(-6, 0).move(date(2025, 6, 30)) == date(2024, 12, 31)
