"""The bill of materials as a table one works in, on the screen of an ordinary notebook."""

from __future__ import annotations

from dataclasses import replace

import pytest
from playwright.sync_api import Browser, expect

from node.maker.pack_drafts import keep_draft
from tests.node.village import Village
from tests.web.browser import reading
from tests.web.making import finish, open_workshop
from tests.web.test_maker_ways import draft_of

pytestmark = pytest.mark.slow
NOTEBOOK = (1280, 800)


def test_codes_are_read_whole_and_a_row_is_removed_without_scrolling_aside(
    browser: Browser, village: Village
) -> None:
    with (
        open_workshop(village) as workshop,
        reading(browser, workshop.pages.url, "zh", "light", NOTEBOOK) as reader,
    ):
        draft = draft_of(workshop.pages.desk.node)
        first = {**draft.rows[0], "item": "ncm-lithium-brine", "product": "ncm-lithium-brine",
                 "legal_entity": "EXAMPLE-CN-0001", "category": "lithium-brine", "part_of": "cell-1"}  # fmt: skip
        keep_draft(workshop.pages.desk.node, replace(draft, rows=(first, *draft.rows[1:])))
        workshop.pages.enter(reader, "/models/beef")
        page = reader.page
        expect(page.locator('[name="r0.part_of"]')).to_have_attribute("aria-invalid", "true")
        for name in ("item", "product", "legal_entity", "category", "quantity", "unit", "part_of"):
            cell = page.locator(f'[name="r0.{name}"]')
            assert cell.evaluate("one => one.scrollWidth <= one.clientWidth"), name
        page.locator(".bill").evaluate("one => one.scrollIntoView()")
        expect(page.locator("button[name=remove]").first).to_be_in_viewport(ratio=1)
        reader.check()


def test_results_are_compared_without_scrolling_aside(browser: Browser, village: Village) -> None:
    with (
        open_workshop(village) as workshop,
        reading(browser, workshop.pages.url, "zh", "light", NOTEBOOK) as reader,
    ):
        finish(workshop)
        workshop.pages.enter(reader, "/compare")
        table = reader.page.locator("#table-comparison .scrolled")
        assert table.evaluate("one => one.scrollWidth <= one.clientWidth")
        reader.check()
