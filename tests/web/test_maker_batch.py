"""Several models requested in one go, in a browser: as one calculation, or each by itself; each result is shown."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from node.maker.outcomes import Outcome
from node.maker.pack_drafts import list_drafts
from node.maker.requesting import list_requests
from node.maker.standings import find_standings, refresh_standings
from tests.node.test_batch import two_models
from tests.node.village import SUPPLIES, Village
from tests.web.browser import NARROW, WIDE, Theme, reading
from tests.web.making import Workshop, open_workshop
from tests.web.test_maker_models import upload
from web.numbers import show_significant

pytestmark = pytest.mark.slow
ITEMS = [f"item-{number}" for number in range(len(SUPPLIES))]
LOOKS: tuple[tuple[str, Theme, tuple[int, int]], ...] = (("en", "light", WIDE), ("zh", "dark", NARROW))


@pytest.fixture
def workshop(village: Village) -> Iterator[Workshop]:
    with open_workshop(village) as opened:
        yield opened


def upload_two(page: Page) -> None:
    """One pack.toml with two models becomes two drafts."""
    upload(page, ("pack.toml", two_models(ITEMS).encode()))
    expect(page.locator(".notice")).to_have_count(2)


def results_of(workshop: Workshop) -> dict[str, Outcome]:
    refresh_standings(workshop.maker)
    standings = find_standings(workshop.maker, [one.id for one in list_requests(workshop.maker)])
    return {one.model: one for standing in standings.values() for one in standing.outcomes}


@pytest.mark.parametrize("language,theme,size", LOOKS)
def test_two_models_are_one_calculation_and_both_results_are_shown(
    browser: Browser, workshop: Workshop, language: str, theme: Theme, size: tuple[int, int]
) -> None:
    def say(en: str, zh: str) -> str:
        return zh if language == "zh" else en

    with reading(browser, workshop.pages.url, language, theme, size) as reader:
        page = reader.page
        workshop.pages.enter(reader, "/models")
        upload_two(page)
        reader.go("/models/batch")
        # No row stands in the distribution: one ticks such a model oneself.
        for model in ("T-100", "T-80"):
            expect(page.get_by_label(model)).not_to_be_checked()
            page.get_by_label(model).check()
        page.get_by_label(say("As one calculation", "合为一次核算")).check()
        reader.check()
        reader.picture(f"maker-models-batch-{language}")
        page.get_by_role("button", name=say("Request the footprints", "批量发起")).click()
        rows = page.locator("#table-batch tbody tr")
        expect(rows).to_have_count(1)
        expect(rows.first).to_contain_text("T-100, T-80")
        expect(rows.locator("[data-state=good]")).to_have_count(1, timeout=60_000)
        reader.check()
        reader.picture(f"maker-batch-progress-{language}")
        workshop.village.run()
        (request,) = list_requests(workshop.maker)
        results = results_of(workshop)
        assert {one.request for one in results.values()} == {request.id}
        reader.go(f"/calculations/{request.id}/result")
        for model, other in (("T-100", "T-80"), ("T-80", "T-100")):
            expect(page.get_by_role("heading", level=1)).to_have_text(model)
            shown = show_significant(results[model].figures.per_kwh)
            expect(page.locator(".figure-large")).to_have_text(f"{shown} kgCO₂e/kWh")
            reader.check()
            page.get_by_role("link", name=other, exact=True).click()
        reader.go("/models")
        expect(page.locator("#table-models [data-state=good]")).to_have_count(2)


def test_two_models_are_requested_each_by_itself_and_who_is_not_ready_is_told_why(
    browser: Browser, workshop: Workshop
) -> None:
    with reading(browser, workshop.pages.url, "zh") as reader:
        page = reader.page
        workshop.pages.enter(reader, "/models")
        upload_two(page)
        reader.go("/models")
        text = (
            two_models(ITEMS).replace("T-100", "S-7").replace("T-80", "S-8").replace("East Cathode", "Nobody")
        )
        upload(page, ("other.toml", text.encode()))
        expect(page.locator(".notice")).to_have_count(2)
        assert [one.model for one in list_drafts(workshop.maker)] == ["S-7", "S-8", "T-100", "T-80"]
        reader.go("/models/batch")
        for model in ("S-7", "T-100", "T-80"):
            page.get_by_label(model).check()
        page.get_by_role("button", name="批量发起").click()
        rows = page.locator("#table-batch tbody tr")
        expect(rows).to_have_count(3)
        expect(rows.locator("[data-state=good]")).to_have_count(2, timeout=90_000)
        expect(rows.filter(has_text="S-7")).to_contain_text("Nobody 的 item-1：供应商未登记")
        reader.check()
        workshop.village.run()
        results = results_of(workshop)
        assert len({one.request for one in results.values()}) == 2 and set(results) == {"T-100", "T-80"}
        for model, one in results.items():
            reader.go(f"/calculations/{one.request}/result")
            expect(page.get_by_role("heading", level=1)).to_have_text(model)
            expect(page.locator(".figure-large")).to_contain_text(show_significant(one.figures.per_kwh))
