"""A provider's own sheet of factors: its own headings, a title above them, and what is said of those not understood."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from method.factor import parse_factor
from method.factor_table import OPTIONAL_COLUMNS, encode_factor_row
from node.importers.factor_heads import read_heading
from node.importers.factor_names import TITLES
from node.importers.factors import read_any_factors
from node.importers.problem import ImportProblems
from tests.support.example import factor

MADE = parse_factor({**factor("steel", "2.5", "kg"), "biogenic": "0", "note": ""})
OWN = {
    "code": "物料编码", "name_zh": "物料名称", "name_en": "英文名称", "total": "排放系数（kgCO2e/单位）",
    "unit": "计量单位", "year": "数据年份", "region": "适用地区", "source": "数据出处", "note": "备注",
    "score_technology": "数据质量：技术", "score_time": "数据质量：时间", "score_geography": "地理代表性",
}  # fmt: skip


def rows_of(heads: dict[str, str], **cells: Any) -> list[list[Any]]:
    """A header and one row; a column without a head in `heads` has our title."""
    row: dict[str, Any] = encode_factor_row(MADE) | cells
    kept = [name for name in row if name not in OPTIONAL_COLUMNS or name in heads]
    return [[heads.get(name, TITLES[name].zh) for name in kept], [row[name] for name in kept]]


def write(folder: Path, *rows: Sequence[Any]) -> Path:
    book = openpyxl.Workbook()
    assert book.active is not None
    book.active.append([])
    for row in rows:
        book.active.append(row)
    book.save(folder / "factors.xlsx")
    return folder / "factors.xlsx"


def told(path: Path) -> list[str]:
    with pytest.raises(ImportProblems) as caught:
        read_any_factors(path)
    return [one.describe("zh") for one in caught.value.problems]


@pytest.mark.parametrize("title", [(), (["某院因子清单 2024"], [None, "编制：张三"])])
def test_a_sheet_with_headings_of_its_own_is_read_below_its_title(tmp_path: Path, title: Any) -> None:
    head, row = rows_of(OWN, year="2024年", unit="kgCO2e/kg")
    assert read_any_factors(write(tmp_path, *title, ["序号", *head], [1, *row])) == [MADE]


def test_a_header_of_another_sheet_is_found_behind_a_cover(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    assert book.active is not None
    book.active.append(["名称", "说明"])
    sheet = book.create_sheet("因子")
    for row in rows_of(OWN):
        sheet.append(row)
    book.save(tmp_path / "factors.xlsx")
    assert read_any_factors(tmp_path / "factors.xlsx") == [MADE]


def test_a_problem_names_the_sheet_where_it_is(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    assert book.active is not None
    book.active.append(["名称", "说明"])
    book.create_sheet("外购材料")
    head, row = rows_of(OWN | {"grade": "级别"}, unit="磅")
    for cells in (head, row):
        book["外购材料"].append(cells)
    book.save(tmp_path / "factors.xlsx")
    found = told(tmp_path / "factors.xlsx")
    assert len(found) == 3 and all("factors.xlsx，工作表 外购材料，第 " in one for one in found), found


def test_what_is_not_understood_is_named_with_what_is_wanted_and_cells_are_checked(tmp_path: Path) -> None:
    head = ["序号", "物料名称", "排放系数（kgCO2e/单位）", "计量单位", "年份", "地区", "来源", "批次"]
    missing, unknown, unit = told(write(tmp_path, head, [1, "钢", "2", "磅", "2024", "CN", "报告", "A"]))
    assert "：缺少这几列：“代码”、“版本”、“英文名称”" in missing and "应为" not in missing
    assert "各列可填的值也在那里" in missing and "“数值”" not in missing and "备注" not in missing
    assert "“批次”列" in unknown and "所缺的列名之一" in unknown
    assert "第 3 行，“计量单位”列" in unit


def test_a_title_too_many_is_told_what_else_there_is(tmp_path: Path) -> None:
    (unknown,) = told(write(tmp_path, *([*row, "A"] for row in rows_of(OWN))))
    assert "“A”列：发现认不出的列名；应为“其中生物源”、" in unknown


def test_a_file_that_is_no_table_is_told_what_was_read_and_what_is_wanted(tmp_path: Path) -> None:
    (problem,) = told(write(tmp_path, ["物料", "重量"], ["钢", "1"]))
    assert "第一行是'物料'、'重量'" in problem and "“代码”、“版本”" in problem


@pytest.mark.parametrize(
    "head", ["排放系数（tCO2e/t）", "排放系数 gCO2e/kWh", "排放因子（吨/吨）", "排放系数(g/kWh)"]
)
def test_values_in_another_mass_are_never_taken_as_kilograms(tmp_path: Path, head: str) -> None:
    (problem,) = told(write(tmp_path, *rows_of(OWN | {"total": head})))
    assert "没有写明数值以 kgCO₂e 计" in problem


def test_the_unit_in_the_title_of_the_values_is_held_against_the_rows(tmp_path: Path) -> None:
    (problem,) = told(write(tmp_path, *rows_of(OWN | {"total": "排放系数（kgCO2e/t）"})))
    assert "发现'kg'；应为t（数值那一列的列名这样写）" in problem
    head, row = rows_of(OWN | {"total": "碳足迹因子 (kg CO2e/千克)"})
    place = head.index("计量单位")
    assert read_any_factors(
        write(tmp_path, head[:place] + head[place + 1 :], row[:place] + row[place + 1 :])
    ) == [MADE]


@pytest.mark.parametrize("unit", ["kgCO2e/kg", "kg CO₂e / kg", "kgCO2-eq per kg", "公斤CO2当量/公斤"])
def test_of_emissions_per_unit_the_unit_is_what_stands_behind(tmp_path: Path, unit: str) -> None:
    assert read_any_factors(write(tmp_path, *rows_of(OWN, unit=unit))) == [MADE]


@pytest.mark.parametrize("unit", ["tCO2e/kg", "g CO2/kg", "吨CO2e/kg"])
def test_a_unit_of_emissions_in_another_mass_is_refused(tmp_path: Path, unit: str) -> None:
    (problem,) = told(write(tmp_path, *rows_of(OWN, unit=unit)))
    assert "不是以 kgCO₂e 计" in problem


def test_the_name_in_another_language_is_not_guessed() -> None:
    assert read_heading("名称（英文）") == "name_en" and read_heading("名称（中文）") == "name_zh"
    assert read_heading("名称（俄文）") == "" and read_heading("* 物料名称") == "name_zh"


@pytest.mark.parametrize(
    ("boundary", "code"),
    [
        ("摇篮到大门", "cradle_to_gate"),
        ("从摇篮至大门", "cradle_to_gate"),
        ("摇篮到坟墓", "life_cycle"),
        ("Cradle-to-grave", "life_cycle"),
        ("大门到大门", "gate_to_gate"),
    ],
)
def test_cells_are_read_as_providers_write_them(tmp_path: Path, boundary: str, code: str) -> None:
    cells = {"code": "Steel-AL", "system_boundary": boundary, "unit": "kgCO2e/(t·km)", "region": "全国"}
    (found,) = read_any_factors(write(tmp_path, *rows_of(OWN, **cells)))
    assert (found.code, found.system_boundary, found.unit, found.region) == ("steel-al", code, "t*km", "CN")


@pytest.mark.parametrize(
    "head",
    ["GWP版本", "GWP", "GWP 来源", "GWP年份", "全球变暖潜势版本", "全球变暖潜势（IPCC）", "GWP version"],
)
def test_the_potentials_that_gases_were_weighed_by_are_no_version(tmp_path: Path, head: str) -> None:
    names = OWN | {"version": "版本号", "gwp_set": head, "status": "数据性质"}
    cells = {"gwp_set": "IPCC AR6", "status": "公开发布"}
    (found,) = read_any_factors(write(tmp_path, *rows_of(names, **cells)))
    assert (found.version, found.gwp_set, found.status) == (1, "AR6", "published")


def test_a_value_of_emissions_is_no_set_of_potentials() -> None:
    assert read_heading("GWP（kgCO2e/kg）") == "" and read_heading("GWP (100a)") == "gwp_set"


def test_of_two_columns_of_one_meaning_both_are_named_and_the_first_is_read(tmp_path: Path) -> None:
    head, row = rows_of(OWN | {"version": "版本号", "unit": "单位"})
    (twice,) = told(write(tmp_path, [*head, "ABC版本", "计量单位"], [*row, "second", None]))[:-1]
    assert "“ABC版本”列：发现第二个表示“版本”的列；应为只有一列，而'版本号'已是这一列" in twice
    assert "读取的是'版本号'列的值，不是这一列的" in twice
    place = head.index("单位")
    wrong = [*row[:place], "磅", *row[place + 1 :]]
    *_, last = told(write(tmp_path, [*head, "ABC版本"], [*wrong, "second"]))
    assert "“单位”列：发现'磅'" in last


def test_where_a_column_is_missing_rows_are_not_held_against_the_versions_before(tmp_path: Path) -> None:
    head, row = rows_of(OWN)
    place = head.index("数据出处")
    path = write(tmp_path, head[:place] + head[place + 1 :], row[:place] + row[place + 1 :])
    with pytest.raises(ImportProblems) as caught:
        read_any_factors(path, judge=lambda *_: [("version", "factor-version", {})])
    assert [one.kind for one in caught.value.problems] == ["factor-columns-missing"]


def test_a_closed_list_is_told_once_for_all_rows(tmp_path: Path) -> None:
    head, row = rows_of(OWN, grade="no grade")
    again = ["second" if cell == "steel" else cell for cell in row]
    first, second = told(write(tmp_path, head, row, again))
    assert "国内文献（literature_cn）" in first and "literature_cn" not in second
    assert "应为前面为这一列列出的值之一" in second
