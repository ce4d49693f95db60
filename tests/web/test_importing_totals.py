"""Sums beside months that are mended on the page: a spreadsheet's own sum passed over what was text then."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.node.village import SUPPLIES, Village, declare_product
from tests.web.asking import asking
from tests.web.doors import open_pages
from tests.web.test_importing_again import post


def months_in_columns(total: int) -> str:
    titles = ",".join(f"{month}月" for month in range(1, 13))
    power = ",".join(["约 50", *["50"] * 11])
    return f"项目,单位,{titles},合计\npower,kWh,{power},{total}\n产量,kg,{','.join(['80'] * 12)},960\n"


def months_in_rows(total: int) -> str:
    rows = [f"{month}月,{'50' if month > 1 else '约 50'},80" for month in range(1, 13)]
    return "\n".join(["月份,power(kWh),产量(kg)", *rows, f"合计,{total},960", ""])


@pytest.mark.parametrize(
    "sheet,place,other", [(months_in_columns, "0-2-2", "0-2-3"), (months_in_rows, "0-2-1", "0-3-1")]
)
def test_a_sum_that_passed_over_a_month_mended_since_is_no_problem(
    village: Village, sheet: Callable[[int], str], place: str, other: str
) -> None:
    node = village.settle(SUPPLIES[0].name, "supplier")
    declare_product(node, "item-0", SUPPLIES[0])
    with open_pages(node.store.folder, village.town.clock) as pages, asking(pages, "zh") as client:
        assert "有 1 处需要修改" in post(client, "/import", pasted=sheet(550))
        assert "没有错误" in post(client, "/import/cell", place=place, value="50")
        page = post(client, "/import/cell", place=other, value="60")
        assert "合计是 550，而各月相加是 610" in page, "a month that the sum did count was changed as well"
        assert "没有错误" in post(client, "/import/undo")
        assert "没有错误" in post(client, "/import/cell", place=other, value="50"), (
            "written anew, not changed"
        )
        post(client, "/import", pasted=sheet(551))
        page = post(client, "/import/cell", place=place, value="50")
        assert "合计是 551，而各月相加是 600" in page
        post(client, "/import", pasted=sheet(600))
        assert "没有错误" in post(client, "/import/cell", place=place, value="50")
