"""The same product in the following year: nothing of one period is declared as of another, however it is tried."""

from __future__ import annotations

import re
from dataclasses import replace
from html import unescape

import httpx
import pytest

from node.supplier.declaring import declare, list_declarations
from node.supplier.products import add_product, find_product
from node.words.refusals import say_refusal
from protocol.errors import Refused
from tests.node.village import METHOD, SUPPLIES, Village, declare_product
from tests.web.asking import asking
from tests.web.doors import open_pages
from tests.web.test_entering import token_of

OTHER = "miit-551"
PRODUCT = "/products/item-0"


def post(client: httpx.Client, path: str, **data: str) -> str:
    form = {"csrf": token_of(client.get(PRODUCT)), **data}
    return unescape(client.post(path, data=form, follow_redirects=True).text)


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
        add_product(pages.desk.node, own)
        assert "申报这个产品</button>" in client.get(PRODUCT).text
