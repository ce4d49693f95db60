"""Where a pack maker would get stuck the pages say what to do next."""

from __future__ import annotations

import html
import re
from dataclasses import replace

from method.category import parse_category_fields
from node.agent import Agent
from node.language import Phrase
from node.library import Library, PublishedCategory, fetch_library
from node.maker.bills import check_draft
from node.maker.doubts import find_doubts
from node.maker.functional_units import list_energies
from node.maker.pack_drafts import ROW_FIELDS, PackDraft, find_draft, find_model, keep_draft
from node.organisation import Node
from node.supplier.consenting import refuse, withdraw
from node.supplier.inbox import list_inquiries
from protocol.payloads import Role
from tests.node.village import METHOD, SUPPLIES, Village, allow, ask, bill_of_materials, declare_product
from tests.support.example import LIBRARY, UNIT
from tests.web.asking import asking
from tests.web.doors import open_pages
from tests.web.making import open_workshop
from tests.web.test_entering import token_of

FIELDS = {
    "model": UNIT.model, "chemistry": UNIT.chemistry, "name_zh": "示例", "name_en": "Example", "mass_kg": "350",
    "method": METHOD, "boundary": "partial", "maker": f"item-{len(SUPPLIES) - 1}", "pack_energy_kwh": "100",
    "usable_energy_kwh": "100", "warranty_years": "8", "cycles_per_year": "60",
}  # fmt: skip


def draft_of(node: Node, **changed: str) -> PackDraft:
    """The example pack as its maker types it."""
    rows = tuple({name: entry.get(name, "") for name in ROW_FIELDS} for entry in bill_of_materials())
    return keep_draft(node, PackDraft("beef", {**FIELDS, **changed}, rows))


def test_what_the_rule_set_misses_in_the_functional_unit_is_said_beside_its_field(village: Village) -> None:
    with open_workshop(village) as workshop, asking(workshop.pages, "zh") as client:
        node = workshop.pages.desk.node
        library = fetch_library(node)
        assert check_draft(draft_of(node), library).count == 0
        draft = draft_of(node, warranty_years="")
        assert list(check_draft(draft, library).fields) == ["warranty_years"]
        more = replace(draft, fields={**draft.fields, "warranty_years": "8", "usable_energy_kwh": "120"})
        (told,) = check_draft(more, library).fields.items()
        assert told[0] == "usable_energy_kwh" and told[1].zh == "可用电量应大于 0，不超过电池包电量"
        other = replace(draft, fields={**draft.fields, "method": "miit-551"})
        assert list(check_draft(other, library).fields) == ["measured_cycles"]
        page = client.get("/models/beef/unit").text
        assert 'aria-invalid="true"' in page and "按质保计算的规则集必填：年数或里程" in page
        missing = [one.missing for one in list_energies(draft) if one.missing]
        assert {"请填实测循环次数", "请填质保年数或里程"} <= {one.zh.partition("：")[2] for one in missing}
        moped = replace(draft, fields={**draft.fields, "vehicle_category": "L", "cycles_per_year": "7"})
        missing += [one.missing for one in list_energies(moped) if one.missing]
        assert not any("_" in one.zh or "_" in one.en for one in missing)
        assert "其中 1 处在下一页" in client.get("/models/beef").text
        assert "物料清单和功能单位已填齐" not in client.get("/models/beef/request").text
        # The rule set chosen on the page of the request counts, not the one of the draft.
        draft_of(node, warranty_years="", measured_cycles="1500")
        page = client.get("/models/beef/request", params={"method": "miit-551", "boundary": "partial"})
        assert "物料清单和功能单位已填齐" in page.text


def test_a_row_names_its_supplier_or_says_that_none_of_this_name_has_declared(village: Village) -> None:
    with open_workshop(village) as workshop, asking(workshop.pages) as client:
        node = workshop.pages.desk.node
        draft = draft_of(node)
        client.get("/directory", params={"find": "item"})
        page = client.get("/models/beef").text
        assert f'<small class="note">{SUPPLIES[0].name}</small>' in page
        assert "No declaration of this supplier" not in page
        keep_draft(
            node, replace(draft, rows=({**draft.rows[0], "legal_entity": "Nobody Ltd"}, *draft.rows[1:]))
        )
        assert client.get("/models/beef").text.count("No declaration of this supplier is known here") == 1


def test_who_joined_as_a_pack_maker_only_is_told_how_to_declare_its_own_part(village: Village) -> None:
    with open_workshop(village) as workshop, asking(workshop.pages) as client:
        draft_of(workshop.pages.desk.node, maker="")
        assert "joined without the role of a supplier" in client.get("/models/beef").text
        draft_of(workshop.pages.desk.node)
        assert "joined without the role of a supplier" not in client.get("/models/beef").text


def test_a_calculation_that_a_supplier_ended_waits_on_the_first_page_until_it_is_asked_again(
    village: Village,
) -> None:
    with open_workshop(village, policy=False) as workshop, asking(workshop.pages) as client:
        draft_of(workshop.pages.desk.node)
        request = ask(workshop.maker)
        village.step()
        supplier = village.nodes[SUPPLIES[0].name]
        refuse(supplier, list_inquiries(supplier, request)[0], "the quantity is wrong")
        village.run(2)
        ended = f"The calculation of {UNIT.model} ended without a result"
        assert ended in client.get("/").text
        page = client.get(f"/calculations/{request}").text
        assert "Talk to the supplier that refused." in page and f"/models/of/{UNIT.model}" in page
        again = ask(workshop.maker)
        village.step()
        assert ended not in client.get("/").text
        withdraw(workshop.maker, again, "a wrong quantity")
        village.run(2)
        assert ended not in client.get("/").text


def test_progress_that_is_open_says_that_an_own_item_waits_as_soon_as_it_does(village: Village) -> None:
    """Until the agent has filed the request in one's own inbox there is nothing to answer."""
    for number, supply in enumerate(SUPPLIES):
        roles: tuple[Role, ...] = ("supplier", "requester") if supply is SUPPLIES[-1] else ("supplier",)
        node = village.settle(supply.name, *roles)
        declare_product(node, f"item-{number}", supply)
        node.deliver()
    request = ask(node)
    with (
        open_pages(village.folder / SUPPLIES[-1].name.replace(" ", "-"), village.town.clock) as pages,
        asking(pages) as client,
    ):
        page = client.get(f"/calculations/{request}").text
        assert "it is your own" not in page
        found = re.search(rf'hx-get="(/calculations/{request}/live[^"]*)"', page)
        assert found is not None
        again = html.unescape(found[1])
        assert client.get(again).status_code == 204
        Agent(node).catch_up()
        answer = client.get(again)
        assert (answer.status_code, "it is your own" in answer.text) == (200, True)


def test_a_pack_that_is_plainly_incomplete_is_doubted_and_may_be_asked_for_all_the_same(
    village: Village,
) -> None:
    with open_workshop(village) as workshop, asking(workshop.pages, "zh") as client:
        node = workshop.pages.desk.node
        draft = draft_of(node, mass_kg="30")
        page = client.get("/models/beef/request").text
        for doubt in ("整包每 kWh 重 0.3 kg，一般在 2.5 到 25 之间", "没有一行是电芯", "“分销”阶段没有一行"):
            assert f'<li data-state="late">! {doubt}' in page
        assert "<button>发起请求</button>" in page
        moved = replace(draft, rows=tuple({**row, "stage": "distribution"} for row in draft.rows))
        empty = [
            one.zh
            for one in find_doubts(moved, fetch_library(node))
            if "原材料" in one.zh and "阶段" in one.zh
        ]
        assert "属于它的类别有：cathode。没有别家申报的，由贵公司自己申报" in empty[0]
        first, second, *others = draft.rows
        unchosen = replace(moved, rows=({**first, "stage": ""}, *moved.rows[1:]))
        assert not [one for one in find_doubts(unchosen, fetch_library(node)) if "阶段没有一行" in one.zh]
        rows = ({**first, "item": "cell"}, {**second, "stage": "distribution"}, *others)
        whole = keep_draft(node, replace(draft, fields={**draft.fields, "mass_kg": "350"}, rows=rows))
        assert find_doubts(whole, fetch_library(node)) == []


def test_no_category_of_another_chemistry_is_named_for_an_empty_stage() -> None:
    names = {"cathode": ("磷酸铁锂正极", "LFP cathode"), "foil": ("铜箔", "Copper foil")}
    library = Library(
        {
            code: PublishedCategory(
                "",
                parse_category_fields(
                    LIBRARY.categories["cathode"] | {"code": code, "name_zh": zh, "name_en": en}
                ),
                "",
            )
            for code, (zh, en) in names.items()
        },
        {},
    )
    for chemistry, named in (
        ("NCM", "类别有：铜箔。"),
        ("LFP", "类别有：磷酸铁锂正极、铜箔。"),
        ("", "磷酸铁锂"),
    ):
        draft = PackDraft("beef", {**FIELDS, "chemistry": chemistry}, ({"stage": "distribution"},))
        assert any(named in one.zh for one in find_doubts(draft, library)), chemistry


def test_of_the_assembly_one_piece_is_accepted_at_any_size_and_ten_are_not() -> None:
    fields = LIBRARY.categories["assembly"] | {
        "declared_unit": "piece",
        "quantity_low": "5",
        "quantity_high": "18",
    }
    library = Library({"assembly": PublishedCategory("", parse_category_fields(fields), "")}, {})

    def problem_of(quantity: str, energy: str) -> Phrase | None:
        row = {"item": "a", "product": "a", "category": "assembly", "quantity": quantity, "unit": "piece"}
        found = check_draft(PackDraft("beef", {**FIELDS, "pack_energy_kwh": energy}, (row,)), library)
        return found.cells.get((0, "quantity"))

    assert [problem_of("1", energy) for energy in ("2", "50", "100", "900")] == [None] * 4
    problem = problem_of("10", "50")
    assert problem is not None and "0.5–2 件" in problem.zh and "0.5–2 piece" in problem.en


def test_a_material_of_another_name_than_its_product_is_asked_about_until_one_agrees(
    village: Village,
) -> None:
    rows = "物料名称,供应商,数量,单位\n碳酸锂,North Cathode,1,kg\nCathode powder,South Cathode,1,kg\n"
    with open_workshop(village) as workshop, asking(workshop.pages, "zh") as client:
        node = workshop.pages.desk.node
        token = token_of(client.get("/models"))
        upload = {"files": ("T-7.csv", rows.encode())}
        page = client.post("/models", data={"csrf": token}, files=upload, follow_redirects=True).text
        draft = find_model(node, "T-7")
        assert draft is not None and [row["name"] for row in draft.rows] == ["碳酸锂", "Cathode powder"]
        assert "名称与供应商申报的不同的物料：1 项" in page and 'value="碳酸锂"' in page
        asked = "清单里写的是“碳酸锂”，该供应商申报的是“cathode”。"
        assert page.count(asked) == 1 and page.count('name="agree"') == 1
        assert "名称与所选产品不符" in client.get(f"/models/{draft.id}/request").text
        form = {f"r{at}.{name}": value for at, row in enumerate(draft.rows) for name, value in row.items()}
        form |= {"rows": "1", "csrf": token}
        assert asked in client.post(f"/models/{draft.id}", data=form, follow_redirects=True).text
        page = client.post(f"/models/{draft.id}", data=form | {"agree": "0"}, follow_redirects=True).text
        assert asked not in page and 'value="碳酸锂"' in page
        assert "名称与所选产品不符" not in client.get(f"/models/{draft.id}/request").text


def test_materials_of_other_names_are_agreed_to_all_at_once(village: Village) -> None:
    rows = "物料名称,供应商,数量,单位\n碳酸锂,North Cathode,1,kg\n石墨,South Cathode,1,kg\n"
    with open_workshop(village) as workshop, asking(workshop.pages, "zh") as client:
        token = token_of(client.get("/models"))
        upload = {"files": ("T-7.csv", rows.encode())}
        page = client.post("/models", data={"csrf": token}, files=upload, follow_redirects=True).text
        assert page.count('name="agree"') == 2 and "2 行名称不符，全部确认就是所选产品" in page
        draft = find_model(workshop.pages.desk.node, "T-7")
        assert draft is not None
        form = {f"r{at}.{name}": value for at, row in enumerate(draft.rows) for name, value in row.items()}
        form |= {"rows": "1", "csrf": token, "agree_all": "1"}
        page = client.post(f"/models/{draft.id}", data=form, follow_redirects=True).text
        assert 'name="agree' not in page and 'value="碳酸锂"' in page and 'value="石墨"' in page


def test_an_own_product_is_marked_as_made_by_ourselves_and_a_lack_is_no_success(village: Village) -> None:
    with open_workshop(village) as workshop, asking(workshop.pages, "zh") as client:
        node = workshop.pages.desk.node
        draft = draft_of(node, maker="", warranty_years="")
        own = node.identity.entity.legal_entity
        rows = (*draft.rows[:-1], {**draft.rows[-1], "legal_entity": own})
        keep_draft(node, replace(draft, rows=rows))
        token = token_of(client.get("/models/beef"))
        client.post("/models/beef", data={"csrf": token}, follow_redirects=True)
        kept = find_draft(node, "beef")
        assert kept.value("maker") == rows[-1]["item"]
        again = client.post("/models/beef/unit", data={"csrf": token, "warranty_years": "", "next": "1"})
        assert again.status_code == 422 and "还不能继续：请先改好标出的地方" in again.text
        assert 'class="notice"' not in again.text


def test_who_has_not_answered_stands_first_in_a_calculation(village: Village) -> None:
    with open_workshop(village, policy=False) as workshop, asking(workshop.pages, "zh") as client:
        request = ask(workshop.maker)
        village.step()
        page = f"/calculations/{request}"
        names = [one.name for one in SUPPLIES]
        assert listed(client.get(page).text) == names
        allow(village.nodes[names[0]])
        village.step()
        village.step()
        assert listed(client.get(page).text) == [*names[1:], names[0]]


def listed(page: str) -> list[str]:
    """The suppliers of a calculation, in the order of the table."""
    table = page.partition('id="table-suppliers"')[2].partition("</table>")[0]
    found = re.findall("|".join(one.name for one in SUPPLIES), table.partition("<tbody>")[2])
    return list(dict.fromkeys(found))


def test_what_is_to_be_mended_leads_to_where_it_is_mended(village: Village) -> None:
    """An item of one's own that is not marked yet: to its column, to declaring it, to finding it."""
    village.suppliers()
    maker = village.settle("Pack maker", "requester", "supplier")
    maker.deliver()
    folder = village.folder / "Pack-maker"
    with open_pages(folder, village.town.clock) as pages, asking(pages, "zh") as client:
        draft_of(pages.desk.node, maker="", mass_kg="", warranty_years="", method="miit-551")
        model, unit = client.get("/models/beef").text, client.get("/models/beef/unit").text
        for place in ("#p-maker", "/products/new"):
            assert f'<a href="{place}">' in model
        # What is found after that is no product of the row one worked on before.
        assert '<a href="/models/beef#find" data-row="" data-find="">' in model
        request = client.get("/models/beef/request").text
        leads = re.findall(r'href="/models/beef(/unit)?#([^"]+)"', request)
        assert {anchor for _, anchor in leads} == {"p-maker", "p-mass_kg", "p-measured_cycles"}
        for on_unit, anchor in [*leads, ("", "find")]:
            assert f'id="{anchor}"' in (unit if on_unit else model), anchor


def test_of_an_own_product_that_is_missing_stays_said_while_one_looks_for_it(village: Village) -> None:
    with open_workshop(village) as workshop, asking(workshop.pages, "zh") as client:
        node = workshop.pages.desk.node
        fetch_library(node)
        draft = draft_of(node, maker="")
        assert "还有 1 处要改" in client.get("/models/beef").text
        form = {f"r{row}.{name}": text for row, one in enumerate(draft.rows) for name, text in one.items()}
        empty = {f"r{len(draft.rows)}.{name}": "" for name in draft.rows[0]}
        form = {"csrf": token_of(client.get("/models/beef")), "rows": "1", **form, **empty}
        assert "还有 1 处要改" in client.post("/models/beef/check", data=form).text
        nameless = ({**draft.rows[0], "item": "", "name": "粉料"}, *draft.rows[1:])
        keep_draft(node, replace(draft, rows=nameless))
        assert 'id="p-maker">请在' in client.get("/models/beef").text
