"""What was asked for already: it is not asked for again unawares, and a certified result stays while it is."""

from __future__ import annotations

import html
import re
from dataclasses import replace

import httpx

from method.rules import STAGES
from node.maker.bills import need_pack
from node.maker.foreseeing import find_earlier
from node.maker.modelling import request_drafts
from node.maker.outdated import keep_digests
from node.maker.pack_drafts import ROW_FIELDS, PackDraft, find_draft, keep_draft
from node.maker.requesting import Terms, list_requests
from node.organisation import Node
from node.store.vault import forget_secret
from node.supplier.consenting import withdraw
from protocol.disclosure import YEAR_SECONDS
from tests.node.test_standings import copy_row
from tests.node.village import METHOD, SUPPLIES, Village, ask
from tests.support.example import UNIT
from tests.web.asking import asking
from tests.web.making import finish, open_workshop
from tests.web.test_entering import token_of
from tests.web.test_maker_ways import draft_of


def ticked(client: httpx.Client) -> dict[str, bool]:
    """The models of the page of several requests by id, and whether each is ticked beforehand."""
    page = client.get("/models/batch").text
    return {one: bool(state) for one, state in re.findall(r'name="chosen" value="(\w+)"( checked)?', page)}


def fill_stages(node: Node, draft: PackDraft) -> PackDraft:
    """One without a row in a stage is never ticked beforehand."""
    default = {**dict.fromkeys(ROW_FIELDS, ""), "default_factor": "grid", "quantity": "1", "unit": "kWh"}
    filled = [{**default, "item": one.replace("_", "-"), "stage": one} for one in STAGES[2:]]
    return keep_draft(node, replace(draft, rows=(*draft.rows, *filled)))


def test_a_model_is_ticked_as_long_as_nothing_was_asked_for_under_its_rule_set(village: Village) -> None:
    with open_workshop(village) as workshop, asking(workshop.pages, "zh") as client:
        node = workshop.pages.desk.node
        filled = fill_stages(node, draft_of(node))
        client.get("/directory", params={"find": "item"})
        assert ticked(client) == {"beef": True}
        request = ask(workshop.maker)
        with node.store.write() as connection:
            forget_secret(connection, f"asked/{request}")
            keep_digests(connection, request, [need_pack(filled)], (METHOD, "partial"))
        assert ticked(client) == {"beef": False}
        page = client.get("/models/batch").text
        assert f"/calculations/{request}" in page and "已发起过：等待同意" in page
        workshop.village.run()
        assert ticked(client) == {"beef": False}
        assert "已发起过：已出证" in client.get("/models/batch").text
        # Under another rule set it is another request, named by the model or chosen for all of them.
        terms = "method=mee-2025-literal&boundary=partial"
        assert 'value="beef" checked' in client.get(f"/models/batch?{terms}").text
        assert 'name="method" value="mee-2025-literal"' in client.get(f"/models/batch?{terms}").text
        fill_stages(node, draft_of(node, method="miit-551", measured_cycles="1500"))
        assert ticked(client) == {"beef": True}


def test_a_further_total_for_the_same_suppliers_is_foreseen_once_there_is_an_earlier_one(
    village: Village,
) -> None:
    said = f"{len(SUPPLIES)} 家会被问到：是否接受——这是给同一客户的又一个合计"
    with open_workshop(village) as workshop, asking(workshop.pages, "zh") as client:
        draft_of(workshop.pages.desk.node, model="T-101")
        assert "又一个合计" not in client.get("/models/beef/request").text
        request = ask(workshop.maker)
        client.get("/calculations")
        assert said in client.get("/models/beef/request").text
        withdraw(workshop.maker, request, "a wrong quantity")
        workshop.village.run(2)
        client.get("/calculations")
        assert "又一个合计" not in client.get("/models/beef/request").text
        finish(workshop)
        assert said in client.get("/models/beef/request").text
        maker, declarations = workshop.maker, set(list_requests(workshop.maker)[-1].items.values())
        assert len(find_earlier(maker, declarations)) == 1 and not find_earlier(maker, {"another"})
        workshop.village.town.clock.now += YEAR_SECONDS + 1
        assert not find_earlier(maker, declarations)


def test_the_list_of_models_keeps_a_certified_result_until_the_next_is_certified(village: Village) -> None:
    with open_workshop(village) as workshop, asking(workshop.pages, "zh") as client:
        draft_of(workshop.pages.desk.node)
        first = finish(workshop)
        figure = re.search(r">\s*(0\.[0-9]+)", client.get("/models").text)
        assert figure is not None
        ask(workshop.maker)
        page = client.get("/models").text
        assert "等待同意" in page and f"/calculations/{first}/result?model=0" in page
        assert f"{figure[1]}</a>" in page and "上一次出证的结果" in page


def test_results_are_compared_by_the_stages_of_their_boundary_in_kg_of_one_pack(village: Village) -> None:
    with open_workshop(village) as workshop, asking(workshop.pages, "zh") as client:
        finish(workshop)
        page = client.get("/compare").text
        head = page.partition("<thead>")[2].partition("</thead>")[0]
        assert "回收利用" not in head and "分销" in head
        assert head.count("kgCO₂e/包") == 4
        # What tells two rule sets apart comes first, so that a narrow choice does not hide it.
        assert re.search(">mee-2025-cff，部分生命周期[^<]*：生态环境部", page)


def test_a_result_is_compared_with_all_models_and_leads_them_or_with_one(village: Village) -> None:
    with open_workshop(village) as workshop, asking(workshop.pages, "zh") as client:
        finish(workshop)
        page = client.get(f"/compare?model={UNIT.model}").text
        assert "暂时没有可比较的结果" in page and "最小" not in page
        figure = re.findall(r'class="figure-large">([0-9.]+)', client.get(result_of(client)).text)[0]
        assert f">{figure}<" in re.sub(r"\s", "", page), "the same digits as on the page of the result"
        for sequence, model in enumerate(("A-1", "Z-9"), 5):
            copy_row(workshop.maker, sequence, model=model)
        assert listed(client, f"?model={UNIT.model}") == [UNIT.model, "A-1", "Z-9"]
        assert listed(client, f"?model={UNIT.model}&beside=Z-9") == [UNIT.model, "Z-9"]
        alone = client.get("/compare?beside=Z-9").text
        assert "只显示了 Z-9。请在上面填写排在最前的型号" in alone and "暂时没有可比较的结果" not in alone
        # The newest result chooses the rule set: this one is older.
        copy_row(workshop.maker, -1, model="B-2", method="miit-551")
        none = client.get(f"/compare?model={UNIT.model}&beside=B-2").text
        assert "这些型号中，按这套规则集和边界只有一个结果" in none and "暂时没有可比较的结果" not in none
        assert listed(client, "?beside=Z-9") == ["Z-9"] and listed(client, "") == ["A-1", UNIT.model, "Z-9"]
        # Part of a name will do where it is of one model; what is of none, or of several, is said to be.
        assert listed(client, f"?model={UNIT.model}&beside=z") == [UNIT.model, "Z-9"]
        for typed in ("A-2", "-"):
            page = client.get(f"/compare?model={UNIT.model}&beside={typed}").text
            assert f"没有叫 {typed} 的型号，或不止一个" in page and "Z-9" in page


def listed(client: httpx.Client, query: str) -> list[str]:
    return re.findall(r'/result\?model=0">([^<]+)<', client.get(f"/compare{query}").text)


def result_of(client: httpx.Client) -> str:
    return re.findall(r'"(/calculations/\w+/result\?model=0)"', client.get("/compare").text)[0]


def test_what_another_rule_set_would_count_differently_is_said_before_it_is_asked_for(
    village: Village,
) -> None:
    with open_workshop(village) as workshop, asking(workshop.pages, "zh") as client:
        finish(workshop)
        page = html.unescape(client.get(result_of(client)).text)
        asked = page.partition("按另一规则集请求")[2].partition("</details>\n</ul>")[0]
        assert (
            "总能量不同：mee-2025-cff（部分生命周期）按质保期内的循环次数计；"
            "miit-551（全生命周期）按实测的循环次数计。" in asked
        )
        assert "接受的电力模型不同" in asked and "不计回收利用" in asked
        # What is for comparison only is said to be, before anyone asks for it.
        assert asked.count("按 miit-551，只有边界为“全生命周期”的结果才能用于申报") == 1
        assert "2025 年 3 月征求意见稿及其编制说明" in page and "standard project" not in page
        assert asked.count("这两个规则集的规定没有差别") == 1, (
            "of the other reading of the same draft, over this boundary"
        )


def test_models_that_cannot_be_one_calculation_say_first_what_to_do_and_fold_the_rest(
    village: Village,
) -> None:
    with open_workshop(village) as workshop, asking(workshop.pages, "zh") as client:
        node = workshop.pages.desk.node
        first = draft_of(node)
        rows = ({**first.rows[0], "item": "other", "product": "other"}, *first.rows[1:])
        fields = {**first.fields, "model": "T-101"}
        keep_draft(node, replace(first, id="cafe", fields=fields, rows=rows))
        client.get("/directory", params={"find": "item"})
        form = {"csrf": token_of(client.get("/models/batch")), "chosen": ["beef", "cafe"], "together": "true"}
        page = client.post("/models/batch", data=form, follow_redirects=True).text
        while 'data-state="bad"' not in page:
            page = client.get("/models/batch/progress").text
        row, _, folded = page.partition("<details>")
        assert "T-101 与 T-100 的供应商或产品不同，不能合为一次核算；请分别发起" in row
        assert "item-0：缺这一项" not in row and "item-0：缺这一项" in folded


def test_several_models_are_asked_for_under_the_rule_set_that_is_chosen_for_all(village: Village) -> None:
    with open_workshop(village) as workshop, asking(workshop.pages) as client:
        draft_of(workshop.pages.desk.node)
        client.get("/directory", params={"find": "item"})
        page = refused(client, method="mee-2025-literal", boundary="partial")
        # Nobody has declared under it, so what is refused shows that it was meant: by names, with what leads on.
        said = f"{SUPPLIES[0].name} of {SUPPLIES[0].name}: not declared under this rule set; and 3 more items"
        assert said in page and "<details>" not in page
        for place in ("request", "letters"):
            where = f"/models/beef/{place}?method=mee-2025-literal&boundary=partial"
            assert f'href="{where}"' in page and client.get(where).status_code == 200


def test_what_a_model_lacks_beside_declarations_is_said_beyond_the_line_that_announces_it(
    village: Village,
) -> None:
    with open_workshop(village) as workshop, asking(workshop.pages, "zh") as client:
        first = draft_of(workshop.pages.desk.node)
        rows = ({**first.rows[0], "quantity": "99999"}, *first.rows[1:])
        keep_draft(workshop.pages.desk.node, replace(first, rows=rows))
        note = re.findall(r'<small class="note">([^<]*无法发起请求[^<]*)<', refused(client))[0]
        assert "item-0" in note and not note.endswith("：")


def refused(client: httpx.Client, **terms: str) -> str:
    """The page of the requests once that of the example pack is refused."""
    form = {"csrf": token_of(client.get("/models/batch")), "chosen": "beef", **terms}
    client.post("/models/batch", data=form)
    page = ""
    while 'data-state="bad"' not in page:
        page = client.get("/models/batch/progress").text
    return html.unescape(page)


def test_what_is_certified_over_another_boundary_of_its_rule_set_is_not_ticked(village: Village) -> None:
    with open_workshop(village) as workshop, asking(workshop.pages, "zh") as client:
        draft_of(workshop.pages.desk.node, boundary="full")
        client.get("/directory", params={"find": "item"})
        finish(workshop)
        assert ticked(client) == {"beef": False}
        assert "已发起过：已出证 2025，部分生命周期" in client.get("/models/batch").text


def test_a_model_that_was_changed_since_is_told_apart_from_its_result(village: Village) -> None:
    with open_workshop(village) as workshop, asking(workshop.pages, "zh") as client:
        node = workshop.pages.desk.node
        draft = draft_of(node)
        pages = [f"/models/beef{step}" for step in ("", "/unit", "/request")]
        request = request_drafts(node, [draft], Terms()).id
        node.deliver()
        pages += [f"/calculations/{request}/result", "/models", "/models/batch"]

        def told() -> list[str]:
            texts = [html.unescape(client.get(page, follow_redirects=True).text) for page in pages]
            return [page for page, text in zip(pages, texts, strict=True) if "改动过" in text]

        workshop.village.run()
        rows = tuple({**row, "item": f"n{row['item']}", "name": "x", "part_of": ""} for row in draft.rows)
        fields = {**draft.fields, "maker": f"n{draft.value('maker')}", "name_zh": "改名"}
        keep_draft(node, replace(draft, rows=rows, fields=fields))
        assert told() == [] and ticked(client) == {"beef": False}
        first, *others = draft.rows
        fill_stages(node, replace(draft, rows=({**first, "quantity": "142"}, *others)))
        assert told() == pages and ticked(client) == {"beef": False}
        keep_draft(node, draft)
        assert told() == []
        keep_draft(node, replace(draft, fields={**draft.fields, "usable_energy_kwh": "99"}))
        assert told() == pages
        # Asking again from a result is under its rule set, whatever the model names by now.
        changed = replace(draft, fields={**draft.fields, "usable_energy_kwh": "99", "method": "miit-551"})
        keep_draft(node, changed)
        page = html.unescape(client.get(f"/calculations/{request}/result").text)
        (again,) = re.findall(r'href="(/models/of/[^"]+)">重新发起<', page)
        form = client.get(again, follow_redirects=True).text
        assert f'<option value="{draft.value("method")}" selected' in form
        keep_draft(node, replace(changed, fields={**changed.fields, "method": draft.value("method")}))
        # What is being asked for again is no old figure any more.
        request_drafts(node, [find_draft(node, "beef")], Terms())
        node.deliver()
        assert told() == [f"/calculations/{request}/result"]
        assert "有更新的结果" not in client.get(f"/calculations/{request}/result").text
        workshop.village.run()
        client.get("/calculations")
        newest = list_requests(node)[-1].id
        old, new = (client.get(f"/calculations/{one}/result").text for one in (request, newest))
        assert told() == [] and f"/calculations/{newest}/result?model=0" in old.partition("有更新的结果")[2]
        assert "有更新的结果" not in new and "即使用全国平均因子，也可以算初级" in new


def test_what_the_rules_of_a_request_do_not_count_is_no_change_of_its_model(village: Village) -> None:
    with open_workshop(village) as workshop, asking(workshop.pages, "zh") as client:
        node = workshop.pages.desk.node
        draft = draft_of(node)
        request_drafts(node, [draft], Terms())
        node.deliver()
        unused = {"measured_cycles": "1500", "method": "miit-551", "boundary": "full"}
        beyond = fill_stages(node, draft).rows[-1]
        keep_draft(node, replace(draft, fields={**draft.fields, **unused}, rows=(*draft.rows, beyond)))
        assert not any("改动过" in client.get(page).text for page in ("/models", "/models/beef"))
        keep_draft(node, replace(draft, fields={**draft.fields, "usable_energy_kwh": "99"}))
        assert "在第 3 步重新发起" in notice(client, "/models/beef")
        assert "在本页下方重新发起" in notice(client, "/models/beef/request")


def notice(client: httpx.Client, page: str) -> str:
    return re.findall(r'<p class="notice">([^<]*改动过[^<]*)', client.get(page).text)[0]


def test_of_a_calculation_that_ended_no_model_is_out_of_date(village: Village) -> None:
    with open_workshop(village) as workshop, asking(workshop.pages, "zh") as client:
        draft = draft_of(workshop.maker)
        request = request_drafts(workshop.maker, [draft], Terms()).id
        workshop.maker.deliver()
        withdraw(workshop.maker, request, "a wrong quantity")
        workshop.village.run(2)
        keep_draft(workshop.maker, replace(draft, fields={**draft.fields, "usable_energy_kwh": "99"}))
        assert "改动过" not in client.get("/models/beef").text


def test_a_file_says_that_it_went_into_a_model_that_was_there(village: Village) -> None:
    with open_workshop(village) as workshop, asking(workshop.pages, "zh") as client:
        form = {"csrf": token_of(client.get("/account"))}
        file = {"files": ("T-9.csv", "物料名称,供应商,数量,单位\n粉料,North Cathode,120,kg\n".encode())}
        said = [client.post("/models", data=form, files=file, follow_redirects=True).text for _ in range(2)]
        assert ["已有型号 T-9，它的清单换成了文件里的" in one for one in said] == [False, True]
