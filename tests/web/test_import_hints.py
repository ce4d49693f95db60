"""What a sheet's owner is led to: the rows of a hint, and the rows of sums, which are taken out in one step."""

from __future__ import annotations

import re
from io import BytesIO

import pytest
from openpyxl import Workbook

from node.supplier.drafts import add_row, begin_draft, drop_row, list_dropped, mend_rows, take_back
from node.web.supplier import sheet_view
from tests.node.village import SUPPLIES, Village, declare_product
from tests.web.asking import asking
from tests.web.doors import open_pages
from tests.web.test_importing_again import PRODUCT, TITLES, YEAR, post

WHOLE = "2025-01-01,2025-12-31"
SUMS = (
    f"合 计,{WHOLE},1000,kWh\n电力小计,{WHOLE},600,kWh\npower,小计,,600,kWh\nGrand total,{WHOLE},1000,kWh\n"
)
NO_SUM = f"{TITLES}产量,{WHOLE},1000,kg\npower,{WHOLE},500,kWh\n"


def test_a_hint_leads_to_its_row_which_can_be_written_in_then(
    village: Village, monkeypatch: pytest.MonkeyPatch
) -> None:
    node = village.settle(SUPPLIES[0].name, "supplier")
    declare_product(node, "item-0", SUPPLIES[0])
    monkeypatch.setattr(sheet_view, "MOST_ROWS", 2)
    with open_pages(node.store.folder, village.town.clock) as pages, asking(pages, "zh") as client:
        page = post(client, "/import", pasted=f"{YEAR}power,2025-02-01,2025-02-28,7,kWh\n")
        hint = re.search(r'没有记录；[^<]*<a href="([^"]*)">第 3 行</a></p>', page)
        assert hint is not None and hint[1] == f"{PRODUCT}/import?row=0-3#c-0-3-0"
        both = re.search(r"有重叠，同一用量不要算两遍(.*?)</p>", page)
        assert both is not None and re.findall(r">(第 . 行)</a>", both[1]) == ["第 3 行", "第 4 行"]
        assert "row=0-4#" in page and ">4</a></th>" in page, "a row that is led to is shown"
        assert 'id="c-0-3-0"' not in page
        assert 'id="c-0-3-0"' in client.get(hint[1].partition("#")[0]).text


def test_a_name_that_ends_like_a_production_is_offered_the_output_first(village: Village) -> None:
    node = village.settle(SUPPLIES[0].name, "supplier")
    declare_product(node, "item-0", SUPPLIES[0])
    with open_pages(node.store.folder, village.town.clock) as pages, asking(pages, "zh") as client:
        page = post(client, "/import", pasted=f"{NO_SUM}甲产量,{WHOLE},1000,kg\n")
        near, others = (one.partition("</optgroup>")[0] for one in page.split("<optgroup")[1:])
        assert re.findall(r"<option[^>]*>([^<]*)", near)[0] == "产量" and ">产量<" not in others


def test_which_of_two_productions_is_the_output_is_asked_once_and_chosen_there(village: Village) -> None:
    node = village.settle(SUPPLIES[0].name, "supplier")
    declare_product(node, "item-0", SUPPLIES[0])
    two = NO_SUM.replace("产量", "甲产量") + f"乙产量,{WHOLE},1000,kg\n"
    with open_pages(node.store.folder, village.town.clock) as pages, asking(pages, "zh") as client:
        page = post(client, "/import", pasted=two)
        assert page.count("有 1 处需要修改") == 2 and "没有产量" not in page
        _, _, asked = page.partition("哪一行是本产品的“产量”？")
        cells = re.findall(r'<option value="([^"]+)">([^<]*)', asked.partition("</select>")[0])
        assert cells == [("0-2-0", "2 甲产量"), ("0-4-0", "4 乙产量")]
        page = post(client, "/import/cell", place="0-4-0", value="产量")
        assert "有 1 处需要修改" in page and "哪一行" not in page and "甲产量" in page
        assert "没有错误" in post(client, "/import/drop", place="0-2")


def test_an_item_chosen_for_a_part_of_the_row_above_leaves_a_note_at_it(village: Village) -> None:
    node = village.settle(SUPPLIES[0].name, "supplier")
    declare_product(node, "item-0", SUPPLIES[0])
    with open_pages(node.store.folder, village.town.clock) as pages, asking(pages, "zh") as client:
        page = post(client, "/import", pasted=f"{NO_SUM}其中：自发电,{WHOLE},100,kWh\n")
        assert "若单独填报，请从上一行减去，否则算两遍" in page
        assert '<option value="其中：power">power</option>' in page
        page = post(client, "/import/cell", place="0-4-0", value="其中：power")
        hint = re.search(r"“其中：power”是前面一行或一列的一部分[^<]*<a [^>]*>第 4 行</a>", page)
        assert hint is not None
        assert "其中" not in post(client, "/import/cell", place="0-4-0", value="power").partition("<table")[0]


def test_a_problem_of_the_file_counts_in_both_headings(village: Village) -> None:
    node = village.settle(SUPPLIES[0].name, "supplier")
    declare_product(node, "item-0", SUPPLIES[0])
    with open_pages(node.store.folder, village.town.clock) as pages, asking(pages, "zh") as client:
        page = post(client, "/import", pasted=f"{TITLES}别的,{WHOLE},1000,kg\n")
        assert "没有产量" in page and page.count("有 2 处需要修改") == 2


def test_a_row_that_was_left_out_is_named_once_by_its_link(village: Village) -> None:
    node = village.settle(SUPPLIES[0].name, "supplier")
    declare_product(node, "item-0", SUPPLIES[0])
    months = "项目,单位,1月,2月\n产量,kg,500,500\npower,kWh,250,250\n合计,,750,750\n"
    with open_pages(node.store.folder, village.town.clock) as pages, asking(pages, "zh") as client:
        page = post(client, "/import", pasted=months)
        assert re.search(r"合计行没有导入： <a [^>]*>第 4 行</a></p>", page)


def test_a_missing_unit_is_offered_in_the_cell_where_it_belongs(village: Village) -> None:
    node = village.settle(SUPPLIES[0].name, "supplier")
    declare_product(node, "item-0", SUPPLIES[0])
    with open_pages(node.store.folder, village.town.clock) as pages, asking(pages, "zh") as client:
        page = post(client, "/import", pasted=f"{NO_SUM}power,{WHOLE},5,\n")
        assert "应为单位，如 kWh, kJ, MJ" in page and "补上数量的单位" in page
        _, _, offered = page.partition('<datalist id="t-0-4-4">')
        assert offered.startswith('<option value="kWh"></option><option value="kJ"></option>')
        page = post(client, "/import", pasted=f"{NO_SUM}合成气,{WHOLE},5,\n")
        assert "应为单位，如 kWh、t、吨公里" in page and "<datalist" not in page, "no item, no units of one"


def test_rows_of_sums_are_taken_out_together_and_come_back_together(village: Village) -> None:
    node = village.settle(SUPPLIES[0].name, "supplier")
    declare_product(node, "item-0", SUPPLIES[0])
    with open_pages(node.store.folder, village.town.clock) as pages, asking(pages, "zh") as client:
        page = post(client, "/import", pasted=f"{NO_SUM}{SUMS}合成气,{WHOLE},1,kWh\n")
        assert "删掉全部 4 行合计、小计</button>" in page
        page = post(client, "/import/sums")
        assert (
            "有 1 处需要修改" in page and "您删掉的行： 4 合 计、5 电力小计、6 power、7 Grand total<" in page
        )
        assert "行合计、小计</button>" not in page
        assert "删掉全部 4 行合计、小计</button>" in post(client, "/import/undo")
        page = post(client, "/import", pasted=f"{NO_SUM}合计,{WHOLE},500,kWh\n")
        assert "行合计、小计</button>" not in page, "one row has its own button"


def test_a_row_that_is_called_a_sum_beside_its_item_is_one_thing_to_mend(village: Village) -> None:
    node = village.settle(SUPPLIES[0].name, "supplier")
    declare_product(node, "item-0", SUPPLIES[0])
    sheet = "序号,项目,开始日期,结束日期,数量,单位\n"
    sheet += f"1,产量,{WHOLE},1000,kg\n2,power,{WHOLE},500,kWh\n合计,,,,500,\n"
    with open_pages(node.store.folder, village.town.clock) as pages, asking(pages, "zh") as client:
        assert "有 1 处需要修改" in post(client, "/import", pasted=sheet)


def test_a_row_that_comes_back_has_its_formulas_and_its_number(village: Village) -> None:
    node = village.settle(SUPPLIES[0].name, "supplier")
    declare_product(node, "item-0", SUPPLIES[0])
    book, file = Workbook(), BytesIO()
    sheet = book.active
    assert sheet is not None
    for row in (["项目", "数量", "单位"], ["power", 1, "kWh"], ["power", "=1+1", "kWh"]):
        sheet.append(row)
    book.save(file)
    draft = begin_draft(node, "item-0", "a.xlsx", file.getvalue())
    dropped = drop_row(node, draft, (0, 3))
    added = add_row(node, dropped, 0)
    assert [row.number for row in added.sheets[0].rows] == [1, 2, 4]
    assert list_dropped(added) == ("3 power",)
    assert take_back(node, take_back(node, added)) == draft
    both = mend_rows(node, draft, {(0, 2): None, (0, 3): None})
    assert [row.number for row in both.sheets[0].rows] == [1]
    assert take_back(node, both) == draft


def test_a_deleted_row_is_named_by_its_number_on_the_page_and_not_by_the_sheet_s_own(
    village: Village,
) -> None:
    node = village.settle(SUPPLIES[0].name, "supplier")
    declare_product(node, "item-0", SUPPLIES[0])
    rows = "能耗台账\n序号,项目,数量\n1,power,1\n2,天然气,2\n3,,3\n"
    draft = begin_draft(node, "item-0", "a.csv", rows.encode())
    dropped = mend_rows(node, draft, {(0, 4): None, (0, 5): None})
    assert list_dropped(dropped) == ("4 天然气", "5")
    book, file = Workbook(), BytesIO()
    for sheet in (book.active, book.create_sheet("二车间")):
        assert sheet is not None
        sheet.append([1, "power"])
    book.save(file)
    draft = begin_draft(node, "item-0", "a.xlsx", file.getvalue())
    assert list_dropped(drop_row(node, draft, (1, 1))) == ("二车间 1 power",)


def test_a_deleted_row_is_named_by_its_item_where_another_word_stands_before_it(village: Village) -> None:
    node = village.settle(SUPPLIES[0].name, "supplier")
    declare_product(node, "item-0", SUPPLIES[0])
    rows = "月份,项目,数量,单位\n1月,磷酸铁,1,t\n合计,,2,t\n"
    draft = begin_draft(node, "item-0", "a.csv", rows.encode())
    assert list_dropped(mend_rows(node, draft, {(0, 2): None, (0, 3): None})) == ("2 磷酸铁", "3 合计")
