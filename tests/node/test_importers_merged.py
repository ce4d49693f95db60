"""Merged cells of a workbook: what names a row holds for all of its rows, and an amount counts once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from node.importers.activity import ImportedActivity, make_activity, read_activity, read_sheets
from node.importers.problem import ImportProblems
from node.supplier.drafts import begin_draft, find_draft, mend_cell
from tests.node.test_importers_activity import CATEGORY, FACTORS, PRODUCT
from tests.node.village import SUPPLIES, Village

TITLES = ["项目", "月份", "用量", "单位"]
Rows = list[list[Any]]
Import = Callable[[Rows, Sequence[str]], ImportedActivity]


def write_merged(path: Path, rows: Rows, ranges: Sequence[str]) -> Path:
    book = Workbook()
    assert book.active is not None
    for row in rows:
        book.active.append(row)
    for one in ranges:
        book.active.merge_cells(one)
    book.save(path)
    return path


@pytest.fixture
def import_merged(tmp_path: Path) -> Import:
    def run(rows: Rows, ranges: Sequence[str]) -> ImportedActivity:
        path = write_merged(tmp_path / "台账.xlsx", rows, ranges)
        return read_activity(path, PRODUCT, CATEGORY, FACTORS)

    return run


def problems_of(run: Callable[[], object]) -> list[tuple[str, int, str]]:
    with pytest.raises(ImportProblems) as caught:
        run()
    return [(one.kind, one.row, one.column) for one in caught.value.problems]


def test_a_merged_month_item_and_unit_hold_for_each_of_their_rows(import_merged: Import) -> None:
    rows: Rows = [
        ["台账", None, None, None],
        TITLES,
        ["电网电力", "2025-01", 10, "kWh"],
        [None, "2025-02", 20, None],
        ["产量", None, 5, "kg"],
    ]
    ranges = ["A1:D1", "A3:A4", "D3:D4", "B4:B5"]
    records = import_merged(rows, ranges).records
    assert [(one.line, one.period_start, one.unit, one.row) for one in records] == [
        ("grid", "2025-01-01", "kWh", 3),
        ("grid", "2025-02-01", "kWh", 4),
        ("output", "2025-02-01", "kg", 5),
    ]
    assert problems_of(lambda: import_merged(rows, ranges[:2])) == [
        ("unit-empty", 4, "单位"),
        ("period-unreadable", 5, "月份"),
    ], "what is not merged is not filled"


def test_titles_that_are_merged_over_two_rows_are_no_row(import_merged: Import) -> None:
    ranges = ["A1:A2", "B1:B2", "C1:C2", "D1:D2"]
    for below in (None, "班组"):
        rows = [[*TITLES, "车间"], [*[None] * 4, below], ["产量", "2025-01", 5, "kg", "甲"]]
        assert len(import_merged(rows, ranges).records) == 1


@pytest.mark.parametrize("amount", [10, "1,000"])
def test_a_merged_amount_is_one_amount_and_asked_about_in_its_other_rows(
    import_merged: Import, amount: object
) -> None:
    rows = [TITLES, ["电网电力", "2025-01", amount, "kWh"], ["电网电力", "2025-02", None, "kWh"]]
    rows.append(["产量", "2025-01", 5, "kg"])
    assert problems_of(lambda: import_merged(rows, ["C2:C3"])) == [("amount-merged", 3, "用量")]
    assert problems_of(lambda: import_merged(rows, [])) == [("amount-empty", 3, "用量")]


def test_a_merged_amount_is_asked_about_where_months_or_items_are_columns(import_merged: Import) -> None:
    years = [["项目", "单位", "1月", "2月"], ["电网电力", "kWh", 10, None], ["产量", "kg", 5, 5]]
    assert problems_of(lambda: import_merged(years, ["C2:D2"])) == [("amount-merged", 2, "2月")]
    meters = [["月份", "用电量(kWh)", "产量(kg)"], ["1月", 10, 5], ["2月", None, 5], ["制表人", None, None]]
    assert problems_of(lambda: import_merged(meters, ["B2:B3", "A4:C4"])) == [
        ("amount-merged", 3, "用电量(kWh)")
    ]
    assert len(import_merged(meters, ["A4:C4"]).records) == 3


def test_a_month_of_two_rows_is_no_month_given_twice(import_merged: Import) -> None:
    meters = [["月份", "用电量(kWh)", "产量(kg)"], ["1月", 10, 5], [None, 11, 5]]
    records = import_merged(meters, ["A2:A3"]).records
    assert {one.period_start for one in records} == {"2025-01-01"} and len(records) == 4


def test_a_draft_keeps_what_is_merged_and_shows_the_sheet_as_it_was_given(
    village: Village, tmp_path: Path
) -> None:
    node = village.settle(SUPPLIES[0].name, "supplier")
    rows = [TITLES, ["产量", "一月", 5, "kg"], ["产量", None, 6, "kg"]]
    path = write_merged(tmp_path / "台账.xlsx", rows, ["B2:B3"])
    draft = begin_draft(node, "item-0", "台账.xlsx", path.read_bytes())
    mend_cell(node, draft, (0, 2, 1), "2025-03")
    kept = find_draft(node, "item-0")
    assert kept is not None and kept.sheets[0].rows[2].cells[1] is None, (
        "the sheet stands as its owner gave it"
    )
    assert kept.sheets[0].merged == read_sheets(path)[0].merged == {(3, 1): (2, 1)}


def test_a_covered_cell_that_was_mended_on_the_page_keeps_its_own_text(
    village: Village, tmp_path: Path
) -> None:
    node = village.settle(SUPPLIES[0].name, "supplier")
    rows = [TITLES, ["产量", "2025-01", 5, "kg"], ["产量", None, 6, "kg"], ["产量", None, 7, "kg"]]
    path = write_merged(tmp_path / "台账.xlsx", rows, ["B2:B4"])
    draft = begin_draft(node, "item-0", "台账.xlsx", path.read_bytes())
    mended = mend_cell(node, draft, (0, 3, 1), "2025-03")
    records = make_activity((mended.name, mended.sheets), PRODUCT, CATEGORY, FACTORS).records
    assert [one.period_start for one in records] == ["2025-01-01", "2025-03-01", "2025-01-01"]
