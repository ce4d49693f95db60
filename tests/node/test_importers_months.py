"""Sheets whose columns are months: read as they are kept, and never counted twice."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from node.importers.activity import ImportedActivity, read_activity
from node.importers.month_titles import read_month_title
from node.importers.problem import ImportProblems, Problem
from node.importers.sheets import Cell
from tests.node.test_importers_activity import CATEGORY, FACTORS, PRODUCT

MONTHS = [f"{month}月" for month in range(1, 13)]
SIGN_OFFS = [
    ["制表：王工", None, "审核：李工"],
    [None, "编 制:王工　　审核：李工"],
    ["填报人：", "王工", "批准：", None, "日期：", "2026-01-05"],
    ["制表人：王工", "审核人：李工", "填表日期：2026年1月5日", "联系电话：", 13800000000],
    ["Prepared by: Wang", None, "Approved by: Li"],
]
"""Rows below a table that say who made it."""
Rows = list[list[Any]]
Import = Callable[..., ImportedActivity]


@pytest.fixture
def import_year(tmp_path: Path) -> Import:
    def run(rows: Rows, **changes: str) -> ImportedActivity:
        book = Workbook()
        assert book.active is not None
        for row in rows:
            book.active.append(row)
        book.save(tmp_path / "能源年报.xlsx")
        return read_activity(tmp_path / "能源年报.xlsx", replace(PRODUCT, **changes), CATEGORY, FACTORS)

    return run


def problems_of(run: Callable[[], object]) -> tuple[Problem, ...]:
    with pytest.raises(ImportProblems) as caught:
        run()
    return caught.value.problems


def year(titles: Rows | list[Any] = MONTHS, total: str = "全年合计") -> Rows:
    return [
        ["2025年能源消耗统计表"],
        ["序号", "项目", "单位", *titles, total],
        [1, "电网电力", "MWh", *[1.5] * 12, 18],
        [2, "天然气", "Nm³", *[10] * 12, 120],
        [3, "产量", "t", *range(1, 13), 78],
    ]


@pytest.mark.parametrize(
    "titles",
    [
        MONTHS,
        ["一月", "二月", "三月", "四月", "五月", "六月", "七月", "八月", "九月", "十月", "十一月", "十二月"],
        ["Jan", "Feb", "Mar", "Apr", "May", "June", "July", "Aug.", "Sept", "October", "Nov-25", "Dec 2025"],
        [f"2025-{month:02d}" for month in range(1, 13)],
        [datetime.date(2025, month, 1) for month in range(1, 13)],
        [f"2025年{month}月用量" for month in range(1, 13)],
    ],
)
@pytest.mark.parametrize("total", ["全年合计", "合计", "Total", "数量", "2025年累计"])
def test_columns_of_months_are_a_record_for_each_item_and_month(
    import_year: Import, titles: list[Any], total: str
) -> None:
    activity = import_year(year(titles, total))
    assert len(activity.records) == 36 and activity.warnings == ()
    assert activity.output == 78_000
    assert activity.amounts[0].amount == CATEGORY.lines[0].coefficient * 18_000 / 78_000
    periods = [(one.period_start, one.period_end) for one in activity.records[:12]]
    assert periods[1] == ("2025-02-01", "2025-02-28") and len(set(periods)) == 12


def test_a_sum_that_is_not_that_of_its_months_is_a_problem_at_its_cell(import_year: Import) -> None:
    rows = year()
    rows[2][-1] = 19
    (problem,) = problems_of(lambda: import_year(rows))
    assert (problem.kind, problem.row, problem.column) == ("total-differs", 3, "全年合计")
    assert "19" in problem.found and "18" in problem.found
    rows[2][-1] = 18.4
    assert problems_of(lambda: import_year(rows))[0].kind == "total-differs"
    rows[2][3], rows[2][-1] = 1.74, 18
    assert len(import_year(rows).records) == 36  # the sum was rounded to whole MWh


def test_a_sum_that_passed_over_text_which_was_read_is_that_of_the_others(import_year: Import) -> None:
    rows = year()
    rows[2][3], rows[2][-1] = "1.5", 16.5
    assert len(import_year(rows).records) == 36
    rows[2][-1] = 15
    assert problems_of(lambda: import_year(rows))[0].kind == "total-differs"
    rows[2][-1] = "16.5"
    assert problems_of(lambda: import_year(rows))[0].kind == "total-differs", "what is text was typed"


def test_a_row_with_nothing_but_its_sum_is_one_record_of_the_year(import_year: Import) -> None:
    rows = [*year(), [4, "公路运输", "t·km", *[None] * 12, 900]]
    road = import_year(rows).records[-1]
    assert (road.amount, road.period_start, road.period_end) == (900, "2025-01-01", "2025-12-31")


def test_an_empty_month_is_no_record_and_said_where_it_understates(import_year: Import) -> None:
    rows = year()
    rows[2][5], rows[2][-1] = None, 16.5
    activity = import_year(rows)
    assert len(activity.records) == 35
    assert any("2025-03" in warning.zh for warning in activity.warnings)


def test_what_is_wrong_with_a_row_is_said_once_and_not_for_every_month(import_year: Import) -> None:
    rows = [*year(), [4, "蒸汽", "t", *[1] * 12, 12], [5, "公路运输", "t·km"]]
    unasked, empty = problems_of(lambda: import_year(rows))
    assert (unasked.kind, unasked.row, unasked.column) == ("line-unasked", 6, "项目")
    assert (empty.kind, empty.row, empty.column) == ("amount-empty", 7, "1月")


def test_a_row_that_occurs_twice_is_said_once_and_not_for_every_month_and_line(import_year: Import) -> None:
    rows = year()
    (problem,) = problems_of(lambda: import_year([*rows, rows[3]]))
    assert (problem.kind, problem.row) == ("duplicate", 6)
    many = problems_of(lambda: import_year([*rows, *[rows[3]] * 201]))
    assert len(many) == 201 and dict(many[-1].values) == {"count": 1}


def test_a_row_of_sums_is_left_out_and_said(import_year: Import) -> None:
    activity = import_year([*year(), ["合计", None, None, *[1] * 12, 12]])
    assert len(activity.records) == 36
    assert any(warning.zh == "合计行没有导入：第 6 行" for warning in activity.warnings)


@pytest.mark.parametrize("foot", SIGN_OFFS)
def test_a_row_of_who_made_the_sheet_is_left_out_and_said(import_year: Import, foot: list[Any]) -> None:
    activity = import_year([*year(), ["合计", None, None, *[1] * 12, 12], foot])
    assert len(activity.records) == 36
    assert [one.zh for one in activity.warnings] == [
        "合计行没有导入：第 6 行",
        "制表、审核等落款行没有导入：第 7 行",
    ]


def test_a_row_with_anything_else_is_data(import_year: Import) -> None:
    for row in ([None, "审核：李工", "kWh", *[1] * 12, 12], ["制表", "王工"], ["日期：", 1, 2]):
        assert problems_of(lambda row=row: import_year([*year(), row]))[0].row == 6


def test_a_month_is_that_of_the_products_period(import_year: Import) -> None:
    across = import_year(year(), period_start="2024-07-01", period_end="2025-06-30")
    assert {one.period_start[:7] for one in across.records if one.line == "grid"} == {
        *(f"2024-{month:02d}" for month in range(7, 13)),
        *(f"2025-{month:02d}" for month in range(1, 7)),
    }
    longer = problems_of(lambda: import_year(year(), period_start="2024-07-01", period_end="2025-12-31"))
    assert [(one.kind, one.row, one.column) for one in longer] == [
        ("month-without-year", 2, f"{month}月") for month in range(7, 13)
    ]


def test_months_outside_the_period_and_a_month_given_twice_are_problems(import_year: Import) -> None:
    half = problems_of(lambda: import_year(year(), period_end="2025-06-30"))
    assert {one.kind for one in half} == {"period-outside"} and len(half) == 18
    assert "删掉这一行（各月分列的，改列名，前面加“不导入”）" in half[0].words("zh").advice
    assert "delete the row, or leave the column of its month out" in half[0].words("en").advice
    without = [*MONTHS[:6], *(f"不导入 {month}" for month in MONTHS[6:])]
    kept = import_year(year(without, "不导入 全年合计"), period_end="2025-06-30").records
    assert {one.period_end for one in kept} <= {
        f"2025-0{month}-{day}" for month in range(1, 7) for day in (28, 30, 31)
    }
    twice = problems_of(lambda: import_year(year([*MONTHS[:11], "2025-11"])))
    assert [(one.kind, one.column) for one in twice] == [("second-column", "2025-11")]


def test_a_missing_unit_is_said_once(import_year: Import) -> None:
    (problem,) = problems_of(lambda: import_year([["序号", "项目", *MONTHS], [1, "电网电力", *[1] * 12]]))
    assert problem.kind == "no-column" and "单位 Unit" in problem.describe("zh")


@pytest.mark.parametrize(
    "cell", ["月份", "一季度", "13月", "0月", "margin", "may be", 1, 2025.1, None, True, "2025"]
)
def test_other_titles_name_no_month(cell: Cell) -> None:
    assert read_month_title(cell) is None


def test_months_in_rows_are_still_read_as_rows(import_year: Import) -> None:
    rows: Rows = [["项目", "月份", "用量", "单位"]]
    rows += [["电网电力", f"2025-{month:02d}", 1, "MWh"] for month in range(1, 13)]
    assert len(import_year([*rows, ["产量", "2025-12", 9, "吨"]]).records) == 13


@pytest.mark.parametrize("titles", [MONTHS, [f"{one}月份" for one in range(1, 13)], ["Jan", "Feb.", "March"]])
def test_a_month_in_a_row_needs_no_year_where_the_period_is_a_calendar_year(
    import_year: Import, titles: list[str]
) -> None:
    rows: Rows = [["项目", "月份", "用量", "单位"], ["产量", "2025-12", 9, "吨"]]
    rows += [["电网电力", title, 1, "MWh"] for title in titles]
    starts = [one.period_start for one in import_year(rows).records[1:]]
    assert starts == [f"2025-{month:02d}-01" for month in range(1, len(titles) + 1)]
    across = problems_of(lambda: import_year(rows, period_start="2024-07-01"))
    assert {(one.kind, one.column) for one in across} == {("period-unreadable", "月份")}


@pytest.mark.parametrize("further", [[], ["开始日期"]])
def test_an_empty_month_is_named_by_the_sheets_own_column(import_year: Import, further: list[str]) -> None:
    rows: Rows = [["项目", "月份", "用量", "单位", *further], ["产量", "2025-12", 9, "吨"]]
    (problem,) = problems_of(lambda: import_year([*rows, ["电网电力", None, 1, "MWh"]]))
    assert (problem.kind, problem.column) == ("period-unreadable", "月份")


def test_a_month_with_a_digit_too_many_or_too_few_is_warned_of(import_year: Import) -> None:
    def warned(*power: int) -> list[str]:
        titles, output = ["项目", "单位", *MONTHS], ["产量", "t", *[9] * 12]
        return [one.zh for one in import_year([titles, ["电网电力", "MWh", *power], output]).warnings]

    usual = (420, 435, 410, 400, 430, 455, 470)
    assert warned(*usual, 4610, 440, 420, 415, 425) == [
        "电网电力：2025-08 是其他月份的 8 倍以上；请核对是否多写或少写了一位数"
    ]
    assert warned(*usual, 46, 440, 420, 415, 425) == [
        "电网电力：2025-08 是其他月份的八分之一以下；请核对是否多写或少写了一位数"
    ]
    assert warned(*usual, 2000, 440, 420, 415, 0) == [], "a busy month and a month of nothing are no slips"
    assert warned(900, 900, 900, *[30] * 6, 900, 900, 900) == [], "a season is none either"


def test_a_year_in_a_column_of_its_own_and_a_month_beside_it_are_one_period(import_year: Import) -> None:
    titles = ["年份", "月份", "项目", "数量", "单位"]
    months = [(2025, 12), ("2025年", "12月"), (2026, 1), ("2026", "1月"), (2026, "2025-12"), (2026, "二月")]
    rows = [titles, *([*one, "产量", 5 + at, "kg"] for at, one in enumerate(months))]
    period = {"period_start": "2025-07-01", "period_end": "2026-06-30"}
    starts = [one.period_start[:7] for one in import_year(rows, **period).records]
    assert starts == ["2025-12", "2025-12", "2026-01", "2026-01", "2025-12", "2026-02"]
    (problem,) = problems_of(lambda: import_year([titles, ["今年", 1, "产量", 5, "kg"]], **period))
    assert (problem.kind, problem.column) == ("period-unreadable", "月份")


def test_a_year_beside_the_month_is_no_item_where_items_are_columns(import_year: Import) -> None:
    rows = [["年份", "月份", "用电量(kWh)", "产量(kg)"], *([2025, month, 10, 5] for month in range(1, 13))]
    records = import_year(rows).records
    assert len(records) == 24 and records[-1].period_start == "2025-12-01"


def test_a_row_of_a_long_table_called_a_sum_is_left_out_where_it_states_no_amount(
    import_year: Import,
) -> None:
    rows = [["月份", "项目", "数量", "单位"], ["2025-01", "产量", 2, "t"], ["2025-01", "天然气", 3, "Nm³"]]
    activity = import_year([*rows, ["合 计", None, None, None], [None, "Total", None, "MWh"]])
    assert {one.row for one in activity.records} == {2, 3}
    assert "合计行没有导入：第 4, 5 行" in [one.zh for one in activity.warnings]
    assert {one.row for one in problems_of(lambda: import_year([*rows, ["合计", None, 5, None]]))} == {4}
