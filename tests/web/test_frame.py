"""The frame of every page, in a real browser: entry by link, languages, themes, sizes, downloads; node and console."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, expect

from tests.node.village import Village
from tests.web.browser import Theme, in_every_look, reading
from tests.web.doors import Pages, console_link, open_pages
from web.accounts import Account


@pytest.fixture
def pages(village: Village):
    node = village.settle("North Cathode", "supplier")
    node.deliver()
    with open_pages(village.folder / "North-Cathode", village.town.clock) as opened:
        yield opened


@in_every_look
def test_a_link_lets_its_holder_in_once_and_the_page_holds_every_rule(
    browser: Browser, pages: Pages, language: str, theme: Theme, size: tuple[int, int]
) -> None:
    link = pages.desk.entry_link("/egress")
    with reading(browser, pages.url, language, theme, size) as reader:
        reader.page.goto(link)
        reader.page.wait_for_url(f"{pages.url}/egress")
        title = "What left this house" if language == "en" else "出门记录"
        expect(reader.page.get_by_role("heading", level=1)).to_have_text(title)
        expect(reader.page.get_by_role("table")).to_contain_text("enrolment")
        reader.check()
    with reading(browser, pages.url) as second:
        second.expected = ["403"]
        second.page.goto(link)
        expect(second.page.get_by_role("status")).to_contain_text("used already")
        second.go("/egress")
        expect(second.page.get_by_role("heading", level=1)).to_have_text("Sign in")
        second.check()


def test_a_new_link_opened_where_a_used_one_was_shown_lets_its_holder_in(
    browser: Browser, pages: Pages
) -> None:
    with reading(browser, pages.url) as reader:
        reader.expected = ["403"]
        reader.page.goto(f"{pages.url}/enter#used")
        expect(reader.page.get_by_role("status")).to_contain_text("used already")
        reader.page.goto(pages.desk.entry_link("/egress"))
        reader.page.wait_for_url(f"{pages.url}/egress")
        reader.check()


def test_language_and_theme_are_switched_and_kept(browser: Browser, pages: Pages) -> None:
    with reading(browser, pages.url) as reader:
        pages.enter(reader, "/egress")
        reader.page.get_by_role("button", name="中文").click()
        expect(reader.page.get_by_role("heading", level=1)).to_have_text("出门记录")
        assert reader.page.url == f"{pages.url}/egress"
        reader.page.get_by_role("button", name="深色").click()
        expect(reader.page.locator("html")).to_have_attribute("data-theme", "dark")
        expect(reader.page.locator("html")).to_have_attribute("lang", "zh-CN")
        reader.check()


def test_a_table_is_downloaded_as_csv_and_xlsx(browser: Browser, pages: Pages) -> None:
    with reading(browser, pages.url) as reader:
        pages.enter(reader, "/egress")
        for form, beginning in (("csv", b"\xef\xbb\xbfNo.,When"), ("xlsx", b"PK")):
            with reader.page.expect_download() as download:
                reader.page.get_by_role("link", name=form, exact=True).click()
            assert download.value.suggested_filename == f"egress-2026-11-18.{form}"
            assert download.value.path().read_bytes().startswith(beginning)


def test_the_console_is_not_there_without_accounts_and_lives_with_one(
    browser: Browser, village: Village
) -> None:
    base = f"http://{village.doors.http}"
    with reading(browser, base) as reader:
        reader.expected = ["404"]
        for path in ("/", "/console", "/console/"):
            assert "No console here yet" in (reader.go(path).text_content("body") or "")
        reader.go("/console/")
        operator = Account("operator@example", frozenset({"operator"}))
        reader.page.goto(console_link(village.town, base, operator))
        reader.page.wait_for_url(f"{base}/console/")
        for path in ("/", "/console"):
            assert reader.go(path).url == f"{base}/console/"
        reader.go("/console/log")
        part = reader.page.locator("[hx-get*='/log/live']")
        before = part.get_attribute("hx-get") or ""
        node = village.settle("North Cathode", "supplier")
        node.deliver()
        expect(part).not_to_have_attribute("hx-get", before, timeout=10_000)
        expect(part).to_contain_text(node.id[:12])
        reader.check()
