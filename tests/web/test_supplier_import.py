"""Mending a sheet on its page in a real browser: naming items and columns, taking rows out and putting them in."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.node.village import Village
from tests.web.browser import reading
from tests.web.doors import Pages, open_pages
from tests.web.test_supplier import add_product, give

MONTHS = [f"{month}月" for month in range(1, 13)]


@pytest.fixture
def pages(village: Village) -> Iterator[Pages]:
    village.settle("North Cathode", "supplier").deliver()
    with open_pages(village.folder / "North-Cathode", village.town.clock) as opened:
        yield opened


def year(*rows: tuple[str, str, str]) -> str:
    lines = [["项目", "单位", *MONTHS, "全年合计"]]
    lines += [[name, unit, *[one] * 12, str(12 * int(one))] for name, unit, one in rows]
    return "".join(",".join(line) + "\n" for line in lines)


def test_a_table_of_a_year_is_read_and_an_unknown_item_is_chosen_by_its_name(
    browser: Browser, pages: Pages, tmp_path: Path
) -> None:
    with reading(browser, pages.url) as reader:
        pages.enter(reader, "/products/new")
        add_product(reader.page)
        give(reader, tmp_path, year(("外购电费", "MWh", "100"), ("产品产量", "t", "300")))
        expect(reader.page.get_by_text("1 place to mend").first).to_be_visible()
        expect(reader.page.locator("ul.mend")).to_contain_text("nearest: power")
        choice = reader.page.get_by_label("Which item this is")
        expect(choice).to_have_value("外购电费")
        reader.check()
        choice.select_option("power")
        expect(reader.page.get_by_role("button", name="Take over")).to_be_visible()
        expect(reader.page.locator("#table-lines")).to_contain_text("power")
        cautions = reader.page.locator("p.notice.task")
        assert cautions.count() > 0
        expect(reader.page.get_by_text("No error. Look at")).to_be_visible()
        expect(reader.page.get_by_text("Nothing is wrong with it.")).to_have_count(0)
        reader.page.get_by_role("button", name="Undo").click()
        expect(reader.page.get_by_label("Which item this is")).to_have_value("外购电费")


def test_a_missing_production_is_said_with_the_rest_and_rows_are_taken_out_and_put_in(
    browser: Browser, pages: Pages, tmp_path: Path
) -> None:
    sheet = (
        "项目,开始日期,结束日期,数量,单位\n电,2025-01-01,2025-12-31,x,MWh\n蒸汽,2025-01-01,2025-12-31,1,t\n"
    )
    with reading(browser, pages.url) as reader:
        pages.enter(reader, "/products/new")
        add_product(reader.page)
        give(reader, tmp_path, sheet)
        expect(reader.page.get_by_text("3 places to mend").first).to_be_visible()
        expect(reader.page.get_by_role("alert")).to_contain_text("no production output")
        reader.check()
        reader.page.get_by_role("button", name="Delete row 3").click()
        expect(reader.page.get_by_text("2 places to mend").first).to_be_visible()
        reader.page.get_by_role("button", name="Undo").click()
        expect(reader.page.get_by_label("Which item this is")).to_have_value("蒸汽")
        reader.page.get_by_role("button", name="Delete row 3").click()
        expect(reader.page.get_by_label("Which item this is")).to_have_count(0)
        reader.page.get_by_label("D2").fill("100")
        reader.page.get_by_label("D2").press("Tab")
        expect(reader.page.get_by_text("1 place to mend").first).to_be_visible()
        expect(reader.page.locator("table.sheet-rows")).to_be_visible()
        reader.page.get_by_role("button", name="Add a row of production").click()
        expect(reader.page.get_by_label("A4")).to_have_value("产量")
        expect(reader.page.get_by_label("E4")).to_have_value("kg")
        reader.page.get_by_label("D4").fill("300000")
        reader.page.get_by_label("D4").press("Tab")
        expect(reader.page.get_by_role("button", name="Take over")).to_be_visible()
        reader.page.get_by_role("button", name="Add a row", exact=True).click()
        expect(reader.page.get_by_label("A5")).to_have_value("")
        expect(reader.page.get_by_role("button", name="Take over")).to_be_visible()
        reader.check()


def test_a_column_of_an_unknown_title_is_asked_for_and_named_with_one_choice(
    browser: Browser, pages: Pages, tmp_path: Path
) -> None:
    sheet = "用能,统计期,数量,单位\n电,2025-01,3,MWh\n产量,2025/1/31,300,t\n"
    with reading(browser, pages.url) as reader:
        pages.enter(reader, "/products/new")
        add_product(reader.page)
        give(reader, tmp_path, sheet)
        expect(reader.page.locator("ul.mend")).to_contain_text("Row 1: No column is called 项目代码")
        reader.check()
        reader.page.get_by_label("Which column is 项目 Name?").select_option("A 用能")
        expect(reader.page.get_by_label("Which column is 项目 Name?")).to_have_count(0)
        reader.page.get_by_label("Which column is 月份 Month?").select_option("B 统计期")
        expect(reader.page.get_by_role("button", name="Take over")).to_be_visible()
