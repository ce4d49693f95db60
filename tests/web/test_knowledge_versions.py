"""The pages of submissions lead on: to the version in its place, to what the reader wrote, in the reader's words."""

from __future__ import annotations

import html
import re
from io import BytesIO

import openpyxl

from node.reviewing import review
from tests.coordinator.test_console_paging import rows_of
from tests.node.test_library import publish
from tests.node.village import Village, ask
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


def test_a_published_version_keeps_what_it_changed_and_leads_to_the_one_before(village: Village) -> None:
    provider = village.settle("Factor house", "provider")
    ids = [submit(provider, made("steel", value, version))[0] for version, value in ((1, "2"), (2, "3"))]
    for one in ids:
        publish(village, one)
    with opened(village, "Factor house", "zh") as (client, _):
        page = client.get(f"/reviews/{ids[1]}").text
        said = page.partition("此前提交的版本 1")[2].partition("</dl>")[0]
        assert f'<a href="/reviews/{ids[0]}">steel 1</a>' in page and "2 kgCO₂e/kg → 3 kgCO₂e/kg" in said
        assert f'<a href="/reviews/{ids[1]}">看版本 2</a>' in client.get(f"/reviews/{ids[0]}").text


def test_an_expert_reads_the_whole_library_and_finds_factors_with_value_and_state(village: Village) -> None:
    submit(village.settle("Factor house", "provider"), made("steel"), made("steelwool"))
    village.settle("Expert Li", "expert").deliver()
    with opened(village, "Expert Li", "zh") as (client, _):
        page = client.get("/library").text
        assert 'aria-label="查找因子、产品、合作方、编号"' in page and "因子库</a>" in client.get("/").text
        assert {"grid", "salt", "steel"} <= set(re.findall(r">([a-z]+)</a>", page))
        (row,) = rows_of(client.get("/library?q=wool").text, "library")
        assert ">steelwool<" in row
        assert "steel 1 · steel · 2 kgCO₂e/kg · 已提交" in client.get("/search?q=steel").text
    village.settle("North Cathode", "supplier")
    with opened(village, "North Cathode", "zh") as (client, _):
        page = client.get("/").text
        assert "因子库</a>" not in page and 'aria-label="查找产品、合作方、编号"' in page


def test_a_search_among_ones_own_factors_narrows_their_citations(village: Village) -> None:
    village.suppliers()
    ask(village.settle("Pack maker", "requester"))
    village.run()
    village.settle("Factor house", "provider", legal_entity="Provider").deliver()
    with opened(village, "Factor house", "zh") as (client, _):
        page = client.get("/factors").text
        assert len(rows_of(page, "citations")) == 2 and "引用次数只有因子的提供方和运营方能看到" in page
        page = client.get("/factors?q=salt").text
        (row,) = rows_of(page, "citations")
        assert row.count(">salt<") == 2  # its code and its name
        assert "其中 1 项符合搜索词" in page and '<a href="/factors">显示全部</a>' in page
        first, second = re.findall(r'href="(/factors/template[^"]*)" download>([^<]*)', page)[:2]
        assert first == ("/factors/template.xlsx", "下载填写用的表格")
        assert second == ("/factors/template.csv", "csv")
