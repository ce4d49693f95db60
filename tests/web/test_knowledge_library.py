"""The library on a node, in a real browser: everything submitted, by whomever and in whatever state."""

from __future__ import annotations

from playwright.sync_api import Browser, expect

from method.factor import parse_factor
from node.reviewing import submit_factors
from tests.node.village import Village
from tests.support.example import factor
from tests.web.browser import reading
from tests.web.test_roles import pages_of


def test_an_expert_finds_published_and_submitted_factors_by_the_menu(
    browser: Browser, village: Village
) -> None:
    village.settle("Expert Li", "expert")
    provider = village.settle("Factor house", "provider")
    submit_factors(provider, [parse_factor(factor("own-steel", "2", "kg"))])
    provider.deliver()
    with pages_of(village, "Expert Li") as pages, reading(browser, pages.url) as reader:
        pages.enter(reader, "/reviews")
        page, rows = reader.page, reader.page.locator("#table-library tbody tr")
        page.locator("nav a[href='/library']").click()
        for code, state in (("grid", "published"), ("own-steel", "submitted")):
            expect(rows.filter(has_text=code)).to_contain_text(state)
        reader.check()
        reader.pictures("expert-library")
        page.locator("main input[type=search]").fill("own-")
        page.keyboard.press("Enter")
        expect(rows).to_have_count(1)
