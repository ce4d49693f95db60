"""What a rule set makes of a model: over which boundary it is declared, and what energy it counts."""

from __future__ import annotations

import re

import httpx
import pytest
from sqlalchemy import update

from method.rules import RULES
from node.maker.pack_drafts import find_draft, find_model
from node.store.tables import STANDINGS
from tests.node.village import Village
from tests.web.asking import asking
from tests.web.making import finish, open_workshop
from tests.web.test_entering import token_of
from tests.web.test_maker_asked_already import fill_stages
from tests.web.test_maker_bills import upload
from tests.web.test_maker_ways import draft_of
from web.numbers import THIN

WARNED = "按 miit-551，只有边界为“全生命周期”的结果才能用于申报"


def save(client: httpx.Client, **typed: str) -> str:
    form = {"csrf": token_of(client.get("/models/beef/unit")), **typed}
    return client.post("/models/beef/unit", data=form, follow_redirects=True).text


def chosen(page: str, name: str) -> str:
    select = re.findall(rf'<select name="{name}".*?</select>', page, re.DOTALL)[0]
    return re.findall(r'value="([^"]*)" selected', select)[0]


def test_choosing_the_rule_set_of_the_notice_chooses_the_full_life_cycle_which_another_choice_undoes(
    village: Village,
) -> None:
    with open_workshop(village) as workshop, asking(workshop.pages, "zh") as client:
        node = workshop.pages.desk.node
        draft_of(node, measured_cycles="1500")
        page = save(client, method="miit-551", boundary="partial")
        assert "边界已改为“全生命周期”" in page and WARNED not in page
        assert find_draft(node, "beef").value("boundary") == "full"
        page = save(client, method="miit-551", boundary="partial")
        assert find_draft(node, "beef").value("boundary") == "partial" and WARNED in page
        for place in ("/models/beef/unit", "/models/beef/request", "/models/batch"):
            assert WARNED in client.get(place).text, place
        # What is still to be mended does not hide it.
        draft_of(node, measured_cycles="")
        page = save(client, method="miit-551", boundary="partial", measured_cycles="", next="1")
        assert "边界已改为“全生命周期”" in page and "请先改好标出的地方" in page
        draft_of(node, boundary="full")
        save(client, method="miit-551", boundary="partial")
        assert find_draft(node, "beef").value("boundary") == "partial"


def test_on_the_page_of_the_request_the_boundary_follows_the_rule_set_and_the_model_stays(
    village: Village,
) -> None:
    with open_workshop(village) as workshop, asking(workshop.pages, "zh") as client:
        node = workshop.pages.desk.node
        before = draft_of(node, measured_cycles="1500")
        kept = "只用于本次请求；型号本身仍是"
        place = "/models/beef/request"
        assert kept not in client.get(place).text and WARNED not in client.get(place).text
        terms = {"method": "miit-551", "boundary": "partial"}
        page = client.get(place, params=terms | {"shown": before.value("method")}).text
        assert chosen(page, "boundary") == "full" and WARNED not in page and kept in page
        page = client.get(place, params=terms | {"shown": "miit-551"}).text
        assert chosen(page, "boundary") == "partial" and WARNED in page
        assert chosen(client.get(place, params={"method": "miit-551"}).text, "boundary") == "full"
        assert find_draft(node, "beef") == before


def test_a_rule_set_is_chosen_by_its_code_which_a_narrow_field_does_not_cut_off(village: Village) -> None:
    with open_workshop(village) as workshop, asking(workshop.pages, "zh") as client:
        draft_of(workshop.pages.desk.node)
        for place in ("/models/beef/unit", "/models/beef/request", "/models/batch"):
            select = re.findall(r'<select name="method".*?</select>', client.get(place).text, re.DOTALL)[0]
            shown = dict(re.findall(r'<option value="([a-z0-9-]+)"[^>]*>([^<]+)<', select))
            assert list(shown) == list(RULES), place
            assert all(text.startswith(f"{code} · ") for code, text in shown.items()), place


def test_of_several_models_each_is_asked_for_over_a_boundary_that_counts(village: Village) -> None:
    with open_workshop(village) as workshop, asking(workshop.pages, "zh") as client:
        draft_of(workshop.pages.desk.node, method="mee-2025-literal", measured_cycles="1500")
        client.get("/directory", params={"find": "item"})
        page = client.get("/models/batch?method=miit-551").text
        assert "，全生命周期" in page and WARNED not in page
        assert WARNED in client.get("/models/batch?method=miit-551&boundary=partial").text


def test_a_stage_that_nothing_is_declared_for_is_named_before_and_after(village: Village) -> None:
    empty = "“回收利用”阶段没有一行：结果里这一阶段会写“未申报”。"
    with open_workshop(village) as workshop, asking(workshop.pages, "zh") as client:
        node = workshop.pages.desk.node
        draft = draft_of(node, method="miit-551", boundary="full", measured_cycles="1500")
        client.get("/directory", params={"find": "item"})
        page = client.get("/models/batch").text
        assert empty in page and 'value="beef">' in page
        fill_stages(node, draft)
        page = client.get("/models/batch").text
        assert empty not in page and 'value="beef" checked>' in page
        request = finish(workshop)
        client.get("/models")
        with node.store.write() as connection:
            connection.execute(update(STANDINGS).values(method="miit-551", boundary="full"))
        page = client.get(f"/calculations/{request}/result").text
        assert "分销、回收利用未申报，未计入这个数值" in page
        page = client.get("/duty").text
        assert "有阶段没有申报：分销、回收利用" in page and "补上属于它的项目，再发起" in page


def test_a_file_that_names_the_rule_set_of_the_notice_begins_with_the_full_life_cycle(
    village: Village,
) -> None:
    with open_workshop(village) as workshop, asking(workshop.pages, "zh") as client:
        node = workshop.pages.desk.node
        text = '[pack]\nmodel = "{}"\nmethod = "{}"\n[[bill_of_materials]]\nitem = "a"\n'
        for model, method, boundary in (("T-1", "miit-551", "full"), ("T-2", "mee-2025-cff", "partial")):
            upload(client, (f"{model}.toml", text.format(model, method)))
            found = find_model(node, model)
            assert found is not None and found.value("boundary") == boundary


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        (
            {"cycles_per_year": "", "warranty_km": "150000"},
            "59.5 kWh × 每年 60 次（规则集默认值） × 7.5 年（里程先到：150 000 km ÷ 每年 20 000 km，早于 8 年）",
        ),
        (
            {"cycles_per_year": "70", "warranty_km": "250000"},
            "59.5 kWh × 每年 70 次 × 8 年（年数先到：250 000 km ÷ 每年 20 000 km = 12.5 年）",
        ),
        ({"warranty_years": "", "warranty_km": "150000"}, " × 7.5 年（150 000 km ÷ 每年 20 000 km）"),
        ({"measured_cycles": "1500"}, "59.5 kWh × 1 500 次（实测循环）"),
    ],
)
def test_each_rule_set_says_what_its_energy_is_the_product_of(
    village: Village, typed: dict[str, str], said: str
) -> None:
    with open_workshop(village) as workshop, asking(workshop.pages, "zh") as client:
        draft_of(workshop.pages.desk.node, usable_energy_kwh="59.5", **typed)
        assert f"{said}</small>" in client.get("/models/beef/unit").text.replace(THIN, " ")
