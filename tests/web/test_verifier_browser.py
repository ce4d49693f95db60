"""A verifier and a pack's result in a real browser: read, said with its reason, shown, signed, read again."""

from __future__ import annotations

from playwright.sync_api import Browser, expect

from tests.node.village import Village, ask
from tests.web.browser import reading
from tests.web.test_roles import pages_of


def test_a_verifier_says_what_it_found_of_a_pack_and_reads_it_again(
    browser: Browser, village: Village
) -> None:
    village.suppliers()
    village.settle("Verifying body", "verifier").deliver()
    ask(village.settle("Pack maker", "requester"))
    village.run()
    with pages_of(village, "Verifying body") as pages, reading(browser, pages.url, "zh") as reader:
        pages.enter(reader, "/verifications")
        page = reader.page
        page.locator("#table-results tbody a").first.click()
        expect(page.locator("#table-entries tbody tr")).to_have_count(4)
        reader.check()
        reader.picture("verifier-result-zh")
        page.locator("textarea[name=scope]").fill("结果与四份申报")
        page.locator("input[value=modified]").check()
        page.locator("input[value=limited]").check()
        reader.expected = ["422"]
        page.get_by_role("button", name="先看将要签署的内容").click()
        expect(page.get_by_role("alert")).to_contain_text("理由")
        reader.check()
        page.locator("textarea[name=opinion]").fill("正极材料除外")
        page.get_by_role("button", name="先看将要签署的内容").click()
        expect(page.locator("#preview")).to_contain_text("正极材料除外")
        reader.check()
        reader.picture("verifier-before-zh")
        page.locator("#change summary").click()
        page.locator("textarea[name=opinion]").fill("正极材料与铝壳除外")
        page.locator("#sign button").click()
        expect(page.get_by_role("alert")).to_contain_text("您在预览之后改过内容")
        expect(page.locator("#preview")).to_contain_text("正极材料与铝壳除外")
        reader.check()
        page.locator("#sign button").click()
        page.locator("#table-issued tbody a").first.click()
        expect(page.locator("main dl")).to_contain_text("正极材料与铝壳除外")
        reader.check()
        reader.picture("verifier-issued-zh")
