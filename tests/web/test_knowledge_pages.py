"""The pages of providers and experts as they answer: what is shown before it is signed, and who is next."""

from __future__ import annotations

import csv
import html
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import httpx

from coordinator.exporting import encode_factors
from method.factor import Factor, make_factor_fields, parse_factor
from method.factor_table import COLUMNS
from node.organisation import Node
from node.reviewing import review, submit_factors
from node.web.desk import Desk
from node.web.knowledge.submissions import read_known
from node.web.knowledge.tasks import EVERY_SECONDS
from protocol.payloads import Role
from tests.coordinator.test_console_paging import rows_of
from tests.node.test_library import publish
from tests.node.village import Village
from tests.support.example import LIBRARY, factor
from tests.web.asking import asking
from tests.web.doors import open_pages
from tests.web.test_entering import token_of
from tests.web.test_verifier_pages import shown_on


@contextmanager
def opened(village: Village, name: str, language: str = "en") -> Iterator[tuple[httpx.Client, Desk]]:
    """A client of the pages of a node that is settled."""
    with (
        open_pages(village.folder / name.replace(" ", "-"), village.town.clock) as pages,
        asking(pages, language) as client,
    ):
        yield client, pages.desk


def made(code: str, value: str = "2", version: int = 1) -> Factor:
    return parse_factor({**factor(code, value, "kg"), "version": version})


def give(client: httpx.Client, data: bytes, name: str = "factors.csv") -> httpx.Response:
    form = {"csrf": token_of(client.get("/account"))}
    return client.post("/factors", data=form, files={"file": (name, data)})


def sign(client: httpx.Client, shown: httpx.Response) -> httpx.Response:
    digest = re.findall(r'name="digest" value="([0-9a-f]{64})"', shown.text)
    return client.post("/factors/sign", data={"csrf": token_of(client.get("/account")), "digest": digest[0]})


def logged(desk: Desk, code: str) -> list[int]:
    return [getattr(one.payload, "version", 0) for one in desk.node.record.about("factor", code)]


def submit(node: Node, *factors: Factor) -> list[str]:
    node.deliver()
    found = [one.id for one in submit_factors(node, factors)]
    node.deliver()
    return found


def write(village: Village, name: str, verdict: str, submission: str, parent: str | None = None) -> None:
    """An expert's opinion on a submission, in the log."""
    role: Role = "expert"
    node = village.nodes.get(name) or village.settle(name, role, parent=parent)
    node.deliver()
    node.settle(review(node, [submission], "accept" if verdict == "accept" else "return", f"{name} read it"))


def test_a_file_is_shown_before_it_is_signed_and_what_repeats_is_left_out(village: Village) -> None:
    submit(village.settle("Factor house", "provider"), made("steel"), made("iron"))
    with opened(village, "Factor house") as (client, desk):
        sheet = client.get("/factors/template.csv").content
        assert sheet.count(b"\r\n") == 3  # both with their next version
        shown = give(client, sheet)
        assert "All of this was submitted before" in shown.text and 'id="sign"' not in shown.text
        shown = give(
            client, encode_factors([made("steel", "3", 2), made("iron", "2", 2), made("tin")], "csv")
        )
        page = html.unescape(shown.text)
        assert shown.status_code == 200 and "2 factors would be signed" in page
        rows = page.partition('id="table-given"')[2].partition("</table>")[0]
        assert (
            "steel" in rows
            and "Value: 2 kgCO₂e/kg → 3 kgCO₂e/kg" in rows
            and "tin" in rows
            and "iron" not in rows
        )
        assert "1 row only repeats your last version and is left out: iron" in page
        assert [logged(desk, code) for code in ("steel", "iron", "tin")] == [[1], [1], []]
        assert sign(client, shown).status_code == 303
        client.get("/factors")
        assert [logged(desk, code) for code in ("steel", "iron", "tin")] == [[1, 2], [1], [1]]
        desk.node.kept.clear()
        gone = sign(client, shown)
        assert gone.headers["location"] == "/factors"
        assert "this preview was replaced by a later one" in client.get("/factors").text


def test_a_provider_reads_every_field_before_signing_and_what_a_correction_changes(village: Village) -> None:
    village.settle("Factor house", "provider").deliver()
    with opened(village, "Factor house", "zh") as (client, _):
        before = made("steel")
        sign(client, give(client, encode_factors([before], "csv")))
        client.get("/factors")
        after = replace(
            before, version=2, year=2025, valid_to="2027-12-31", grade="literature_cn", note="炉渣"
        )
        page = html.unescape(give(client, encode_factors([after, made("tin")], "csv")).text)
        (row,) = re.findall(r"<tr>(?:(?!</tr>).)*>steel<.*?</tr>", page, re.DOTALL)
        assert "年份：2024 → 2025；" in row and "备注：– → 炉渣" in row
        assert "来源等级：" in row and "→ 国内文献" in row and "literature_cn" not in page
        (steel, tin) = re.findall(r"<details[^>]*><summary>(.*?)</details>", page, re.DOTALL)
        assert steel.startswith("steel 2：") and tin.startswith("tin 1：")
        for title in ("年份", "有效期止", "数据质量", "系统边界", "来源等级", "许可", "数据所有者", "备注"):
            assert f"<dt>{title}" in steel, title
        assert "<dd>2027-12-31</dd>" in steel and "<dd>CC0</dd>" in steel


def test_an_expert_sees_the_old_value_and_the_new_one(village: Village) -> None:
    before = LIBRARY.factors["grid"]["total"]
    changed = parse_factor({**LIBRARY.factors["grid"], "version": 2, "total": "0.9"})
    (submission,) = submit(village.settle("Factor house", "provider"), changed)
    village.settle("Reader", "expert").deliver()
    with opened(village, "Reader") as (client, _):
        page = html.unescape(client.get(f"/reviews/{submission}").text)
        said = page.partition("What changes")[2].partition("</dl>")[0]
        assert re.search(rf"<dd>{re.escape(str(before))}\S* .*→ 0\.9\b", said), said


def test_a_new_version_stands_beside_the_last_one_published(village: Village) -> None:
    provider = village.settle("Factor house", "provider")
    for version, value in ((1, "2"), (2, "3")):
        (submission,) = submit(provider, made("steel", value, version))
        publish(village, submission)
    (submission,) = submit(provider, made("steel", "4", 3))
    village.settle("Reader", "expert").deliver()
    with opened(village, "Reader") as (client, _):
        page = html.unescape(client.get(f"/reviews/{submission}").text)
        said = page.partition("What changes")[2].partition("</dl>")[0]
        assert re.search(r"<dd>3\S* .*→ 4\b", said), said


def test_an_expert_sees_why_the_last_submission_was_returned_and_what_changed(village: Village) -> None:
    provider = village.settle("Factor house", "provider")
    (first,) = submit(provider, made("steel", "2"))
    write(village, "Expert Wang", "return", first)
    submit(village.settle("Iron house", "provider"), made("steel", "7", 5))
    (second,) = submit(provider, made("steel", "3", 2))
    with opened(village, "Expert Wang") as (client, _):
        page = html.unescape(client.get(f"/reviews/{second}").text)
        said = page.partition("Version 1, submitted before, says otherwise:")[2].partition("</dl>")[0]
        assert "<dd>2 kgCO₂e/kg → 3 kgCO₂e/kg</dd>" in said
        before = page.partition("An earlier version")[2]
        assert f'href="/reviews/{first}">steel 1</a>' in before
        table = before.partition('id="table-returned"')[2].partition("</table>")[0]
        assert "Opinions on version 1" in table and "Expert Wang read it" in table
        assert "An earlier version" not in client.get(f"/reviews/{first}").text
    publish(village, second)
    (third,) = submit(provider, made("steel", "4", 3))
    with opened(village, "Expert Wang") as (client, _):
        page = client.get(f"/reviews/{third}").text
        assert "Version 2 is published and says otherwise" in page and "An earlier version" not in page


def test_a_file_of_another_kind_is_said_to_be_none_once(village: Village) -> None:
    village.settle("Factor house", "provider")
    with opened(village, "Factor house", "zh") as (client, _):
        answer = give(client, "# 说明\n\n这里没有因子。\n".encode(), "readme.md")
        problems = re.findall(
            r"<li>(.*?)</li>", answer.text.partition('role="alert"')[2].partition("</ul>")[0]
        )
        assert answer.status_code == 422 and len(problems) == 1 and "这不是因子表格" in problems[0]


def test_a_missing_column_is_named_without_the_whole_header(village: Village) -> None:
    village.settle("Factor house", "provider")
    with opened(village, "Factor house") as (client, _):
        sheet = encode_factors([made("steel")], "csv").decode("utf-8-sig").replace("region,", "place,", 1)
        answer = give(client, sheet.encode())
        problems = re.findall(
            r"<li>(.*?)</li>", answer.text.partition('role="alert"')[2].partition("</ul>")[0]
        )
        assert len(problems) == 2 and not [one for one in problems if "biogenic" in one]


def test_who_is_next_is_said_once_the_opinions_are_there(village: Village) -> None:
    provider = village.settle("Factor house", "provider")
    taken, returned, half = submit(provider, made("steel"), made("iron"), made("tin"))
    write(village, "Expert Li", "accept", taken)
    write(village, "Expert Li", "accept", returned)
    write(village, "Expert Li", "accept", half)
    write(village, "Expert Wang", "accept", taken)
    write(village, "Expert Wang", "return", returned)
    write(village, "Li's colleague", "accept", half, parent="Expert Li")
    write(village, "Expert Zhao", "return", taken)
    with opened(village, "Factor house") as (client, _):
        page = client.get("/factors").text.partition('id="table-own"')[2].partition("</table>")[0]
        assert (
            page.count("the operator publishes it next") == 1
            and page.count("Expert Wang read it; you may submit a corrected version now") == 1
        )
        assert "the operator publishes it next" in client.get(f"/reviews/{taken}").text
        told = client.get(f"/reviews/{half}").text.partition("It may be published")[2]
        assert "next" not in told and "So far 1 accept it and 0 return it." in told
        _, news = client.get("/").text.split("News")
        assert f'href="/reviews/{taken}">1 factor of yours has the opinions it needs' in news
    with opened(village, "Expert Wang") as (client, _):
        table = client.get("/reviews").text.partition('id="table-written"')[2].partition("</table>")[0]
        assert "Your verdict" in table and "Expert Wang read it" in html.unescape(table)
        assert "the operator publishes it next" in table and "the operator decides next" in table


def test_a_returned_submission_says_why_and_what_to_do_until_a_higher_version_takes_its_place(
    village: Village,
) -> None:
    provider = village.settle("Factor house", "provider")
    (first,) = submit(provider, made("steel", "2"))
    submit(village.settle("Iron house", "provider"), made("steel", "7", 5))
    write(village, "Expert Wang", "return", first)
    village.settle("Expert Li", "expert").deliver()
    with opened(village, "Factor house", "zh") as (client, _):
        (row,) = rows_of(client.get("/factors").text, "own")
        assert "专家退回" in row and "Expert Wang read it；请更正后提交新版本" in row and "评审中" not in row
        page = client.get(f"/reviews/{first}").text
        assert "专家退回 — Expert Wang read it；请更正后提交新版本" in page
        submit(provider, made("steel", "3", 2))
        newer, older = rows_of(client.get("/factors").text, "own")
        assert "已被替代" in older and "已另行提交版本 2" in older and "请更正" not in older
        assert "已提交" in newer and "替代" not in newer
    with opened(village, "Expert Li") as (client, _):
        page = client.get("/reviews").text
        assert "2 submissions wait for your opinion" in client.get("/").text
        assert [re.findall(r'class="number">(\d)', row)[0] for row in rows_of(page, "waiting")] == ["5", "2"]
        page = client.get(f"/reviews/{first}").text
        assert "version 2 was submitted in its place" in page and 'name="verdict"' not in page
    with opened(village, "Expert Wang") as (client, _):
        (row,) = rows_of(client.get("/reviews").text, "written")
        assert "version 2 was submitted in its place" in row


def test_what_an_expert_wrote_stands_once_in_its_row(village: Village) -> None:
    (submission,) = submit(village.settle("Factor house", "provider"), made("steel"))
    write(village, "Expert Wang", "return", submission)
    with opened(village, "Expert Wang") as (client, _):
        (row,) = rows_of(client.get("/reviews").text, "written")
        assert "returned by an expert" in row and row.count("Expert Wang read it") == 1
        assert "wait for your opinion" not in client.get("/").text


def test_a_search_among_what_waits_says_how_many_wait_in_all(village: Village) -> None:
    village.settle("Expert Li", "expert").deliver()
    submit(village.settle("Factor house", "provider"), made("steel"), made("iron"), made("tin"))
    with opened(village, "Expert Li", "zh") as (client, _):
        page = client.get("/reviews?q=tin").text
        assert "共 3 项提交，其中 1 项符合搜索词" in page and '<a href="/reviews">显示全部</a>' in page
        assert "显示全部" not in client.get("/reviews").text


def test_an_expert_is_told_what_waits_as_soon_as_the_first_page_is_there(village: Village) -> None:
    village.settle("Expert Li", "expert").deliver()
    submit(village.settle("Factor house", "provider"), made("steel"), made("iron"))
    with opened(village, "Expert Li") as (client, _):
        page = client.get("/").text
        (path, trigger) = re.findall(r'hx-get="(/live[^"]*)" hx-trigger="([^"]*)"', page)[0]
        assert trigger.startswith("load,")
        part = client.get(html.unescape(path), headers={"hx-request": "true"}).text
        assert "2 submissions wait for your opinion" in part


def test_the_first_page_counts_what_the_list_shows_while_more_comes_in(village: Village) -> None:
    village.settle("Expert Li", "expert").deliver()
    provider = village.settle("Factor house", "provider")
    submit(provider, made("steel"))
    with opened(village, "Expert Li") as (client, _):

        def look() -> str:
            (path,) = re.findall(r'hx-get="(/live[^"]*)"', client.get("/").text)
            return client.get(html.unescape(path), headers={"hx-request": "true"}).text

        assert "1 submission waits for your opinion" in look()
        submit(provider, made("iron"), made("tin"))
        village.town.clock.now += EVERY_SECONDS
        assert EVERY_SECONDS <= 5 and "3 submissions wait for your opinion" in look()
        assert "3 submissions wait for your opinion" in client.get("/reviews").text


def test_the_sheet_names_its_columns_for_people_and_is_read_with_and_without(village: Village) -> None:
    submit(village.settle("Factor house", "provider"), made("steel"))
    with opened(village, "Factor house", "zh") as (client, _):
        sheet = client.get("/factors/template.csv").content.decode("utf-8-sig")
        head, row = sheet.splitlines()[:2]
        titles = next(csv.reader([head]))
        assert titles[0] == "代码 code" and "数值的由来 status" in titles
        changed = row.replace("steel", "iron", 1)
        for top in (head, ",".join(COLUMNS)):
            shown = give(client, f"{top}\r\n{changed}\r\n".encode())
            assert "1 个因子将要签名并提交" in shown.text


def problems_of(answer: httpx.Response) -> list[str]:
    assert answer.status_code == 422
    shown = answer.text.partition('role="alert"')[2].partition("</ul>")[0]
    return [html.unescape(one) for one in re.findall(r"<li>(.*?)</li>", shown)]


def test_a_problem_names_the_column_as_the_file_does_and_lists_what_may_stand_there(village: Village) -> None:
    submit(village.settle("Factor house", "provider"), made("steel"))
    with opened(village, "Factor house", "zh") as (client, _):
        sheet = client.get("/factors/template.csv").content.decode("utf-8-sig")
        wrong = sheet.replace(",life_cycle,", ",一辈子,")
        for head in ("系统边界 system_boundary", "系统边界", "System boundary"):
            (found,) = problems_of(give(client, wrong.replace("系统边界 system_boundary", head).encode()))
            assert f"第 2 行，“{head}”列：发现'一辈子'；应为从摇篮到大门（cradle_to_gate）、" in found
        gone = problems_of(give(client, wrong.replace("系统边界 system_boundary", "边界").encode()))
        assert len(gone) == 2 and "缺少这几列：“系统边界”" in gone[0] and "“边界”列：" in gone[1]


def test_a_version_that_is_taken_is_told_with_everything_else(village: Village) -> None:
    submit(village.settle("Factor house", "provider"), made("steel"), made("steel", "3", 2))
    broken = [made("steel", "4", 2), made("grid", version=7), made("tin")]
    sheet = encode_factors(broken, "csv").decode("utf-8-sig").replace(",country,", ",best,")
    with opened(village, "Factor house", "zh") as (client, desk):
        found = problems_of(give(client, sheet.encode()))
        assert [
            one
            for one in found
            if "第 2 行，“version”列：发现版本 2，而 steel 已有版本 1、2；应为 3。" in one
        ]
        assert [one for one in found if "第 3 行，“code”列：发现grid，这个代码属于另一提供方" in one]
        assert len(found) == 5 and sum("“grade”列：发现'best'" in one for one in found) == 3
        whole = give(client, encode_factors([made("steel", "4", 2), made("steel", "3", 1)], "csv"))
        assert len(problems_of(whole)) == 2 and not logged(desk, "tin")
        again = give(client, encode_factors([made("steel", "3", 2), made("steel", "4", 3)], "csv"))
        assert again.status_code == 200 and "1 个因子将要签名并提交" in again.text
        (told,) = problems_of(give(client, toml_of(made("steel", "4", 2)), "factors.toml"))
        assert "steel 已有版本 1、2" in told


def toml_of(one: Factor) -> bytes:
    fields = {name: value for name, value in make_factor_fields(one).items() if value is not None}
    scores = fields.pop("scores")
    assert isinstance(scores, dict)
    table = "".join(f"{name} = {json.dumps(value)}\n" for name, value in fields.items())
    inner = ", ".join(f"{name} = {value}" for name, value in scores.items())
    return f"[[factor]]\n{table}scores = {{ {inner} }}\n".encode()


def test_an_opinion_on_several_lines_is_signed_on_one(village: Village) -> None:
    (steel,) = submit(village.settle("Factor house", "provider"), made("steel"))
    village.settle("Expert Li", "expert").deliver()
    with opened(village, "Expert Li") as (client, desk):
        form = {
            "csrf": token_of(client.get("/account")),
            "verdict": "accept",
            "opinion": "source\r\nand year",
        }
        page = client.get(f"/reviews/{steel}")
        assert page.status_code == 200 and "a condition in its words binds nobody" in page.text
        shown = client.post(f"/reviews/{steel}", data=form)
        client.get("/reviews")
        assert shown.status_code == 200 and "source and year</dd>" in shown.text
        assert "without conditions</dd>" in shown.text and not read_known(desk.node).by_id[steel].reviews
        sign = form | {"step": "sign", "shown": shown_on(shown)}
        # What was changed beside the button that signs is shown first.
        (fields,) = [one for one in shown.text.split("<form")[1:] if f'action="/reviews/{steel}"' in one]
        assert 'value="sign"' in fields and 'name="opinion"' in fields.partition("</form>")[0]
        for changed in ({"verdict": "return"}, {"opinion": "no source"}, {"shown": ""}):
            answer = client.post(f"/reviews/{steel}", data=sign | changed)
            assert answer.status_code == 422 and "You changed it since it was shown to you" in answer.text
        client.get("/reviews")
        assert not read_known(desk.node).by_id[steel].reviews
        assert client.post(f"/reviews/{steel}", data=sign).status_code == 303
        client.get("/reviews")
        (said,) = read_known(desk.node).by_id[steel].reviews
        assert getattr(said.payload, "opinion", "") == "source and year"


def test_the_search_box_finds_what_is_submitted(village: Village) -> None:
    (steel,) = submit(village.settle("Factor house", "provider"), made("steel"))
    village.settle("Expert Li", "expert").deliver()
    for name in ("Factor house", "Expert Li"):
        with opened(village, name) as (client, _):
            client.get("/factors" if name == "Factor house" else "/reviews")
            for words in ("steel", steel[:10]):
                answer = client.get("/search", params={"q": words})
                assert f"/reviews/{steel}" in answer.headers.get("location", "") + answer.text
