"""The console in a real browser: each role's pages, a proof checked in the browser, a calculation replayed."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from protocol.payloads import Factor, Review, Verification
from protocol.verification_payloads import Statement
from tests.coordinator.town import Town
from tests.node.village import Village, ask, open_village
from tests.support.example import LIBRARY
from tests.web.browser import Reader, Theme, in_every_look, reading
from tests.web.doors import console_link
from tests.web.test_company import code_at
from web.accounts import Account


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Village, str]]:
    """A village after one calculation, and the request's id."""
    with open_village(tmp_path_factory.mktemp("village")) as village:
        village.suppliers()
        request = ask(village.settle("Pack maker", "requester"))
        village.run()
        yield village, request


def enter(reader: Reader, village: Village, account: Account) -> None:
    base = f"http://{village.doors.http}"
    reader.base = f"{base}/console"
    reader.page.goto(console_link(village.town, base, account))
    reader.page.wait_for_url(lambda url: "/enter" not in url)


OPERATOR = Account("operator@example", frozenset({"operator"}))


@in_every_look
def test_every_page_of_an_operator_holds_every_rule(
    browser: Browser, told: tuple[Village, str], language: str, theme: Theme, size: tuple[int, int]
) -> None:
    village, request = told
    with reading(browser, "", language, theme, size) as reader:
        enter(reader, village, OPERATOR)
        paths = ("/", "/log", "/calculations", f"/calculations/{request}", "/participants", "/library")
        others = ("/refusals", "/health", "/account", "/accounts")
        for path in (*paths, *others, f"/statements/{request}"):
            page = reader.go(path)
            expect(page.get_by_role("heading", level=1)).to_be_visible()
            assert page.locator(".fault").count() == 0, path
            reader.check()
            name = path.strip("/").partition("/")[0] or "overview"
            reader.picture(f"console-{name}-{language}")


def test_a_proof_is_checked_in_the_browser_and_an_altered_one_does_not_hold(
    browser: Browser, told: tuple[Village, str]
) -> None:
    village, request = told
    with reading(browser, "") as reader:
        enter(reader, village, OPERATOR)
        page = reader.go(f"/statements/{request}")
        expect(page.locator("#proof")).to_contain_text("Checked by your browser")

        def alter(route: object) -> None:
            answer = route.fetch()  # type: ignore[attr-defined]
            body = answer.text()
            root = body.partition("&#34;root&#34;: &#34;")[2][:64]
            assert len(root) == 64
            route.fulfill(response=answer, body=body.replace(root, "0" * 64))  # type: ignore[attr-defined]

        page.route(f"**/statements/{request}", alter)
        page.reload()
        expect(page.locator("#proof")).to_contain_text("does not hold")
        expect(page.locator("#proof")).to_have_attribute("data-state", "bad")


def test_a_proof_that_cannot_be_read_is_said_to_have_failed(
    browser: Browser, told: tuple[Village, str]
) -> None:
    village, request = told
    with reading(browser, "") as reader:
        enter(reader, village, OPERATOR)

        def alter(route: object) -> None:
            answer = route.fetch()  # type: ignore[attr-defined]
            body = answer.text().replace("{&#34;leaf&#34;: &#34;", "{&#34;leaf&#34;: &#34;%")
            assert "&#34;%" in body
            route.fulfill(response=answer, body=body)  # type: ignore[attr-defined]

        reader.page.route(f"**/statements/{request}", alter)
        proof = reader.go(f"/statements/{request}").locator("#proof")
        expect(proof).to_contain_text("could not check it")
        expect(proof).to_have_attribute("data-state", "bad")


def test_a_report_of_verification_work_is_printed_by_its_button(
    browser: Browser, told: tuple[Village, str]
) -> None:
    village, _ = told
    body = village.settle("Verifying body", "verifier")
    body.deliver()
    with reading(browser, "") as reader:
        enter(reader, village, Account("verifier@example", frozenset({"verifier"}), party=body.id))
        page = reader.go("/work/report")
        page.evaluate("window.print = () => { window.isPrinted = true }")
        page.get_by_role("button", name="Print").click()
        assert page.evaluate("window.isPrinted")
        reader.check()


def test_a_report_of_verification_work_has_whole_ids_on_paper_and_fits_across_it(
    browser: Browser, told: tuple[Village, str]
) -> None:
    """A4 across with margins of 1 cm is 1046 px wide."""
    village, request = told
    result = village.town.calculation(request).result
    assert result is not None
    body, fields = village.town.member("Body on paper", "verifier"), {"scope": "all", "assurance": "limited"}
    says = Statement.model_validate(
        {**fields, "finding": "adverse", "opinion": "Transport is left out. " * 20}
    )
    header = village.town.header(body).fields()
    village.town.log_it(body, Verification(**header, subject=result.id, says=says, rests_on=()))
    with reading(browser, "", size=(1046, 720)) as reader:
        enter(reader, village, Account("paper@example", frozenset({"verifier"}), party=body.id))
        reader.page.emulate_media(media="print")
        page = reader.go("/work/report")
        code = page.locator("#table-signed .id code").first
        printed = code.evaluate("one => getComputedStyle(one, '::after').content")
        assert printed == f'"{result.id}"'
        assert page.evaluate("document.documentElement.scrollWidth") <= 1046


def test_what_is_printed_fits_on_a_sheet(browser: Browser, told: tuple[Village, str]) -> None:
    """A4 upright with margins of 1 cm is 718 px wide."""
    village, request = told
    with reading(browser, "", size=(718, 1000)) as reader:
        enter(reader, village, OPERATOR)
        reader.page.emulate_media(media="print")
        for path in ("/log", "/participants", "/library", f"/calculations/{request}"):
            page = reader.go(path)
            assert page.locator("main table").count() > 0
            assert page.evaluate("document.documentElement.scrollWidth") <= 718, path


def test_every_place_in_the_tree_has_a_path_that_holds(browser: Browser, told: tuple[Village, str]) -> None:
    village, _ = told
    log, size = village.town.service.stores.log, village.town.service.journal.head.frontier.size
    with reading(browser, "") as reader:
        enter(reader, village, OPERATOR)
        for place in (0, 1, 2, 5, size - 1):
            stored = log.statement_at(place)
            assert stored is not None
            proof = reader.go(f"/statements/{stored.id}").locator("#proof")
            expect(proof).to_have_attribute("data-state", "good")


def test_a_calculation_is_replayed_step_by_step(browser: Browser, told: tuple[Village, str]) -> None:
    village, request = told
    with reading(browser, "") as reader:
        enter(reader, village, OPERATOR)
        page = reader.go("/calculations")
        page.locator("#table-calculations").get_by_role("link", name=request[:12]).click()
        steps = page.locator("#table-steps tbody tr")
        expect(steps.first).to_contain_text("waiting for consents")
        expect(steps.last).to_contain_text("certified")
        count = len(village.town.service.stores.log.calculation_statements(request))
        expect(steps).to_have_count(count)
        expect(page.locator("#table-entries")).to_contain_text("contributed")
        expect(page.get_by_text("save the certificate first")).to_be_visible()
        live = f"{page.url}/live?version="
        assert page.request.get(f"{live}{count}").status == 204
        older = page.request.get(f"{live}{count - 1}")
        assert older.status == 200 and f"version={count}" in older.text()


def test_the_search_field_finds_an_id_and_words(browser: Browser, told: tuple[Village, str]) -> None:
    village, request = told
    with reading(browser, "") as reader:
        enter(reader, village, OPERATOR)
        reader.page.keyboard.press("/")
        reader.page.keyboard.type(request)
        reader.page.keyboard.press("Enter")
        reader.page.wait_for_url(f"**/calculations/{request}")
        search = reader.page.get_by_role("searchbox").first
        search.fill(request[:12])
        search.press("Enter")
        reader.page.wait_for_url(f"**/calculations/{request}")
        search.fill("t-100")
        search.press("Enter")
        reader.page.wait_for_url(f"**/calculations/{request}")
        for words in ("grid", "cathode"):
            search.fill(words)
            search.press("Enter")
            expect(reader.page.locator("h1")).not_to_contain_text("Calculation")
            expect(reader.page.locator("main")).to_contain_text(re.compile(words, re.IGNORECASE))
        search.fill("no such thing")
        search.press("Enter")
        expect(reader.page.locator("#table-found")).to_contain_text("Try part of a name")


def test_an_operator_makes_an_account_whose_holder_comes_in_by_its_link(
    browser: Browser, told: tuple[Village, str]
) -> None:
    village, _ = told
    with reading(browser, "") as reader, reading(browser, "") as holder:
        enter(reader, village, OPERATOR)
        page = reader.go("/accounts")
        page.get_by_label("Name;").fill("colleague")
        page.get_by_label("verifier:").check()
        page.get_by_role("button", name="Make the account").click()
        expect(page.get_by_role("alert")).to_contain_text("which organisation")
        reader.expected = ["422", "409"]
        expect(page.get_by_label("Name;")).to_have_value("colleague")
        expect(page.get_by_label("verifier:")).to_be_checked()
        page.get_by_label("The organisation it speaks for").fill("Pack maker")
        page.get_by_role("button", name="Make the account").click()
        link = page.locator("#entry").text_content() or ""
        reader.check()
        holder.page.goto(link)
        holder.page.wait_for_url("**/console/account")
        expect(holder.page.locator("dl")).to_contain_text("verifier")
        holder.base, holder.expected = reader.base, ["403"]
        expect(holder.go("/accounts").locator(".fault")).to_be_visible()
        page.get_by_role("button", name="Close the account").click()
        expect(page.get_by_role("status")).to_contain_text("The account is closed")
        holder.go("/account")
        expect(holder.page.get_by_role("heading", level=1)).to_have_text("Sign in")


def test_an_operator_cannot_close_its_own_account(browser: Browser, told: tuple[Village, str]) -> None:
    village, _ = told
    with reading(browser, "") as reader:
        enter(reader, village, OPERATOR)
        reader.go("/").get_by_role("link", name="Set a password").click()
        reader.page.wait_for_url(f"{reader.base}/account")
        page = reader.go(f"/accounts/one?name={OPERATOR.name}")
        expect(page.get_by_role("button", name="Close the account")).to_have_count(0)
        token = page.locator("main input[name=csrf]").first.get_attribute("value") or ""
        answer = page.request.post(
            f"{reader.base}/accounts/change/close", form={"csrf": token, "name": OPERATOR.name}
        )
        assert answer.status == 409
        expect(reader.go("/accounts").locator("#table-accounts")).to_contain_text(OPERATOR.name)


def test_an_operator_with_a_password_only_is_told_to_set_up_an_app(
    browser: Browser, told: tuple[Village, str]
) -> None:
    village, _ = told
    with reading(browser, "") as reader:
        enter(reader, village, Account("alone", frozenset({"operator"})))
        page = reader.go("/account")
        page.get_by_label("New password").fill("five green bottles stand")
        page.get_by_role("button", name="Set the password").click()
        task = reader.go("/").get_by_role("link", name="Set up an app")
        task.click()
        page.get_by_role("button", name="Set up an app").click()
        key = (page.locator("#typed-key").text_content() or "").replace(" ", "")
        page.get_by_label("Code of the app").fill(code_at(base64.b32decode(key), village.town.clock()))
        page.get_by_role("button", name="Ask for codes").click()
        expect(page.get_by_role("status")).to_contain_text("From now on a code is asked for")
        reader.go("/")
        expect(task).to_have_count(0)


def test_who_is_no_operator_sees_the_pages_of_its_roles_only(
    browser: Browser, told: tuple[Village, str]
) -> None:
    village, request = told
    party = village.nodes["Pack maker"].id
    for role, home in (("expert", "To review"), ("provider", "Your factors"), ("verifier", "Your work")):
        with reading(browser, "") as reader:
            enter(reader, village, Account(f"{role}@example", frozenset({role}), party))
            expect(reader.page.get_by_role("heading", level=1)).to_have_text(home)
            reader.check()
            reader.expected = ["403"]
            closed = ["/participants", "/refusals", "/health", "/accounts", "/pins.json"]
            closed += [] if role == "verifier" else ["/log", "/calculations", f"/statements/{request}"]
            for path in closed:
                expect(reader.go(path).locator(".fault")).to_be_visible()


def test_an_operator_publishes_what_experts_accepted_and_withdraws_it(
    browser: Browser, tmp_path: Path
) -> None:
    with open_village(tmp_path) as village:
        town = village.town
        submission = submit_reviewed(town)
        with reading(browser, "") as reader:
            enter(reader, village, OPERATOR)
            page = reader.go(f"/library/{submission}")
            expect(page.locator("dl")).to_contain_text("in review, ready to be published")
            expect(page.get_by_text("It waits for its experts")).to_have_count(0)
            reader.check()
            page.get_by_role("button", name="Publish only this one").click()
            expect(page.get_by_role("status")).to_have_text("1 published.")
            assert page.url == f"{reader.base}/library/{submission}"
            expect(page.locator("#table-opinions tbody tr")).to_have_count(2)
            page.get_by_label("Why, in words that everyone will read").fill("replaced by a measured one")
            page.get_by_role("button", name="Withdraw").click()
            expect(page.locator("dl")).to_contain_text("withdrawn — replaced by a measured one")
            reader.check()


def submit_reviewed(town: Town) -> str:
    """A factor that a provider submitted and two experts accepted."""
    provider = town.member("Another provider", "provider")
    fields = {**next(iter(LIBRARY.factors.values())), "code": "another-grid"}
    submission = town.log_it(provider, Factor.model_validate({**town.header(provider).fields(), **fields}))
    for name in ("Third expert", "Fourth expert"):
        expert = town.member(name, "expert")
        said = Review(**town.header(expert).fields(), subjects=(submission,), verdict="accept", opinion="ok")
        town.log_it(expert, said)
    return submission


def test_long_lists_are_read_page_by_page(browser: Browser, told: tuple[Village, str]) -> None:
    village, _ = told
    with reading(browser, "") as reader:
        enter(reader, village, OPERATOR)
        page = reader.go("/log")
        first = page.locator("#table-log tbody tr").count()
        size = village.town.service.journal.head.frontier.size
        if size > 50:
            assert first == 50
            page.get_by_role("link", name="Older").click()
            expect(page.locator("#table-log tbody tr").first).to_contain_text(str(size - 51))
        page = reader.go("/log?kind=certificate")
        expect(page.locator("#table-log tbody tr")).to_have_count(1)
