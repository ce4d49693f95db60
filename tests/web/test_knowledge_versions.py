"""The pages of submissions lead on: to the version in its place, to what the reader wrote, in the reader's words."""

from __future__ import annotations

import html
import re
from io import BytesIO

import openpyxl

from node.reviewing import review
from tests.coordinator.test_console_paging import rows_of
from tests.node.village import Village
from tests.web.test_knowledge_pages import give, made, opened, submit


def test_a_version_leads_to_the_one_in_its_place(village: Village) -> None:
    provider = village.settle("Factor house", "provider")
    (first,) = submit(provider, made("steel"))
    (second,) = submit(provider, made("steel", "3", 2))
    with opened(village, "Factor house", "zh") as (client, _):
        assert f'<a href="/reviews/{second}">看版本 2</a>' in client.get(f"/reviews/{first}").text
        assert "看版本" not in client.get(f"/reviews/{second}").text


def test_an_expert_finds_what_it_wrote_about_by_its_own_words(village: Village) -> None:
    provider = village.settle("Factor house", "provider")
    steel, iron = submit(provider, made("steel"), made("iron"))
    expert = village.settle("Expert Li", "expert")
    expert.deliver()
    expert.settle(review(expert, [steel], "return", "年份与来源不符。"))
    expert.settle(review(expert, [iron], "accept", "数值已核对"))
    with opened(village, "Expert Li", "zh") as (client, _):
        page = client.get("/reviews", params={"q": "来源不符"}).text
        (row,) = rows_of(page, "written")
        assert ">steel<" in row
    with opened(village, "Factor house", "zh") as (client, _):
        assert "年份与来源不符；请更正后提交新版本" in client.get("/factors").text


def test_the_sheet_is_handed_out_as_a_workbook_too_and_empty(village: Village) -> None:
    submit(village.settle("Factor house", "provider"), made("steel"))
    with opened(village, "Factor house", "zh") as (client, _):
        filled = client.get("/factors/template.xlsx").content
        assert "1 行只是重复您的上一个版本，不提交： steel" in give(client, filled, "factors.xlsx").text
        empty = client.get("/factors/template.xlsx?empty=true").content
        (sheet,) = openpyxl.load_workbook(BytesIO(empty)).worksheets
        assert sheet.max_row == 1 and sheet["A1"].value == "代码 code"


def test_a_closed_list_shows_the_readers_words_first(village: Village) -> None:
    village.settle("Factor house", "provider").deliver()
    for language, words in (
        ("zh", "国内文献（literature_cn）"),
        ("en", "literature_cn (literature from China)"),
    ):
        with opened(village, "Factor house", language) as (client, _):
            page = html.unescape(client.get("/factors/new").text)
            assert re.search(rf'<option value="literature_cn"[^>]*>{re.escape(words)}<', page)
