"""A model from its bill of materials to its request, in a real browser: an error is shown in its cell and mended."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from openpyxl import Workbook
from playwright.sync_api import Browser, Page, expect

from node.maker.pack_drafts import find_model, list_drafts
from node.maker.requesting import list_requests
from tests.node.village import SUPPLIES, Village
from tests.web.browser import LOOKS, Theme, reading
from tests.web.making import Workshop, open_workshop

MODEL = {"model": "T-100", "chemistry": "NCM", "name_zh": "示例", "name_en": "Example", "mass_kg": "350"}
UNIT = {"pack_energy_kwh": "100", "usable_energy_kwh": "100", "cycles_per_year": "60", "warranty_years": "8"}


@pytest.fixture
def workshop(village: Village) -> Iterator[Workshop]:
    with open_workshop(village) as opened:
        yield opened


def bill(form: str, quantity: str = "141") -> tuple[str, bytes]:
    """A bill of materials as it comes from elsewhere: Chinese headers in csv, English ones in xlsx."""
    quantities = [quantity, *(f"{supply.quantity / 1000:g}" for supply in SUPPLIES[1:])]
    rows = [
        [f"Item {number}", f"item-{number}", supply.name, amount, "千克", "pack" if number == 3 else ""]
        for number, (supply, amount) in enumerate(zip(SUPPLIES, quantities, strict=True))
    ]
    if form == "csv":
        lines = [["物料", "产品代码", "供应商", "用量", "单位", "上级"], *rows]
        return "T-100.csv", "\n".join(",".join(line) for line in lines).encode("gb18030")
    book, sink = Workbook(), io.BytesIO()
    assert book.active is not None
    for line in (["Item", "Product code", "Supplier", "Quantity", "Unit", "Part of"], *rows):
        book.active.append(line)
    book.save(sink)
    return "T-100.xlsx", sink.getvalue()


def upload(page: Page, *files: tuple[str, bytes]) -> None:
    page.locator("input[type=file]").first.set_input_files(
        [{"name": name, "mimeType": "application/octet-stream", "buffer": data} for name, data in files]
    )
    page.locator("form[data-drop] button").first.click()


def fill(page: Page, values: dict[str, str]) -> None:
    for name, value in values.items():
        page.locator(f"[name={name}]").first.fill(value)


@pytest.mark.parametrize(
    "language,theme,size,form",
    [(*LOOKS[0], "xlsx"), pytest.param(*LOOKS[1], "csv", marks=pytest.mark.slow)],
)
def test_a_bill_of_materials_is_uploaded_mended_and_asked_for(
    browser: Browser, workshop: Workshop, language: str, theme: Theme, size: tuple[int, int], form: str
) -> None:
    def say(en: str, zh: str) -> str:
        return zh if language == "zh" else en

    node = workshop.pages.desk.node
    with reading(browser, workshop.pages.url, language, theme, size) as reader:
        page = reader.page
        workshop.pages.enter(reader, "/models")
        reader.check()
        upload(page, bill(form, quantity="14x"))
        expect(page.locator("#p0-quantity")).to_have_text(
            say("expected a number such as 12.5", "应为数字，如 12.5")
        )
        # What the supplier declared is filled in, what was typed stands as it was typed.
        expect(page.locator('[name="r0.quantity"]')).to_have_value("14x")
        expect(page.locator('[name="r0.category"]')).to_have_value(SUPPLIES[0].category)
        expect(page.locator('[name="r0.stage"]')).to_have_value("raw_material_and_parts")
        expect(page.locator('[name="r0.unit"]')).to_have_value("kg")
        reader.check()
        reader.picture(f"maker-model-problem-{language}")
        # Mended while one types: the message goes before anything is saved.
        page.locator('[name="r0.quantity"]').fill("141")
        expect(page.locator("#p0-quantity")).to_have_text("")
        assert find_model(node, "T-100").rows[0]["quantity"] == "14x"  # type: ignore[union-attr]
        fill(page, {**MODEL, "mass_kg": "400"})
        expect(page.locator(".balance [data-state=late]")).to_be_visible()
        fill(page, MODEL)
        expect(page.locator(".balance [data-state=good]")).to_be_visible()
        page.locator("[name=maker]").last.check()
        page.get_by_role("button", name=say("Save and go on", "保存并继续")).click()
        expect(page.get_by_role("heading", level=1)).to_have_text("T-100")
        fill(page, UNIT)
        reader.check()
        reader.picture(f"maker-unit-{language}")
        page.get_by_role("button", name=say("Save and go on", "保存并继续")).click()
        expect(page.locator("ul.checklist li[data-state=good]")).to_have_count(3)
        expect(page.locator("#table-checklist tbody tr")).to_have_count(4)
        reader.check()
        reader.picture(f"maker-request-{language}")
        page.get_by_role("button", name=say("Request the footprint", "发起请求"), exact=True).click()
        expect(page.locator("#table-suppliers tbody tr")).to_have_count(4, timeout=60_000)
        reader.check()
    assert [one.model for one in list_requests(node)] == ["T-100"]


def test_what_is_typed_is_saved_before_a_file_takes_its_place(browser: Browser, workshop: Workshop) -> None:
    with reading(browser, workshop.pages.url) as reader:
        page = reader.page
        workshop.pages.enter(reader, "/models")
        upload(page, bill("csv"))
        page.locator('[name="r4.name"]').fill("Glue")
        page.get_by_text("Take the rows from a file").click()
        name, data = bill("csv")
        given = {"name": name, "mimeType": "text/csv", "buffer": data}
        page.locator("form[action*=upload] input[type=file]").set_input_files([given])
        page.locator("form[action*=upload] button").click()
        expect(page.get_by_text("Rows that the file does not have are gone: Glue.")).to_be_visible()
        page.locator("#undo").click()
        expect(page.locator('[name="r4.name"]')).to_have_value("Glue")


def test_what_is_typed_is_saved_before_one_goes_to_another_step_or_page(
    browser: Browser, workshop: Workshop
) -> None:
    with reading(browser, workshop.pages.url) as reader:
        page = reader.page
        workshop.pages.enter(reader, "/models")
        upload(page, bill("csv"))
        fill(page, MODEL)
        page.get_by_role("link", name="3. Request").click()
        expect(page.locator("p.notice, [role=status]").filter(has_text="Saved.")).to_be_visible()
        page.get_by_role("link", name="2. Functional unit").click()
        fill(page, UNIT)
        page.get_by_role("link", name="Models", exact=True).click()
        expect(page).to_have_url(f"{workshop.pages.url}/models")
        draft = find_model(workshop.pages.desk.node, "T-100")
        assert draft is not None
        assert {name: draft.value(name) for name in (*MODEL, *UNIT)} == {**MODEL, **UNIT}


def test_where_what_is_typed_cannot_be_saved_the_browser_asks_before_one_leaves(
    browser: Browser, workshop: Workshop
) -> None:
    with reading(browser, workshop.pages.url) as reader:
        page, asked = reader.page, []
        workshop.pages.enter(reader, "/models")
        upload(page, bill("csv"))
        fill(page, MODEL)
        page.route(
            "**/models/*",
            lambda route: route.abort() if route.request.method == "POST" else route.continue_(),
        )
        page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
        with page.expect_event("dialog"):
            page.get_by_role("link", name="3. Request").click()
        expect(page.locator("[name=chemistry]")).to_have_value("NCM")
        assert asked == ["beforeunload"]


def test_of_a_form_that_is_only_sent_the_browser_asks_before_what_was_typed_is_lost(
    browser: Browser, workshop: Workshop
) -> None:
    with reading(browser, workshop.pages.url) as reader:
        page, asked = reader.page, []
        workshop.pages.enter(reader, "/products/new")
        page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
        page.locator("[name=name_zh]").fill("回收")
        for leave in (
            page.get_by_role("link", name="History").first,
            page.get_by_role("button", name="中文"),
        ):
            with page.expect_event("dialog"):
                leave.click()
            expect(page.locator("[name=name_zh]")).to_have_value("回收")
        assert asked == ["beforeunload"] * 2
        page.locator("[name=name_zh]").fill("")
        page.get_by_role("link", name="History").first.click()
        expect(page.get_by_role("heading", level=1)).to_have_text("History")
        assert len(asked) == 2


def test_a_list_with_names_only_is_completed_from_what_the_suppliers_declared(
    browser: Browser, workshop: Workshop
) -> None:
    rows = [["序号", "物料名称", "供应商", "数量", "单位"]]
    rows += [[str(at), f"材料 {at}", supply.name, "1", "kg"] for at, supply in enumerate(SUPPLIES)]
    rows += [["9", "总成装配", "无人知道的公司", "1", "piece"]]
    with reading(browser, workshop.pages.url) as reader:
        page = reader.page
        workshop.pages.enter(reader, "/models")
        upload(page, ("T-7.csv", "\n".join(map(",".join, rows)).encode()))
        for number in range(len(SUPPLIES)):
            expect(page.locator(f'[name="r{number}.item"]')).to_have_value(f"item-{number}")
            expect(page.locator(f'[name="r{number}.product"]')).to_have_value(f"item-{number}")
        # Of nobody who declared: it is known by its name until its product gives it a code.
        last = len(SUPPLIES)
        expect(page.locator(f'[name="r{last}.name"]')).to_have_value("总成装配")
        expect(page.locator(f'[name="r{last}.item"]')).to_have_value("")
        expect(page.locator(f"#p{last}-item")).to_have_text("")
        page.locator("[name=find]").press_sequentially("item-0")
        page.locator("[name=into]").select_option(str(last))
        page.get_by_role("button", name="Take: item-0, North Cathode").click()
        expect(page.locator(f'[name="r{last}.item"]')).to_have_value("item-0")
        reader.check()


def test_the_checklist_says_who_is_missing_and_the_button_waits(browser: Browser, workshop: Workshop) -> None:
    with reading(browser, workshop.pages.url) as reader:
        page = reader.page
        workshop.pages.enter(reader, "/models")
        name, data = bill("csv")
        text = data.decode("gb18030").replace("East Cathode", "Nobody Ltd").replace("item-2,", "item-9,")
        upload(page, (name, text.encode()))
        fill(page, MODEL)
        for number in (1, 2):
            page.locator(f'[name="r{number}.category"]').fill("cathode")
            page.locator(f'[name="r{number}.stage"]').select_option("raw_material_and_parts")
        page.locator("[name=maker]").last.check()
        page.get_by_role("button", name="Save and go on").click()
        fill(page, UNIT)
        page.get_by_role("button", name="Save and go on").click()
        rows = page.locator("#table-checklist tbody tr")
        expect(rows.nth(1)).to_contain_text("supplier not enrolled")
        expect(rows.nth(2)).to_contain_text("not declared yet")
        expect(rows.nth(0)).to_contain_text("ready")
        expect(page.get_by_role("button", name="Request the footprint")).to_be_disabled()
        reader.check()
        page.locator("[name=method]").first.select_option("mee-2025-literal")
        expect(rows.nth(0)).to_contain_text("not declared under this rule set")


def test_a_supplier_is_found_as_one_types_and_every_change_can_be_undone(
    browser: Browser, workshop: Workshop
) -> None:
    node = workshop.pages.desk.node
    with reading(browser, workshop.pages.url) as reader:
        page = reader.page
        workshop.pages.enter(reader, "/models")
        page.get_by_role("button", name="Begin by hand").click()
        page.locator("[name=find]").press_sequentially("north cath")
        page.get_by_role("button", name="Take: item-0, North Cathode").click()
        expect(page.locator('[name="r0.legal_entity"]')).to_have_value("North Cathode")
        expect(page.locator('[name="r0.category"]')).to_have_value("cathode")
        page.evaluate(
            """() => {
              const cell = document.querySelector('[name="r1.item"]');
              const data = new DataTransfer();
              data.setData("text/plain", "a\\t1\\tkg\\nb\\t2\\tkg\\nc\\t3\\tkg");
              cell.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
            }"""
        )
        expect(page.locator('[name="r3.quantity"]')).to_have_value("3")
        page.locator('[name="r3.quantity"]').press("Control+s")
        expect(page.get_by_role("status")).to_contain_text("Saved")
        assert [row["item"] for row in list_drafts(node)[0].rows] == ["item-0", "a", "b", "c"]
        page.get_by_role("button", name="Remove: b").click()
        expect(page.locator("tbody tr[data-row]")).to_have_count(4)
        page.locator("h1").press("Control+z")
        expect(page.locator("tbody tr[data-row]")).to_have_count(5)
        page.get_by_role("button", name="Remove this model").click()
        expect(page.get_by_text("No model yet")).to_be_visible()
        page.get_by_role("button", name="Bring back").click()
        expect(page.locator("tbody tr[data-row]")).to_have_count(5)
        reader.check()


def test_of_many_files_each_is_said_what_became_of_it(
    browser: Browser, workshop: Workshop, tmp_path: Path
) -> None:
    with reading(browser, workshop.pages.url) as reader:
        reader.expected = ["422"]
        workshop.pages.enter(reader, "/models")
        _, data = bill("csv")
        upload(
            reader.page,
            ("A-1.csv", data),
            ("A-2.csv", data),
            ("broken.toml", b"[pack"),
            ("empty.csv", b"a,b\n1,2"),
        )
        taken = reader.page.locator("p.problem")
        expect(taken).to_have_count(2)
        expect(taken.first).to_contain_text("things to mend first")
        alerts = reader.page.get_by_role("alert")
        expect(alerts).to_have_count(2)
        expect(alerts.last).to_contain_text("empty.csv")
        expect(alerts.last).to_contain_text("物料项 Item")
        reader.check()
    assert [one.model for one in list_drafts(workshop.pages.desk.node)] == ["A-1", "A-2"]
