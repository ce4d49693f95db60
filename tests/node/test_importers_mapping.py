"""Sheets that people keep anyway: their columns are learned once, shown, and found again by title."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from node.importers.activity import ImportedActivity, read_activity, read_sheets
from node.importers.learning import Asked, CannotLearn, Proposal, learn_mapping
from node.importers.mapping import (
    Column,
    ColumnMapping,
    Series,
    encode_mapping,
    index_of,
    parse_mapping,
)
from node.importers.problem import ImportProblems
from node.importers.rows import make_rulebook
from node.importers.sum_words import is_sum
from node.language import Phrase
from tests.node.test_importers_activity import CATEGORY, FACTORS, PRODUCT

RULES = make_rulebook(PRODUCT, CATEGORY, FACTORS)
LONG = [
    ["2025 年能源台账", None, None, None, None],
    ["用能类别", "统计月份", "外购用量", "计量单位", "发票号"],
    ["外购动力电", "2025-01", 1200, "kWh", "E-1"],
    ["外购动力电", "2025-02", 1300, "kWh", "E-2"],
    ["产量", "2025-01", 10, "t", "P-1"],
    ["合计", None, 2500, None, None],
]
WIDE = [
    ["月份", "电", "天然气", "合格品"],
    *([f"2025-{month:02d}", 100 * month, 10 * month, 5] for month in range(1, 13)),
    ["合计", 7800, 780, 60],
]
SERIES = (("grid", "电", "kWh"), ("gas", "C", "m3"), ("output", "合格品", "t"))


def write(folder: Path, rows: list[list[Any]], title: str = "台账", extra: bool = False) -> Path:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = title
    for row in rows:
        sheet.append(row)
    if extra:
        book.create_sheet("说明").append(["随便", "写的"])
    path = folder / "ledger.xlsx"
    book.save(path)
    return path


def learn(path: Path, asked: Asked) -> Proposal:
    return learn_mapping(read_sheets(path), asked, RULES)


def take_in(path: Path, mapping: ColumnMapping) -> ImportedActivity:
    return read_activity(path, PRODUCT, CATEGORY, FACTORS, mapping)


def test_columns_are_proposed_by_their_titles_and_what_is_missing_is_named(tmp_path: Path) -> None:
    proposal = learn(write(tmp_path, LONG), Asked())
    assert proposal.mapping.header_row == 2
    assert {name: column.letter for name, column in proposal.mapping.columns.items()} == {
        "month": "B", "amount": "C", "unit": "D", "document": "E",
    }  # fmt: skip
    assert proposal.unused == (Column("A", "用能类别"),)
    assert proposal.missing == (Phrase("项目代码 Line code or 项目 Name", "项目代码 Line code，或项目 Name"),)


def test_a_sheet_is_read_by_what_was_learned_and_said(tmp_path: Path) -> None:
    path = write(tmp_path, LONG, extra=True)
    asked = Asked(columns={"name": "用能类别"}, lines={"外购动力电": "grid"})
    proposal = learn(path, asked)
    assert (proposal.missing, proposal.unknown, proposal.mapping.sheet) == ((), (), "台账")
    activity = take_in(path, parse_mapping(encode_mapping(proposal.mapping)))
    assert activity.amounts[0].amount == Fraction(2500, 10_000)
    assert [record.document for record in activity.records] == ["E-1", "E-2", "P-1"]
    assert any("rows of sums left out: 6" in warning.en for warning in activity.warnings)


def test_a_row_of_who_made_the_sheet_is_no_name_and_left_out(tmp_path: Path) -> None:
    path = write(tmp_path, [*LONG, ["制表：王工", None, "审核：李工"]])
    proposal = learn(path, Asked(columns={"name": "A"}, lines={"外购动力电": "grid"}))
    assert proposal.unknown == ()
    warnings = [one.zh for one in take_in(path, proposal.mapping).warnings]
    assert "制表、审核等落款行没有导入：第 7 行" in warnings and "合计行没有导入：第 6 行" in warnings


def test_names_that_are_no_line_are_listed_once(tmp_path: Path) -> None:
    proposal = learn(write(tmp_path, LONG), Asked(columns={"name": "A"}))
    assert proposal.unknown == ("外购动力电",)


def test_a_row_a_month_with_a_column_for_each_line_is_read(tmp_path: Path) -> None:
    path = write(tmp_path, WIDE)
    proposal = learn(path, Asked(series=SERIES))
    assert proposal.missing == ()
    activity = take_in(path, proposal.mapping)
    assert len(activity.records) == 36
    assert activity.output == 60_000
    assert activity.amounts[0].amount == Fraction(7800, 60_000)
    assert activity.amounts[1].amount == Fraction(780) * Fraction("35.544") / 60_000


def test_a_bad_cell_of_a_column_of_amounts_is_named_by_its_own_title(tmp_path: Path) -> None:
    rows = [list(row) for row in WIDE]
    rows[3][2] = "many"
    mapping = learn(write(tmp_path, WIDE), Asked(series=SERIES)).mapping
    with pytest.raises(ImportProblems) as caught:
        take_in(write(tmp_path, rows), mapping)
    (problem,) = caught.value.problems
    assert (problem.sheet, problem.row, problem.column, problem.kind) == (
        "台账",
        4,
        "天然气",
        "amount-unreadable",
    )


def test_what_holds_for_all_rows_needs_no_column(tmp_path: Path) -> None:
    rows = [["月份", "用量"], ["2025-01", 5], ["2025-02", 6]]
    proposal = learn(write(tmp_path, rows), Asked(constants={"line": "grid", "unit": "MWh"}))
    assert proposal.missing == ()
    with pytest.raises(ImportProblems) as caught:
        take_in(write(tmp_path, rows), proposal.mapping)
    assert [problem.kind for problem in caught.value.problems] == ["output-missing"]


def test_columns_that_moved_are_found_by_title_and_lost_ones_are_refused(tmp_path: Path) -> None:
    mapping = learn(write(tmp_path, WIDE), Asked(series=SERIES)).mapping
    moved = [[row[0], "x", *row[1:]] for row in WIDE]
    assert take_in(write(tmp_path, moved), mapping).output == 60_000
    lost = [["月份", "电费", "天然气", "合格品"], *WIDE[1:]]
    with pytest.raises(ImportProblems) as caught:
        take_in(write(tmp_path, lost), mapping)
    assert [problem.kind for problem in caught.value.problems] == ["mapping-titles"]


def test_a_sheet_that_is_gone_is_refused(tmp_path: Path) -> None:
    mapping = learn(write(tmp_path, WIDE, extra=True), Asked(series=SERIES)).mapping
    with pytest.raises(ImportProblems) as caught:
        take_in(write(tmp_path, WIDE, title="别的", extra=True), mapping)
    assert [problem.kind for problem in caught.value.problems] == ["mapping-sheet"]


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (Asked(columns={"colour": "A"}), "no field 'colour'"),
        (Asked(constants={"colour": "red"}), "no field 'colour'"),
        (Asked(columns={"name": "能耗"}), "no column '能耗'"),
        (Asked(columns={"name": "A1"}), "no column 'A1'"),
        (Asked(lines={"外购动力电": "steam"}), "no line 'steam'"),
        (Asked(series=(("steam", "C", "t"),)), "no line 'steam'"),
        (Asked(sheet="没有"), "no sheet '没有'"),
        (Asked(columns={"name": "A", "note": "A"}), "named for two things"),
    ],
)
def test_what_does_not_exist_cannot_be_learned(tmp_path: Path, asked: Asked, said: str) -> None:
    with pytest.raises(CannotLearn, match=said):
        learn(write(tmp_path, LONG), asked)


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        ("合计", True), ("合计（kWh）", True), ("Total", True), ("TOTAL 2025", True), ("total:", True),
        ("Totalenergies Gas", False), ("sumitomo", False), ("外购动力电", False), ("", False),
    ],
)  # fmt: skip
def test_a_row_of_sums_is_known_by_its_first_word(text: str, is_one: bool) -> None:
    assert is_sum(text, ("合计", "total", "sum")) is is_one


@pytest.mark.parametrize(("letter", "index"), [("A", 0), ("z", 25), ("AA", 26), ("BL", 63)])
def test_letters_are_columns(letter: str, index: int) -> None:
    assert index_of(letter) == index


TEXT = st.text(max_size=8)
COLUMN = st.builds(Column, st.sampled_from(["A", "B", "AB"]), TEXT)


@given(
    st.builds(
        ColumnMapping,
        category=TEXT,
        sheet=TEXT,
        header_row=st.integers(1, 30),
        columns=st.dictionaries(TEXT, COLUMN, max_size=3),
        constants=st.dictionaries(TEXT, TEXT, max_size=3),
        lines=st.dictionaries(TEXT, TEXT, max_size=3),
        series=st.lists(st.builds(Series, TEXT, COLUMN, TEXT), max_size=3).map(tuple),
        skip=st.lists(TEXT, max_size=3).map(tuple),
    )
)
def test_a_mapping_reads_back_as_it_was_saved(mapping: ColumnMapping) -> None:
    assert parse_mapping(encode_mapping(mapping)) == mapping
