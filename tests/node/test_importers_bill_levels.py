"""A bill of materials with levels, as a PLM exports its structure."""

from __future__ import annotations

import pytest

from node.importers.bill import ReadBill, read_bills

PLM = """{title},物料编码,物料描述,用量,单位
0,P-100,电池包总成,1,件
1,M-1,模组,4,件
2,C-1,电芯,24,kg
3,K-1,正极材料,0.4,kg
3,K-2,铜箔,100,g
2,S-1,螺栓,8,件
1,H-1,壳体,80,kg
"""


def read(title: str = "层级", text: str = PLM, **how: bool) -> ReadBill:
    (bill,) = read_bills("bom.csv", text.format(title=title).encode(), **how)
    return bill


@pytest.mark.parametrize("title", ["层级", "BOM层级", "Level", "层级 Level", "级别"])
def test_a_row_is_part_of_the_nearest_row_above_it_of_a_lower_level(title: str) -> None:
    bill = read(title)
    assert bill.has_levels and bill.unread == () and bill.whole == "电池包总成"
    parts = {row["item"]: row["part_of"] for row in bill.rows}
    # What is counted has no mass that could be part of another.
    assert {row["item"]: row.get("above") for row in bill.rows if row.get("above")} == {
        "m-1": "pack",
        "s-1": "m-1",
    }
    assert parts == {"m-1": "", "c-1": "m-1", "k-1": "c-1", "k-2": "c-1", "s-1": "", "h-1": "pack"}
    assert [row["quantity"] for row in bill.rows] == ["4", "24", "0.4", "100", "8", "80"]


def test_quantities_per_assembly_are_multiplied_up_to_the_pack() -> None:
    bill = read(per_assembly=True)
    assert {row["item"]: row["quantity"] for row in bill.rows} == {
        "m-1": "4", "c-1": "96", "k-1": "38.4", "k-2": "9600", "s-1": "32", "h-1": "80",
    }  # fmt: skip


def test_what_is_below_a_quantity_that_cannot_be_read_is_left_to_be_mended() -> None:
    bill = read(text=PLM.replace("模组,4", "模组,四"), per_assembly=True)
    assert {row["item"]: row["quantity"] for row in bill.rows} == {
        "m-1": "四", "c-1": "24 × ?", "k-1": "0.4 × ?", "k-2": "100 × ?", "s-1": "8 × ?", "h-1": "80",
    }  # fmt: skip


def test_levels_with_dots_and_without_the_pack_itself() -> None:
    text = "level,name,qty,unit\n.1,cell,200,kg\n..2,cathode,70,kg\n.1,lid,5,kg\n,note,1,kg\n.1,tray,9,kg\n"
    bill = read(text=text)
    assert bill.whole == ""
    assert [(row["name"], row["part_of"]) for row in bill.rows] == [
        ("cell", "pack"), ("cathode", "cell"), ("lid", "pack"), ("note", ""), ("tray", "pack"),
    ]  # fmt: skip


def test_a_first_row_that_is_no_pack_stays() -> None:
    text = "层级,物料描述,用量,单位\n1,{name},1,件\n2,电芯,200,kg\n"
    assert [row["part_of"] for row in read(text=text.replace("{name}", "电池包总成")).rows] == ["pack"]
    assert [row["part_of"] for row in read(text=text.replace("{name}", "模组")).rows] == ["", "模组"]


def test_what_a_row_says_itself_counts_before_its_level() -> None:
    text = "层级,物料,上级,用量,单位\n1,cell,pack,200,kg\n2,cathode,,70,kg\n2,lid,pack,5,kg\n"
    assert [row["part_of"] for row in read(text=text).rows] == ["pack", "cell", "pack"]


def test_without_a_column_of_levels_nothing_is_multiplied() -> None:
    text = "物料,上级,用量,单位\ncell,pack,200,kg\ncathode,cell,70,kg\n"
    bill = read(text=text, per_assembly=True)
    assert [row["quantity"] for row in bill.rows] == ["200", "70"] and not bill.has_levels


def test_a_column_of_that_name_without_a_level_is_one_that_was_not_understood() -> None:
    bill = read(text="层级,物料,用量,单位\n甲,cell,200,kg\n乙,lid,5,kg\n", per_assembly=True)
    assert not bill.has_levels and bill.unread == ("层级",)
    assert [row["quantity"] for row in bill.rows] == ["200", "5"]
