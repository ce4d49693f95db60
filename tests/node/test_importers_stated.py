"""Rows that state a form or a way: heat by enthalpy or temperature, gas on the higher value, journeys."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from node.importers.activity import ImportedActivity, read_activity
from node.importers.problem import ImportProblems
from node.supplier.activities import encode_record
from tests.node.test_importers_activity import CATEGORY, FACTORS, PRODUCT, make_factor

HEAT = replace(CATEGORY.lines[1], code="heat", kind="heat", accepts=("heat",), default_factor="heat")
HEATED = replace(CATEGORY, lines=(*CATEGORY.lines, HEAT))
HEADER = ["项目", "月份", "用量", "单位", "起运地", "目的地", "凭证"]


def run(folder: Path, *rows: list[Any]) -> ImportedActivity:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (HEADER, ["output", "2025-01", 1, "t"], *rows):
        sheet.append(row)
    book.save(folder / "activity.xlsx")
    return read_activity(
        folder / "activity.xlsx", PRODUCT, HEATED, {**FACTORS, "heat": make_factor("heat", "MJ")}
    )


def refused(folder: Path, *rows: list[Any]) -> str:
    with pytest.raises(ImportProblems) as caught:
        run(folder, *rows)
    return " ".join(
        problem.describe(language) for problem in caught.value.problems for language in ("en", "zh")
    )


@pytest.mark.parametrize(
    ("line", "amount", "unit", "expected_mj"),
    [
        # NDRC guidelines, bought heat: mass x (enthalpy - 83.74); mass x (temperature - 20) x 4.1868.
        ("heat", 1, "t 蒸汽 2783.74 kJ/kg", "2700"),
        ("heat", 1000, "kg steam 2783.74 kJ/kg", "2700"),
        ("heat", 1, "吨热水 70 ℃", "209.34"),
        # IPCC 2006, volume 2, 1.4.1.2: lower is 90 % of higher for gas.
        ("gas", 100, "MJ HHV", "90"),
        ("gas", 1, "GJ（高位）", "900"),
    ],
)
def test_a_unit_may_state_its_form(
    tmp_path: Path, line: str, amount: int, unit: str, expected_mj: str
) -> None:
    activity = run(tmp_path, [line, "2025-01", amount, unit])
    found = {one.line: one.amount for one in activity.amounts}
    assert found[line] * 1000 == Fraction(expected_mj)
    assert activity.records[-1].note


@pytest.mark.parametrize("unit", ["t", "t 蒸汽", "t steam 50 kJ/kg", "t 热水 10 ℃", "MWh steam 2700 kJ/kg"])
def test_steam_without_its_state_is_refused(tmp_path: Path, unit: str) -> None:
    assert "expected" in refused(tmp_path, ["heat", "2025-01", 1, unit])


def test_a_journey_is_kept_with_its_record(tmp_path: Path) -> None:
    activity = run(
        tmp_path, ["road", "2025-01", 1, "tkm", "宜春", "宁德", "WB-1"], ["grid", "2025-01", 1, "kWh"]
    )
    road, power = activity.records[1:]
    assert road.route == "宜春 → 宁德"
    assert encode_record(road)["route"] == road.route
    assert "route" not in encode_record(power)


def test_two_journeys_on_one_waybill_are_two_records(tmp_path: Path) -> None:
    row = ["road", "2025-01", 1, "tkm", "宜春", "宁德", "WB-1"]
    assert len(run(tmp_path, row, [*row[:5], "上海", "WB-1"]).records) == 3
    assert "same record" in refused(tmp_path, row, row)


@pytest.mark.parametrize(
    ("row", "told"),
    [
        (["road", "2025-01", 1, "tkm", "宜春", None, "WB-1"], ("both, or neither", "补上另一头")),
        (["road", "2025-01", 1, "tkm", "宜春", "宁德"], ("without its waybill", "没有运单号")),
        (["grid", "2025-01", 1, "kWh", "宜春", "宁德", "WB-1"], ("a transport line", "运输类项目")),
    ],
)
def test_half_a_journey_is_refused(tmp_path: Path, row: list[Any], told: tuple[str, str]) -> None:
    found = refused(tmp_path, row)
    assert all(words in found for words in told)
