"""Sheets with a row a month and a column for each item: read as they are kept, and told what their titles lack."""

from __future__ import annotations

import csv
import datetime
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from node.importers.activity import ImportedActivity, read_activity
from node.importers.item_titles import ItemTitle, read_item_title
from node.importers.problem import ImportProblems, Problem
from tests.node.test_importers_activity import CATEGORY, FACTORS, PRODUCT
from tests.node.test_importers_months import SIGN_OFFS

Rows = list[list[Any]]
Import = Callable[..., ImportedActivity]
TITLES = ["月份", "用电量(kWh)", "天然气（Nm³）", "产量(t)"]
TOTAL = ["合计", 1278, 42, 24]


def write_book(path: Path, rows: Rows) -> Path:
    book = Workbook()
    assert book.active is not None
    for row in rows:
        book.active.append(row)
    book.save(path.with_suffix(".xlsx"))
    return path.with_suffix(".xlsx")


def write_text(path: Path, rows: Rows) -> Path:
    with path.with_suffix(".csv").open("w", encoding="gb18030", newline="") as file:
        csv.writer(file).writerows(rows)
    return path.with_suffix(".csv")


@pytest.fixture(params=[write_book, write_text])
def import_meters(tmp_path: Path, request: pytest.FixtureRequest) -> Import:
    def run(rows: Rows, **changes: str) -> ImportedActivity:
        path = request.param(tmp_path / "抄表", rows)
        return read_activity(path, replace(PRODUCT, **changes), CATEGORY, FACTORS)

    return run


def problems_of(run: Callable[[], object]) -> tuple[Problem, ...]:
    with pytest.raises(ImportProblems) as caught:
        run()
    return caught.value.problems


def places_of(problems: Sequence[Problem]) -> list[tuple[str, int, str]]:
    return [(one.kind, one.row, one.column) for one in problems]


def meters(titles: Sequence[Any] = TITLES, months: Sequence[Any] = range(1, 13)) -> Rows:
    named = [f"{month}月" for month in range(1, 13)] if months == range(1, 13) else months
    return [[*titles], *([month, 100 + at, 3.5, 2] for at, month in enumerate(named, start=1))]


@pytest.mark.parametrize(
    "months",
    [
        [f"{month}月" for month in range(1, 13)],
        [f"2025-{month:02d}" for month in range(1, 13)],
        [f"2025年{month}月" for month in range(1, 13)],
        [datetime.date(2025, month, 1) for month in range(1, 13)],
        [*range(1, 13)],
    ],
)
@pytest.mark.parametrize("last", [[], [TOTAL]])
def test_a_row_a_month_is_a_record_for_each_month_and_item(
    import_meters: Import, months: Sequence[Any], last: Rows
) -> None:
    activity = import_meters([["2025年能源消耗"], *meters(months=months), *last])
    assert [(one.line, one.period_start, one.unit, one.row) for one in activity.records[:4]] == [
        ("grid", "2025-01-01", "kWh", 3),
        ("gas", "2025-01-01", "m3", 3),
        ("output", "2025-01-01", "t", 3),
        ("grid", "2025-02-01", "kWh", 4),
    ]
    assert len(activity.records) == 36 and activity.output == 24_000
    left_out = [hint.zh for hint in activity.warnings]
    assert left_out == (["合计行没有导入：第 15 行"] if last else [])


@pytest.mark.parametrize(
    "heads",
    [
        [["日期", "用电量", "天然气", "产量"], ["单位", "kWh", "m³", "(t)"]],
        [["", "用电量", "天然气", "产量"], ["", "kWh", "m³", "t"]],
        [["时间", "用电量(MWh)", "天然气/Nm3", "产量 t"]],
        [["月份", "能源消耗", "", "产出"], ["", "电kWh", "天然气，立方米", "产量：吨"]],
        [["序号", "月份", "用电量(kWh)", "天然气(m3)", "产量(t)", "备注"]],
    ],
)
def test_units_stand_in_the_titles_or_in_a_row_below_them(import_meters: Import, heads: Rows) -> None:
    rows = meters()[1:]
    if heads[0][0] == "序号":
        rows = [[at, *row, "抄表"] for at, row in enumerate(rows, start=1)]
    activity = import_meters([*heads, *rows])
    assert len(activity.records) == 36 and activity.output == 24_000
    assert {one.line: one.unit for one in activity.records} == {
        "grid": "MWh" if "用电量(MWh)" in heads[0] else "kWh",
        "gas": "m3",
        "output": "t",
    }


def test_an_output_under_its_own_name_is_taken_and_said_at_the_title(import_meters: Import) -> None:
    rows = meters(["月份", "用电量(kWh)", "天然气(m3)", "碳酸锂产量(t)"])
    (hint,) = [one for one in import_meters(rows).warnings if "产量" in one.zh]
    assert hint.zh == "“碳酸锂产量”按本产品的产量计入：没有其他产量行" and [row for _, row in hint.rows] == [
        1
    ]


def test_what_is_wrong_with_a_title_is_said_once_at_the_title(import_meters: Import) -> None:
    rows = meters(["月份", "空压站(kWh)", "天然气", "产量（t）"])
    unknown, unitless = problems_of(lambda: import_meters(rows))
    assert places_of([unknown, unitless]) == [
        ("unknown-column", 1, "空压站(kWh)"),
        ("title-without-unit", 1, "天然气"),
    ]
    assert "不导入" in unknown.describe("zh") and "“not read”" in unknown.describe("en")
    rows[0] = ["月份", "用电量(度数)", "自来水(t)", "产量（km）"]
    assert places_of(problems_of(lambda: import_meters(rows))) == [
        ("unit-unknown", 1, "用电量(度数)"),
        ("column-unasked", 1, "自来水(t)"),
        ("unit-wrong-kind", 1, "产量（km）"),
    ]


def test_a_column_is_left_out_only_where_its_title_says_so(import_meters: Import) -> None:
    rows = [[*row, 9] for row in meters()]
    rows[0][-1] = "不导入 电费(元)"
    assert len(import_meters(rows).records) == 36
    rows[0][-1] = None
    assert places_of(problems_of(lambda: import_meters(rows))) == [("column-untitled", 1, "E")]
    rows[0][-1], rows[1][-1] = "班组", "甲班"
    assert places_of(problems_of(lambda: import_meters(rows))) == [("unknown-column", 1, "班组")]


def test_an_amount_that_cannot_be_read_is_a_problem_of_its_cell_in_the_order_of_the_rows(
    import_meters: Import,
) -> None:
    rows = meters()
    rows[3][1], rows[2][3], rows[2][0] = "约100", -1, "2023-05"
    assert places_of(problems_of(lambda: import_meters(rows))) == [
        ("period-outside", 3, "月份"),
        ("amount-negative", 3, "产量(t)"),
        ("amount-unreadable", 4, "用电量(kWh)"),
    ]


def test_an_empty_cell_is_no_record_and_a_missing_month_is_warned_of(import_meters: Import) -> None:
    rows = meters()
    rows[3][1] = None
    del rows[5]
    activity = import_meters([*rows, ["制表人：张三"]])
    assert len(activity.records) == 32
    assert [one.zh for one in activity.warnings if "电网电力" in one.zh] == [
        "电网电力：2025-03、2025-05 没有记录；漏了就补上，确实没有用量就填 0"
    ]


def test_a_month_in_two_rows_is_a_problem_unless_each_has_its_document(import_meters: Import) -> None:
    rows = [[*row, f"PR-{at}"] for at, row in enumerate([*meters(), ["2025-12", 7, 7, 7]])]
    rows[0][-1] = "备注"
    (twice,) = problems_of(lambda: import_meters(rows))
    assert places_of([twice]) == [("second-month", 14, "月份")] and "第 13 行" in twice.describe("zh")
    rows[0][-1] = "凭证"
    assert len(import_meters(rows).records) == 39


def test_days_of_one_month_are_records_of_it(import_meters: Import) -> None:
    days = [f"2025-01-{day:02d}" for day in range(1, 13)]
    activity = import_meters(meters(["日期", *TITLES[1:]], days))
    assert {one.period_start for one in activity.records} == {"2025-01-01"} and len(activity.records) == 36


@pytest.mark.parametrize("foot", SIGN_OFFS)
def test_a_row_of_who_made_the_sheet_is_left_out_and_said(import_meters: Import, foot: list[Any]) -> None:
    activity = import_meters([*meters(), TOTAL, foot])
    assert len(activity.records) == 36
    assert [one.zh for one in activity.warnings] == [
        "合计行没有导入：第 14 行",
        "制表、审核等落款行没有导入：第 15 行",
    ]


def test_a_sum_that_is_not_that_of_its_months_is_a_problem_at_its_cell(import_meters: Import) -> None:
    rows = [*meters()[:7], ["上半年小计", 9, 9, 9], *meters()[7:], ["2025年合计", 1278, 43, 24]]
    (problem,) = problems_of(lambda: import_meters(rows))
    assert places_of([problem]) == [("total-differs", 15, "天然气（Nm³）")]
    assert "43" in problem.found and "42" in problem.found


def test_two_columns_of_one_item_are_added_up_and_said(import_meters: Import) -> None:
    rows = meters(["月份", "外购电(kWh)", "用电量(kWh)", "产量(t)"])
    for row in rows[1:]:
        row[2] = row[1]
    activity = import_meters(rows)
    assert len(activity.records) == 36
    added = [(one.zh, [row for _, row in one.rows]) for one in activity.warnings if "相加" in one.zh]
    assert added == [("电网电力：“外购电(kWh)”、“用电量(kWh)”这几列相加计入", [1])]
    rows[0][2] = rows[0][1]
    rows[4][2] = "?"
    assert places_of(problems_of(lambda: import_meters(rows))) == [("amount-unreadable", 5, "C 外购电(kWh)")]


def test_titles_without_any_item_or_unit_are_no_such_table(import_meters: Import) -> None:
    rows = meters(["月份", "甲", "乙", "丙"])
    assert places_of(problems_of(lambda: import_meters(rows))) == [("no-table", 0, "")]
    rows = meters(["月份", "甲", "乙", "单位"])
    assert {one.kind for one in problems_of(lambda: import_meters(rows))} == {"no-column"}


@pytest.mark.parametrize(
    ("title", "name", "unit"),
    [
        ("用电量(kWh)", "用电量", "kWh"),
        ("用电量（单位：万kWh）", "用电量", "万kWh"),
        ("蒸汽 t", "蒸汽", "t"),
        ("柴油/kg", "柴油", "kg"),
        ("氢氧化钠（32%）(t)", "氢氧化钠(32%)", "t"),
        ("公路运输t·km", "公路运输", "t·km"),
        ("Natural gas, m3", "Natural gas", "m3"),
        ("天然气(方)", "天然气", "方"),
        ("锅炉(一期)", "锅炉(一期)", ""),
        ("PVDFt", "PVDFt", ""),
        ("kWh", "kWh", ""),
    ],
)
def test_a_title_is_taken_apart_into_an_item_and_its_unit(title: str, name: str, unit: str) -> None:
    assert read_item_title(title, lambda one: one == "天然气") == ItemTitle(name, unit)
