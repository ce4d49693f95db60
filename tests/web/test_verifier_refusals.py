"""What an owner refuses, and what its verifier says then: in a form that asks no more than a disclaimer needs."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser

from node.verifications import list_issued
from tests.node.village import Village
from tests.web.browser import reading
from tests.web.test_roles import pages_of
from tests.web.test_verifier_pages import BODY, OWNER, SAID, open_bench
from web.paging import WHOLE


def test_a_refusal_waits_for_its_verifier_and_is_asked_anew_from_what_was_asked(village: Village) -> None:
    with open_bench(village, "zh") as bench:
        asked = bench.ask(0, 1)
        bench.answer(asked, "不便出示")
        task = "的查看请求被拒绝：请少要一些"
        assert f'href="/verifications/{asked}"' in bench.get("/") and task in bench.get("/")
        page = bench.get(f"/verifications/{asked}")
        assert "企业拒绝了：不便出示" in page and "已拒绝：" not in page
        like = f"/verifications/ask/{bench.declaration}?like={asked}"
        assert f'href="{like}"' in page
        form = bench.get(like)
        assert re.findall(r'name="line" value="(\d+)" checked', form) == ["0", "1"]
        assert "yearly visit</textarea>" in form and "理由不会密封" in form
        said = {**SAID, "finding": "disclaimed", "opinion": "没有看到"}
        bench.sign(f"/verifications/{asked}", **said)
        bench.issued()
        assert task not in bench.get("/")
        work = bench.get("/verifications")
        assert "核查工作报告在平台的控制台" in work and "账号由平台运营方开通" in work


def test_a_refusal_waits_no_longer_once_a_later_question_was_answered_whatever_is_asked_since(
    village: Village,
) -> None:
    with open_bench(village, "zh") as bench:
        bench.answer(bench.ask(0), "不便出示")
        bench.ask(1)
        task = "的查看请求被拒绝：请少要一些"
        assert task in bench.get("/"), "what is asked and not answered ends nothing"
        bench.answer(bench.ask(0, 1))
        bench.ask(1)
        assert task not in bench.get("/")


def test_a_disclaimer_is_not_asked_how_sure_it_is_and_nothing_says_that_it_is(village: Village) -> None:
    with open_bench(village) as bench:
        asked = bench.ask()
        opening = bench.answer(asked)
        path = f"/verifications/{asked}"
        said = {**SAID, "assurance": "", "opinion": "not enough was shown"}
        assert bench.sign(path, **{**said, "finding": "adverse"}).status_code == 422
        preview = bench.post(path, **{**said, "finding": "disclaimed"}).text.partition('id="preview"')[2]
        assert "none: a disclaimer gives no assurance" in preview.partition("</dl>")[0]
        assert bench.sign(path, **{**said, "finding": "disclaimed"}).status_code == 303
        (signed,) = bench.issued()
        assert (signed.says.finding, signed.says.assurance) == ("disclaimed", "limited")
        (logged,) = list_issued(bench.verifier, WHOLE)
        page = bench.get(f"/verifications/issued/{logged.id}")
        assert "a disclaimer gives no assurance" in page and "limited assurance" not in page
        # What it rests on is named, not only numbered.
        rests_on = page.partition("<dt>Rests on</dt>")[2].partition("</dd>")[0]
        assert f"({OWNER}): lines 0: yearly visit" in rests_on and opening in rests_on


@pytest.mark.slow
def test_a_choice_that_is_missing_is_asked_for_in_the_page_s_language(
    browser: Browser, village: Village
) -> None:
    with open_bench(village) as bench:
        asked = bench.ask()
        bench.answer(asked)
    with pages_of(village, BODY) as pages, reading(browser, pages.url, "zh") as reader:
        pages.enter(reader, f"/verifications/{asked}")
        findings, said = (
            reader.page.locator("input[name=finding]"),
            "all => all.map(one => one.validationMessage)",
        )
        reader.page.locator("textarea[name=scope]").fill("line 0")
        reader.page.locator("main form button").last.click()
        assert set(findings.evaluate_all(said)) == {"请选择其中一项。"}
        findings.last.check()
        assert set(findings.evaluate_all(said)) == {""}


@pytest.mark.slow
def test_a_state_keeps_its_colour_where_it_leads_somewhere(browser: Browser, village: Village) -> None:
    with open_bench(village) as bench:
        bench.answer(bench.ask(), "not this month")
    with pages_of(village, BODY) as pages, reading(browser, pages.url) as reader:
        pages.enter(reader, "/verifications")
        state = reader.page.locator("#table-asked td[data-state=bad]")
        colours = [
            one.evaluate("one => getComputedStyle(one).color") for one in (state, state.locator("a").first)
        ]
        assert colours[0] == colours[1]
        reader.check()
