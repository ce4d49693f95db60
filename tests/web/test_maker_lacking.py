"""What a request still lacks is said by name, with a way to get it: a text for the supplier, or one's own product."""

from __future__ import annotations

import html
from dataclasses import replace
from urllib.parse import urlencode

from method.rules import RULES
from node.maker.pack_drafts import keep_draft
from protocol.payloads import Role
from tests.node.village import SUPPLIES, Village, declare_product
from tests.web.asking import asking
from tests.web.doors import open_pages
from tests.web.test_maker_ways import draft_of

OTHER = "mee-2025-literal"
ENTITY = "EXAMPLE-CN-0001"


def test_what_nobody_declared_under_a_rule_set_leads_to_a_text_and_to_the_own_product(
    village: Village,
) -> None:
    for number, supply in enumerate(SUPPLIES):
        roles: tuple[Role, ...] = ("supplier", "requester") if supply is SUPPLIES[-1] else ("supplier",)
        node = village.settle(supply.name, *roles, legal_entity=None if number else ENTITY)
        declare_product(node, f"item-{number}", supply)
        node.deliver()
    folder = village.folder / SUPPLIES[-1].name.replace(" ", "-")
    with open_pages(folder, village.town.clock) as pages, asking(pages) as client:
        draft = draft_of(pages.desk.node)
        first = {**draft.rows[0], "legal_entity": ENTITY}
        keep_draft(pages.desk.node, replace(draft, rows=(first, *draft.rows[1:])))
        terms = {"method": OTHER, "boundary": "partial"}
        page = html.unescape(client.get("/models/beef/request", params=terms).text)
        letter = f"/models/beef/letter?{urlencode({'item': 'item-0', **terms})}"
        assert f'href="{letter}"' in page and page.count("A text for the supplier") == len(SUPPLIES) - 1
        last = f"item-{len(SUPPLIES) - 1}"
        assert f'href="/products/{last}"' in page and page.count("Declare it: the product is your own") == 1
        assert "item=" + last not in page
        # By names: the product's, with the item's code below it, and its supplier's.
        assert f'{SUPPLIES[0].name}<small class="note">item-0</small>' in page and ENTITY not in page
        # Nothing can be asked of anybody yet, so nothing is promised about it.
        assert "enough others stand in each total" not in page and "What the owners will be asked" not in page
        text = html.unescape(client.get(letter).text)
        for said in (
            RULES[OTHER].name_zh,
            RULES[OTHER].name_en,
            OTHER,
            SUPPLIES[0].name,
            "data-copy=",
            "mailto:",
        ):
            assert said in text
        assert client.get(letter.replace("item-0", last)).status_code == 404
        ready = html.unescape(client.get("/models/beef/request").text)
        assert "What the owners will be asked" in ready and "A text for the supplier" not in ready
