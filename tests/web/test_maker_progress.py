"""A calculation under way, in a real browser: rows move by themselves, a late supplier is reminded, one withdraws."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest
from playwright.sync_api import Browser, expect

from node.maker.duty import BOUNDARY, METHOD, Listed, count_duty
from node.maker.standings import certified_models, refresh_standings
from tests.node.village import Village, allow, ask
from tests.web.browser import LOOKS, Theme, in_every_look, reading
from tests.web.making import Workshop, expect_pack_figure, finish, open_workshop


@pytest.fixture
def workshop(village: Village) -> Iterator[Workshop]:
    with open_workshop(village, policy=False) as opened:
        yield opened


@in_every_look
def test_progress_moves_by_itself_while_suppliers_consent(
    browser: Browser, workshop: Workshop, language: str, theme: Theme, size: tuple[int, int]
) -> None:
    village = workshop.village
    request = ask(workshop.maker)
    village.step()
    with reading(browser, workshop.pages.url, language, theme, size) as reader:
        page = reader.page
        workshop.pages.enter(reader, f"/calculations/{request}")
        rows = page.locator("#table-suppliers tbody tr")
        expect(rows).to_have_count(4)
        expect(rows.first).to_contain_text("已邀请" if language == "zh" else "invited")
        reader.check()
        allow(village.nodes["North Cathode"])
        village.step()
        village.step()
        expect(rows.filter(has_text="已同意" if language == "zh" else "consented")).to_have_count(
            1, timeout=20_000
        )
        expect(page.locator("#withdrawing")).to_have_count(1)
        reader.picture(f"maker-progress-{language}")
        for name in ("East Cathode", "South Cathode", "Pack plant"):
            allow(village.nodes[name])
        village.run()
        notice = page.get_by_text("已出证" if language == "zh" else "Certified: the result is there.").first
        expect(notice).to_be_visible(timeout=30_000)
        expect(page.locator("#withdrawing")).to_have_count(0)
        page.get_by_role("link", name="查看结果" if language == "zh" else "See the result").click()
        expect_pack_figure(page.locator(".figure-large"), workshop, request)
        reader.check()


def test_who_is_late_is_reminded_with_a_text_that_holds_no_quantity(
    browser: Browser, workshop: Workshop
) -> None:
    request = ask(workshop.maker)
    workshop.village.step()
    with reading(browser, workshop.pages.url) as reader:
        page = reader.page
        workshop.pages.enter(reader, f"/calculations/{request}")
        expect(page.locator("#table-suppliers [data-state=late]")).to_have_count(0)
        workshop.village.town.clock.now += 11 * 86_400
        workshop.pages.enter(reader, f"/calculations/{request}")  # a session is over after a week
        expect(page.locator("#table-suppliers [data-state=late]")).to_have_count(4)
        page.get_by_role("link", name="Remind").first.click()
        letters = page.locator("pre.letter")
        expect(letters).to_have_count(2)
        assert "141" not in (letters.first.text_content() or "").replace(request, "")
        reader.pictures("maker-reminder")
        link = page.get_by_role("link", name="Open in your mail program").first.get_attribute("href") or ""
        assert link.startswith("mailto:?subject=") and "141" not in link.replace(request, "")
        reader.check()


def test_a_request_is_withdrawn_with_a_reason(browser: Browser, workshop: Workshop) -> None:
    request = ask(workshop.maker)
    workshop.village.step()
    with reading(browser, workshop.pages.url) as reader:
        page = reader.page
        workshop.pages.enter(reader, f"/calculations/{request}")
        page.get_by_text("Withdraw the request").click()
        page.get_by_label("Reason").fill("a wrong quantity")
        page.get_by_role("button", name="Withdraw", exact=True).click()
        expect(page.get_by_text("ended without a result")).to_contain_text("a wrong quantity")
        reader.check()


@pytest.mark.slow
def test_models_and_years_are_compared_and_the_duty_is_counted(browser: Browser, workshop: Workshop) -> None:
    for name in list(workshop.village.nodes):
        allow(workshop.village.nodes[name])
    finish(workshop)
    for language, theme, size in LOOKS:
        with reading(browser, workshop.pages.url, language, theme, size) as reader:
            workshop.pages.enter(reader, "/compare")
            expect(reader.page.locator("#table-comparison tbody tr")).to_have_count(1)
            expect(reader.page.locator("#table-comparison")).to_contain_text("T-100")
            reader.check()
            reader.picture(f"maker-compare-{language}")
            reader.go("/duty")
            # Certified under another rule set: the notice's duty is open.
            expect(reader.page.locator("#table-duty [data-state=late]")).to_have_count(1)
            reader.check()
            reader.picture(f"maker-duty-{language}")
            for path in ("/calculations", "/models", "/certificates/check"):
                reader.go(path)
                reader.check()
                reader.picture(f"maker{path.replace('/', '-')}-{language}")
    refresh_standings(workshop.maker)
    fitting = certified_models(workshop.maker, (METHOD, BOUNDARY))
    listed = [Listed("T-100", "NCM", "100"), Listed("tiny", "LFP", "1.5")]
    duty = count_duty(listed, fitting, date(2026, 12, 1))
    assert ([one.model for one in duty.waiting], duty.ready, duty.days_left) == (["T-100"], (), 30)
