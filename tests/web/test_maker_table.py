"""The bill of materials as a table one works in, on the screen of an ordinary notebook."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from playwright.sync_api import Browser, expect

from node.maker.directory import Directory
from node.maker.pack_drafts import keep_draft
from tests.node.village import Village
from tests.web.browser import NARROW, reading
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


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_column_is_there_at_once_on_a_notebook_and_a_narrow_screen_shows_that_there_are_more(
    browser: Browser, village: Village, language: str
) -> None:
    with (
        open_workshop(village) as workshop,
        reading(browser, workshop.pages.url, language, "light", NOTEBOOK) as reader,
    ):
        draft = draft_of(workshop.pages.desk.node)
        first = {**draft.rows[0], "item": "30100010023", "product": "ncm-metal-sulfates", "quantity": "229.335",
                 "name": "镍钴锰硫酸盐与三元前驱体混合料", "legal_entity": "91310000MA1FL0000X",
                 "category": "nickel-cobalt-manganese-sulfates", "part_of": "30100010024"}  # fmt: skip
        keep_draft(workshop.pages.desk.node, replace(draft, rows=(first, *draft.rows[1:])))
        workshop.pages.enter(reader, "/models/beef")
        table = reader.page.locator(".bill .scrolled")
        last = reader.page.locator('[name="r0.default_factor"]')
        aside = reader.page.locator('[name="r0.part_of"]')
        assert table.evaluate("one => one.scrollWidth <= one.clientWidth")
        last.scroll_into_view_if_needed()
        expect(last).to_be_in_viewport(ratio=1)
        expect(aside).to_be_in_viewport(ratio=1)
        assert table.get_attribute("data-more") is None
        reader.check()
        reader.page.set_viewport_size({"width": NARROW[0], "height": NARROW[1]})
        expect(table).to_have_attribute("data-more", "")
        arrow = "getComputedStyle(document.querySelector('.bill th:last-child'), '::after').content"
        assert reader.page.evaluate(arrow) == '"→"'
        reader.check()
        table.evaluate("one => one.scrollTo(one.scrollWidth, 0)")
        expect(table).not_to_have_attribute("data-more", "")


def test_what_is_found_goes_into_a_new_row_unless_one_came_from_a_row(
    browser: Browser, village: Village
) -> None:
    with open_workshop(village) as workshop, reading(browser, workshop.pages.url, "zh") as reader:
        node, page = workshop.pages.desk.node, reader.page
        Directory().refresh(node)
        draft = draft_of(node)
        bare = {**dict.fromkeys(draft.rows[0], ""), "name": "粉料", "quantity": "120", "unit": "kg"}
        keep_draft(node, replace(draft, rows=(*draft.rows[:2], bare, *draft.rows[3:])))
        workshop.pages.enter(reader, "/models/beef")
        into = page.locator("[name=into]")
        expect(into).to_have_value("")
        page.locator('[name="r0.item"]').focus()
        expect(into).to_have_value("")
        page.locator('[name="r2.default_factor"]').focus()
        expect(page.locator("#factors option")).to_have_count(1)
        page.locator('[name="r0.item"]').focus()
        page.locator("td [data-find]").click()
        page.locator('[name="r0.quantity"]').focus()
        expect(into).to_have_value("2")
        expect(page.locator("[name=find]")).to_have_value("粉料")
        page.locator("[name=find]").fill("south")
        page.locator("[name=offer]").click()
        expect(page).to_have_url(re.compile(r"/models/beef\?after=2#row-2$"))
        expect(page.locator('[name="r2.product"]')).to_have_value("item-2")
        expect(page.locator("#row-2")).to_be_in_viewport()
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
