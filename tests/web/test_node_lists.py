"""The lists of a node's pages, however long they are: paged, searched, and whole as a file."""

from __future__ import annotations

import re

from tests.node.village import SUPPLIES, Village, declare_product
from tests.web.asking import asking
from tests.web.doors import open_pages


def test_a_rule_set_is_chosen_by_its_code_which_no_window_cuts_off(village: Village) -> None:
    node = village.settle(SUPPLIES[0].name, "supplier")
    node.deliver()
    declare_product(node, "item-0", SUPPLIES[0])
    with (
        open_pages(village.folder / SUPPLIES[0].name.replace(" ", "-"), village.town.clock) as pages,
        asking(pages) as client,
    ):
        found = re.findall(
            r'<option value="([a-z0-9-]+)"[^>]*>([^<]+)</option>', client.get("/products/item-0").text
        )
    assert found
    assert all(shown.startswith(f"{code} ") for code, shown in found)
