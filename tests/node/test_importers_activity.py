"""Importing activity: one test for each thing a spreadsheet can get wrong, and all of them at once."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from method.category import Category, parse_category
from method.factor import Factor, parse_factor
from method.product import Product
from node.importers.activity import ImportedActivity, read_activity
from node.importers.hints import Hint
from node.importers.problem import MAX_PROBLEMS, ImportProblems, Problem
from node.language import Phrase

HEADER = [
    "项目代码 Line code",
    "开始日期 Start",
    "结束日期 End",
    "数量 Amount",
    "单位 Unit",
    "因子 Factor",
    "分摊比例 Share",
    "凭证 Document",
]
FIRST, LAST = datetime.date(2025, 1, 1), datetime.date(2025, 12, 31)
OUTPUT = ["output", FIRST, LAST, 2, "t", None, None, "PR-1"]
POWER = ["grid", FIRST, LAST, 3, "MWh", None, None, "EM-1"]
Rows = list[list[Any]]
Import = Callable[..., ImportedActivity]


def make_line(code: str, name: str, unit: str, kind: str, accepts: list[str]) -> dict[str, Any]:
    return {
        "code": code, "name_zh": name, "name_en": code.title(), "unit": unit, "kind": kind, "coefficient": "1",
        "secondary": False, "accepts": accepts, "default_factor": accepts[0],
    }  # fmt: skip


def make_factor(code: str, unit: str) -> Factor:
    return parse_factor({
        "code": code, "version": 1, "name_zh": code, "name_en": code, "classification": "energy", "total": "0.5",
        "biogenic": "0", "land_use": "0", "unit": unit, "region": "CN", "year": 2024, "system_boundary": "life_cycle",
        "gwp_set": "unknown", "basis": "", "grade": "country",
        "scores": {"technology": 1, "time": 1, "geography": 1}, "source": "s", "status": "published", "licence": "l",
        "owner": "o",
    })  # fmt: skip


FACTORS = {
    code: make_factor(code, unit)
    for code, unit in {"cn": "kWh", "wind": "kWh", "gas": "MJ", "road": "t*km"}.items()
}
CATEGORY: Category = parse_category({
    "code": "powder", "version": 1, "name_zh": "粉", "name_en": "Powder", "declared_unit": "kg",
    "stages": ["raw_material_and_parts"], "reference": ["1", "0", "0", "0"], "quantity_low": "1", "quantity_high": "2",
    "lines": [
        make_line("grid", "电网电力", "kWh", "electricity", ["cn", "wind"]),
        make_line("gas", "天然气", "MJ", "natural_gas", ["gas"]),
        make_line("road", "公路运输", "t*km", "transport", ["road"]),
    ],
})  # fmt: skip
PRODUCT = Product(
    "powder", "粉", "Powder", "powder", "kg", "浙江", "2025-01-01", "2025-12-31", "activity.xlsx"
)


@pytest.fixture
def import_rows(tmp_path: Path) -> Import:
    def run(rows: Rows, header: list[str] = HEADER, factors: dict[str, Factor] = FACTORS) -> ImportedActivity:
        book = Workbook()
        sheet = book.active
        assert sheet is not None
        sheet.title = "活动"
        for row in [header, *rows]:
            sheet.append(row)
        book.save(tmp_path / "activity.xlsx")
        return read_activity(tmp_path / "activity.xlsx", PRODUCT, CATEGORY, factors)

    return run


def import_problems(run: Callable[[], object]) -> tuple[Problem, ...]:
    with pytest.raises(ImportProblems) as caught:
        run()
    return caught.value.problems


def change(row: list[Any], index: int, value: object) -> list[Any]:
    return [*row[:index], value, *row[index + 1 :]]


def test_mixed_units_become_amounts_per_declared_unit(import_rows: Import) -> None:
    activity = import_rows([
        OUTPUT,
        POWER,
        ["grid", FIRST, LAST, 4000, "千瓦时", None, 0.25, "EM-2"],
        ["gas", FIRST, LAST, 100, "Nm³", None, None, "GM-1"],
        ["公路运输", FIRST, LAST, "1,234.5", "吨公里", None, None, "TL-1"],
    ])  # fmt: skip
    assert activity.output == 2000
    assert [item.amount for item in activity.amounts] == [2, Fraction("1.7772"), Fraction("0.61725")]
    assert [item.factor for item in activity.amounts] == ["cn", "gas", "road"]
    assert activity.records[2].share == Fraction(1, 4)
    assert (activity.records[1].document, activity.records[1].sheet, activity.records[1].row) == (
        "EM-1",
        "活动",
        3,
    )


def test_months_are_summed_and_a_named_factor_is_used(import_rows: Import) -> None:
    header = ["项目", "月份", "用量", "单位", "因子代码"]
    months: Rows = [["电网电力", f"2025年{month}月", 1.5, "MWh", "wind"] for month in range(1, 13)]
    activity = import_rows([["产量", "2025-06", 9, "吨", None], *months], header)
    assert activity.amounts[0].amount == 2
    assert activity.amounts[0].factor == "wind"
    assert activity.records[2].period_end == "2025-02-28"


def test_a_forgotten_month_is_warned_of(import_rows: Import) -> None:
    header = ["项目", "月份", "用量", "单位"]
    months: Rows = [["电网电力", f"2025-{month:02d}", 1, "MWh"] for month in range(1, 13)]
    output: Rows = [["产量", f"2025-{month:02d}", 9, "吨"] for month in range(1, 12)]
    delivery: Rows = [["公路运输", "2025-04", 9, "tkm"]]
    whole: Rows = [["产量", "2025-12", 9, "吨"]]
    activity = import_rows([*output, *months[:2], *months[3:], *delivery], header)
    assert [warning.en.partition(";")[0] for warning in activity.warnings] == [
        "production output: no record covers 2025-12",
        "Grid: no record covers 2025-03",
    ]
    assert activity.warnings[0].zh.endswith("确实没有生产就填 0") and activity.warnings[0].zh.startswith(
        "产量："
    )
    gaps = import_rows([*output, *whole, months[4], months[5], months[8]], header).warnings
    assert gaps[0].zh == (
        "电网电力：2025-01 至 2025-04、2025-07 至 2025-08、2025-10 至 2025-12 没有记录；"
        "漏了就补上，确实没有用量就填 0"
    )
    assert import_rows([*output, *whole, *months], header).warnings == ()


def test_a_spreadsheets_binary_numbers_are_read_as_the_decimals_they_show(import_rows: Import) -> None:
    activity = import_rows([OUTPUT, change(POWER, 3, 0.1 + 0.2)])
    assert activity.records[1].amount == Fraction(3, 10)


def test_a_row_of_who_made_the_sheet_is_no_data_and_said(import_rows: Import) -> None:
    activity = import_rows([OUTPUT, POWER, ["制表：王工", None, None, "审核：李工"]])
    assert len(activity.records) == 2
    assert "制表、审核等落款行没有导入：第 4 行" in [one.zh for one in activity.warnings]


def test_a_title_above_and_a_sheet_of_notes_are_no_trouble(tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in [["2025 年活动数据"], [], HEADER, OUTPUT, [], POWER]:
        sheet.append(row)
    book.create_sheet("说明").append(["说明", "这里没有表格"])
    book.save(tmp_path / "a.xlsx")
    assert read_activity(tmp_path / "a.xlsx", PRODUCT, CATEGORY, FACTORS).records[1].row == 6


@pytest.mark.parametrize(
    ("row", "column", "found", "expected"),
    [
        (change(POWER, 0, "steam"), "项目代码 Line code", "'steam'",
         "an item of the template"),
        (change(POWER, 0, None), "项目 Name", "an empty cell", "an item of the template"),
        (change(POWER, 3, -5), "数量 Amount", "'-5'", "0 or more"),
        (change(POWER, 3, "viel"), "数量 Amount", "'viel'", "a number such as 1234.5"),
        (change(POWER, 3, "1.234,5"), "数量 Amount", "'1.234,5'", "a number such as"),
        (change(POWER, 3, "NaN"), "数量 Amount", "'NaN'", "a number such as"),
        (change(POWER, 3, "inf"), "数量 Amount", "'inf'", "a number such as"),
        (change(POWER, 3, "#DIV/0!"), "数量 Amount", "'#DIV/0!'", "a number such as"),
        (change(POWER, 3, True), "数量 Amount", "'True'", "a number"),
        (change(POWER, 3, 1e300), "数量 Amount", "'1e+300'", "a number below 10^18"),
        (change(POWER, 3, None), "数量 Amount", "an empty cell", "a number"),
        (["grid", FIRST, LAST, None, "MWh"], "数量 Amount", "an empty cell", "a number"),
        (change(POWER, 3, "=1+1"), "数量 Amount", "a formula without a computed value", "a number"),
        (change(POWER, 4, "parsec"), "单位 Unit", "'parsec'", "one such as kWh"),
        (change(POWER, 4, None), "单位 Unit", "an empty cell", "a unit such as kWh, kJ"),
        (["gas", FIRST, LAST, 1, None], "单位 Unit", "an empty cell", "a unit such as MJ, m3, kJ"),
        (change(POWER, 4, "t"), "单位 Unit", "'t'", "a unit that converts into kWh"),
        (change(POWER, 4, "m3"), "单位 Unit", "'m3'", "a unit that converts into kWh"),
        (["gas", FIRST, LAST, 1, "kg"], "单位 Unit", "'kg'", "a unit that converts into MJ, or m3"),
        (change(POWER, 1, datetime.date(2024, 12, 1)), "结束日期 End",
         "2024-12-01 to 2025-12-31", "a period within 2025-01-01"),
        (change(POWER, 2, datetime.date(2026, 1, 1)), "结束日期 End", "2025-01-01 to 2026-01-01", "to 2025-12-31"),
        (["grid", LAST, FIRST, 3, "MWh"], "结束日期 End", "2025-12-31 to 2025-01-01", "a period within"),
        (change(POWER, 1, "spring"), "开始日期 Start", "'spring'", "a date such as"),
        (change(POWER, 1, "2025-02-30"), "开始日期 Start", "'2025-02-30'", "a day that exists"),
        (change(POWER, 2, None), "结束日期 End", "an empty cell", "a date such as"),
        (change(POWER, 5, "unheard-of"), "因子 Factor", "'unheard-of'", "the code of a published factor"),
        (change(POWER, 5, "road"), "因子 Factor", "'road'", "a factor that the line accepts"),
        (change(POWER, 6, 0), "分摊比例 Share", "'0'", "above 0, at most 1"),
        (change(POWER, 6, 35), "分摊比例 Share", "'35'", "above 0, at most 1"),
        (change(POWER, 7, "x" * 401), "凭证 Document", "401 characters or more", "at most 400"),
    ],
)  # fmt: skip
def test_a_bad_cell_is_named_with_its_place(
    import_rows: Import, row: list[Any], column: str, found: str, expected: str
) -> None:
    (problem,) = import_problems(lambda: import_rows([OUTPUT, POWER, row]))
    assert (problem.file, problem.sheet, problem.row, problem.column) == ("activity.xlsx", "活动", 4, column)
    assert problem.found == found
    assert expected in problem.expected
    assert problem.advice


def test_all_problems_of_a_file_come_in_one_go(import_rows: Import) -> None:
    rows = [
        OUTPUT,
        change(change(POWER, 3, -1), 4, "parsec"),
        change(POWER, 0, "steam"),
        change(POWER, 5, "x"),
    ]
    problems = import_problems(lambda: import_rows(rows))
    assert [(problem.row, problem.column) for problem in problems] == [
        (3, "数量 Amount"),
        (3, "单位 Unit"),
        (4, "项目代码 Line code"),
        (5, "因子 Factor"),
    ]


def test_the_list_of_problems_is_bounded(import_rows: Import) -> None:
    rows: Rows = [OUTPUT, *(change(POWER, 3, -number - 1) for number in range(MAX_PROBLEMS + 7))]
    problems = import_problems(lambda: import_rows(rows))
    assert len(problems) == MAX_PROBLEMS + 1
    assert problems[-1].found == "7 further problems"


def test_a_record_that_occurs_twice_is_refused(import_rows: Import) -> None:
    (problem,) = import_problems(lambda: import_rows([OUTPUT, POWER, POWER]))
    assert (problem.row, problem.found) == (4, "The same record as sheet 活动, row 3")


def test_two_deliveries_with_documents_of_their_own_are_two_records(import_rows: Import) -> None:
    assert import_rows([OUTPUT, POWER, change(POWER, 7, "EM-9")]).amounts[0].amount == 3


def test_two_factors_on_one_line_are_refused(import_rows: Import) -> None:
    rows = [OUTPUT, change(POWER, 5, "cn"), change(change(POWER, 5, "wind"), 7, "EM-9")]
    (problem,) = import_problems(lambda: import_rows(rows))
    assert (problem.row, problem.found) == (4, "factors cn, wind on line grid")


def test_a_row_without_a_factor_means_the_default_whatever_its_neighbours_name(import_rows: Import) -> None:
    named, unnamed = change(POWER, 5, "wind"), change(POWER, 7, "EM-9")
    (problem,) = import_problems(lambda: import_rows([OUTPUT, named, unnamed]))
    assert (problem.row, problem.found) == (4, "factors wind, cn on line grid")
    assert "a row that names none means the default" in problem.advice
    assert import_rows([OUTPUT, change(POWER, 5, "cn"), unnamed]).amounts[0].factor == "cn"


def test_an_unpublished_default_factor_is_refused(import_rows: Import) -> None:
    factors = {code: factor for code, factor in FACTORS.items() if code != "road"}
    (problem,) = import_problems(lambda: import_rows([OUTPUT, POWER], factors=factors))
    assert problem.found == "default factor road of line road"


def test_a_factor_outside_its_validity_is_refused(import_rows: Import) -> None:
    factors = {**FACTORS, "wind": replace(FACTORS["wind"], valid_to="2024-12-31")}
    (problem,) = import_problems(lambda: import_rows([OUTPUT, change(POWER, 5, "wind")], factors=factors))
    assert "valid from any earlier day to 2024-12-31" in problem.advice


@pytest.mark.parametrize("validity", [{"valid_to": "2024-12-31"}, {"valid_from": "2026-01-01"}])
def test_a_default_factor_outside_its_validity_is_refused(
    import_rows: Import, validity: dict[str, str]
) -> None:
    factors = {**FACTORS, "road": replace(FACTORS["road"], **validity)}  # type: ignore[arg-type]
    (problem,) = import_problems(lambda: import_rows([OUTPUT, POWER], factors=factors))
    assert problem.kind == "default-not-valid"
    assert "road" in problem.found and "2025-01-01 to 2025-12-31" in problem.expected


@pytest.mark.parametrize(
    ("rows", "found"),
    [
        ([POWER], "There is no production output"),
        ([POWER, change(OUTPUT, 3, 0)], "The production output is zero"),
    ],
)
def test_activity_without_output_is_refused(import_rows: Import, rows: Rows, found: str) -> None:
    (problem,) = import_problems(lambda: import_rows(rows))
    assert problem.found == found


def test_output_in_a_unit_of_another_kind_is_refused(import_rows: Import) -> None:
    (problem,) = import_problems(lambda: import_rows([change(OUTPUT, 4, "件"), POWER]))
    assert (problem.column, problem.expected) == ("单位 Unit", "a unit that converts into kg")


def test_an_amount_beyond_the_protocols_range_is_refused(import_rows: Import) -> None:
    (problem,) = import_problems(lambda: import_rows([change(OUTPUT, 4, "mg"), change(POWER, 4, "GWh")]))
    assert problem.found == "line grid is too large per kg"


@pytest.mark.parametrize(
    ("left_out", "missing"),
    [
        (0, "No column is called 项目代码 Line code or 项目 Name"),
        (2, "No column is called 开始日期 Period start and 结束日期 Period end, or 月份 Month"),
        (3, "No column is called 数量 Amount"), (4, "No column is called 单位 Unit"),
    ],
)  # fmt: skip
def test_a_missing_column_is_named(import_rows: Import, left_out: int, missing: str) -> None:
    rows = [[cell for index, cell in enumerate(row) if index != left_out] for row in (HEADER, OUTPUT, POWER)]
    problems = import_problems(lambda: import_rows(rows[1:], rows[0]))
    assert (problems[0].row, problems[0].found) == (1, missing)


def test_a_column_that_occurs_twice_is_named(import_rows: Import) -> None:
    problems = import_problems(lambda: import_rows([OUTPUT, POWER], [*HEADER, "Amount"]))
    assert problems[0].column == "Amount"


def test_a_file_without_a_table_is_refused(import_rows: Import) -> None:
    (problem,) = import_problems(lambda: import_rows([], ["hello"]))
    assert problem.found == "No header row was found"


def test_a_product_of_another_category_is_refused(import_rows: Import, tmp_path: Path) -> None:
    import_rows([OUTPUT])
    other = replace(PRODUCT, category="paste")
    (problem,) = import_problems(lambda: read_activity(tmp_path / "activity.xlsx", other, CATEGORY, FACTORS))
    assert "category paste" in problem.found


def test_messages_that_may_be_logged_hold_no_amount(import_rows: Import) -> None:
    with pytest.raises(ImportProblems) as caught:
        import_rows([OUTPUT, change(POWER, 3, -987654321)])
    assert "987654321" not in str(caught.value)
    assert "987654321" not in repr(caught.value.problems)
    assert "987654321" in caught.value.problems[0].describe()
    assert set(caught.value.problems[0].as_fields()) == {
        "file", "sheet", "row", "column", "found", "expected", "advice",
    }  # fmt: skip


def test_imported_amounts_stay_out_of_the_repr(import_rows: Import) -> None:
    activity = import_rows([OUTPUT, change(POWER, 3, 987654)])
    assert "987654" not in repr(activity)
    assert "987654" not in repr(activity.records)
    assert "987654" not in repr(Hint(Phrase("987654 kWh are far", "987654 kWh"), (("sheet", 2),)))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25, deadline=None)
@given(st.lists(st.decimals(min_value=0, max_value=10**4, places=4), min_size=1, max_size=12))
def test_what_a_csv_says_is_what_is_summed(tmp_path: Path, amounts: list[Any]) -> None:
    lines = ["line,start,end,amount,unit,document", "output,2025-01-01,2025-12-31,1,kg,"]
    lines += [f"grid,2025-01-01,2025-12-31,{amount},kWh,D{number}" for number, amount in enumerate(amounts)]
    path = tmp_path / "a.csv"
    path.write_text("\n".join(lines), encoding="utf-8")
    activity = read_activity(path, PRODUCT, CATEGORY, FACTORS)
    assert activity.amounts[0].amount == sum(Fraction(amount) for amount in amounts)


def test_a_missing_production_is_said_together_with_other_problems(import_rows: Import) -> None:
    problems = import_problems(lambda: import_rows([change(POWER, 3, "x"), change(POWER, 0, "steam")]))
    assert [one.kind for one in problems] == ["amount-unreadable", "line-unasked", "output-missing"]
    assert problems[2].sheet == "活动"
    unread = import_problems(lambda: import_rows([change(OUTPUT, 3, "x"), POWER]))
    assert [one.kind for one in unread] == ["amount-unreadable"]


def test_a_date_stands_for_its_month_where_nothing_else_states_a_period(import_rows: Import) -> None:
    header = ["材料名称", "日期", "数量", "单位"]
    activity = import_rows([["产量", "2025/3/31", 9, "t"], ["电网电力", FIRST, 3, "MWh"]], header)
    assert [one.period_end for one in activity.records] == ["2025-03-31", "2025-01-31"]
    header = ["材料名称", "日期", "开始日期", "结束日期", "数量", "单位"]
    activity = import_rows([["产量", "2025/3/31", FIRST, LAST, 9, "t"]], header)
    assert activity.records[0].period_end == "2025-12-31"


def test_a_unit_of_output_is_answered_with_the_units_that_fit_and_an_area_with_what_to_do(
    import_rows: Import,
) -> None:
    (problem,) = import_problems(lambda: import_rows([change(OUTPUT, 4, "万m2"), POWER]))
    assert problem.kind == "unit-area" and "面密度" in problem.describe("zh")
    (problem,) = import_problems(lambda: import_rows([change(OUTPUT, 4, "箱"), POWER]))
    assert (
        problem.kind == "unit-unknown"
        and "kg, g, t, kt" in problem.expected
        and "kWh" not in problem.expected
    )
