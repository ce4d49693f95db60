"""A bill of materials as PLM and ERP systems write it: what is understood, and what is left out."""

from __future__ import annotations

import io

import pytest
from openpyxl import load_workbook

from node.importers.bill import BILL, read_bills
from node.importers.bill_foot import say_foot
from node.importers.bill_sheet import BILL_SHEET, make_blank_bill


@pytest.mark.parametrize(
    "foot",
    [
        "合计行数,17,",
        "合计,,",
        "总计,120,kg",
        "共 17 项,,",
        "共17行,17,",
        "总行数,17,",
        "Total rows,17,",
        "Total,,",
    ],
)
def test_a_row_of_sums_below_the_rows_is_no_material(foot: str) -> None:
    (bill,) = read_bills("bom.csv", f"物料名称,用量,单位\n粉料,120,kg\n总成,9,kg\n{foot}\n".encode())
    assert [row["name"] for row in bill.rows] == ["粉料", "总成"] and bill.sums == (4,)


@pytest.mark.parametrize("foot", ["制表：王工,审核：李工,", "编制:,王工,"])
def test_a_row_of_who_made_the_bill_is_no_material_and_said(foot: str) -> None:
    text = f"物料名称,用量,单位\n粉料,120,kg\n合计,120,kg\n{foot}\n"
    (bill,) = read_bills("bom.csv", text.encode())
    assert len(bill.rows) == 1 and (bill.sums, bill.sign_offs) == ((3,), (4,))
    assert [one.zh for one in say_foot(bill.sums, bill.sign_offs)] == [
        "合计行没有导入：第 3 行。",
        "制表、审核等落款行没有导入：第 4 行。",
    ]


def test_what_names_a_supplier_or_a_product_is_a_material_whatever_its_name() -> None:
    text = "物料名称,用量,供应商,产品\nTotal seal,1,甲公司,\n合计,2,,p\nTotals,3,,\n"
    (bill,) = read_bills("bom.csv", text.encode())
    assert len(bill.rows) == 3 and bill.sums == ()


@pytest.mark.parametrize(
    "field,title",
    [
        ("quantity", "单机用量"),
        ("quantity", "单位用量"),
        ("quantity", "单耗"),
        ("quantity", "单台数量"),
        ("quantity", "Usage"),
        ("item", "料号"),
        ("item", "子件编码"),
        ("name", "材料名称"),
        ("name", "零部件名称"),
        ("name", "品名规格"),
        ("name", "规格型号描述"),
        ("legal_entity", "供应商简称"),
        ("legal_entity", "厂家"),
        ("part_of", "父件编码"),
        ("unit", "用量单位"),
    ],
)
def test_the_usual_headers_are_understood(field: str, title: str) -> None:
    (bill,) = read_bills("bom.csv", f"{title},阶段,产品\n7,production,p\n".encode())
    assert bill.rows[0][field] == "7" and bill.unread == ()


def test_a_column_that_is_not_understood_is_named_with_the_titles_that_would_be() -> None:
    data = "图号,物料,用量,单台用量,空列,序 号\n1,lid,2,3,,1\n2,screw,4,5,,2\n".encode()
    (bill,) = read_bills("bom.csv", data)
    assert [row["quantity"] for row in bill.rows] == ["2", "4"]
    # An empty column loses nothing; a second one of the same meaning does.
    assert bill.unread == ("图号", "单台用量", "序 号")
    assert BILL.titles["part_of"] in bill.free and BILL.titles["quantity"] not in bill.free


def test_the_empty_sheet_has_an_example_that_is_not_taken_over_and_explains_every_column() -> None:
    (bill,) = read_bills("blank.xlsx", make_blank_bill())
    assert (bill.rows, bill.unread, bill.free) == ((), (), ())
    book, sink = load_workbook(io.BytesIO(make_blank_bill())), io.BytesIO()
    sheet, guide = book[BILL_SHEET], book.worksheets[1]
    titles = [cell.value for cell in sheet[1]]
    explained = {row[0]: row[1:3] for row in guide.iter_rows(min_row=2, values_only=True) if row[0]}
    assert sorted(titles) == sorted(explained) == sorted(BILL.titles.values())
    assert all(all(texts) for texts in explained.values())
    # Written over, the example row is one like any other.
    sheet.cell(2, titles.index(BILL.titles["quantity"]) + 1, 7)
    book.save(sink)
    (bill,) = read_bills("bill.xlsx", sink.getvalue())
    assert [row["quantity"] for row in bill.rows] == ["7"]


@pytest.mark.parametrize(("written", "unit"), [("KG", "kg"), ("G", "g"), ("PCS", "piece"), ("箱", "箱")])
def test_units_in_capitals_are_understood(written: str, unit: str) -> None:
    (bill,) = read_bills("bom.csv", f"物料,数量,单位\nlid,2,{written}\n".encode())
    assert bill.rows[0]["unit"] == unit


@pytest.mark.parametrize(
    ("head", "model"),
    [
        ("型号：XYZ-100", "XYZ-100"), ("产品型号 XYZ", "XYZ"), ("Model: XYZ", "XYZ"), ("Model XYZ-1", "XYZ-1"),
        ("型号,XYZ-100", "XYZ-100"), ("产品型号：,,,XYZ-100", "XYZ-100"), ("BOM 型号:XYZ-100 版本:A", "XYZ-100"),
        ("电池包物料清单（型号：XYZ-100）", "XYZ-100"), ("产品名称：电池包 产品型号：XYZ-100", "XYZ-100"),
        ("型号/Model：XYZ-100", "XYZ-100"), ("Model No.: XYZ-100", "XYZ-100"), ("型号：XYZ-100；版本 A02", "XYZ-100"),
        ("产品型号\nXYZ-100", "XYZ-100"), ("产品型号,版本\nXYZ-100,A02", "XYZ-100"), ("型号：XYZ 100 Ah", "XYZ 100 Ah"),
        ("产品名称,动力电池包,型号,XYZ-100", "XYZ-100"), ("电池包型号=XYZ-100", "XYZ-100"),
        ("Model (型号): XYZ", "XYZ"),
        ("XYZ-100 物料清单", "XYZ-100"), ("XYZ-100电池包BOM", "XYZ-100"), ("型号：高能一号", "高能一号"),
        ("XYZ-100 物料清单\n产品型号：HY-N062", "HY-N062"),
        ("产品物料清单(EBOM)  产品代号:HY-N082  产品名称:82 kWh三元动力电池包  版本:A.2", "HY-N082"),
        ("型号:HY-N060 60 kWh三元动力电池包 物料清单", "HY-N060"), ("型号：XYZ-100 高能版", "XYZ-100 高能版"),
        ("型号：,版本：", ""), ("EBOM A02", ""), ("V2.1 BOM", ""), ("规格型号：12V", ""), ("MODEL LIST", ""),
        ("电池包物料清单", ""), ("车型：ABC-1", ""), ("2026 物料清单", ""),
    ],
)  # fmt: skip
def test_the_model_is_found_in_what_stands_above_the_table(head: str, model: str) -> None:
    (bill,) = read_bills("EBOM.csv", f"{head}\n物料,供应商,数量,单位\nitem-0,North,2,kg\n".encode())
    assert bill.model == model
