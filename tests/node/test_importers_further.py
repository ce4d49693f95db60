"""The template's further sheets: what they add to an import, and each thing that can be wrong on them."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from method.category import Category
from node.importers.activity import ImportedActivity
from node.importers.coproducts import OWN
from node.importers.problem import ImportProblems
from node.importers.recycling import list_materials
from node.importers.tables import (
    ACTIVITY_SHEET,
    CIRCULAR_SHEET,
    COPRODUCTS_SHEET,
    CUTOFF_SHEET,
)
from node.importers.template import FIELDS
from node.importers.template_style import EARLIEST_ROW
from tests.node.test_importers_template import (
    CATEGORIES,
    fill_output,
    open_template,
    rows_of,
    set_cell,
    take_in,
)

GRAPHITE = CATEGORIES["graphite-anode"]
ENCLOSURE = CATEGORIES["pack-enclosure"]
END = CATEGORIES["pack-end-of-life-ncm"]
Rows = list[list[Any]]


def filled(
    category: Category, amounts: dict[str, float], sheet: str = "", rows: Rows | None = None
) -> Workbook:
    """A template with totals of the year by line, an output of 100, and rows of one further sheet."""
    book = open_template(category, "period")
    fill_output(book)
    for row in rows_of(book, ACTIVITY_SHEET):
        row[FIELDS.index("amount")].value = amounts.get(str(row[0].value).split()[0])
    for number, cells in enumerate(rows or []):
        for column, value in enumerate(cells, start=1):
            book[sheet].cell(EARLIEST_ROW + number, column).value = value
    return book


def amounts_of(activity: ImportedActivity) -> dict[str, Fraction]:
    return {amount.line: amount.amount * 100 for amount in activity.amounts if amount.amount}


def kinds(folder: Path, book: Workbook, category: Category) -> list[tuple[str, int, str]]:
    with pytest.raises(ImportProblems) as caught:
        take_in(folder, book, category)
    return [(problem.sheet, problem.row, problem.kind) for problem in caught.value.problems]


# --- co-products -----------------------------------------------------------------------------------

USED = {"grid-electricity": 1000.0, "needle-coke": 50.0}
TWO = [[OWN, 80, "t", 9000], ["粉料 Fines", 20_000, "kg", 6]]


def test_co_products_of_like_price_share_by_mass(tmp_path: Path) -> None:
    activity = take_in(tmp_path, filled(GRAPHITE, USED, COPRODUCTS_SHEET, TWO), GRAPHITE)
    assert amounts_of(activity) == {"grid-electricity": 800, "needle-coke": 40}
    assert any("0.8" in warning.en and "by mass" in warning.en for warning in activity.warnings)


def test_prices_more_than_fourfold_apart_share_by_value(tmp_path: Path) -> None:
    rows = [TWO[0], ["粉料 Fines", 20, "t", 1000]]
    activity = take_in(tmp_path, filled(GRAPHITE, USED, COPRODUCTS_SHEET, rows), GRAPHITE)
    assert amounts_of(activity)["grid-electricity"] == 1000 * Fraction(720, 740)


def test_energy_shares_where_it_is_asked_for(tmp_path: Path) -> None:
    rows = [[OWN, 80, "t", 9000, 30, "能量 energy"], ["焦油 Tar", 20, "t", 6000, 40]]
    activity = take_in(tmp_path, filled(GRAPHITE, USED, COPRODUCTS_SHEET, rows), GRAPHITE)
    assert amounts_of(activity)["grid-electricity"] == 1000 * Fraction(2400, 3200)


def test_a_share_of_its_own_comes_before_the_sheets(tmp_path: Path) -> None:
    book = filled(GRAPHITE, USED, COPRODUCTS_SHEET, TWO)
    (row,) = [
        row for row in rows_of(book, ACTIVITY_SHEET) if str(row[0].value).startswith("grid-electricity")
    ]
    set_cell(book, row[0].row, "share", 1)
    assert amounts_of(take_in(tmp_path, book, GRAPHITE)) == {"grid-electricity": 1000, "needle-coke": 40}


@pytest.mark.parametrize(
    ("rows", "row", "kind"),
    [
        ([[None], ["粉料", 20, "t", 6000]], 3, "own-product-missing"),
        ([TWO[0], ["粉料", 20, "t", None]], 5, "amount-empty"),
        ([TWO[0], ["粉料", None, "t", 6]], 5, "output-empty"),
        ([TWO[0], ["粉料", -1, "t", 6]], 5, "amount-negative"),
        ([TWO[0], ["粉料", 20, "kWh", 6]], 5, "unit-no-mass"),
        ([TWO[0], ["粉料", 20, None, 6]], 5, "unit-empty"),
        ([TWO[0], [None, 20, "t", 6]], 5, "text-empty"),
        ([TWO[0], ["粉料", 20, "t", 6, None, "by taste"]], 5, "basis-unknown"),
        ([TWO[0], ["粉料", 20, "t", 6], ["粉料", 2, "t", 6]], 6, "product-twice"),
        ([[OWN, 80, "t", 0], TWO[1]], 4, "not-above-zero"),
        ([[OWN, 0, "t", 9000], TWO[1]], 4, "not-above-zero"),
        ([[OWN, 80, "t", 9000, 30, "能量"], ["粉料", 20, "t", 6000]], 5, "not-above-zero"),
    ],
)
def test_co_products_that_make_no_share_are_named(tmp_path: Path, rows: Rows, row: int, kind: str) -> None:
    book = filled(GRAPHITE, USED, COPRODUCTS_SHEET, rows)
    assert kinds(tmp_path, book, GRAPHITE) == [(COPRODUCTS_SHEET, row, kind)]


# --- cut-offs --------------------------------------------------------------------------------------

SMALL = ["脱模剂 Release agent", 900, "g", 100_000, "不到 1 %"]


def test_a_cut_off_goes_to_the_retained_line_with_the_highest_factor(tmp_path: Path) -> None:
    book = filled(ENCLOSURE, {"aluminium-primary": 50, "steel": 40}, CUTOFF_SHEET, [SMALL])
    activity = take_in(tmp_path, book, ENCLOSURE)
    assert amounts_of(activity) == {"aluminium-primary": Fraction("50.9"), "steel": 40}
    (record,) = [record for record in activity.records if record.sheet == CUTOFF_SHEET]
    assert (record.line, record.unit, record.row) == ("aluminium-primary", "kg", EARLIEST_ROW)
    assert "不到 1 %" in record.note
    assert any("cut-off: 0.9 kg" in warning.en for warning in activity.warnings)


@pytest.mark.parametrize(
    ("amounts", "row", "kind"),
    [
        ({"steel": 40}, [SMALL[0], 1000, *SMALL[2:]], "cutoff-too-much"),
        ({"grid-electricity": 5}, SMALL, "cutoff-no-heir"),
        ({"steel": 40}, ["aluminium-primary", *SMALL[1:]], "cutoff-understates"),
        ({"steel": 40}, [None, *SMALL[1:]], "text-empty"),
        ({"steel": 40}, [*SMALL[:4], None], "text-empty"),
        ({"steel": 40}, [*SMALL[:2], "L", *SMALL[3:]], "unit-no-mass"),
        ({"steel": 40}, [SMALL[0], 0, *SMALL[2:]], "not-above-zero"),
        ({"steel": 40}, [*SMALL[:3], "heavy", SMALL[4]], "amount-unreadable"),
    ],
)
def test_a_cut_off_that_may_not_be_is_named(
    tmp_path: Path, amounts: dict[str, float], row: list[Any], kind: str
) -> None:
    book = filled(ENCLOSURE, amounts, CUTOFF_SHEET, [row])
    assert kinds(tmp_path, book, ENCLOSURE) == [(CUTOFF_SHEET, EARLIEST_ROW, kind)]


# --- recycling -------------------------------------------------------------------------------------


def test_masses_and_shares_become_the_circular_lines(tmp_path: Path) -> None:
    rows = [
        ["镍", 51.2, None, 0.855, None, "RM-1"],
        ["cobalt 钴", 17, None, 0.855, 0.1],
        ["其他 other", 300],
    ]
    activity = take_in(tmp_path, filled(END, {}, CIRCULAR_SHEET, rows), END)
    per_pack = {amount.line: amount.amount for amount in activity.amounts if amount.amount}
    assert per_pack == {
        "nickel-recycling": Fraction("43.776"),
        "nickel-avoided": Fraction("43.776"),
        "cobalt-recycling": Fraction("14.535"),
        "cobalt-avoided": Fraction("14.535"),
        "energy-recovery": Fraction("1.7"),
        "disposal": Fraction("7.424") + Fraction("0.765") + 300,
    }
    assert activity.records[0].document == "" and any(
        record.document == "RM-1" for record in activity.records
    )


def test_recycled_content_becomes_both_lines_of_it(tmp_path: Path) -> None:
    book = filled(ENCLOSURE, {"steel": 40}, CIRCULAR_SHEET, [["recycled-content", 1, 0.566]])
    activity = take_in(tmp_path, book, ENCLOSURE)
    assert {record.line: record.amount for record in activity.records if record.sheet == CIRCULAR_SHEET} == {
        "recycled-content-virgin": Fraction("56.6"),
        "recycled-content-recycled": Fraction("56.6"),
    }


@pytest.mark.parametrize(
    ("row", "kind"),
    [
        (["nickel", 51.2, None, 0.6, 0.5], "recovery-above-one"),
        (["nickel", 51.2, None, 1.1], "share-of-material"),
        (["nickel", 51.2, 1.2], "recycled-above-one"),
        (["nickel", 51.2, None, "most"], "share-of-material"),
        (["nickel", 51.2, 0.5], "no-circular-line"),
        (["unobtainium", 51.2, None, 0.5], "material-unknown"),
        (["nickel", None, None, 0.5], "amount-empty"),
        (["nickel", 0, None, 0.5], "not-above-zero"),
    ],
)
def test_a_recycling_claim_that_cannot_be_is_named(tmp_path: Path, row: list[Any], kind: str) -> None:
    book = filled(END, {}, CIRCULAR_SHEET, [row])
    found = kinds(tmp_path, book, END)
    assert (CIRCULAR_SHEET, EARLIEST_ROW, kind) in found
    assert all(sheet in (CIRCULAR_SHEET, ACTIVITY_SHEET) for sheet, _, _ in found)


def test_more_recycled_content_than_product_is_refused_whatever_the_sheet(tmp_path: Path) -> None:
    lines = {"recycled-content-virgin": 100.1, "recycled-content-recycled": 100.1}
    assert kinds(tmp_path, filled(ENCLOSURE, lines), ENCLOSURE) == [("", 0, "recycled-above-product")]
    lines = dict.fromkeys(lines, 100.0)
    assert amounts_of(take_in(tmp_path, filled(ENCLOSURE, lines), ENCLOSURE)) == lines


def test_a_credit_for_more_than_is_recycled_is_refused(tmp_path: Path) -> None:
    lines = {"nickel-recycling": 10.0, "nickel-avoided": 10.5}
    assert kinds(tmp_path, filled(END, lines), END) == [("", 0, "credit-above-recycled")]


def test_more_ended_than_a_product_by_mass_weighs_is_refused(tmp_path: Path) -> None:
    category = replace(END, declared_unit="kg")
    lines = {"nickel-recycling": 60.0, "disposal": 50.0}
    assert kinds(tmp_path, filled(category, lines), category) == [("", 0, "recovery-above-product")]


def test_only_categories_with_circular_lines_have_the_sheet() -> None:
    assert list_materials(GRAPHITE) == ()
    assert CIRCULAR_SHEET not in open_template(GRAPHITE).sheetnames
    assert {"nickel 镍", "aluminium 铝", "其他 other"} <= set(list_materials(END))
    assert CIRCULAR_SHEET in open_template(END).sheetnames
