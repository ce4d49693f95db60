"""The same product in the following year: nothing of one period is declared as of another, however it is tried."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from html import unescape

import httpx
import pytest
from openpyxl import load_workbook
from sqlalchemy import delete

from method.periods import move_period
from method.product import Product
from node.importers.tables import ACTIVITY_SHEET, OUTPUT_SHEET
from node.importers.template import FIELDS, OUTPUT_FIELDS
from node.importers.template_style import EARLIEST_ROW
from node.organisation import Node
from node.store.tables import ACTIVITIES, OUTGOING
from node.supplier.activities import find_activity, keep_activity
from node.supplier.declaring import declare, list_cautions, list_declarations
from node.supplier.drafts import begin_draft, mend_cell, mend_rows, need_draft, take_back
from node.supplier.products import add_product, find_product
from node.words.refusals import say_refusal
from protocol.errors import Refused
from tests.node.village import METHOD, SUPPLIES, Village, declare_product, records_of
from tests.web.asking import asking
from tests.web.doors import open_pages
from tests.web.test_entering import token_of

OTHER = "miit-551"
PRODUCT = "/products/item-0"
TITLES = "项目,开始日期,结束日期,数量,单位\n"
OF_2026 = f"""{TITLES}产量,2026-01-01,2026-12-31,1000,kg
power,2026-01-01,2026-12-31,900,kWh
"""


def big_number(page: str) -> str:
    """The unit footprint that a product's page shows first."""
    return re.findall(r'class="figure-large">([^<]+)<', page)[0]


def declared_numbers(page: str) -> list[str]:
    """What a product's page says of each declaration that it was made from, the newest first."""
    return [one.strip() for one in re.findall(r'data-label="每 kg 的碳足迹[^"]*"[^>]*>([^<]+)<', page)]


def post(client: httpx.Client, path: str, **data: str) -> str:
    form = {"csrf": token_of(client.get(PRODUCT)), **data}
    return unescape(client.post(path, data=form, follow_redirects=True).text)


def product_of(node: Node) -> Product:
    """A product that is described and no more."""
    category = SUPPLIES[0].category
    return Product("item-0", "x", "x", category, "kg", "CN", "2025-01-01", "2025-12-31", "a.csv")


def give_of_2026(node: Node) -> None:
    """The product in the following year, with the same records as of that."""
    of_2026 = {"period_start": "2026-01-01", "period_end": "2026-12-31"}
    add_product(node, replace(find_product(node, "item-0"), **of_2026))
    found = find_activity(node, "item-0")
    keep_activity(node, "item-0", [replace(one, **of_2026) for one in found.records], found.source)


def test_the_next_period_is_started_on_the_page_and_compared_with_what_was_declared(village: Village) -> None:
    node = village.settle(SUPPLIES[0].name, "supplier")
    add_product(node, product_of(node))
    with open_pages(node.store.folder, village.town.clock) as pages, asking(pages, "zh") as client:
        assert "开始下一期" not in client.get(PRODUCT).text, "nothing of this one is declared yet"
        first = declare_product(pages.desk.node, "item-0", SUPPLIES[0])
        page, records = unescape(client.get(PRODUCT).text), len(records_of(SUPPLIES[0].lines))
        before = big_number(page)
        assert "开始下一期：2026-01-01 – 2026-12-31" in page
        for _ in range(2):
            page = post(client, f"{PRODUCT}/period", start="2025-01-01", later="true")
        assert "产品的期间现在是 2026-01-01 – 2026-12-31" in page and "开始下一期" not in page
        assert "回到上一期：2025-01-01 – 2025-12-31" in page and "申报这个产品</button>" not in page
        assert "单位碳足迹（2025-01-01 – 2025-12-31 的数据），来自 " in page
        assert "item-0 还没有申报" in client.get("/").text
        page = post(client, f"{PRODUCT}/import", pasted=OF_2026)
        assert "是 2025-01-01 – 2025-12-31 的数据，已作的申报不变" in page and "导入后将替换" not in page
        page = post(client, f"{PRODUCT}/import/take")
        assert "替换了" not in page and "恢复那一次导入" not in page and "单位碳足迹，来自 " in page
        assert "与 2025-01-01 – 2025-12-31 相比的变化（" in page and "申报这个产品</button>" in page
        village.town.clock.now += 1
        second = declare(pages.desk.node, "item-0", METHOD)
        assert "还没有申报" not in client.get("/").text
        page = post(client, f"{PRODUCT}/period", start="2026-01-01", later="False")
        assert "产品的期间现在是 2025-01-01 – 2025-12-31" in page and "恢复那一次导入" not in page
        assert f"单位碳足迹，来自 a.csv 的 {records} 条记录" in page and "申报这个产品</button>" in page
        assert big_number(page) == before, (
            "the import of this period counts again, and is the one declared of it"
        )
        assert declare(pages.desk.node, "item-0", METHOD) == first and "已申报的是更早的一次导入" not in page
        assert "未申报<" not in unescape(client.get("/products").text)
        found = {one.id: one.period_end for one in list_declarations(pages.desk.node)}
        assert found == {first: "2025-12-31", second: "2026-12-31"}


def test_each_declaration_shows_the_footprint_that_it_was_made_from(village: Village) -> None:
    node = village.settle(SUPPLIES[0].name, "supplier")
    declare_product(node, "item-0", SUPPLIES[0])
    with open_pages(node.store.folder, village.town.clock) as pages, asking(pages, "zh") as client:
        page = unescape(client.get(PRODUCT).text)
        first = big_number(page)
        assert declared_numbers(page) == [first]
        post(client, f"{PRODUCT}/import", pasted=OF_2026.replace("2026", "2025"))
        page = post(client, f"{PRODUCT}/import/take")
        second = big_number(page)
        assert second != first and declared_numbers(page) == [first]
        village.town.clock.now += 1
        declaration = declare(pages.desk.node, "item-0", OTHER)
        assert declared_numbers(unescape(client.get(PRODUCT).text)) == [second, first]
        page = post(client, f"{PRODUCT}/import/before")
        assert big_number(page) == first and declared_numbers(page) == [second, first]
        with pages.desk.node.store.write() as connection:
            connection.execute(delete(OUTGOING).where(OUTGOING.c.id == declaration))
        assert declared_numbers(unescape(client.get(PRODUCT).text)) == ["本机没有保存", first]
        with pages.desk.node.store.write() as connection:
            connection.execute(delete(ACTIVITIES).where(ACTIVITIES.c.id == 1))
        assert declared_numbers(unescape(client.get(PRODUCT).text)) == ["本机没有保存"] * 2


def test_the_template_of_the_next_period_has_the_factors_that_were_chosen(village: Village) -> None:
    node = village.settle(SUPPLIES[0].name, "supplier")
    declare_product(node, "item-0", SUPPLIES[0])
    chosen = {one.line: one.factor for one in find_activity(node, "item-0").records if one.factor}
    with open_pages(node.store.folder, village.town.clock) as pages, asking(pages, "zh") as client:
        post(client, f"{PRODUCT}/period", start="2025-01-01", later="true")
        book = load_workbook(io.BytesIO(client.get(f"{PRODUCT}/template").content))
        for title, fields in ((ACTIVITY_SHEET, FIELDS), (OUTPUT_SHEET, OUTPUT_FIELDS)):
            for row in book[title].iter_rows(min_row=EARLIEST_ROW):
                if row[fields.index("start")].value is not None:
                    row[fields.index("amount")].value = 7
        sheet = io.BytesIO()
        book.save(sheet)
        form, file = {"csrf": token_of(client.get(PRODUCT))}, {"file": ("of-2026.xlsx", sheet.getvalue())}
        client.post(f"{PRODUCT}/import", data=form, files=file)
        post(client, f"{PRODUCT}/import/take")
        found = find_activity(pages.desk.node, "item-0")
    assert found.source.name == "of-2026.xlsx" and {one.period_start[:4] for one in found.records} == {"2026"}
    assert {one.line: one.factor for one in found.records if one.factor} == chosen
    assert {one.amount for one in found.records} == {7}


def test_a_code_that_is_taken_is_not_overwritten_by_a_new_product(village: Village) -> None:
    node = village.settle(SUPPLIES[0].name, "supplier")
    declare_product(node, "item-0", SUPPLIES[0])
    before = find_product(node, "item-0")
    with open_pages(node.store.folder, village.town.clock) as pages, asking(pages, "zh") as client:
        form = {"code": "item-0", "name_zh": "另一个", "category": before.category, "plant": "江西省"}
        dates = {"period_start": "2026-01-01", "period_end": "2026-12-31"}
        page = post(client, "/products/new", **form, **dates)
        assert "代码 item-0 已被占用，没有改动任何内容" in page and f'<a href="{PRODUCT}">' in page
        assert "（2025-01-01 – 2025-12-31）" in page and 'value="另一个"' in page
        assert find_product(pages.desk.node, "item-0") == before
        assert "产品已保存" in post(client, "/products/new", **{**form, "code": "item-1"}, **dates)


def test_records_of_another_period_are_declared_neither_by_page_nor_by_call(village: Village) -> None:
    node = village.settle(SUPPLIES[0].name, "supplier")
    declare_product(node, "item-0", SUPPLIES[0])
    own = find_product(node, "item-0")
    with open_pages(node.store.folder, village.town.clock) as pages, asking(pages, "zh") as client:
        shown = re.findall(r'name="shown" value="([0-9a-f]+)"', client.get(PRODUCT).text)[0]
        for start, end in (
            ("2026-01-01", "2026-12-31"),
            ("2025-01-01", "2025-12-30"),
            ("2025-01-02", "2026-01-01"),
        ):
            add_product(pages.desk.node, replace(own, period_start=start, period_end=end))
            for method in (METHOD, OTHER):
                with pytest.raises(Refused, match="is of 2025-01-01 to 2025-12-31") as caught:
                    declare(pages.desk.node, "item-0", method)
                assert say_refusal(caught.value).zh.startswith(
                    "活动数据：产品 item-0 最近一次导入的是 2025-01-01"
                )
            page = unescape(client.get(PRODUCT).text)
            assert "申报这个产品</button>" not in page and f"而产品的期间是 {start} 至 {end}" in page
            assert "请先导入这一期间的表格" in post(client, f"{PRODUCT}/declare", method=OTHER, shown=shown)
        assert [one.method for one in list_declarations(pages.desk.node)] == [METHOD]
        assert (
            "未申报<" in (page := unescape(client.get("/products").text)) and "已申报的是 2025-01-01" in page
        )
        add_product(pages.desk.node, own)
        assert "申报这个产品</button>" in client.get(PRODUCT).text
        assert "已申报的是" not in client.get("/products").text


def test_records_of_another_category_are_not_declared(village: Village) -> None:
    node = village.settle(SUPPLIES[0].name, "supplier")
    declare_product(node, "item-0", SUPPLIES[0])
    add_product(node, replace(find_product(node, "item-0"), category="assembly"))
    with pytest.raises(Refused, match="that category assembly does not have: salt; import") as caught:
        declare(node, "item-0", OTHER)
    assert "类别 assembly 没有的项目（salt）" in say_refusal(caught.value).zh
    assert [one.method for one in list_declarations(node)] == [METHOD]


def test_declarations_say_their_period_and_one_that_is_not_over_is_a_caution(village: Village) -> None:
    node = village.settle(SUPPLIES[0].name, "supplier")
    declare_product(node, "item-0", SUPPLIES[0])
    give_of_2026(node)
    caution = "期间到 2026-12-31 才结束"
    with open_pages(node.store.folder, village.town.clock) as pages, asking(pages, "zh") as client:
        village.town.clock.now += 1
        page = unescape(client.get(PRODUCT).text)
        assert caution in page[page.index("申报前请看") : page.index("申报这个产品</button>")]
        assert any(caution in one.zh for one in list_cautions(pages.desk.node, "item-0", OTHER))
        shown = re.findall(r'name="shown" value="([0-9a-f]+)"', page)[0]
        page = post(client, f"{PRODUCT}/declare", method=OTHER, shown=shown)
        periods = re.findall(r'data-label="期间"[^>]*>([^<]+)<', page)
        assert [one.strip() for one in periods] == ["2026-01-01 – 2026-12-31", "2025-01-01 – 2025-12-31"]
        village.town.clock.now += 50 * 86_400
        assert caution not in unescape(client.get(PRODUCT).text)
    assert [one.period_end for one in list_declarations(node)] == ["2025-12-31", "2026-12-31"]


YEAR_OF_DATES = f"""{TITLES}产量,2025-01-01,2025-12-31,1000,kg
power,2025/1/1,2025年2月28日,100,kWh
power,2025-03-01,2025-12-31,x,kWh
"""
YEAR_OF_MONTHS = """项目,单位,2025年1月,2025-02,合计
产量,kg,500,500,1000
power,kWh,40,50,90
"""
MONTHS_BELOW = "项目,月份,数量,单位\n产量,202501,1000,kg\npower,2025年12月,50,kWh\npower,2025-03-31,50,kWh\n"


@pytest.mark.parametrize(
    ("sheet", "moved"),
    [
        (YEAR_OF_DATES, {"2026-01-01", "2026-12-31", "2026-02-28", "2026-03-01"}),
        (YEAR_OF_MONTHS, {"2026-01", "2026-02"}),
        (MONTHS_BELOW, {"2026-01", "2026-12", "2026-03-31"}),
    ],
    ids=["two days", "columns of months", "a column of months"],
)
def test_a_sheet_of_the_period_before_is_one_problem_and_its_dates_can_be_moved(
    village: Village, sheet: str, moved: set[str]
) -> None:
    node = village.settle(SUPPLIES[0].name, "supplier")
    add_product(node, move_period(product_of(node)))
    one, move = "日期都在上一期 2025-01-01 至 2025-12-31", "把日期改到这一期</button>"
    with open_pages(node.store.folder, village.town.clock) as pages, asking(pages, "zh") as client:
        page = post(client, f"{PRODUCT}/import", pasted=sheet)
        assert one in page and "有 1 处需要修改" in page and move in page
        given = need_draft(pages.desk.node, "item-0").sheets
        page = post(client, f"{PRODUCT}/import/dates")
        assert one not in page and move not in page and ("'x'" in page) == (sheet is YEAR_OF_DATES)
        draft = need_draft(pages.desk.node, "item-0")
        assert {cell for row in draft.sheets[0].rows for cell in row.cells} >= moved
        assert "2025" not in str(draft.sheets)
        assert post(client, f"{PRODUCT}/import/dates") and need_draft(pages.desk.node, "item-0") == draft
        page = post(client, f"{PRODUCT}/import/undo")
        assert one in page and need_draft(pages.desk.node, "item-0").sheets == given, "undone together"
        assert need_draft(pages.desk.node, "item-0").changes == ()


@pytest.mark.parametrize(
    ("start", "end", "first", "moved"),
    [
        ("2025-01-11", "2025-01-20", "2025-01-01,2025-01-10", "2025-01-11,2025-01-20"),
        ("2025-02-15", "2025-03-14", "2025-01-15,2025-02-14", "2025-02-15,2025-03-14"),
        ("2025-02-20", "2025-04-01", "2025-01-10,2025-02-19", "2025-02-20,2025-04-01"),
    ],
    ids=["ten days", "from the middle of a month", "41 days"],
)
def test_dates_of_any_period_are_moved_by_its_length(
    village: Village, start: str, end: str, first: str, moved: str
) -> None:
    node = village.settle(SUPPLIES[0].name, "supplier")
    add_product(node, replace(product_of(node), period_start=start, period_end=end))
    rows = f"产量,{first},1000,kg\npower,{first},500,kWh\n"
    with open_pages(node.store.folder, village.town.clock) as pages, asking(pages, "zh") as client:
        page = post(client, f"{PRODUCT}/import", pasted=TITLES + rows)
        assert "日期都在上一期" in page and "把日期改到这一期</button>" in page
        page = post(client, f"{PRODUCT}/import/dates")
        assert "日期都在上一期" not in page and "把日期改到这一期</button>" not in page
        dates = [row.cells[1:3] for row in need_draft(pages.desk.node, "item-0").sheets[0].rows[1:]]
        assert dates == [tuple(moved.split(","))] * 2


@pytest.mark.parametrize(
    "rows",
    [
        "项目,月份,数量,单位\n产量,2025-02,1000,kg\npower,2025-02,500,kWh\n",
        "项目,单位,2025-02,2025-03\n产量,kg,500,500\npower,kWh,40,50\n",
    ],
    ids=["a column of months", "columns of months"],
)
def test_months_in_a_period_that_is_not_of_whole_months_stay_as_they_are(village: Village, rows: str) -> None:
    node = village.settle(SUPPLIES[0].name, "supplier")
    add_product(node, replace(product_of(node), period_start="2025-04-21", period_end="2025-07-29"))
    with open_pages(node.store.folder, village.town.clock) as pages, asking(pages, "zh") as client:
        page = post(client, f"{PRODUCT}/import", pasted=rows)
        assert "日期都在上一期" in page and "把日期改到这一期</button>" not in page
        draft = need_draft(pages.desk.node, "item-0")
        post(client, f"{PRODUCT}/import/dates")
        assert need_draft(pages.desk.node, "item-0") == draft


def test_a_sheet_of_other_dates_is_told_row_by_row_or_sent_to_the_next_period(village: Village) -> None:
    node = village.settle(SUPPLIES[0].name, "supplier")
    add_product(node, product_of(node))
    move = "把日期改到这一期</button>"
    with open_pages(node.store.folder, village.town.clock) as pages, asking(pages, "zh") as client:
        page = post(client, f"{PRODUCT}/import", pasted=OF_2026)
        assert "先在产品页上开始下一期" in page and "有 1 处需要修改" in page and move not in page
        half = OF_2026.replace("power,2026-01-01,2026-12-31", "power,2025-01-01,2025-12-31")
        for sheet in (half, OF_2026.replace("2026", "2023"), OF_2026.replace("2026-01-01,", "2024-06-01,")):
            page = post(client, f"{PRODUCT}/import", pasted=sheet)
            assert "2025-01-01 至 2025-12-31 以内的期间" in page and move not in page
            assert "先在产品页上" not in page


def test_rows_mended_together_are_undone_together_and_bounded_as_one(village: Village) -> None:
    node = village.settle(SUPPLIES[0].name, "supplier")
    sheet = TITLES + "".join(f"power,2025-01-01,2025-12-31,{number},kWh\n" for number in range(800))
    first = begin_draft(node, "item-0", "a.csv", sheet.encode())
    cells = [(0, row.number) for row in first.sheets[0].rows]
    second = mend_cell(node, first, (0, 2, 0), "own")
    mended = mend_rows(node, second, dict.fromkeys(cells, ("x",)))
    assert need_draft(node, "item-0") == mended and {row.cells for row in mended.sheets[0].rows} == {("x",)}
    assert take_back(node, mended) == second
    assert take_back(node, second) == first
