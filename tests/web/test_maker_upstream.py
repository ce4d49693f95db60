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
