"""A list with levels may hold what is not in the pack as such: materials used up on the way, and its transport."""

from __future__ import annotations

from dataclasses import replace

from node.maker.pack_drafts import find_model, keep_draft
from tests.node.village import Village
from tests.web.asking import asking
from tests.web.making import open_workshop
from tests.web.test_maker_bills import upload


def test_what_is_used_up_on_the_way_or_not_in_the_pack_is_part_of_nothing(village: Village) -> None:
    """Making it loses mass: by its level the precursor would be in the cathode, and the transport in the pack."""
    lines = [
        "层级,物料编码,物料名称,用量,单位,阶段",
        "1,C-1,电芯,240,kg,生产",
        "2,K-1,正极材料,115,kg,原材料",
    ]
    lines += ["3,P-1,三元前驱体,110,kg,原材料", "4,S-1,萃取剂,9,kg,原材料", "3,L-1,单水氢氧化锂,51,kg,原材料"]
    lines += ["1,H-1,壳体,60,kg,原材料", "1,T-1,公路运输,300,kg,运输"]
    with open_workshop(village) as workshop, asking(workshop.pages, "zh") as client:
        node = workshop.pages.desk.node
        assert "上游用掉的和不在电池包里的不填。" in upload(client, ("T-7.csv", "\n".join(lines)))
        draft = find_model(node, "T-7")
        assert draft is not None
        parts = [row["part_of"] for row in draft.rows]
        assert parts == ["pack", "c-1", "", "", "", "pack", ""]
        placed = [
            {**row, "part_of": {"p-1": "k-1", "t-1": "pack"}.get(row["item"], row["part_of"])}
            for row in draft.rows
        ]
        wrong = replace(draft, rows=tuple(placed), fields={**draft.fields, "mass_kg": "300"})
        keep_draft(node, wrong)
        said = "在上游用掉的，或不在电池包里的，不填“上级”；请清空：三元前驱体、公路运输。"
        page = client.get(f"/models/{draft.id}").text
        assert said in page and "旁边写明理由" not in page
        # What the file itself says stays.
        upload(client, ("T-8.csv", "\n".join([f"{lines[0]},上级", *(f"{one},pack" for one in lines[1:])])))
        told = find_model(node, "T-8")
        assert told is not None and {row["part_of"] for row in told.rows} == {"pack"}


def test_the_row_of_the_pack_itself_names_and_weighs_the_model_where_nothing_else_does(
    village: Village,
) -> None:
    text = "层级,物料编码,物料名称,用量,单位\n0,HY-N082,82 kWh三元动力电池包,428.86,kg\n1,C-1,电芯,240,kg\n"
    with open_workshop(village) as workshop, asking(workshop.pages, "zh") as client:
        node = workshop.pages.desk.node
        assert "型号的代码、名称、质量取自这一行。" in upload(client, ("EBOM.csv", text))
        draft = find_model(node, "HY-N082")
        assert draft is not None and len(draft.rows) == 1
        assert (draft.value("name_zh"), draft.value("mass_kg")) == ("82 kWh三元动力电池包", "428.86")
        keep_draft(node, replace(draft, fields={**draft.fields, "name_zh": "", "mass_kg": "430"}))
        assert "型号的名称取自这一行。" in upload(client, ("EBOM.csv", text.replace("428.86", "429")))
        again = find_model(node, "HY-N082")
        assert again is not None and again.value("mass_kg") == "430" and again.value("name_zh")
        # A weight per piece is one as well; the code above the table counts first.
        pieces = "层级,物料编码,物料名称,用量,单位,单重(kg)\n0,P-9,电池包,1,件,400\n1,C-1,电芯,240,kg,\n"
        page = upload(client, ("EBOM.csv", f"型号：T-9\n{pieces}"))
        told = find_model(node, "T-9")
        assert told is not None and told.value("mass_kg") == "400" and "型号的名称、质量取自这一行。" in page
