"""The node's pages for factor providers, experts and verifiers, in a real browser: each does its whole task."""

from __future__ import annotations

import csv
import re
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import cast

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from coordinator.exporting import encode_factors
from coordinator.serving import Addresses
from coordinator.shipped import shipped_files
from method.exact import encode_decimal
from method.factor import Factor, parse_factor
from method.factor_table import COLUMNS
from node.agent import Agent
from node.reviewing import submit_factors
from node.supplier.activities import find_activity
from node.supplier.declaring import declaration_secrets
from node.verifying import (
    Wish,
    ask_for_opening,
    list_openings,
    open_to_verifier,
    refuse_opening,
    resolve_opening,
)
from protocol.payloads import Review, Role
from tests.node.test_library import publish
from tests.node.village import Village
from tests.support.example import LIBRARY, factor
from tests.web.browser import Reader, Theme, in_every_look, reading
from tests.web.doors import Pages, open_pages

OWNER = "North Cathode"


@contextmanager
def pages_of(village: Village, name: str) -> Iterator[Pages]:
    """The pages of a node that is settled already."""
    village.nodes.pop(name).close()
    with open_pages(village.folder / name.replace(" ", "-"), village.town.clock) as pages:
        yield pages


def factors_file(folder: Path) -> Path:
    """Two shipped factors under codes of their own, as csv."""
    shipped = [parse_factor(one) for one in tomllib.loads(shipped_files()[0].read_text("utf-8"))["factor"]]
    own = [replace(one, code=f"own-{one.code}") for one in shipped[:2]]
    path = folder / "factors.csv"
    path.write_bytes(encode_factors(own, "csv"))
    return path


@in_every_look
def test_a_provider_submits_and_an_expert_writes_about_it(
    browser: Browser, village: Village, tmp_path: Path, language: str, theme: Theme, size: tuple[int, int]
) -> None:
    file = factors_file(tmp_path)
    village.settle("Factor house", "provider")
    village.settle("Expert Li", "expert")
    with (
        pages_of(village, "Factor house") as pages,
        reading(browser, pages.url, language, theme, size) as reader,
    ):
        pages.enter(reader, "/factors")
        page = reader.page
        page.locator("input[type=file]").set_input_files(file)
        page.locator("form[data-drop] button").click()
        expect(page.locator("#table-given tbody tr")).to_have_count(2)
        reader.check()
        reader.picture(f"provider-before-{language}")
        page.locator("#sign button").click()
        expect(page.get_by_role("status")).to_contain_text("2")
        expect(page.locator("#table-own tbody tr")).to_have_count(2)
        reader.check()
        reader.picture(f"provider-factors-{language}")
    with (
        pages_of(village, "Expert Li") as pages,
        reading(browser, pages.url, language, theme, size) as reader,
    ):
        pages.enter(reader, "/reviews")
        page = reader.page
        reader.picture(f"expert-reviews-{language}")
        page.locator("main input[type=search]").fill("own-")
        page.keyboard.press("Enter")
        page.locator("#table-waiting tbody a").first.click()
        reader.check()
        reader.picture(f"expert-review-{language}")
        page.locator("input[value=accept]").check()
        page.locator("textarea[name=opinion]").fill("source, boundary and year were checked")
        page.locator("main form button").last.click()
        expect(page.locator("#preview")).to_contain_text("source, boundary and year were checked")
        reader.check()
        page.locator("#sign button").click()
        expect(page.get_by_role("status")).to_contain_text("own-")
        expect(page.locator("#table-written tbody tr")).to_have_count(1)
        reader.check()


def test_a_file_with_mistakes_is_refused_whole_and_each_is_named(
    browser: Browser, village: Village, tmp_path: Path
) -> None:
    file = factors_file(tmp_path)
    rows = file.read_text("utf-8-sig").splitlines()
    file.write_text("\n".join([rows[0], rows[1].replace(",CN,", ",,"), "nonsense"]), "utf-8")
    village.settle("Factor house", "provider")
    with pages_of(village, "Factor house") as pages, reading(browser, pages.url) as reader:
        reader.expected = ["422"]
        pages.enter(reader, "/factors")
        reader.page.locator("input[type=file]").set_input_files(file)
        reader.page.locator("form[data-drop] button").click()
        expect(reader.page.get_by_role("alert")).to_contain_text("Nothing was taken over")
        assert reader.page.get_by_role("alert").locator("li").count() >= 2
        expect(reader.page.locator("#table-own")).to_contain_text("Nothing.")


def test_a_provider_is_told_what_an_expert_returned_and_how_to_mend_it(
    browser: Browser, village: Village
) -> None:
    returned, taken = (submit(village, "Factor house", code) for code in ("steel", "iron"))
    publish(village, submit(village, "Iron house", "iron"))
    expert = village.town.member("Expert Wang", "expert")
    fields = {**village.town.header(expert).fields(), "subjects": (returned,), "opinion": "no source"}
    village.town.log_it(expert, Review.model_validate({**fields, "verdict": "return"}))
    with pages_of(village, "Factor house") as pages, reading(browser, pages.url) as reader:
        pages.enter(reader)
        page = reader.page
        task = page.get_by_role("link", name="1 expert returns steel, still in review")
        expect(task).to_be_visible(timeout=60_000)
        reader.go("/factors")
        expect(page.locator("#table-own tbody tr").last).to_contain_text("1 returns it")
        reader.go("/")
        task.click()
        expect(page.locator("main .note")).to_contain_text("So far 0 accept it and 1 return it.")
        expect(page.locator("main dl.facts").first).to_contain_text("submit a corrected version")
        expect(page.get_by_role("link", name="Write its next version")).to_be_visible()
        reader.go(f"/reviews/{taken}")
        expect(page.locator("main .note")).to_contain_text("its code belongs to another provider")
        reader.check()
        reader.expected = ["422"]
        reader.go("/factors").locator("input[type=file]").set_input_files(
            {"name": "own.csv", "mimeType": "text/csv", "buffer": encode_factors([grid(2)], "csv")}
        )
        page.locator("form[data-drop] button").click()
        expect(page.get_by_role("alert")).to_contain_text("grid, a code of another publisher")
    with pages_of(village, "Expert Li") as pages, reading(browser, pages.url) as reader:
        pages.enter(reader)
        reader.page.get_by_role("link", name="1 submission waits for your opinion").click()
        expect(reader.page.locator("#table-waiting tbody tr")).to_have_count(1)


def test_an_expert_sees_what_a_new_version_changes(browser: Browser, village: Village) -> None:
    publish(village, submit(village, "Factor house", "steel"))
    newer = submit(village, "Factor house", "steel", "3", 2)
    with pages_of(village, "Expert Li") as pages, reading(browser, pages.url) as reader:
        pages.enter(reader, f"/reviews/{newer}")
        facts = reader.page.locator("main dl").last
        expect(facts.locator("dt")).to_have_text(["Value"])
        expect(facts.locator("dd")).to_have_text(["2 kgCO₂e/kg → 3 kgCO₂e/kg"])


def grid(version: int) -> Factor:
    """The example's factor of this code, which another provider published."""
    return parse_factor({**LIBRARY.factors["grid"], "version": version})


def submit(village: Village, name: str, code: str, value: str = "2", version: int = 1) -> str:
    """A factor of that provider, in the log; the expert who will read it is there as well."""
    for member, role in (("Expert Li", "expert"), (name, "provider")):
        if member not in village.nodes:
            village.settle(member, cast(Role, role))
    node = village.nodes[name]
    (submitted,) = submit_factors(node, [parse_factor({**factor(code, value, "kg"), "version": version})])
    node.deliver()
    return submitted.id


def correct(sheet: Path, source: str) -> None:
    """Write another source into every row."""
    with sheet.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    column = column_of(rows[0], "source")
    with sheet.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows({**row, column: source} for row in rows)


def column_of(row: dict[str, str], name: str) -> str:
    """The heading of a column, which says it in words before its name."""
    return next(title for title in row if title.split()[-1] == name)


def test_a_provider_corrects_its_factors_in_the_sheet_that_its_page_hands_out(
    browser: Browser, village: Village, tmp_path: Path
) -> None:
    village.settle("Factor house", "provider")
    with pages_of(village, "Factor house") as pages, reading(browser, pages.url) as reader:
        pages.enter(reader, "/factors")
        page, filled = reader.page, tmp_path / "filled.csv"
        submit = page.locator("form[data-drop] button")
        expect(page.locator("#table-columns tbody tr")).to_have_count(len(COLUMNS))
        link = page.locator("a[href='/factors/template.csv']")
        for file, version in ((factors_file(tmp_path), 1), (filled, 2), (filled, 3)):
            page.locator("input[type=file]").set_input_files(file)
            submit.click()
            page.locator("#sign button").click()
            expect(page.locator("#table-own tbody tr")).to_have_count(2 * version)
            with page.expect_download() as sheet:
                link.click()
            sheet.value.save_as(filled)
            correct(filled, f"table {version}")
        rows = list(csv.DictReader(filled.open(encoding="utf-8-sig")))
        assert [row[column_of(row, "version")] for row in rows] == ["4", "4"]


def test_a_provider_sees_its_page_while_the_coordinator_is_away(browser: Browser, village: Village) -> None:
    village.doors = Addresses("127.0.0.1:9", "127.0.0.1:9")
    village.settle("Factor house", "provider")
    with pages_of(village, "Factor house") as pages, reading(browser, pages.url) as reader:
        pages.enter(reader, "/factors")
        expect(reader.page.get_by_role("alert")).to_contain_text("no answer from the coordinator")
        expect(reader.page.get_by_role("button", name="See what you would sign")).to_be_visible()
        reader.check()


@pytest.mark.parametrize(
    ("role", "task", "path"),
    [
        ("provider", "Submit your first factors", "/factors"),
        ("expert", "See whether submissions wait for your opinion", "/reviews"),
        ("verifier", "Choose a declaration, and ask its owner what you need to see", "/verifications"),
    ],
)
def test_the_first_page_says_what_each_role_does_next(
    browser: Browser, village: Village, role: Role, task: str, path: str
) -> None:
    village.settle("Newcomer", role)
    with pages_of(village, "Newcomer") as pages, reading(browser, pages.url) as reader:
        pages.enter(reader)
        reader.page.get_by_role("link", name=task).click()
        reader.page.wait_for_url(f"{pages.url}{path}")
        reader.go("/welcome").get_by_role("button", name="Go on:").click()
        reader.page.wait_for_url(f"{pages.url}{path}")


def see_that_nobody_answered(reader: Reader, language: str) -> Locator:
    """The one question on the list, and its page: no error, and what comes next. The list's row."""
    page = reader.page
    work = page.locator("#table-asked tbody tr")
    expect(work).to_have_count(1)
    expect(work).to_contain_text({"en": "the owner is asked", "zh": "已向数据方提出"}[language])
    work.locator("a").first.click()
    expect(page.get_by_role("status")).to_be_visible()
    expect(page.get_by_role("alert")).to_have_count(0)
    reader.check()
    return work


def sign_that_it_holds(page: Page, url: str) -> None:
    page.locator("textarea[name=scope]").fill("line 0, two records")
    page.locator("input[value=unmodified]").check()
    page.locator("input[value=limited]").check()
    page.get_by_role("button", name=re.compile("See what you would sign|先看将要签署的内容")).click()
    expect(page.locator("#preview")).to_contain_text("line 0, two records")
    page.locator("#sign button").click()
    page.wait_for_url(f"{url}/verifications")


@in_every_look
def test_a_verifier_asks_reads_what_was_opened_and_signs(
    browser: Browser, village: Village, language: str, theme: Theme, size: tuple[int, int]
) -> None:
    village.suppliers()
    village.settle("Verifying body", "verifier")
    owner = village.nodes[OWNER]
    with (
        pages_of(village, "Verifying body") as pages,
        reading(browser, pages.url, language, theme, size) as reader,
    ):
        pages.enter(reader, "/verifications")
        page = reader.page
        page.locator("#table-declarations").get_by_role("link", name=OWNER).first.click()
        page.locator("input[name=line]").first.check()
        page.locator("input[name=records]").fill("0, 1")
        page.locator("textarea[name=reason]").fill("yearly visit")
        reader.check()
        reader.picture(f"verifier-ask-{language}")
        page.locator("main form button").last.click()
        work = see_that_nobody_answered(reader, language)
        Agent(owner).catch_up()
        (inquiry,) = list_openings(owner)
        open_to_verifier(owner, resolve_opening(owner, inquiry.id))
        owner.deliver()
        reader.go("/verifications")  # takes in what is new, as an agent would
        reader.picture(f"verifier-verifications-{language}")
        expect(work).to_contain_text({"en": "opened and checked", "zh": "已出示并核对"}[language])
        reader.go("/").locator(".tasks a[href^='/verifications/']").click()
        expect(page.locator("#table-lines tbody tr")).to_have_count(1)
        expect(page.locator("#table-records tbody tr")).to_have_count(2)
        reader.check()
        reader.picture(f"verifier-opened-{language}")
        sign_that_it_holds(page, pages.url)
        expect(page.locator("#table-issued tbody tr")).to_have_count(1)
        expect(page.locator("#table-issued")).to_contain_text("line 0, two records")
        expect(work).to_contain_text({"en": "signed", "zh": "已签署"}[language])
        reader.check()
        reader.go("/")
        expect(page.locator(".tasks")).not_to_contain_text("item-0")
    log = village.town.service.stores.log
    assert len(log.of_kind("verification", 0, 10)) == 1


def test_a_verifier_finds_a_declaration_while_typing_and_with_the_button(
    browser: Browser, village: Village
) -> None:
    declaration = village.suppliers()["item-1"]
    village.settle("Verifying body", "verifier")
    with pages_of(village, "Verifying body") as pages, reading(browser, pages.url, "zh") as reader:
        pages.enter(reader, "/verifications")
        page, rows = reader.page, reader.page.locator("#table-declarations tbody tr")
        words = page.get_by_label("查找结果或申报：型号、电池企业、产品、供应商、类别或编号")
        assert rows.count() > 1
        search = page.locator("main form[role=search]")
        field, button = (search.locator(one).bounding_box() for one in ("input", "button"))
        assert field is not None and button is not None
        assert button["height"] <= field["height"] + 2 and button["x"] >= field["x"] + field["width"] + 4
        words.press_sequentially("item-1")
        expect(rows).to_have_count(1)
        words.fill("")
        expect(rows).not_to_have_count(1)
        words.fill(declaration)
        page.locator("main").get_by_role("button", name="搜索").click()
        expect(rows).to_have_count(1)
        expect(rows.get_by_role("link")).to_have_attribute("href", f"/verifications/ask/{declaration}")
        reader.check()


def test_what_an_owner_refuses_is_shown_as_refused(browser: Browser, village: Village) -> None:
    declaration = village.suppliers()["item-0"]
    village.settle("Verifying body", "verifier")
    owner = village.nodes[OWNER]
    with pages_of(village, "Verifying body") as pages, reading(browser, pages.url) as reader:
        pages.enter(reader, f"/verifications/ask/{declaration}")
        page = reader.page
        reader.expected = ["400", "422", "403"]
        page.locator("input[name=records]").fill("zero")
        page.locator("textarea[name=reason]").fill("yearly visit")
        page.locator("main form button").last.click()
        expect(page.locator("main")).to_contain_text("expected record numbers")
        reader.go(f"/verifications/ask/{declaration}")
        page.locator("input[name=line]").first.check()
        page.locator("textarea[name=reason]").fill("yearly visit")
        page.locator("main form button").last.click()
        Agent(owner).catch_up()
        refuse_opening(owner, resolve_opening(owner, list_openings(owner)[0].id), "not this month")
        owner.deliver()
        reader.go("/verifications")
        expect(page.locator("#table-asked")).to_contain_text("not this month")
        expect(page.locator("#table-asked").get_by_role("link", name="Ask for less")).to_be_visible()
        page.locator("#table-asked tbody a").first.click()
        expect(page.get_by_role("alert")).to_contain_text("the owner refused")
        reader.check()


def test_places_are_shown_to_whom_they_are_of_use(browser: Browser, village: Village) -> None:
    village.settle("Expert Li", "expert")
    with pages_of(village, "Expert Li") as pages, reading(browser, pages.url) as reader:
        pages.enter(reader, "/reviews")
        places = reader.page.get_by_role("navigation")
        expect(places).to_contain_text("To review")
        for absent in ("Products", "Calculations", "Verifications", "Your factors"):
            expect(places).not_to_contain_text(absent)


def test_an_owner_reads_exactly_what_it_would_open(browser: Browser, village: Village) -> None:
    declaration = village.suppliers()["item-0"]
    verifier, owner = village.settle("Verifying body", "verifier"), village.nodes[OWNER]
    verifier.settle(ask_for_opening(verifier, Wish(declaration, (0,), (1, 99), "yearly visit")))
    Agent(owner).catch_up()
    amount = encode_decimal(Fraction(declaration_secrets(owner, declaration).amounts[0], 10**6))
    record = find_activity(owner, "item-0").records[1]
    with pages_of(village, OWNER) as pages, reading(browser, pages.url) as reader:
        pages.enter(reader, "/openings")
        lines, records = (reader.page.locator(f"[id^=table-{name}-] tbody") for name in ("lines", "records"))
        expect(lines).to_contain_text(amount)
        expect(records).to_contain_text(record.document)
        expect(reader.page.get_by_role("alert")).to_contain_text("record 99: there is none")
        expect(reader.page.get_by_role("button", name="Open this")).to_have_count(0)
        expect(reader.page.get_by_role("button", name="Refuse")).to_be_visible()
        reader.check()
