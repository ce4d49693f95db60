"""A sheet with items as columns on the page: its titles are mended where they stand."""

from __future__ import annotations

import re

from node.supplier.activities import find_activity
from tests.node.village import SUPPLIES, Village, declare_product
from tests.web.asking import asking
from tests.web.doors import open_pages
from tests.web.test_importing_again import post

METERS = "\n".join(
    ["月份,空压站（kWh）,产量,电费(元)", *(f"2025-{month:02d},50,80,9" for month in range(1, 13))]
)


def options_of(page: str, place: str) -> list[str]:
    """What can be written in a cell, as its choices offer it."""
    (chosen,) = re.findall(rf'id="[ct]-{place}".*?</(?:select|datalist)>', page, re.DOTALL)
    return re.findall(r'<option value="([^"]*)"', chosen)


def test_titles_of_a_sheet_with_items_as_columns_are_mended_on_the_page(village: Village) -> None:
    node = village.settle(SUPPLIES[0].name, "supplier")
    declare_product(node, "item-0", SUPPLIES[0])
    with open_pages(node.store.folder, village.town.clock) as pages, asking(pages, "zh") as client:
        page = post(client, "/import", pasted=METERS)
        assert "有 3 处需要修改" in page and page.count("选一个项目；不用导入的，选“不导入这一列”") == 4, (
            "in the list and at the title"
        )
        assert re.search(r">\s*2025-01\s*<.*>\s*50\s*<", page, re.DOTALL), (
            "the sheet stands as its owner gave it"
        )
        assert "power(kWh)" in options_of(page, "0-1-1"), "the unit of the title stays"
        assert "不导入 电费(元)" in options_of(page, "0-1-3")
        page = post(client, "/import/cell", place="0-1-3", value="不导入 电费(元)")
        page = post(client, "/import/cell", place="0-1-1", value="power(kWh)")
        assert "有 1 处需要修改" in page and "产量(kg)" in options_of(page, "0-1-2")
        page = post(client, "/import/cell", place="0-1-2", value="产量(kg)")
        assert "处需要修改" not in page and "没有错误" in page
        taken = post(client, "/import/take")
        assert "的 24 条记录" in taken and "选了不导入的列： 电费(元)<" in taken
        assert find_activity(pages.desk.node, "item-0").source.skipped == ("电费(元)",)
