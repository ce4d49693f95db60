"""A hint about a factor of another country offers the factors of the line, which are written into its rows."""

from __future__ import annotations

import re

from method.product import Product
from node.supplier.products import add_product
from protocol.payloads import Factor
from tests.node.test_library import publish
from tests.node.village import SUPPLIES, Village
from tests.support.example import factor
from tests.web.asking import asking
from tests.web.doors import open_pages
from tests.web.test_importing_again import post

DAYS = "2025-01-01,2025-12-31"
SHEET = f"项目,开始日期,结束日期,数量,单位,因子\n产量,{DAYS},1000,kg,\npower,{DAYS},500,kWh,german\n"


def test_a_hint_about_a_factor_of_another_country_offers_the_factors_of_the_line(village: Village) -> None:
    node, town = village.settle(SUPPLIES[0].name, "supplier"), village.town
    fields = {**town.header(town.operator).fields(), **factor("german", "2", "kWh"), "region": "DE"}
    publish(village, town.log_it(town.operator, Factor.model_validate(fields)))
    made = (
        SUPPLIES[0].name,
        SUPPLIES[0].name,
        SUPPLIES[0].category,
        "kg",
        "浙江",
        "2025-01-01",
        "2025-12-31",
    )
    add_product(node, Product("item-0", *made, "a.csv"))
    with open_pages(node.store.folder, village.town.clock) as pages, asking(pages, "zh") as client:
        page = post(client, "/import", pasted=SHEET)
        _, _, offered = page.partition("代表德国")
        choices = re.findall(r'<option value="([^"]+)">([^<]*)', offered.partition("</select>")[0])
        assert ("grid", "grid · CN 2024") in choices and "这个项目用的因子" in offered
        page = post(client, "/import/factor", line="power", factor="grid")
        assert "代表德国" not in page and "german" not in page.partition('class="given"')[2]
        assert "代表德国" in post(client, "/import/undo")
