"""Declarations of several years behind one calculation: the result and the checklist say which."""

from __future__ import annotations

from dataclasses import replace

from node.maker.data_years import count_years, say_years, years_of
from node.maker.directory import directory_of
from node.supplier.activities import Source, keep_activity
from node.supplier.declaring import declare
from node.supplier.products import add_product, find_product
from tests.node.village import METHOD, SUPPLIES, Village, records_of
from tests.web.asking import asking
from tests.web.making import finish, open_workshop
from tests.web.test_maker_ways import draft_of


def test_the_years_of_the_data_are_said_as_they_are(village: Village) -> None:
    with open_workshop(village) as workshop, asking(workshop.pages, "zh") as client:
        first = village.nodes[SUPPLIES[0].name]
        changed = replace(find_product(first, "item-0"), period_start="2026-01-01", period_end="2026-06-30")
        add_product(first, changed)
        records = [
            replace(one, period_start=changed.period_start, period_end=changed.period_end)
            for one in records_of(SUPPLIES[0].lines)
        ]
        keep_activity(first, "item-0", records, Source("b.csv", "1" * 64))
        declare(first, "item-0", METHOD)
        first.deliver()
        node = workshop.pages.desk.node
        directory_of(node).refresh(node)
        draft_of(node)
        assert (
            "4 项均已申报；所用申报的数据年份：2025 年 3 项、2026 年 1 项"
            in client.get("/models/beef/request").text
        )
        request = finish(workshop)
        assert years_of(workshop.maker, request) == {"2025": 3, "2026": 1}
        page = client.get(f"/calculations/{request}/result").text
        assert "所用申报的数据年份：2025 年 3 项、2026 年 1 项" in page and "2026 年数据" not in page


def test_a_period_over_two_years_is_of_both() -> None:
    periods = [("2025-07-01", "2026-06-30"), ("2025-01-01", "2025-12-31"), ("", "")]
    assert count_years(periods) == {"2025": 1, "2025–2026": 1}
    assert say_years({"2026": 4}).zh == "2026 年数据"
