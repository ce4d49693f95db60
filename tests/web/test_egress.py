"""What left this house begins with what holds something of the house; questions are one choice away."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from tests.node.village import METHOD, SUPPLIES, Village, declare_product
from tests.web.asking import asking
from tests.web.doors import open_pages


def test_what_holds_something_stands_first_and_a_declaration_is_named(village: Village) -> None:
    node = village.settle(SUPPLIES[0].name, "supplier")
    node.deliver()
    declare_product(node, "item-0", SUPPLIES[0])
    node.deliver()
    with open_pages(node.store.folder, village.town.clock) as pages, asking(pages, "zh") as client:
        first, whole = (kinds_of(client.get(path).text) for path in ("/egress", "/egress?kind="))
        page = client.get("/egress").text
    assert set(first) == {"enrolment", "declaration"}
    assert {"connection", "checkpoint", *first} <= set(whole)
    assert f"（item-0），规则集 {METHOD}" in page and '<option value="holding">只看有内容的' in page


def test_a_filter_is_named_over_its_rows_and_one_without_a_match_says_so(village: Village) -> None:
    node = village.settle(SUPPLIES[0].name, "supplier")
    node.deliver()
    with open_pages(node.store.folder, village.town.clock) as pages, asking(pages, "zh") as client:
        whole = client.get("/egress").text
        assert 'id="table-egress"' in whole and "筛选条件" not in whole
        named = client.get("/egress", params={"to": "协调方"}).text
        assert kinds_of(named) == kinds_of(whole) != []
        assert "筛选条件：发给谁 协调方" in named and "table=egress-filtered" in named
        file = client.get("/egress", params={"to": "协调方", "table": "egress-filtered", "as": "csv"})
        assert "egress-filtered.csv" in file.headers["content-disposition"] and "登记机构签发" in file.text
        none = client.get("/egress", params={"to": "nobody"}).text
        assert "没有符合筛选条件的记录" in none and "什么也没有发出" not in none


def test_a_day_begins_by_the_readers_own_clock(village: Village) -> None:
    """In China it begins at 16:00 UTC; what left at 18:00 UTC left on the next day there."""
    node = village.settle(SUPPLIES[0].name, "supplier")
    village.town.clock.now += 18 * 3600 - village.town.clock.now % 86_400
    node.deliver()
    declare_product(node, "item-0", SUPPLIES[0])
    node.deliver()
    tomorrow = datetime.fromtimestamp(village.town.clock.now + 86_400, UTC).strftime("%Y-%m-%d")
    with open_pages(node.store.folder, village.town.clock) as pages, asking(pages, "zh") as client:
        here = client.get("/egress", params={"since": tomorrow, "ahead": "480"}).text
        assert "declaration" in kinds_of(here) and "筛选条件" in here
        assert kinds_of(client.get("/egress", params={"since": tomorrow}).text) == []
        assert client.get("/egress", params={"since": tomorrow, "ahead": "9999"}).status_code == 422


def kinds_of(page: str) -> list[str]:
    """The kind under each row's words."""
    return re.findall(r'<small class="note">([a-z-]+)</small>', page)
