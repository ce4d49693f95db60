"""The same product in the following year: nothing of one period is declared as of another, however it is tried."""

from __future__ import annotations

import re
from dataclasses import replace
from html import unescape

import httpx
import pytest

from method.product import Product
from node.organisation import Node
from node.supplier.activities import find_activity, keep_activity
from node.supplier.declaring import declare, list_cautions, list_declarations
from node.supplier.products import add_product, find_product
from node.words.refusals import say_refusal
from protocol.errors import Refused
from tests.node.village import METHOD, SUPPLIES, Village, declare_product
from tests.web.asking import asking
from tests.web.doors import open_pages
from tests.web.test_entering import token_of

OTHER = "miit-551"
PRODUCT = "/products/item-0"
OF_2026 = """项目,开始日期,结束日期,数量,单位
产量,2026-01-01,2026-12-31,1000,kg
power,2026-01-01,2026-12-31,900,kWh
"""


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
        assert "开始下一期：2026-01-01 – 2026-12-31" in unescape(client.get(PRODUCT).text)
        for _ in range(2):
            page = post(client, f"{PRODUCT}/period", start="2025-01-01", later="true")
        assert "产品的期间现在是 2026-01-01 – 2026-12-31" in page and "开始下一期" not in page
        assert "回到上一期：2025-01-01 – 2025-12-31" in page and "申报这个产品</button>" not in page
        assert "item-0 还没有申报" in client.get("/").text
        page = post(client, f"{PRODUCT}/import", pasted=OF_2026)
        assert "是 2025-01-01 – 2025-12-31 的数据，已作的申报不变" in page and "导入后将替换" not in page
        page = post(client, f"{PRODUCT}/import/take")
        assert "替换了" not in page and "恢复那一次导入" not in page
        assert "与 2025-01-01 – 2025-12-31 相比的变化（" in page and "申报这个产品</button>" in page
        village.town.clock.now += 1
        second = declare(pages.desk.node, "item-0", METHOD)
        assert "还没有申报" not in client.get("/").text
        page = post(client, f"{PRODUCT}/period", start="2026-01-01", later="False")
        assert "产品的期间现在是 2025-01-01 – 2025-12-31" in page and "恢复那一次导入" in page
        found = {one.id: one.period_end for one in list_declarations(pages.desk.node)}
        assert found == {first: "2025-12-31", second: "2026-12-31"}


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
