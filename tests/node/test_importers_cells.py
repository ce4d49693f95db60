"""Single cells: what people type, read exactly or refused."""

from __future__ import annotations

import datetime
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from node.importers.cells import BadCell, read_day, read_month, read_number, read_text
from node.importers.columns import ACTIVITY, find_header, recognise
from node.importers.sheets import Cell, Row, Sheet

DAY = datetime.date(2025, 10, 1)


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        (3, 3), (0.1, Fraction(1, 10)), (0.1 + 0.2, Fraction(3, 10)), (1234567.891, Fraction("1234567.891")),
        ("１２．５", Fraction("12.5")),
        ("1,234,567.8", Fraction("1234567.8")), (" 7 ", 7), ("1.5E+3", 1500), ("-2", -2), ("+2", 2), ("0012", 12),
    ],
)  # fmt: skip
def test_numbers_are_read_as_they_are_shown(cell: Cell, value: Fraction) -> None:
    assert read_number(cell) == value


@pytest.mark.parametrize(
    "cell",
    [
        None, True, DAY, "", "x", "nan", "inf", "-inf", float("nan"), float("inf"), "1,23",
         "12,34,567", "1 kg", "1.2.3", "0x10",
        "1e999", "1_000", "9" * 19, 1e18, 10**18, "=1+1", "１/２",
    ],
)  # fmt: skip
def test_anything_else_is_no_number(cell: Cell) -> None:
    with pytest.raises(BadCell):
        read_number(cell)


@given(st.decimals(min_value=0, max_value=10**9, places=4))
def test_what_a_spreadsheet_stores_is_what_was_typed(typed: object) -> None:
    assert read_number(float(str(typed))) == Fraction(str(typed))


@pytest.mark.parametrize("cell", ["2025-10", "2025/10", "2025年10月", "202510", 202510, "2025.10", DAY])
def test_a_month_is_read_with_its_first_and_last_day(cell: Cell) -> None:
    assert read_month(cell) == (DAY, datetime.date(2025, 10, 31))


@pytest.mark.parametrize("cell", [2025.1, "2025.1", "20251", "2025-13", "2025-00", "10", "October", None])
def test_a_month_that_could_be_another_is_refused(cell: Cell) -> None:
    with pytest.raises(BadCell):
        read_month(cell)


@pytest.mark.parametrize(
    "cell", ["2025-10-01", "2025/10/1", "2025年10月1日", "2025.10.1", "２０２５-10-1", DAY]
)
def test_a_day_is_read(cell: Cell) -> None:
    assert read_day(cell) == DAY


@pytest.mark.parametrize("cell", ["2025-02-29", "01.10.2025", "2025-10", 45931, None])
def test_anything_else_is_no_day(cell: Cell) -> None:
    with pytest.raises(BadCell):
        read_day(cell)


def test_text_holds_nothing_a_terminal_would_act_on() -> None:
    assert read_text("\x1b]0;title\x07 EM-1") == "]0;title  EM-1"
    assert read_text(12.0) == "12"


@pytest.mark.parametrize(
    ("title", "field"),
    [
        ("数量", "amount"), ("Amount", "amount"), ("数量 Amount", "amount"), ("数量\nAmount", "amount"),
        ("Amount (2025)", "amount"),
        ("  单位 / Unit ", "unit"), ("项目代码 Line code", "line"), ("项目", "name"), ("月份", "month"),
        ("ＵＮＩＴ", "unit"),
    ],
)  # fmt: skip
def test_headers_are_recognised_in_both_languages(title: str, field: str) -> None:
    assert recognise(title, ACTIVITY) == field


@pytest.mark.parametrize("title", ["", None, 5, "price", "单价", "amount of unit"])
def test_other_headers_are_left_alone(title: object) -> None:
    assert recognise(title, ACTIVITY) is None


def test_a_header_is_looked_for_in_the_first_twenty_rows_only() -> None:
    assert find_header(Sheet("", [Row(20, ("数量", "单位"))]), ACTIVITY) is not None
    assert find_header(Sheet("", [Row(21, ("数量", "单位"))]), ACTIVITY) is None
