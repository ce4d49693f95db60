"""The template workbook: as it comes it says what to fill in; filled in, it is what its numbers say."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook

from method.activity import LineAmount
from method.category import Category
from method.product import Product
from node.importers.activity import ImportedActivity, read_activity
from node.importers.library import read_categories, read_factors
from node.importers.problem import ImportProblems
from node.importers.tables import ACTIVITY_SHEET, GUIDE_SHEET, LISTS_SHEET, OUTPUT_SHEET
from node.importers.template import (
    FIELDS,
    FREE_ROWS,
    OUTPUT_FIELDS,
    TemplateOrder,
    list_months,
    make_csv_template,
    make_template,
)
from node.importers.template_style import EARLIEST_ROW, HEADER_ROW

LIBRARY = Path(__file__).resolve().parents[2] / "examples" / "library"
FACTORS, CATEGORIES = read_factors(LIBRARY), read_categories(LIBRARY)
CATHODE = CATEGORIES["ncm-cathode"]
Fill = Callable[[Any, Any], None]
AMOUNT, UNIT, LINE = FIELDS.index("amount"), FIELDS.index("unit"), FIELDS.index("line")


def product_of(category: Category) -> Product:
    period = ("2025-01-01", "2025-12-31")
    return Product("p", "品", "P", category.code, category.declared_unit, "浙江", *period, "activity.xlsx")


def open_template(category: Category, rows: Any = "month") -> Workbook:
    order = TemplateOrder(category, FACTORS, "2025-01-01", "2025-12-31", rows)
    return load_workbook(io.BytesIO(make_template(order)))


def take_in(folder: Path, book: Workbook, category: Category) -> ImportedActivity:
    path = folder / "activity.xlsx"
    book.save(path)
    return read_activity(path, product_of(category), category, FACTORS)


def rows_of(book: Workbook, title: str) -> list[Any]:
    return [row for row in book[title].iter_rows(min_row=EARLIEST_ROW) if row[0].value is not None]


@pytest.mark.parametrize("code", ["ncm-cathode", "pack-assembly"])
def test_a_template_as_it_comes_says_what_to_fill_in(code: str, tmp_path: Path) -> None:
    category = CATEGORIES[code]
    with pytest.raises(ImportProblems) as caught:
        take_in(tmp_path, open_template(category), category)
    assert [(problem.sheet, problem.kind) for problem in caught.value.problems] == [
        (OUTPUT_SHEET, "output-missing"),
        (ACTIVITY_SHEET, "nothing-filled"),
    ]


@pytest.mark.parametrize("code", sorted(CATEGORIES))
def test_every_template_filled_in_gives_what_its_numbers_sum_to(code: str, tmp_path: Path) -> None:
    category = CATEGORIES[code]
    book = open_template(category)
    activities = {line.code for line in category.lines if line.role == "activity"}
    sums: dict[str, Fraction] = {line.code: Fraction(0) for line in category.lines}
    for number, row in enumerate(rows_of(book, ACTIVITY_SHEET), start=1):
        code = row[LINE].value.split()[0]
        # Nobody may be credited for more than is recycled, so those lines are alike.
        times = number if code in activities else 2
        row[AMOUNT].value = times * 1.25
        sums[code] += Fraction(times * 5, 4)
    output = rows_of(book, OUTPUT_SHEET)
    for row in output:
        row[OUTPUT_FIELDS.index("amount")].value = 1000.5
    activity = take_in(tmp_path, book, category)
    assert activity.output == len(output) * Fraction("1000.5")
    assert all("without certificates" in warning.en for warning in activity.warnings)
    assert activity.amounts == tuple(
        LineAmount(line.code, line.default_factor, sums[line.code] / activity.output)
        for line in category.lines
    )


def test_a_missing_production_is_said_with_the_other_problems(tmp_path: Path) -> None:
    category = CATEGORIES["ncm-cathode"]
    book = open_template(category)
    rows_of(book, ACTIVITY_SHEET)[0][AMOUNT].value = "much"
    with pytest.raises(ImportProblems) as caught:
        take_in(tmp_path, book, category)
    kinds = {(problem.sheet, problem.kind) for problem in caught.value.problems}
    assert (OUTPUT_SHEET, "output-missing") in kinds and len(kinds) == 2
    missing = next(one for one in caught.value.problems if one.kind == "output-missing")
    assert "“产出 Output”表里" in missing.describe("zh")


def fill_output(book: Workbook) -> None:
    for row in rows_of(book, OUTPUT_SHEET):
        row[OUTPUT_FIELDS.index("amount")].value = 100


def set_cell(book: Workbook, row: int, name: str, value: object) -> None:
    book[ACTIVITY_SHEET].cell(row, FIELDS.index(name) + 1).value = value


def test_mass_and_distance_make_transport_work(tmp_path: Path) -> None:
    book = open_template(CATHODE)
    fill_output(book)
    (row,) = [row for row in rows_of(book, ACTIVITY_SHEET) if row[LINE].value.startswith("road-transport")]
    set_cell(book, row[0].row, "mass", 12.5)
    set_cell(book, row[0].row, "distance", 640)
    (leg, *_) = [one for one in take_in(tmp_path, book, CATHODE).records if one.line == "road-transport"]
    assert (leg.amount, leg.unit, leg.note) == (8000, "t*km", "12.5 t × 640 km")


@pytest.mark.parametrize(
    ("line", "cells", "kind"),
    [
        ("road-transport", {"mass": 1}, "leg-half"),
        ("road-transport", {"distance": 1}, "leg-half"),
        ("road-transport", {"mass": 1, "distance": 2, "amount": 3}, "leg-and-amount"),
        ("grid-electricity", {"mass": 1, "distance": 2}, "leg-elsewhere"),
        ("road-transport", {"mass": -1, "distance": 2}, "amount-negative"),
        ("road-transport", {"document": "TL-1"}, "amount-empty"),
    ],
)
def test_a_leg_that_is_half_told_is_refused(
    tmp_path: Path, line: str, cells: dict[str, object], kind: str
) -> None:
    book = open_template(CATHODE, "period")
    fill_output(book)
    (row,) = [row for row in rows_of(book, ACTIVITY_SHEET) if row[LINE].value.startswith(line)]
    for name, value in cells.items():
        set_cell(book, row[0].row, name, value)
    with pytest.raises(ImportProblems) as caught:
        take_in(tmp_path, book, CATHODE)
    assert [(problem.row, problem.kind) for problem in caught.value.problems if problem.row] == [
        (row[0].row, kind)
    ]


def test_free_rows_take_a_line_a_factor_and_a_unit_from_the_lists(tmp_path: Path) -> None:
    book = open_template(CATHODE)
    fill_output(book)
    row = book[ACTIVITY_SHEET].max_row - FREE_ROWS + 1
    factor = f"electricity-cn-2024 {FACTORS['electricity-cn-2024'].name_zh}"
    free = {"line": rows_of(book, ACTIVITY_SHEET)[0][LINE].value, "start": "2025-03-01", "end": "2025-03-31",
            "amount": 3, "unit": "MWh", "factor": factor, "share": 0.5, "document": "EM-1"}  # fmt: skip
    for name, value in free.items():
        set_cell(book, row, name, value)
    amount = take_in(tmp_path, book, CATHODE).amounts[0]
    assert (amount.line, amount.factor, amount.amount) == (
        "grid-electricity",
        "electricity-cn-2024",
        Fraction(1500, 1200),
    )


CHOSEN = {"grid-electricity": "electricity-cn-2024"}


@pytest.mark.parametrize("form", ["xlsx", "csv"])
def test_factors_chosen_before_stand_on_their_lines_and_are_read_back(form: str, tmp_path: Path) -> None:
    lines = tuple(
        replace(
            line, default_factor="solar-electricity-cn", accepts=("solar-electricity-cn", *CHOSEN.values())
        )
        if line.code in CHOSEN
        else line
        for line in CATHODE.lines
    )
    category = replace(CATHODE, lines=lines)
    factors = {
        **FACTORS,
        "solar-electricity-cn": replace(FACTORS["electricity-cn-2024"], code="solar-electricity-cn"),
    }
    order = TemplateOrder(category, factors, "2025-01-01", "2025-12-31", chosen=CHOSEN)
    path = tmp_path / f"activity.{form}"
    if form == "csv":
        path.write_bytes(make_csv_template(order).replace(b",0,", b",1200,"))
    else:
        book = load_workbook(io.BytesIO(make_template(order)))
        book.save(path)
        with pytest.raises(ImportProblems) as caught:
            read_activity(path, product_of(category), category, factors)
        assert [one.kind for one in caught.value.problems] == ["output-missing", "nothing-filled"]
        fill_output(book)
        for row in rows_of(book, ACTIVITY_SHEET):
            row[AMOUNT].value = 100
        book.save(path)
        guide = [str(cell.value) for row in book[GUIDE_SHEET].iter_rows() for cell in row]
        assert any("已填好您上次导入时选的因子" in text for text in guide)
    amounts = read_activity(path, product_of(category), category, factors).amounts
    assert {one.line: one.factor for one in amounts} == {
        line.code: CHOSEN.get(line.code, line.default_factor) for line in category.lines
    }


def test_a_factor_chosen_before_that_is_no_longer_published_is_named_by_the_import(tmp_path: Path) -> None:
    order = TemplateOrder(CATHODE, FACTORS, "2025-01-01", "2025-12-31", chosen={"grid-electricity": "gone"})
    book = load_workbook(io.BytesIO(make_template(order)))
    fill_output(book)
    for row in rows_of(book, ACTIVITY_SHEET):
        row[AMOUNT].value = 100
    with pytest.raises(ImportProblems) as caught:
        take_in(tmp_path, book, CATHODE)
    assert {one.kind for one in caught.value.problems} == {"factor-unknown"}


def test_a_month_left_blank_on_a_used_line_is_warned_of(tmp_path: Path) -> None:
    book = open_template(CATHODE)
    fill_output(book)
    for row in rows_of(book, ACTIVITY_SHEET)[:11]:
        row[AMOUNT].value = 5
    (warning,) = take_in(tmp_path, book, CATHODE).warnings
    assert "covers 2025-12;" in warning.en and "电网电力：2025-12 没有记录" in warning.zh


def test_a_year_beside_its_months_is_warned_of(tmp_path: Path) -> None:
    book = open_template(CATHODE)
    fill_output(book)
    rows = rows_of(book, ACTIVITY_SHEET)[:12]
    for row in rows:
        row[AMOUNT].value = 5
    rows[0][FIELDS.index("end")].value = "2025-12-31"
    (warning,) = take_in(tmp_path, book, CATHODE).warnings
    assert "overlap" in warning.en and "重叠" in warning.zh


def test_gas_on_one_of_its_lines_only_is_warned_of(tmp_path: Path) -> None:
    category = CATEGORIES["ncm-precursor"]
    book = open_template(category, "period")
    fill_output(book)
    for row in rows_of(book, ACTIVITY_SHEET):
        if row[LINE].value.startswith("natural-gas-combustion"):
            row[AMOUNT].value = 5
    (warning,) = take_in(tmp_path, book, category).warnings
    assert "upstream is not" in warning.en and "没有填天然气上游" in warning.zh


def test_every_drop_down_points_at_a_list_and_offers_what_the_import_takes() -> None:
    book = open_template(CATHODE)
    lists, sheet = book[LISTS_SHEET], book[ACTIVITY_SHEET]
    assert lists.sheet_state == "hidden"
    seen = set()
    for choice in sheet.data_validations.dataValidation:
        if choice.type != "list":
            continue
        place = choice.formula1.partition("!")[2].replace("$", "")
        cells = [cell.value for (cell,) in lists[place]]
        assert all(cells), place
        seen |= set(cells)
    assert {"kWh", "万kWh", "t·km", f"electricity-cn-2024 {FACTORS['electricity-cn-2024'].name_zh}"} <= seen
    assert any(str(text).startswith("grid-electricity 电网电力") for text in seen)


def test_headers_stay_in_view_and_both_languages_explain() -> None:
    book = open_template(CATHODE)
    assert book[ACTIVITY_SHEET].freeze_panes == f"B{EARLIEST_ROW}"
    assert [cell.value for cell in book[ACTIVITY_SHEET][HEADER_ROW]][:2] == [
        "项目代码 Line code",
        "开始日期 Period start",
    ]
    texts = [str(cell.value) for row in book[GUIDE_SHEET].iter_rows() for cell in row if cell.value]
    assert any("怎么填" in text for text in texts) and any("--dry-run" in text for text in texts)
    assert any("客户另向生产方要数的材料（例如正极用的锂盐），由那家申报" in text for text in texts)
    assert all(any(line.code == text for text in texts) for line in CATHODE.lines)


def test_the_plain_form_as_it_comes_has_no_output(tmp_path: Path) -> None:
    path = tmp_path / "activity.csv"
    path.write_bytes(make_csv_template(TemplateOrder(CATHODE, FACTORS, "2025-01-01", "2025-12-31")))
    with pytest.raises(ImportProblems) as caught:
        read_activity(path, product_of(CATHODE), CATHODE, FACTORS)
    assert [problem.kind for problem in caught.value.problems] == ["output-zero"]


@pytest.mark.parametrize(
    ("period", "count", "first", "last"),
    [
        (("2025-01-01", "2025-12-31"), 12, "2025-01-31", "2025-12-01"),
        (("2024-07-15", "2025-02-10"), 8, "2024-07-31", "2025-02-01"),
        (("2025-03-05", "2025-03-05"), 1, "2025-03-05", "2025-03-05"),
    ],
)
def test_months_of_a_period_touch_without_overlap(
    period: tuple[str, str], count: int, first: str, last: str
) -> None:
    months = list_months(*period)
    assert (len(months), months[0][1].isoformat(), months[-1][0].isoformat()) == (count, first, last)
    assert all((b[0] - a[1]).days == 1 for a, b in pairwise(months))


CERTIFICATES = "绿证 Certificates"
GOOD = ["GEC-1", "国家可再生能源信息管理中心", 1000, "2025-12-20"]


@pytest.mark.parametrize(
    ("rows", "kinds"),
    [
        ([GOOD, GOOD], ["certificate-twice"]),
        ([GOOD, ["gec-1", *GOOD[1:]]], ["certificate-twice"]),
        ([[None, *GOOD[1:]]], ["text-empty"]),
        ([[*GOOD[:1], None, *GOOD[2:]]], ["text-empty"]),
        ([[*GOOD[:2], 0, GOOD[3]]], ["not-above-zero"]),
        ([[*GOOD[:2], -1, GOOD[3]]], ["amount-negative"]),
        ([[*GOOD[:3], "soon"]], ["period-unreadable"]),
        ([["x" * 401, *GOOD[1:]]], ["text-too-long"]),
    ],
)
def test_a_bad_certificate_is_named(tmp_path: Path, rows: list[list[Any]], kinds: list[str]) -> None:
    book = open_template(CATHODE, "period")
    fill_output(book)
    rows_of(book, ACTIVITY_SHEET)[0][AMOUNT].value = 1
    for number, row in enumerate(rows):
        for column, value in enumerate(row, start=1):
            book[CERTIFICATES].cell(EARLIEST_ROW + number, column).value = value
    with pytest.raises(ImportProblems) as caught:
        take_in(tmp_path, book, CATHODE)
    assert [(problem.sheet, problem.kind) for problem in caught.value.problems] == [
        (CERTIFICATES, kind) for kind in kinds
    ]


def test_certificates_come_with_the_activity_and_must_cover_what_they_are_for(tmp_path: Path) -> None:
    lines = tuple(
        replace(line, model="specific_supply") if line.code == "wind-electricity" else line
        for line in CATHODE.lines
    )
    category = replace(CATHODE, lines=lines)
    book = open_template(category, "period")
    fill_output(book)
    for column, value in enumerate(GOOD, start=1):
        book[CERTIFICATES].cell(EARLIEST_ROW, column).value = value
    (row,) = [row for row in rows_of(book, ACTIVITY_SHEET) if row[LINE].value.startswith("wind-electricity")]
    row[AMOUNT].value = 1000
    activity = take_in(tmp_path, book, category)
    assert [(one.serial, one.kwh, one.cancelled) for one in activity.certificates] == [
        ("GEC-1", 1000, "2025-12-20")
    ]
    assert activity.warnings == ()
    assert "GEC-1" not in repr(activity.certificates)
    cancelled = book[CERTIFICATES].cell(EARLIEST_ROW, len(GOOD))
    for day, count in (("2025-01-01", 0), ("2024-12-31", 1)):
        cancelled.value = day
        warnings = take_in(tmp_path, book, category).warnings
        assert len(warnings) == count
    assert warnings[0].en.startswith("certificates: 1 cancelled before the period began on 2025-01-01")
    assert "2025-01-01" in warnings[0].zh and "GEC-1" not in warnings[0].en
    cancelled.value = GOOD[3]
    row[AMOUNT].value = 1001
    assert "1001 kWh" in take_in(tmp_path, book, category).warnings[0].en
    row[AMOUNT].value = None
    rows_of(book, ACTIVITY_SHEET)[0][AMOUNT].value = 1
    assert "change nothing" in take_in(tmp_path, book, category).warnings[0].en


@pytest.mark.parametrize(("plant", "is_last"), [("江苏省 Jiangsu", True), ("四川省 Sichuan", False)])
def test_regional_electricity_of_another_place_is_not_offered_first(
    tmp_path: Path, plant: str, is_last: bool
) -> None:
    category = CATEGORIES["separator"]
    order = TemplateOrder(category, FACTORS, "2025-01-01", "2025-12-31", "period", plant)
    path = tmp_path / "t.xlsx"
    path.write_bytes(make_template(order))
    book = load_workbook(path)
    codes = [str(row[LINE].value).split()[0] for row in rows_of(book, ACTIVITY_SHEET) if row[LINE].value]
    assert (codes[-1] == "regional-grid-electricity") == is_last and codes[0] == "grid-electricity"
    guide = [str(cell.value) for row in book[GUIDE_SHEET].iter_rows() for cell in row]
    (said,) = [text for text in guide if "从电网买的电填“电网电力”" in text]
    assert ("您的工厂不在那里，不要填" in said) == is_last
    assert any(text.startswith("假设值，没有公开来源") for text in guide)
