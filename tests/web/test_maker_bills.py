"""What the pages say of a bill of materials as it comes: what was left out of it, and how to mend it."""

from __future__ import annotations

import re
from dataclasses import replace

import httpx

from method.rules import RULES, STAGE_NAMES
from node.library import fetch_library
from node.maker.bills import check_draft
from node.maker.pack_drafts import PackDraft, find_draft, find_model, keep_draft
from node.web.maker.wants import PURPOSES
from tests.node.village import SUPPLIES, Village
from tests.web.asking import asking
from tests.web.doors import open_pages
from tests.web.making import MAKER, open_workshop
from tests.web.test_entering import token_of
from tests.web.test_maker_ways import draft_of


def upload(client: httpx.Client, *files: tuple[str, str], **how: str) -> str:
    """The page after these files were chosen on the page of models."""
    found = client.post(
        "/models",
        data={"csrf": token_of(client.get("/models")), **how},
        files=[("files", (name, text.encode())) for name, text in files],
        follow_redirects=True,
    )
    return found.text


def test_columns_that_were_not_understood_are_named_with_what_they_would_have_to_be_called(
    village: Village,
) -> None:
    text = f"图号,物料,供应商,单机配比,单位\n1,item-0,{SUPPLIES[0].name},2,kg\n"
    said = "没有读懂、未导入的列：图号、单机配比。如需要其中的列，请把表头改成"
    with open_workshop(village) as workshop, asking(workshop.pages, "zh") as client:
        page = upload(client, ("T-1.csv", text))
        assert said in page and "数量" in page.partition(said)[2].partition("之一")[0]
        several = upload(client, ("T-2.csv", text), ("T-3.csv", text.replace("单机配比", "单机用量")))
        assert several.count("未导入的列") == 2 and several.count(said) == 1
        assert re.findall(r'<p class="([a-z]+)">[^<]*未导入的列', several) == ["notice"] * 2
        assert "未导入的列：图号。" in several


def test_a_model_is_called_as_the_head_of_its_list_says_and_only_else_as_its_file(village: Village) -> None:
    rows = f"物料,供应商,数量,单位\nitem-0,{SUPPLIES[0].name},2,kg\n"
    heads = {
        "HY-N062": "产品型号,,HY-N062,版本：,A02\n",
        "HY-N063": "EBOM\n版本：A02,型号：HY-N063\n",
        "EBOM_A02": "型号：,版本：\n",
    }
    with open_workshop(village) as workshop, asking(workshop.pages, "zh") as client:
        node = workshop.pages.desk.node
        for model, head in heads.items():
            upload(client, ("EBOM_A02.csv", head + rows))
            assert find_model(node, model) is not None, model
        # Into a model that is there only the rows are taken.
        draft = find_model(node, "HY-N063")
        assert draft is not None
        form = {"csrf": token_of(client.get("/models"))}
        file = {"file": ("other.csv", (heads["HY-N062"] + rows).encode())}
        client.post(f"/models/{draft.id}/upload", data=form, files=file)
        assert find_draft(node, draft.id).model == "HY-N063"


def test_rows_that_a_file_does_not_have_are_named_as_they_go_and_stay_where_one_says_so(
    village: Village,
) -> None:
    text = f"物料名称,物料,供应商,数量,单位\n正极粉,item-0,{SUPPLIES[0].name},2,kg\n壳体,h-1,,3,kg\n"
    with open_workshop(village) as workshop, asking(workshop.pages, "zh") as client:
        node = workshop.pages.desk.node
        upload(client, ("T-1.csv", text))
        draft = find_model(node, "T-1")
        assert draft is not None
        added = {**dict.fromkeys(draft.rows[0], ""), "item": "glue-1", "name": "结构胶", "quantity": "1"}
        renamed = {**draft.rows[0], "item": "a-1", "name": "粉"}
        keep_draft(node, replace(draft, rows=(renamed, draft.rows[1], added)))

        def take(**how: str) -> str:
            return client.post(
                f"/models/{draft.id}/upload",
                data={"csrf": token_of(client.get("/models")), **how},
                files={"file": ("next.csv", text.replace("h-1,", "h-2,").encode())},
                follow_redirects=True,
            ).text

        # The same product of the same supplier, and the same name, are in the file.
        assert "文件里没有的行已去掉：结构胶。要留着，请先撤销" in take()
        assert [row["item"] for row in find_draft(node, draft.id).rows] == ["item-0", "h-2"]
        client.post(f"/models/{draft.id}/undo", data={"csrf": token_of(client.get("/models"))})
        page = take(keeps_left="true")
        assert "文件里没有的行保留在后面：结构胶。" in page
        assert [row["item"] for row in find_draft(node, draft.id).rows] == ["item-0", "h-2", "glue-1"]
        again = upload(client, ("T-1.csv", text))
        assert "文件里没有的行已去掉：结构胶。" in again


def test_a_supplier_that_is_written_as_ones_own_company_is_recognised(village: Village) -> None:
    written = ["本公司", "自制（本公司）", "In-House", "our own", MAKER.upper(), "自制五金厂", "Maker"]
    rows = "".join(f"材料{number},{one},1,kg\n" for number, one in enumerate(written))
    with open_workshop(village) as workshop, asking(workshop.pages, "zh") as client:
        node = workshop.pages.desk.node
        own = node.identity.entity.legal_entity
        page = upload(client, ("T-7.csv", f"物料名称,供应商,数量,单位\n{rows}"))
        said = f"“{MAKER.upper()}”的行，按贵公司处理：{MAKER}（{own}）。"
        assert f"供应商写“本公司”“自制（本公司）”“In-House”“our own”{said}" in page
        assert page.count(f"{MAKER}，即贵公司") == 5
        draft = find_model(node, "T-7")
        assert draft is not None
        suppliers = [row["legal_entity"] for row in draft.rows]
        assert suppliers == [own] * 5 + written[5:]
        # Typed it is recognised as well.
        client.post(f"/models/{draft.id}", data=typed(client, draft) | {"r5.legal_entity": "自产"})
        assert find_draft(node, draft.id).rows[5]["legal_entity"] == own


def test_what_is_made_in_house_is_ones_own_and_asks_for_no_supplier(village: Village) -> None:
    text = "物料名称,供应商,数量,单位,采购类型\n壳体,,1,kg,自制\n粉料,,2,kg,外购\n"
    with open_workshop(village) as workshop, asking(workshop.pages, "zh") as client:
        node = workshop.pages.desk.node
        page = upload(client, ("T-7.csv", text))
        assert "“采购类型”写明自制的行，供应商按贵公司" in page and "没有读懂" not in page
        draft = find_model(node, "T-7")
        assert draft is not None
        assert [row["legal_entity"] for row in draft.rows] == [node.identity.entity.legal_entity, ""]
        assert "sourcing" not in draft.rows[0]


def test_part_numbers_are_shown_as_they_were_written_and_matched_without_regard_to_case(
    village: Village,
) -> None:
    text = "物料编码,物料名称,数量,单位,上级\nMOD-A 1,模组,2,kg,pack\nBolt-9,螺栓,1,kg,mod-a 1\n"
    with open_workshop(village) as workshop, asking(workshop.pages, "en") as client:
        node = workshop.pages.desk.node
        upload(client, ("T-7.csv", text))
        draft = find_model(node, "T-7")
        assert draft is not None
        place = f"/models/{draft.id}"
        assert [row["item"] for row in draft.rows] == ["mod-a-1", "bolt-9"]
        assert draft.rows[1]["part_of"] == "mod-a-1"
        page = client.get(place).text
        assert 'name="r0.item" value="MOD-A 1"' in page and 'name="r1.item" value="Bolt-9"' in page
        assert 'name="r1.part_of" value="MOD-A 1"' in page
        listed = client.get(place, params={"table": "bill-of-materials", "as": "csv"}).text
        assert "MOD-A 1" in listed and "mod-a-1" not in listed
        # Typed over, the code and how it is shown follow.
        client.post(place, data=typed(client, draft) | {"r1.item": "BOLT-10"})
        row = find_draft(node, draft.id).rows[1]
        assert row["item"] == "bolt-10" and 'name="r1.item" value="BOLT-10"' in client.get(place).text


def test_levels_of_a_plm_become_what_each_row_is_part_of(village: Village) -> None:
    text = "层级,物料描述,用量,单位\n0,电池包总成,1,件\n1,模组,2,kg\n2,粉料,3,kg\n"
    with open_workshop(village) as workshop, asking(workshop.pages, "zh") as client:
        node = workshop.pages.desk.node
        page = upload(client, ("T-8.csv", text))
        assert "“电池包总成”就是整包本身，不单列一行。" in page and "没有读懂" not in page
        assert "请重新导入并勾选那一项。" in page
        page = upload(client, ("T-8.csv", text), per_assembly="true")
        assert "用量已逐级相乘" in page
        draft = find_model(node, "T-8")
        assert draft is not None
        assert [(row["part_of"], row["quantity"]) for row in draft.rows] == [("pack", "2"), ("模组", "6")]
        again = client.post(
            f"/models/{draft.id}/upload",
            data={"csrf": token_of(client.get("/models")), "per_assembly": "true"},
            files={"file": ("T-8.csv", text.replace("粉料,3", "粉料,4").encode())},
            follow_redirects=True,
        ).text
        assert "用量已逐级相乘" in again and find_draft(node, draft.id).rows[1]["quantity"] == "8"


def test_a_supplier_named_by_a_part_of_its_name_is_offered_at_its_row(village: Village) -> None:
    rows = "物料名称,供应商,数量,单位\n粉料,North,1,kg\n正极,Cathode,2,kg\n壳体,Nobody Ltd,3,kg\n"
    with open_workshop(village) as workshop, asking(workshop.pages, "zh") as client:
        node = workshop.pages.desk.node
        page = upload(client, ("T-7.csv", rows))
        draft = find_model(node, "T-7")
        assert draft is not None and draft.rows[0]["legal_entity"] == "North"
        offered = re.findall(r'name="take" value="([0-9]+)\.(\w+)"', page)
        assert [row for row, _ in offered] == ["0", "1", "1", "1"]
        assert page.count("这里没有查到这家供应商的申报。") == 1
        form = typed(client, draft) | {"model": "T-8", "take": ".".join(offered[0])}
        gone = client.post(f"/models/{draft.id}", data=form)
        assert gone.headers["location"].endswith(f"/models/{draft.id}#row-0")
        page = client.get(f"/models/{draft.id}").text
        assert 'id="row-0"' in page and "2. 正极</option>" in page
        assert f'href="/models/{draft.id}?into=2#find" data-row="2" data-find="壳体"' in page
        kept = find_draft(node, draft.id)
        assert len(kept.rows) == 3 and kept.rows[0]["product"] == "item-0" and kept.rows[0]["quantity"] == "1"
        assert '<option value="1">2. 正极' in page
        # What was typed beside the button stays when the row is taken back.
        client.post(f"/models/{draft.id}/undo", data={"csrf": form["csrf"]}, follow_redirects=True)
        undone = find_draft(node, draft.id)
        assert undone.model == "T-8" and undone.rows[0]["legal_entity"] == "North"


def test_what_a_row_is_part_of_is_told_by_name_as_well_as_by_code(village: Village) -> None:
    """By the name of one's own list, by the declared one, by a part of the code; what two rows are called stays."""
    rows = ["物料名称,物料项,供应商,数量,单位,上级"]
    rows += [f"电芯总成,ncm-cell,{SUPPLIES[0].name},1,kg,电池包", "壳体,lid,,1,kg,电芯", "螺钉,,,1,kg,cell"]
    rows += ["电芯外壳,shell,,1,kg,电芯总成", "垫片,,,1,kg,壳", f"胶,,,1,kg,{SUPPLIES[0].name}"]
    with open_workshop(village) as workshop, asking(workshop.pages, "zh") as client:
        upload(client, ("T-7.csv", "\n".join(rows)))
        draft = find_model(workshop.pages.desk.node, "T-7")
        assert draft is not None
        assert [row["part_of"] for row in draft.rows] == [
            "pack",
            "电芯",
            "ncm-cell",
            "ncm-cell",
            "壳",
            "ncm-cell",
        ]
        page = client.get(f"/models/{draft.id}").text
        assert '<option value="ncm-cell">电芯总成</option>' in page
        assert page.count("没有这个代码或名称的物料项；应为 pack, ") == 2
        assert "应为 pack, ncm-cell, shell" in page.partition('id="p1-part_of"')[2].partition("</small>")[0]
        # While one types, what is listed follows and a name is accepted at once.
        form = typed(client, draft) | {"r1.part_of": "电芯总成", "r4.item": "washer"}
        live = client.post(f"/models/{draft.id}/check", data=form).text
        assert (
            '<option value="washer">垫片</option>' in live
            and 'id="p1-part_of" hx-swap-oob="true"></small>' in live
        )


def test_a_row_is_typed_by_the_name_of_its_material_and_gets_its_code_with_its_product(
    village: Village,
) -> None:
    with open_workshop(village) as workshop, asking(workshop.pages, "zh") as client:
        node = workshop.pages.desk.node
        form = typed(client, draft_of(node)) | {
            "r4.item": "导热 结构胶",
            "r4.quantity": "12.5",
            "r4.unit": "kg",
        }
        live = client.post("/models/beef/check", data=form).text
        assert 'id="p4-item" hx-swap-oob="true"></small>' in live and "应为代码" not in live
        page = client.post("/models/beef", data=form, follow_redirects=True).text
        row = page.partition('id="row-4"')[2].partition("</tr>")[0]
        assert 'name="r4.name" value="导热 结构胶"' in row and 'name="r4.item" value=""' in row
        assert 'id="p4-item"></small>' in row and find_draft(node, "beef").rows[4]["name"] == "导热 结构胶"
        # Its name alone is a row as well; a row without anything is none.
        form = typed(client, find_draft(node, "beef")) | {"r4.product": "glue-1", "r5.name": "螺栓"}
        client.post("/models/beef", data=form | {"r6.name": ""})
        glue, bolts = find_draft(node, "beef").rows[4:]
        assert (glue["item"], glue["name"], bolts["item"]) == ("glue-1", "导热 结构胶", "螺栓")


def test_all_that_is_to_be_mended_is_counted_from_the_beginning(village: Village) -> None:
    """What is missing under the rule set is told beside an empty energy, and does not come up once that is filled."""
    rows = f"物料,供应商,数量,单位\nitem-0,{SUPPLIES[0].name},2,kg\n"
    with open_workshop(village) as workshop, asking(workshop.pages, "zh") as client:
        node = workshop.pages.desk.node
        library = fetch_library(node)
        empty = {
            "pack_energy_kwh": "",
            "usable_energy_kwh": "",
            "warranty_years": "",
            "cycles_per_year": "",
            "vehicle_category": "other",
        }
        found = check_draft(draft_of(node, **empty), library).fields
        assert set(found) == {"pack_energy_kwh", "usable_energy_kwh", "warranty_years", "cycles_per_year"}
        # A value that cannot be read yet is judged no further.
        found = check_draft(draft_of(node, pack_energy_kwh="0.5x"), library).fields
        assert set(found) == {"pack_energy_kwh"}
        assert '<option value="LFP">磷酸铁锂</option>' in client.get("/models/beef").text
        page = upload(client, ("T-2.csv", rows), ("T-3.csv", rows))
        told = re.findall(r'<p class="problem">.*T-[23].*先改好', page)
        assert len(told) == 2
        assert client.get("/models").text.count("处要改") == 3


def test_a_stage_that_its_category_does_not_have_is_said_by_its_name(village: Village) -> None:
    with open_workshop(village) as workshop:
        node = workshop.pages.desk.node
        draft = draft_of(node)
        (allowed,) = (row["stage"] for row in draft.rows[:1])
        for typed_stage, shown in (("distribution", "“分销”"), ("somewhere", "“somewhere”")):
            rows = ({**draft.rows[0], "stage": typed_stage}, *draft.rows[1:])
            problem = check_draft(replace(draft, rows=rows), fetch_library(node)).cells[0, "stage"]
            assert problem.zh.startswith("阶段应为“") and problem.zh.endswith(f"，写的是{shown}")
            assert STAGE_NAMES[allowed][0] in problem.zh and allowed not in problem.zh + problem.en


def test_to_ask_for_several_models_one_ticks_at_least_one(village: Village) -> None:
    with open_workshop(village) as workshop, asking(workshop.pages, "zh") as client:
        draft_of(workshop.pages.desk.node)
        form = {"csrf": token_of(client.get("/models")), "method": "miit-551"}
        page = client.post("/models/batch", data=form, follow_redirects=True)
        assert page.status_code == 200 and "请至少勾选一个型号。" in page.text
        assert '<option value="miit-551" selected>' in page.text


def typed(client: httpx.Client, draft: PackDraft) -> dict[str, str]:
    """The form of a model as it is shown."""
    rows = {f"r{at}.{name}": value for at, row in enumerate(draft.rows) for name, value in row.items()}
    return {**rows, "rows": "1", "csrf": token_of(client.get("/models"))}


def test_every_rule_set_says_what_it_is_for() -> None:
    assert PURPOSES.keys() == RULES.keys()


def test_who_may_declare_is_led_from_an_empty_stage_to_a_new_product(village: Village) -> None:
    village.suppliers()
    village.settle(MAKER, "requester", "supplier").deliver()
    pages = open_pages(village.folder / MAKER.replace(" ", "-"), village.town.clock)
    text = f"物料,供应商,数量,单位\nitem-0,{SUPPLIES[0].name},2,kg\n"
    link = '<a href="/products/new">申报自己的产品</a>'
    with pages as opened, asking(opened, "zh") as client:
        fetch_library(opened.desk.node)
        upload(client, ("T-1.csv", text))
        draft = find_model(opened.desk.node, "T-1")
        assert draft is not None
        assert link in client.get(f"/models/{draft.id}/request").text
        rows = tuple({**draft.rows[0], "item": stage, "stage": stage} for stage in STAGE_NAMES)
        keep_draft(opened.desk.node, replace(draft, rows=rows))
        assert link not in client.get(f"/models/{draft.id}/request").text
