"""The result in a real browser: number, bound, stages, rule sets, verification; a changed certificate is refused."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select, update

from exchange.report.labels import LABELS
from exchange.report.meanings import MEANINGS
from exchange.report.words import FINDINGS, NOT_VERIFIED, SIGNED_ONLY, VERIFIED
from node.maker.standings import read_now
from node.store.tables import STANDINGS
from node.verifying import issue_verification
from protocol.bundle import parse_bundle
from protocol.certificate import CHECK_NAMES, CHECK_TITLES, REDACTED_CHECKS
from protocol.statements import parse_statement
from protocol.verification_payloads import Statement
from protos.values import FindQuery
from tests.node.village import Village
from tests.web.asking import asking
from tests.web.browser import LOOKS, reading
from tests.web.making import Workshop, expect_pack_figure, finish, open_workshop


@pytest.fixture
def workshop(village: Village) -> Iterator[Workshop]:
    with open_workshop(village) as opened:
        yield opened


def test_the_result_says_its_number_and_its_checks_run_again(browser: Browser, workshop: Workshop) -> None:
    request = finish(workshop)
    for language, theme, size in LOOKS:
        with reading(browser, workshop.pages.url, language, theme, size) as reader:
            workshop.pages.enter(reader, f"/calculations/{request}/result")
            page = reader.page
            expect(page.get_by_role("heading", level=1)).to_have_text("T-100")
            expect_pack_figure(page.locator(".figure-large"), workshop, request)
            if language == "en":
                why = page.get_by_text("The margins can only add.")
                expect(why).to_be_hidden()
                page.get_by_text("Why?", exact=True).focus()
                page.keyboard.press("Enter")
                expect(why).to_be_visible()
            rows = page.locator("#table-stages tbody tr")
            expect(rows).to_have_count(4)
            expect(rows.nth(0)).to_contain_text("原材料获取" if language == "zh" else "Raw materials")
            page.get_by_role("button", name="Verify this" if language == "en" else "验证").click()
            shown = page.locator("ol.checks li[data-status=passed]")
            expect(shown).to_have_count(len(CHECK_TITLES), timeout=30_000)
            number, title_en, title_zh = CHECK_TITLES[-1]
            expect(shown.nth(number - 1)).to_contain_text(title_zh if language == "zh" else title_en)
            reader.check()
            reader.picture(f"maker-result-{language}")


def test_the_bound_is_never_rounded_down(workshop: Workshop) -> None:
    request = finish(workshop)
    read_now(workshop.maker, request)
    with workshop.maker.store.write() as connection:
        (kept,) = connection.execute(select(STANDINGS.c.figures)).scalars()
        figures = json.loads(kept) | {"overstated_by_at_most": "4.8001", "total_energy_kwh": "33750"}
        connection.execute(update(STANDINGS).values(figures=json.dumps(figures)))
    with asking(workshop.pages) as client:
        page = client.get(f"/calculations/{request}/result").text
    assert "Overstated by at most 0.00015 kgCO₂e/kWh (4.9 kg a pack)" in page


def expect_told(page: Page, workshop: Workshop, request: str) -> None:
    """The page of a good file says of what it is: figure, model, maker, and what verifiers said."""
    expect_pack_figure(page.locator(".figure-large"), workshop, request)
    facts = page.locator("#checks dl.facts").first
    for fact in ("T-100", "Pack maker", request):
        expect(facts).to_contain_text(fact)
    expect(page.get_by_text(VERIFIED.en)).to_be_visible()
    expect(page.get_by_text(LABELS["no_verification"].en)).to_be_visible()
    expect(page.get_by_text(LABELS["opinions_none"].en)).to_be_visible()
    verifications = page.locator(f"ol.checks li[value='{CHECK_NAMES.index('verifications') + 1}'] .verdict")
    expect(verifications).to_have_text(f"– {LABELS['no_opinions'].en}")
    # This node's pins require no witness: nothing is said to have been seen by one.
    witnesses = page.locator(f"ol.checks li[value='{CHECK_NAMES.index('witnesses') + 1}'] .verdict")
    expect(witnesses).to_have_text(f"– {LABELS['no_witnesses'].en}")


def expect_told_apart(page: Page) -> None:
    """A check that proves nothing has not the colour of one that holds."""
    verdicts = page.locator("ol.checks li[data-status=passed] .verdict")
    holds, proves_nothing = (
        verdicts.filter(has_text=said).first.evaluate("one => getComputedStyle(one).color")
        for said in ("✓", LABELS["proves_nothing"].en)
    )
    assert holds != proves_nothing


def test_a_certificate_is_handed_out_and_a_changed_one_is_refused(
    browser: Browser, workshop: Workshop, tmp_path: Path
) -> None:
    request = finish(workshop)
    with reading(browser, workshop.pages.url) as reader:
        workshop.pages.enter(reader, f"/calculations/{request}/result")
        page = reader.page
        with page.expect_download() as download:
            page.get_by_role("link", name="Certificate", exact=True).click()
        good = json.loads(download.value.path().read_bytes())
        with page.expect_download() as download:
            page.get_by_role("link", name="Certificate, public form").click()
        redacted = download.value.path().read_bytes()
        assert json.loads(redacted)["format"] == f"{good['format'].replace('/', '-redacted/')}"
        assert len(json.loads(redacted)["statements"]) < len(good["statements"])

        def check(data: bytes) -> None:
            (tmp_path / "certificate.json").write_bytes(data)
            reader.go("/certificates/check")
            page.locator("input[type=file]").set_input_files(tmp_path / "certificate.json")
            page.get_by_role("button", name="Check", exact=True).click()

        check(json.dumps(good, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode())
        expect(page.locator("#checks .notice")).to_have_text(LABELS["good"].en, timeout=30_000)
        expect(page.locator("ol.checks li[data-status=passed]")).to_have_count(len(CHECK_TITLES))
        expect_told(page, workshop, request)
        reader.check()
        check(redacted)
        expect(page.locator("#checks .notice")).to_have_text(LABELS["good_redacted"].en, timeout=30_000)
        expect(page.get_by_text(SIGNED_ONLY.en)).to_be_visible()
        hidden = page.locator("ol.checks li[data-status=hidden]")
        expect(hidden).to_have_count(len(CHECK_TITLES) - len(REDACTED_CHECKS))
        expect(hidden.first).to_contain_text(LABELS["needs_full"].en)
        good["statements"][-1]["logged_at"] += 1
        check(json.dumps(good, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode())
        expect(page.get_by_role("alert")).to_contain_text(LABELS["bad"].en, timeout=30_000)
        failed = page.locator("ol.checks li[data-status=failed]").first
        expect(failed).to_contain_text("FAILS")
        expect(failed).to_contain_text(MEANINGS["inclusion"].en)
        expect_told_apart(page)
        expect(page.get_by_text(NOT_VERIFIED.en)).to_be_visible()
        expect(page.locator(".figure-large")).to_have_count(0)
        reader.check()
        check(b"PK\x03\x04 a workbook")
        expect(page.get_by_role("alert")).to_contain_text(
            LABELS["not_certificate"].en.format(file="certificate.json")
        )
        expect(page.locator("ol.checks")).to_have_count(0)


def test_what_verifiers_said_since_is_fetched_into_the_certificate(
    browser: Browser, workshop: Workshop
) -> None:
    request = finish(workshop)
    village = workshop.village
    verifier = village.settle("Verifying body", "verifier")
    with reading(browser, workshop.pages.url) as reader:
        workshop.pages.enter(reader, f"/calculations/{request}/result")
        page = reader.page
        button = page.get_by_role("button", name="Fetch what verifiers have said since")

        def certificate() -> bytes:
            with page.expect_download() as download:
                page.get_by_role("link", name="Certificate", exact=True).click()
            return download.value.path().read_bytes()

        first = certificate()
        button.click()
        expect(page.get_by_role("status")).to_contain_text("No verifier has said anything since")
        found = verifier.egress.find(FindQuery("declaration", 0, 1)).statements[0]
        declaration = parse_statement(found.data).id
        says = Statement(scope="all", assurance="limited", finding="unmodified", opinion="as declared")
        verifier.settle(issue_verification(verifier, declaration, says, []))
        assert certificate() == first
        button.click()
        expect(page.get_by_role("status")).to_contain_text("Fetched anew")
        kinds = {one.logged.payload.type for one in parse_bundle(certificate()).statements}
        assert "verification" in kinds
        opinion = page.locator("ul.opinions li")
        expect(opinion).to_have_count(1)
        for said in (FINDINGS["unmodified"].en, "Verifying body", "limited assurance", "all", "as declared"):
            expect(opinion).to_contain_text(said)
        reader.check()
