"""A provider reads on its first page what became of what it submitted, until it has looked."""

from __future__ import annotations

import html
import re

import httpx
import pytest

from coordinator.exporting import encode_factors
from method.factor import parse_factor
from method.factor_table import encode_factor_row
from node.library import fetch_submissions, read_submissions
from protocol.payloads import Category, Return
from tests.node.test_library import publish
from tests.node.village import Village
from tests.support.example import category, factor, line
from tests.web.test_entering import token_of
from tests.web.test_knowledge_pages import give, made, opened, submit, write


def told_to(client: httpx.Client) -> str:
    """What waits, as the first page has it."""
    return html.unescape(client.get("/live", headers={"hx-request": "true"}).text)


def coating_of(village: Village, code: str) -> None:
    """A published category whose one line takes this code by kg."""
    town, lines = village.town, [{**line("solvent", "kg", True, code), "accepts": [code]}]
    fields = category("coating", ["raw_material_and_parts"], lines)
    header = town.header(town.operator).fields()
    publish(village, town.log_it(town.operator, Category.model_validate({**header, **fields})))
    town.clock.now += 10


def test_a_publication_is_told_with_its_page_until_it_was_seen(village: Village) -> None:
    provider = village.settle("Factor house", "provider")
    steel, iron = submit(provider, made("steel", version=2), made("iron"))
    with opened(village, "Factor house", "zh") as (client, _):
        assert "已发布" not in told_to(client)
        publish(village, steel)
        village.town.clock.now += 10
        told = told_to(client)
        assert f'href="/reviews/{steel}">steel 版本 2 已发布，可以在申报中引用' in told
        client.get(f"/reviews/{iron}")
        assert "已发布" in told_to(client)  # another one was looked at
        client.get(f"/reviews/{steel}")
        assert "已发布" not in told_to(client)


def test_how_far_factors_are_is_nothing_that_waits(village: Village) -> None:
    submit(village.settle("Factor house", "provider"), made("steel"))
    with opened(village, "Factor house") as (client, _):
        waiting, news = told_to(client).split("News")
        assert "factor" not in waiting and "1 factor of yours waits for experts' opinions" in news


def test_a_newer_version_is_told_without_the_one_that_was_read(village: Village) -> None:
    (first,) = submit(village.settle("Factor house", "provider"), made("steel"))
    publish(village, first)
    with opened(village, "Factor house") as (client, desk):
        client.get("/factors")
        (second,) = submit(desk.node, made("steel", version=2))
        publish(village, second)
        village.town.clock.now += 10
        told = told_to(client)
        assert f'href="/reviews/{second}">steel version 2 is published' in told and first not in told


def test_several_publications_are_told_by_their_count_until_the_list_was_seen(village: Village) -> None:
    provider = village.settle("Factor house", "provider")
    codes = ("steel", "iron", "tin", "zinc")
    ids = submit(provider, *(made(code) for code in codes))
    for one in ids[:3]:
        publish(village, one)
    with opened(village, "Factor house") as (client, _):
        told = told_to(client)
        is_told = [f'{one}">{code} version' in told for one, code in zip(ids, codes, strict=True)]
        assert is_told == [True, True, True, False] and f'{ids[3]}">1 factor of yours waits' in told
        publish(village, ids[3])
        village.town.clock.now += 10
        waiting, _, news = told_to(client).partition("News")
        assert 'href="/factors">4 submissions of yours were published<' in news and "publish" not in waiting
        assert "cannot" not in news
        client.get(f"/reviews/{ids[0]}")
        client.get("/factors?q=steel")
        assert "were published" in told_to(client)
        client.get("/factors")
        assert "published" not in told_to(client)


def test_what_the_operator_returned_is_told_with_its_page(village: Village) -> None:
    provider, town = village.settle("Factor house", "provider"), village.town
    (steel,) = submit(provider, made("steel"))
    for name, verdict in (("Expert Li", "accept"), ("Expert Wang", "return")):
        write(village, name, verdict, steel)
    expert = village.nodes["Expert Li"]
    fetch_submissions(expert)
    (item,) = (one for one in read_submissions(expert) if one.id == steel)
    read = tuple(one.id for one in item.reviews)
    fields = town.header(town.operator).fields()
    town.log_it(town.operator, Return(**fields, subject=steel, reviews=read, reason="no source"))
    with opened(village, "Factor house", "zh") as (client, _):
        assert f'href="/reviews/{steel}">steel 被退回' in told_to(client)


def test_what_experts_return_stays_in_review_until_the_operator_decides(village: Village) -> None:
    (steel,) = submit(village.settle("Factor house", "provider"), made("steel"))
    for name in ("Expert Li", "Expert Wang"):
        write(village, name, "return", steel)
    with opened(village, "Factor house", "zh") as (client, _):
        waiting, _, news = told_to(client).partition("消息")
        assert (
            "对 steel 写意见的专家已够，其中有人退回，下一步由运营方决定；现在就可以提交更正后的版本"
            in waiting
        )
        assert "被退回" not in waiting and "steel" not in news and "等专家" not in news
        state = html.unescape(client.get(f"/reviews/{steel}").text).partition("<dt>状态</dt>")[2]
        words = "下一步由运营方决定；Expert Li read it；Expert Wang read it；现在就可以提交更正后的版本"
        assert words in state.partition("</dd>")[0]


def test_what_another_provider_was_faster_with_is_told_once(village: Village) -> None:
    (ours,) = submit(village.settle("Factor house", "provider"), made("steel"))
    (theirs,) = submit(village.settle("Iron house", "provider"), made("steel", "7", 5))
    publish(village, theirs)
    with opened(village, "Factor house", "zh") as (client, _):
        assert f'href="/reviews/{ours}">steel 版本 1 已无法发布' in told_to(client)
        client.get(f"/reviews/{ours}")
        assert "无法发布" not in told_to(client)


def test_a_factor_that_no_line_accepts_is_told_as_citable_nowhere(village: Village) -> None:
    steel, heat = made("steel"), parse_factor(factor("heat", "2", "MJ"))
    provider = village.settle("Factor house", "provider")
    with opened(village, "Factor house", "zh") as (client, _):
        shown = html.unescape(give(client, encode_factors([steel, heat], "csv")).text)
        assert "还没有产品类别接受这个代码" in shown and "cathode：salt" in shown
        assert "请联系运营方发布列有此代码的产品类别版本" in shown
        assert "请联系运营方" not in html.unescape(give(client, encode_factors([steel], "csv")).text)
    for one in (ids := submit(provider, steel, heat)):
        publish(village, one)
    with opened(village, "Factor house", "zh") as (client, _):
        waiting, _, news = told_to(client).partition("消息")
        assert (
            f'href="/reviews/{ids[1]}">heat 版本 1 已发布，但还没有产品类别接受这个代码：请联系运营方<'
            in waiting
        )
        assert "steel 版本 1 已发布，可以在申报中引用" in news
        pages = [html.unescape(client.get(f"/reviews/{one}").text) for one in ids]
        assert "<dt>接受它的项目</dt><dd>cathode：salt</dd>" in pages[0]
        assert "还没有项目按其单位接受 heat，因此无论发布与否，申报都无法引用" in pages[1]


def test_where_no_line_accepts_a_factor_its_provider_is_led_to_the_codes_that_lines_accept(
    village: Village,
) -> None:
    heat, town = parse_factor(factor("heat", "2", "MJ")), village.town
    (ours,) = submit(village.settle("Factor house", "provider"), heat)
    lines = [{**line("warm", "MJ", False, "heat-steam"), "accepts": ["heat-steam"]}]
    fields = category("kiln", ["raw_material_and_parts"], lines)
    kiln = town.log_it(
        town.operator, Category.model_validate({**town.header(town.operator).fields(), **fields})
    )
    publish(village, kiln)
    wider = {**fields, "version": 2, "lines": [{**lines[0], "accepts": ["heat", "heat-steam"]}]}
    second = town.log_it(
        town.operator, Category.model_validate({**town.header(town.operator).fields(), **wider})
    )
    link, advice = f'<a href="/reviews/{kiln}">kiln</a>', "请联系运营方发布列有此代码的产品类别版本"
    village.settle("Expert Li", "expert")
    for name, is_advised in (("Factor house", True), ("Expert Li", False)):
        with opened(village, name, "zh") as (client, _):
            page = html.unescape(client.get(f"/reviews/{ours}").text)
            assert link in page and "接受 heat，因此无论发布与否" in page and (advice in page) is is_advised
            assert "接受的因子代码：heat-steam" in client.get(f"/reviews/{kiln}").text
            judged = html.unescape(client.get(f"/reviews/{second}").text)
            assert "项目 warm，接受的因子代码</dt><dd>增加：heat</dd>" in judged
            assert f'<a href="/reviews/{ours}">heat 1 · heat</a>' in judged and "2 kgCO₂e/MJ" in judged
    with opened(village, "Factor house", "zh") as (client, _):
        far = [parse_factor(factor(code, "2", "MJ")) for code in ("glow", "glare")]
        shown = html.unescape(give(client, encode_factors(far, "csv")).text)
        assert "项目按其单位接受 glow、glare，" in shown and advice in shown
        assert link not in shown and '<a href="/library">产品类别列在因子库中，' in shown


@pytest.mark.parametrize("is_form", [False, True])
def test_a_factor_in_another_unit_than_lines_accept_it_in_is_marked_in_its_row(
    village: Village, is_form: bool
) -> None:
    submit(village.settle("Factor house", "provider"), made("nmp"), made("oil"))
    coating_of(village, "nmp")
    wrong = parse_factor({**factor("nmp", "2", "MJ"), "version": 2})
    with opened(village, "Factor house", "zh") as (client, _):
        if is_form:
            cells = {**encode_factor_row(wrong), "csrf": token_of(client.get("/account"))}
            shown = client.post("/factors/new", data=cells)
        else:
            shown = give(client, encode_factors([wrong, made("oil", "3", 2)], "csv"))
        page = html.unescape(shown.text)
        row = page.partition(">nmp<")[2].partition("</tr>")[0]
        changes, lines_shown = re.findall(r'data-state="bad">(.*?)</td>', row, re.DOTALL)
        assert "版本 1 按 kg 计：如非有意更改单位，请改正" in changes
        assert "接受此代码的项目按 kg 计，而这里按 MJ 计：coating：solvent" in lines_shown
        assert "请改为按 kg 给出数值" in lines_shown
        assert "还没有产品类别" not in page and "申报都无法引用" not in page
        assert page.count('data-state="bad"') == 2
    (ours,) = submit(village.nodes["Factor house"], wrong)
    with opened(village, "Factor house", "zh") as (client, _):
        page = html.unescape(client.get(f"/reviews/{ours}").text)
        assert "而这里按 MJ 计：coating：solvent" in page and "请改为按 kg 给出数值" in page


def test_what_no_category_accepts_waits_until_one_does_and_the_list_says_so(village: Village) -> None:
    heat = parse_factor(factor("heat", "2", "MJ"))
    (ours,) = submit(village.settle("Factor house", "provider"), heat)
    publish(village, ours)
    with opened(village, "Factor house", "zh") as (client, _):
        row = html.unescape(client.get("/factors").text).partition(">heat<")[2].partition("</tr>")[0]
        assert "已发布" in row and "还没有产品类别接受这个代码" in row
        waiting = told_to(client).partition("消息")[0]
        assert (
            f'href="/reviews/{ours}">heat 版本 1 已发布，但还没有产品类别接受这个代码：请联系运营方<'
            in waiting
        )
        coating_of(village, "heat")
        waiting = told_to(client).partition("消息")[0]
        assert "heat 版本 1 已发布，但产品类别按另一单位接受这个代码：请按该单位提交新版本<" in waiting
        row = html.unescape(client.get("/factors").text).partition(">heat<")[2].partition("</tr>")[0]
        assert "产品类别按另一单位接受这个代码" in row and "还没有" not in row
        submit(village.nodes["Factor house"], made("heat", version=2))
        village.town.clock.now += 10
        assert "已发布，但" not in told_to(client)


def test_many_that_no_category_accepts_are_counted(village: Village) -> None:
    codes = ("heat", "glow", "glare", "blaze")
    provider = village.settle("Factor house", "provider")
    for one in submit(provider, *(parse_factor(factor(code, "2", "MJ")) for code in codes)):
        publish(village, one)
    with opened(village, "Factor house", "zh") as (client, _):
        client.get("/factors")
        waiting = told_to(client).partition("消息")[0]
        assert 'href="/factors">您有 4 条已发布的因子还没有产品类别接受：请联系运营方<' in waiting


def test_a_version_is_compared_with_what_is_published_now_and_with_the_returned_one_before(
    village: Village,
) -> None:
    provider = village.settle("Factor house", "provider")
    (first,) = submit(provider, made("steel", "2"))
    publish(village, first)
    (second,) = submit(provider, made("steel", "3", 2))
    write(village, "Expert Wang", "return", second)
    (third,) = submit(provider, made("steel", "4", 3))
    with opened(village, "Expert Wang") as (client, _):
        page = html.unescape(client.get(f"/reviews/{third}").text)
        assert "<dd>2 kgCO₂e/kg → 4 kgCO₂e/kg</dd>" in page.partition("Version 1 is published")[2]
        since = page.partition("Since that version it says otherwise")[2].partition("</dl>")[0]
        assert "<dd>3 kgCO₂e/kg → 4 kgCO₂e/kg</dd>" in since
    publish(village, third)
    village.town.clock.now += 10
    with opened(village, "Factor house") as (client, _):
        page = html.unescape(client.get(f"/reviews/{second}").text)
        assert "Version 3 is published and says otherwise" in page
        assert "<dd>4 kgCO₂e/kg → 3 kgCO₂e/kg</dd>" in page and "Version 1 is" not in page


def test_the_list_of_factors_leads_to_its_parts(village: Village) -> None:
    (steel,) = submit(village.settle("Factor house", "provider"), made("steel"))
    publish(village, steel)
    with opened(village, "Factor house") as (client, _):
        page = client.get("/factors").text
        for name in re.findall(r'href="#(table-\w+)"', page):
            assert f'id="{name}"' in page
        assert 'href="#table-own"' in page and 'href="#table-published"' in page


def test_the_hint_of_the_search_fits_into_its_field(village: Village) -> None:
    village.settle("Factor house", "provider")
    with opened(village, "Factor house") as (client, _):
        (hint,) = re.findall(r'id="search" [^>]*placeholder="([^"]+?)  /"', client.get("/account").text)
        assert "actors" in hint and len(hint) <= 32
