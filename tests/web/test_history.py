"""What was signed, with what each was about: a product by its name and the period, or a pack model."""

from __future__ import annotations

import re
from dataclasses import replace
from html import unescape

from node.supplier.products import add_product, find_product
from tests.node.village import SUPPLIES, UNIT, Village, ask
from tests.web.asking import asking
from tests.web.doors import open_pages

NAME, CODE = SUPPLIES[0].name, "item-0"


def rows_of(page: str) -> list[tuple[str, str]]:
    """Kind, and what stands in the column about it, of each row."""
    body = page.partition("<tbody>")[2].partition("</tbody>")[0]
    cells = [re.findall(r"<td[^>]*>(.*?)</td>", row, re.S) for row in body.split("<tr")[1:]]
    told = [[unescape(re.sub(r"<[^>]+>", " ", cell)).split() for cell in row[1:3]] for row in cells]
    return [(what[-1], " ".join(about)) for what, about in told]


def test_each_entry_names_the_product_and_the_period_or_the_pack(village: Village) -> None:
    village.suppliers()
    supplier, maker = village.nodes[NAME], village.settle("Pack maker", "requester")
    add_product(supplier, replace(find_product(supplier, CODE), name_zh="三元正极材料"))
    ask(maker)
    village.run()
    about = "三元正极材料 2025-01-01 – 2025-12-31"
    with open_pages(supplier.store.folder, village.town.clock) as pages, asking(pages, "zh") as client:
        page = client.get("/history").text
        told = dict(rows_of(page))
        assert {kind: told[kind] for kind in ("declaration", "consent", "contribution")} == {
            "declaration": about, "consent": about, "contribution": about,
        }  # fmt: skip
        assert told["enrolment"] == "" and f'href="/products/{CODE}"' in page
    with open_pages(maker.store.folder, village.town.clock) as pages, asking(pages, "zh") as client:
        told = dict(rows_of(client.get("/history").text))
        assert told["request"] == told["result"] == UNIT.model
