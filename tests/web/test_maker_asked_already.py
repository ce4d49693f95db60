"""What was asked for already: it is not asked for again unawares, and a certified result stays while it is."""

from __future__ import annotations

import html
import re
from dataclasses import replace

import httpx

from node.maker.pack_drafts import keep_draft
from tests.node.village import Village, ask
from tests.web.asking import asking
from tests.web.making import finish, open_workshop
from tests.web.test_entering import token_of
from tests.web.test_maker_ways import draft_of


def ticked(client: httpx.Client) -> dict[str, bool]:
    """The models of the page of several requests by id, and whether each is ticked beforehand."""
    page = client.get("/models/batch").text
    return {one: bool(state) for one, state in re.findall(r'name="chosen" value="(\w+)"( checked)?', page)}


def test_a_model_is_ticked_as_long_as_nothing_was_asked_for_under_its_rule_set(village: Village) -> None:
    with open_workshop(village) as workshop, asking(workshop.pages, "zh") as client:
        node = workshop.pages.desk.node
        draft_of(node)
        client.get("/directory", params={"find": "item"})
        assert ticked(client) == {"beef": True}
        request = ask(workshop.maker)
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
        draft_of(node, method="miit-551", measured_cycles="1500")
        assert ticked(client) == {"beef": True}


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
        form = {"csrf": token_of(client.get("/models/batch")), "chosen": "beef", "boundary": "partial"}
        client.post("/models/batch", data=form | {"method": "mee-2025-literal"})
        page = ""
        while 'data-state="bad"' not in page:
            page = client.get("/models/batch/progress").text
        # Nobody has declared under it, so what is refused shows that it was meant.
        assert "no declaration of product item-0" in html.unescape(page)


def test_what_is_certified_over_another_boundary_of_its_rule_set_is_not_ticked(village: Village) -> None:
    with open_workshop(village) as workshop, asking(workshop.pages, "zh") as client:
        draft_of(workshop.pages.desk.node, boundary="full")
        client.get("/directory", params={"find": "item"})
        finish(workshop)
        assert ticked(client) == {"beef": False}
        assert "已发起过：已出证 2025，部分生命周期" in client.get("/models/batch").text
