"""A second import of a product: what it replaces is said before and after, and can be brought back."""

from __future__ import annotations

from html import unescape

import httpx
import pytest

from node.library import read_library
from node.supplier import drafts
from node.supplier.activities import find_activity
from node.supplier.naming import list_names
from tests.node.village import SUPPLIES, Village, declare_product
from tests.web.asking import asking
from tests.web.doors import open_pages
from tests.web.test_entering import token_of

PRODUCT = "/products/item-0"
TITLES = "项目,开始日期,结束日期,数量,单位\n"
YEAR = f"{TITLES}产量,2025-01-01,2025-12-31,1000,kg\npower,2025-01-01,2025-09-30,500,kWh\n"


def post(client: httpx.Client, path: str, **data: str) -> str:
    form = {"csrf": token_of(client.get(PRODUCT)), **data}
    return unescape(client.post(f"{PRODUCT}{path}", data=form, follow_redirects=True).text)


def test_a_sheet_says_what_it_replaces_and_what_was_there_can_be_brought_back(village: Village) -> None:
    node = village.settle(SUPPLIES[0].name, "supplier")
    declare_product(node, "item-0", SUPPLIES[0])
    before = find_activity(node, "item-0")
    count = len(before.records)
    with open_pages(node.store.folder, village.town.clock) as pages, asking(pages, "zh") as client:
        page = post(client, "/import", pasted=YEAR)
        assert f"导入后将替换现有的 {count} 条记录（来自 a.csv，" in page and "不会相加" in page
        assert "单位碳足迹：" in page and " → " in page and "逐项看有什么变化" in page
        page = post(client, "/import/take")
        assert f"的 2 条记录，替换了 a.csv 的 {count} 条" in page
        assert "恢复那一次导入" in page
        page = post(client, "/import/before")
        assert "已恢复上一次导入的数据" in page
        again = find_activity(pages.desk.node, "item-0")
        assert (again.records, again.source) == (before.records, before.source)
        assert again.id != before.id and again.salts != before.salts
        assert "的 2 条记录" in page, "nothing is lost: that import is the one before now"


def test_what_an_import_leaves_open_is_said_again_above_the_last_step(village: Village) -> None:
    node = village.settle(SUPPLIES[0].name, "supplier")
    declare_product(node, "item-0", SUPPLIES[0])
    node.deliver()
    with open_pages(node.store.folder, village.town.clock) as pages, asking(pages, "zh") as client:
        assert "导入后未重新申报" not in client.get("/products").text
        post(client, "/import", pasted=YEAR)
        page = post(client, "/import/take")
        last_step = page[page.index("点击后公开的内容") : page.index("申报这个产品</button>")]
        assert "2025-10 至 2025-12 没有记录" in last_step
        assert "已申报的是更早的一次导入" in page
        assert "导入后未重新申报" in client.get("/products").text


def test_two_days_or_a_month_are_asked_for_and_not_all_three(village: Village) -> None:
    node = village.settle(SUPPLIES[0].name, "supplier")
    declare_product(node, "item-0", SUPPLIES[0])
    with open_pages(node.store.folder, village.town.clock) as pages, asking(pages, "zh") as client:
        page = post(client, "/import", pasted="货物名称,票面,数量,单位\npower,1,500,kWh\n产量,2,9,t\n")
    _, _, asks = page.partition("哪一列是“结束日期 Period end”？")
    assert "月份 Month" in asks.partition("<p>或</p>")[2] and "<p>或</p>" in asks


def test_a_row_that_was_deleted_on_the_page_is_remembered_with_the_import(village: Village) -> None:
    node = village.settle(SUPPLIES[0].name, "supplier")
    declare_product(node, "item-0", SUPPLIES[0])
    added = f"{YEAR}叉车柴油,2025-01-01,2025-12-31,7,t\n"
    with open_pages(node.store.folder, village.town.clock) as pages, asking(pages, "zh") as client:
        post(client, "/import", pasted=added)
        post(client, "/import/add", sheet="0")
        post(client, "/import/drop", place="0-5")
        assert "您删掉的行：" not in client.get(f"{PRODUCT}/import").text
        post(client, "/import/drop", place="0-4")
        assert "您删掉的行： 4 叉车柴油<" in client.get(f"{PRODUCT}/import").text
        assert "导入时在页面上删掉的行： 4 叉车柴油<" in post(client, "/import/take")
        assert find_activity(pages.desk.node, "item-0").source.left_out == ("4 叉车柴油",)


def test_a_footprint_out_of_its_range_is_the_first_caution_and_names_the_category(village: Village) -> None:
    node = village.settle(SUPPLIES[0].name, "supplier")
    declare_product(node, "item-0", SUPPLIES[0])
    category = read_library(node).categories[SUPPLIES[0].category].category
    with open_pages(node.store.folder, village.town.clock) as pages, asking(pages, "zh") as client:
        page = post(client, "/import", pasted=YEAR.replace("500,kWh", "1,kWh"))
    far, gap = page.index("单位产品足迹低于类别“"), page.index("2025-10 至 2025-12 没有记录")
    assert far < gap and f"类别“{category.name_zh}”参考值" in page


def test_a_line_far_from_the_import_before_is_said_on_the_sheet_and_above_the_last_step(
    village: Village,
) -> None:
    node = village.settle(SUPPLIES[0].name, "supplier")
    declare_product(node, "item-0", SUPPLIES[0])
    slipped = "：每 kg 产品 0.00005 kWh，上次导入为 0.5 kWh，相差约 10\u202f000 倍；请核对单位"
    with open_pages(node.store.folder, village.town.clock) as pages, asking(pages, "zh") as client:
        post(client, "/import", pasted=YEAR)
        post(client, "/import/take")
        page = post(client, "/import", pasted=YEAR.replace("500,kWh", "0.05,kWh"))
        assert slipped in page.replace("\u202fkWh", " kWh")
        page = post(client, "/import/take").replace("\u202fkWh", " kWh")
        assert slipped in page[page.index("申报前请看") : page.index("申报这个产品</button>")]


def test_an_item_chosen_for_a_name_holds_for_its_other_rows_and_for_the_next_sheet(
    village: Village, monkeypatch: pytest.MonkeyPatch
) -> None:
    node = village.settle(SUPPLIES[0].name, "supplier")
    declare_product(node, "item-0", SUPPLIES[0])
    own = "空压站 A,2025-{0}-01,2025-{0}-28,7{0},kWh\n"
    sheet = YEAR.replace("power,2025-01-01,2025-09-30,500,kWh\n", own.format("01") + own.format("02"))
    with open_pages(node.store.folder, village.town.clock) as pages, asking(pages, "zh") as client:
        assert post(client, "/import", pasted=sheet).count('value="空压站 A"') == 2
        page = post(client, "/import/cell", place="0-3-0", value="power")
        assert "空压站" not in page and "没有错误" in page
        filled = "按您为这个名称选的填好了"
        assert f"有 1 行的项目{filled}" in page
        assert post(client, "/import/undo").count('value="空压站 A"') == 1
        assert post(client, "/import/undo").count('value="空压站 A"') == 2
        post(client, "/import/cell", place="0-3-0", value="power")
        post(client, "/import/take")
        named_anew = own.format("03") + own.format("04")
        later = f"{sheet}{named_anew.replace('空压站 A', '照明')}".replace("2025", "2026")
        page = post(client, "/import", pasted=later.replace("空压站 A", "空压站a", 1))
        assert f"有 2 行的项目{filled}" in page and "空压站" not in page
        assert filled not in post(client, "/import/cell", place="0-2-3", value="1001")
        assert filled in post(client, "/import/undo")
        page = post(client, "/import/cell", place="0-5-0", value="power")
        assert f"有 1 行的项目{filled}" in page and "照明" not in page
        post(client, "/import/undo")
        assert f"有 2 行的项目{filled}" in post(client, "/import/undo")
        page = post(client, "/import/undo")
        assert page.count("空压站") == 2 and filled not in page
        # What is no item is not remembered, nor is a name that the template knows itself.
        post(client, "/import", pasted=YEAR.replace("power", "别的"))
        post(client, "/import/cell", place="0-3-0", value="也不是")
        post(client, "/import/cell", place="0-3-0", value="power")
        post(client, "/import/cell", place="0-3-0", value="salt")
        assert list_names(pages.desk.node, "item-0") == dict.fromkeys(("空压站a", "照明", "也不是"), "power")
        assert list_names(pages.desk.node, "item-1") == {}
        # A sheet that is too big to be mended here is shown as it is.
        monkeypatch.setattr(drafts, "MOST_CELLS", 3)
        assert post(client, "/import", pasted=sheet).count('value="空压站 A"') == 2
