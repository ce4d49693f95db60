"""A supplier's afternoon in a real browser: joining, importing with an error and its mend, declaring."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from node.supplier.declaring import list_declarations
from node.supplier.inbox import list_inquiries
from node.supplier.products import find_product
from protocol.calculation import Phase
from protocol.payloads import Factor, Publication, Review
from tests.coordinator.town import LIBRARY, Town
from tests.node.village import Village, ask
from tests.web.browser import NARROW, WIDE, Reader, Theme, in_every_look, reading
from tests.web.doors import Pages, open_pages

SHEET = """项目代码 Line code,项目 Name,开始日期 Period start,结束日期 Period end,数量 Amount,单位 Unit,备注 Note
power,电网电力,2025-01-01,2025-12-31,{amount},MWh,
output,产量,2025-01-01,2025-12-31,3859.033,t,=1+1
"""


@pytest.fixture
def pages(village: Village) -> Iterator[Pages]:
    village.settle("North Cathode", "supplier").deliver()
    with open_pages(village.folder / "North-Cathode", village.town.clock) as opened:
        yield opened


def add_product(page: Page) -> None:
    page.get_by_label("Category").select_option(index=1)
    for label, value in (
        ("Name in Chinese", "铜箔"),
        ("Name in English", "Copper foil"),
        ("Code", "copper-foil-2025"),
        ("Plant", "江西省 Jiangxi"),
        ("Period from", "2025-01-01"),
        ("to", "2025-12-31"),
    ):
        page.get_by_label(label, exact=True).fill(value)
    page.get_by_role("button", name="Save").click()


def give(reader: Reader, folder: Path, text: str) -> None:
    file = folder / "energy 2025.csv"
    file.write_text(text, "utf-8")
    reader.page.locator("input[type=file]").first.set_input_files(file)
    reader.page.get_by_role("button", name="Look at it").first.click()


def test_a_sheet_with_an_error_is_mended_on_the_page_taken_over_and_declared(
    browser: Browser, pages: Pages, tmp_path: Path
) -> None:
    with reading(browser, pages.url) as reader:
        pages.enter(reader, "/products/new")
        reader.check()
        add_product(reader.page)
        expect(reader.page.get_by_role("status")).to_contain_text("The product is kept")
        reader.check()
        give(reader, tmp_path, SHEET.format(amount="about 40"))
        expect(reader.page.get_by_text("place to mend").first).to_be_visible()
        wrong = reader.page.locator("[aria-invalid=true]")
        mend = reader.page.get_by_role("link", name="Found 'about 40'")
        assert mend.get_attribute("href") == f"#{wrong.get_attribute('id')}"
        expect(wrong).to_have_value("about 40")
        reader.check()
        reader.page.set_viewport_size({"width": 1080, "height": 760})
        assert wrong.evaluate("one => one.scrollWidth <= one.clientWidth"), "what is wrong can be read"
        reader.pictures("supplier-import-error")
        wrong.fill("23310.91")
        wrong.press("Tab")
        expect(reader.page.get_by_text("No error. Look at 1 note first.")).to_be_visible()
        reader.check()
        reader.page.get_by_role("button", name="Undo").click()
        expect(reader.page.locator("[aria-invalid=true]")).to_have_value("about 40")
        reader.page.locator("[aria-invalid=true]").fill("23310.91")
        reader.page.locator("[aria-invalid=true]").press("Enter")
        reader.page.get_by_role("button", name="Take over").click()
        expect(reader.page.get_by_role("status")).to_contain_text("Taken over")
        reader.check()
        reader.pictures("supplier-product")
        reader.page.get_by_role("button", name="Declare this product").click()
        expect(reader.page.get_by_role("status")).to_contain_text("no amount did")
        expect(reader.page.get_by_role("cell", name="in the log", exact=True)).to_be_visible()
        reader.check()
    assert [one.state for one in list_declarations(pages.desk.node)] == ["logged"]


def test_nothing_is_declared_by_a_factor_that_the_owner_did_not_see(
    browser: Browser, village: Village, pages: Pages, tmp_path: Path
) -> None:
    with reading(browser, pages.url) as reader:
        pages.enter(reader, "/products/new")
        add_product(reader.page)
        give(reader, tmp_path, SHEET.format(amount="23310.91"))
        reader.page.get_by_role("button", name="Take over").click()
        shown = reader.page.locator(".figure-large").text_content()
        publish_again(village.town, "grid")
        declare = reader.page.get_by_role("button", name="Declare this product")
        declare.click()
        expect(reader.page.get_by_role("status")).to_contain_text("Not declared yet")
        expect(reader.page.locator("#table-lines")).to_contain_text("grid 2 ·")
        assert reader.page.locator(".figure-large").text_content() != shown
        assert list_declarations(pages.desk.node) == []
        declare.click()
        expect(reader.page.get_by_role("status")).to_contain_text("no amount did")
    assert [one.state for one in list_declarations(pages.desk.node)] == ["logged"]


def publish_again(town: Town, code: str) -> None:
    """A second version of an example factor, of another value."""
    provider = town.member("Provider", "provider")
    fields = {**LIBRARY.factors[code], "version": 2, "total": "0.9"}
    subject = town.log_it(provider, Factor.model_validate({**town.header(provider).fields(), **fields}))
    reviews = []
    for name in ("First expert", "Second expert"):
        expert = town.member(name, "expert")
        said = Review(**town.header(expert).fields(), subjects=(subject,), verdict="accept", opinion="ok")
        reviews.append(town.log_it(expert, said))
    fields = town.header(town.operator).fields()
    town.log_it(town.operator, Publication(**fields, subject=subject, reviews=tuple(reviews)))


@pytest.fixture
def asked(village: Village) -> Iterator[Pages]:
    """A supplier's pages with one request waiting."""
    village.suppliers(policy=False)
    ask(village.settle("Pack maker", "requester"))
    village.step()
    with open_pages(village.folder / "North-Cathode", village.town.clock) as opened:
        yield opened


@in_every_look
def test_before_approving_the_owner_reads_who_asks_and_what_it_reveals(
    browser: Browser, asked: Pages, language: str, theme: Theme, size: tuple[int, int]
) -> None:
    words = {
        "en": ("What this customer can work out", "Approve", "Approved. The node"),
        "zh": ("这家客户能算出什么", "同意", "已同意。等各方"),
    }[language]
    with reading(browser, asked.url, language, theme, size) as reader:
        asked.enter(reader, "/inbox")
        product = find_product(asked.desk.node, "item-0")
        name = product.name_zh if language == "zh" else product.name_en
        expect(reader.page.locator("#table-waiting tbody tr").first).to_contain_text(name)
        reader.check()
        reader.page.get_by_role("link", name="Pack maker").click()
        expect(reader.page.get_by_role("heading", name=words[0])).to_be_visible()
        (inquiry,) = list_inquiries(asked.desk.node)
        at = 1 if language == "zh" else 0
        for finding in inquiry.findings[1:]:
            expect(reader.page.get_by_text(finding.split("\n")[at])).to_be_visible()
        expect(reader.page.get_by_role("img")).to_be_visible()
        boxes = [button.bounding_box() for button in reader.page.locator(".equal button").all()]
        assert [(box["width"], box["height"]) for box in boxes if box] == [
            (boxes[0]["width"], boxes[0]["height"])  # type: ignore[index]
        ] * 2
        reader.check()
        reader.picture(f"supplier-inquiry-{language}")
        reader.page.get_by_role("button", name=words[1], exact=True).click()
        expect(reader.page.get_by_role("status")).to_contain_text(words[2])
        reader.check()
    (decided,) = list_inquiries(asked.desk.node)
    assert (decided.state, decided.decided_by) == ("approved", "person")


def test_what_a_field_wants_is_said_in_the_language_of_the_page(browser: Browser, pages: Pages) -> None:
    with reading(browser, pages.url, "zh") as reader:
        pages.enter(reader, "/products/new")
        code, name = reader.page.get_by_label("代码"), reader.page.get_by_label("中文名称")
        code.fill("Copper Foil")
        reader.page.get_by_role("button", name="保存").click()
        assert name.evaluate("field => field.validationMessage") == "请填写这一项。"
        assert str(code.evaluate("field => field.validationMessage")).startswith("只能用小写字母、数字")
        code.fill("copper-foil")
        assert code.evaluate("field => field.validity.valid")


def test_who_answers_its_own_request_is_told_so_and_led_to_the_calculation(
    browser: Browser, village: Village
) -> None:
    village.suppliers(policy=False, roles=("supplier", "requester"))
    request = ask(village.nodes["North Cathode"])
    village.step()
    with (
        open_pages(village.folder / "North-Cathode", village.town.clock) as pages,
        reading(browser, pages.url, "zh") as reader,
    ):
        pages.enter(reader, f"/inbox/{request}/0")
        expect(reader.page.get_by_text("这是贵公司自己发起的请求")).to_be_visible()
        reader.check()
        reader.page.get_by_role("link", name="查看这次核算").click()
        reader.page.wait_for_url(f"{pages.url}/calculations/{request}")


def test_a_product_needs_no_english_name(browser: Browser, pages: Pages) -> None:
    with reading(browser, pages.url, "zh") as reader:
        pages.enter(reader, "/products/new")
        reader.page.get_by_label("类别").select_option(index=1)
        for label, value in (("中文名称", "铜箔"), ("代码", "copper-foil"), ("生产地点", "江西省")):
            reader.page.get_by_label(label).fill(value)
        expect(reader.page.get_by_text("可以不填")).to_be_visible()
        reader.page.get_by_role("button", name="保存").click()
        expect(reader.page.get_by_role("heading", level=1)).to_have_text("铜箔")
    assert find_product(pages.desk.node, "copper-foil").name_en == "铜箔"


def test_what_stands_under_a_button_does_not_touch_it(browser: Browser, pages: Pages) -> None:
    with reading(browser, pages.url, "zh") as reader:
        pages.enter(reader, "/keys")
        button, below = (
            reader.page.get_by_role("button", name="下载备份"),
            reader.page.get_by_text("上次备份"),
        )
        assert gap(button, below) >= 12
        reader.page.get_by_role("button", name="退出登录").click()
        button, below = (
            reader.page.get_by_role("button", name="登录", exact=True),
            reader.page.locator("form + p"),
        )
        assert gap(button, below) >= 12


def gap(upper: Locator, lower: Locator) -> float:
    """How many pixels of nothing are between them."""
    first, second = upper.bounding_box(), lower.bounding_box()
    assert first is not None and second is not None
    return second["y"] - first["y"] - first["height"]


def test_nothing_given_is_said_and_changes_nothing(browser: Browser, pages: Pages) -> None:
    with reading(browser, pages.url) as reader:
        reader.expected = ["422"]
        pages.enter(reader, "/products/new")
        add_product(reader.page)
        reader.page.get_by_role("button", name="Look at it").click()
        expect(reader.page.get_by_role("alert")).to_contain_text("Choose a file first")
        reader.check()


def test_a_consent_is_taken_back_while_there_is_no_result(browser: Browser, asked: Pages) -> None:
    with reading(browser, asked.url) as reader:
        asked.enter(reader, "/inbox")
        expect(reader.page.get_by_text("No request is answered or over yet.")).to_be_visible()
        reader.page.get_by_role("link", name="Pack maker").click()
        reader.page.get_by_role("button", name="Approve", exact=True).click()
        expect(reader.page.get_by_role("status")).to_contain_text("Approved. The node")
        reader.page.get_by_text("Take the consent back").click()
        reader.check()
        reader.page.get_by_label("Your reason").fill("approved by mistake")
        reader.page.get_by_role("button", name="Withdraw").click()
        expect(reader.page.get_by_role("status")).to_contain_text("Withdrawn")
        expect(reader.page.get_by_text("Take the consent back")).to_have_count(0)
    (inquiry,) = list_inquiries(asked.desk.node)
    assert asked.desk.node.calculation(inquiry.request).phase is Phase.ENDED


def test_a_file_is_chosen_in_the_language_of_the_page(browser: Browser, asked: Pages, tmp_path: Path) -> None:
    with reading(browser, asked.url, "zh") as reader:
        asked.enter(reader, "/products/item-0/import")
        expect(reader.page.get_by_text("选择文件尚未选择")).to_be_visible()
        with reader.page.expect_file_chooser() as chooser:
            reader.page.get_by_text("选择文件").click()
        file = tmp_path / "能耗 2025.csv"
        file.write_text("项目代码\n", "utf-8")
        chooser.value.set_files(file)
        expect(reader.page.get_by_text("选择文件能耗 2025.csv")).to_be_visible()


def test_refusing_needs_a_reason_and_says_it(browser: Browser, asked: Pages) -> None:
    with reading(browser, asked.url) as reader:
        reader.expected = ["422"]
        asked.enter(reader, "/inbox")
        reader.page.get_by_role("link", name="Pack maker").click()
        reader.page.get_by_role("button", name="Refuse", exact=True).click()
        expect(reader.page.get_by_role("alert")).to_contain_text("Say why")
        reader.page.get_by_label("Your reason").fill("our data of 2025 are not final")
        reader.page.get_by_role("button", name="Refuse", exact=True).click()
        expect(reader.page.get_by_role("status")).to_contain_text("Refused")
    (decided,) = list_inquiries(asked.desk.node)
    assert (decided.state, decided.answer) == ("declined", "our data of 2025 are not final")


@pytest.mark.parametrize(
    "language,theme,size",
    [("zh", "light", WIDE), pytest.param("en", "dark", NARROW, marks=pytest.mark.slow)],
)
def test_every_page_of_a_supplier_holds_the_rules_for_pages(
    browser: Browser, asked: Pages, language: str, theme: Theme, size: tuple[int, int]
) -> None:
    with reading(browser, asked.url, language, theme, size) as reader:
        asked.enter(reader, "/")
        for path in (
            "/", "/products", "/products/item-0", "/products/new", "/products/item-0/import", "/inbox", "/policies",
            "/openings", "/egress", "/egress/wire", "/history", "/keys", "/health-report", "/account",
        ):  # fmt: skip
            reader.go(path)
            expect(reader.page.get_by_role("heading", level=1)).to_be_visible()
            reader.check()
            reader.picture(f"supplier{path.replace('/', '-')}-{language}".replace("--", "-home-"))


def test_times_are_told_in_the_zone_of_the_reader(browser: Browser, asked: Pages) -> None:
    with reading(browser, asked.url, timezone_id="Asia/Shanghai") as reader:
        asked.enter(reader, "/egress")
        shown = reader.page.locator("table time").first
        at = datetime.fromisoformat(shown.get_attribute("datetime") or "")
        expect(shown).to_have_text(f"{at + timedelta(hours=8):%Y-%m-%d %H:%M} UTC+8")
        expect(shown).to_have_attribute("title", f"{at:%Y-%m-%d %H:%M} UTC")
        reader.page.locator("form.filter button").first.click()  # htmx brings other rows
        expect(reader.page.locator("table time").first).to_contain_text("UTC+8")
        assert "ahead=480" in (reader.page.locator(".files a").first.get_attribute("href") or "")
        reader.check()


def test_an_app_is_set_up_by_a_code_that_is_drawn_without_inline_style(
    browser: Browser, asked: Pages
) -> None:
    with reading(browser, asked.url) as reader:
        asked.enter(reader, "/account")
        reader.page.get_by_role("button", name="Set up an app").click()
        expect(reader.page.get_by_role("img", name="QR code for the app")).to_be_visible()
        reader.check()
