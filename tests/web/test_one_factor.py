"""A factor by a form: the fields of the sheet, judged by the importer's rules, submitted as a file's row is."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser

from coordinator.exporting import encode_factors
from method.factor import parse_factor
from method.factor_table import COLUMNS, encode_factor_row
from node.importers.factors import read_factor_cells
from node.importers.problem import ImportProblems
from tests.node.village import Village
from tests.support.example import factor
from tests.web.asking import asking
from tests.web.browser import reading
from tests.web.doors import open_pages
from tests.web.test_entering import token_of
from tests.web.test_knowledge_pages import give, sign
from tests.web.test_roles import pages_of

ROAD = {**encode_factor_row(parse_factor(factor("road", "0.076", "t*km"))), "code": "road-2025"}


@contextmanager
def provider(village: Village, language: str = "en") -> Iterator[tuple[httpx.Client, Any]]:
    village.settle("Factor house", "provider")
    village.nodes.pop("Factor house").close()
    with (
        open_pages(village.folder / "Factor-house", village.town.clock) as pages,
        asking(pages, language) as client,
    ):
        yield client, pages.desk


def send(client: httpx.Client, cells: dict[str, str]) -> httpx.Response:
    return client.post("/factors/new", data={"csrf": token_of(client.get("/factors/new")), **cells})


def field_of(page: str, name: str) -> str:
    found = re.findall(r"<label.*?</label>", page, re.DOTALL)
    return html.unescape("".join(one for one in found if f'name="{name}"' in one))


def test_a_factor_is_submitted_by_the_form_and_its_next_version_stands_in_it(village: Village) -> None:
    with provider(village) as (client, desk):
        assert [name for name in COLUMNS if not field_of(client.get("/factors/new").text, name)] == []
        assert "lower-case letters, digits and . _ -" in field_of(client.get("/factors/new").text, "code")
        shown = send(client, ROAD)
        client.get("/factors")
        assert shown.status_code == 200 and not desk.node.record.about("factor", "road-2025")
        # Nothing that was typed is lost on the way back.
        back = html.unescape(re.findall(r'href="(/factors/new\?given=[^"]*)"', shown.text)[0])
        assert 'value="0.076"' in field_of(client.get(back).text, "total")
        answer = sign(client, shown)
        assert answer.status_code == 303, answer.text
        page = client.get("/factors").text
        assert "1 factor is in the log and waits for two experts." in page and "kgCO₂e/t·km" in page
        (logged,) = desk.node.record.about("factor", "road-2025")
        assert (logged.payload.unit, logged.payload.version) == ("t*km", 1)
        again = send(client, ROAD)
        assert "All of this was submitted before" in again.text and 'id="sign"' not in again.text
        other = send(client, {**ROAD, "total": "0.08"})
        assert other.status_code == 422 and "expected: 2" in field_of(other.text, "version")
        page = client.get("/factors/new?code=road-2025").text
        assert 'value="2"' in field_of(page, "version") and 'value="road-2025"' in field_of(page, "code")
        assert re.search(r'<option value="t\*km" selected>t·km<', field_of(page, "unit"))
        assert client.get("/factors/new?code=nobodys").status_code == 404


def test_an_earlier_preview_leads_back_to_where_it_was_given(village: Village) -> None:
    with provider(village, "zh") as (client, desk):
        sheet = encode_factors([parse_factor(factor("road-2025", "0.076", "t*km"))], "csv")
        for origin, show, back in (
            ("form", lambda: send(client, ROAD), "/factors/new"),
            ("file", lambda: give(client, sheet), "/factors"),
        ):
            shown = show()
            send(client, {**ROAD, "total": "0.08"})
            (digest,) = re.findall(r'name="digest" value="([0-9a-f]+)"', shown.text)
            assert f'name="origin" value="{origin}"' in shown.text
            data = {"csrf": token_of(client.get("/account")), "digest": digest, "origin": origin}
            answer = client.post("/factors/sign", data=data)
            assert answer.headers["location"] == back
            page = client.get(back).text
            assert "没有签名：这份预览已被之后的预览取代" in page and 'class="notice task"' in page
            assert "更正文件" not in page and not desk.node.record.about("factor", "road-2025")


@pytest.mark.parametrize(
    ("code", "en", "zh"),
    [
        ("CN-PVDF-Emulsion 2025", ", with a space in it", "，其中有空格"),
        ("pvdf（2025）", ", with “（”, “）” in it", "，其中有“（”、“）”"),
    ],
)
def test_the_sign_that_a_code_may_not_have_is_named(code: str, en: str, zh: str) -> None:
    with pytest.raises(ImportProblems) as caught:
        read_factor_cells({**ROAD, "code": code})
    (problem,) = caught.value.problems
    found = [problem.words(language).found for language in ("en", "zh")]
    assert found[0].endswith(en) and found[1].endswith(zh) and all(code in one for one in found)


def test_the_sheets_help_names_the_units_that_an_error_proposes(village: Village) -> None:
    with provider(village) as (client, _):
        assert "kg, t, kWh, MJ, m3, L, t·km, piece" in html.unescape(client.get("/factors").text)


def test_a_part_above_the_value_is_marked_and_both_fields_are_named(village: Village) -> None:
    with provider(village, "zh") as (client, _):
        answer = send(client, {**ROAD, "biogenic": "0.08"})
        assert answer.status_code == 422 and answer.text.count('aria-invalid="true"') == 1
        assert "“其中生物源”大于“数值”" in field_of(answer.text, "biogenic")
        assert send(client, {**ROAD, "biogenic": "0.076"}).status_code == 200


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_form_says_at_each_field_what_a_file_is_told_of_its_cell(village: Village, language: Any) -> None:
    cells = {**ROAD, "total": "much", "unit": "ton", "year": "", "score_time": "7", "name_zh": ""}
    with pytest.raises(ImportProblems) as caught:
        read_factor_cells(cells)
    told = {one.column: one.words(language).expected for one in caught.value.problems}
    assert set(told) == {"total", "unit", "year", "score_time", "name_zh"}
    with provider(village, language) as (client, desk):
        answer = send(client, cells)
        assert answer.status_code == 422 and answer.text.count('aria-invalid="true"') == len(told)
        for column, expected in told.items():
            assert expected in field_of(answer.text, column)
        left = send(client, {**ROAD, "grade": ""}).text
        assert ("请从列表中选择一项" if language == "zh" else "Choose one of the list") in field_of(
            left, "grade"
        )
        assert 'value="much"' in field_of(answer.text, "total")
        assert not desk.node.record.about("factor", "road-2025")


def test_a_row_may_have_its_unit_as_it_is_printed() -> None:
    assert ROAD["unit"] == "t·km"
    for unit in ("t*km", "tkm", "吨公里"):
        assert read_factor_cells(ROAD) == read_factor_cells({**ROAD, "unit": unit})
    with pytest.raises(ImportProblems):
        read_factor_cells({**ROAD, "unit": "ton km"})


@pytest.mark.parametrize(
    "region,code",
    [("中国", "CN"), ("四川", "CN-SC"), ("四川省", "CN-SC"), ("China", "CN"), ("cn-sc", "CN-SC"), ("全球", "GLO"),
     ("CN-north", "CN-north"), ("GLO excl. CN", "GLO excl. CN"), ("XK", "XK")],
)  # fmt: skip
def test_a_region_may_be_given_by_its_name(region: str, code: str) -> None:
    assert read_factor_cells({**ROAD, "region": region}).region == code


def test_a_region_that_is_none_is_said_at_the_field_with_what_is_expected(village: Village) -> None:
    with provider(village, "zh") as (client, _):
        field = field_of(send(client, {**ROAD, "region": "国内平均"}).text, "region")
        assert "国内平均" in field and "CN，或带省份 CN-SC；全球写 GLO" in field and "aria-invalid" in field


def test_days_that_end_before_they_begin_are_said_at_the_field() -> None:
    with pytest.raises(ImportProblems) as caught:
        read_factor_cells({**ROAD, "valid_from": "2026-01-01", "valid_to": "2025-01-01"})
    assert [one.column for one in caught.value.problems] == ["valid_to"]


def test_an_error_stands_nearer_to_its_own_field_than_to_the_next(browser: Browser, village: Village) -> None:
    village.settle("Factor house", "provider")
    with pages_of(village, "Factor house") as pages, reading(browser, pages.url) as reader:
        pages.enter(reader, "/factors/new")
        reader.page.fill("input[name=code]", "A b!")
        reader.page.get_by_role("button", name="See what you would sign").click()
        above, below = reader.page.locator("#p-code").evaluate(
            "one => { const at = one.getBoundingClientRect(), label = one.closest('label');"
            " return [at.top - one.previousElementSibling.getBoundingClientRect().bottom,"
            " label.nextElementSibling.getBoundingClientRect().top - at.bottom] }"
        )
        assert 0 <= above < below
