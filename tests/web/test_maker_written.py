"""An item is called as its maker wrote it, else by the declared product that stands for it."""

from __future__ import annotations

from node.maker.pack_drafts import PackDraft, find_model, keep_draft
from tests.node.village import SUPPLIES, Village, ask
from tests.web.asking import asking
from tests.web.making import open_workshop
from tests.web.test_maker_bills import upload
from tests.web.test_maker_undeclared import rows_of


def test_the_items_of_a_calculation_are_called_as_they_were_written(village: Village) -> None:
    with open_workshop(village) as workshop, asking(workshop.pages, "zh") as client:
        path = f"/calculations/{ask(workshop.maker)}"
        assert "item-0" in [row[1] for row in rows_of(client, path, "suppliers")[0]]
        row = {"item": "item-0", "written": "Item-0"}
        keep_draft(workshop.pages.desk.node, PackDraft("1" * 16, {"model": "T-100"}, (row,)))
        items = [row[1] for row in rows_of(client, path, "suppliers")[0]]
        assert "Item-0" in items and "item-0" not in items


def test_an_item_is_called_by_its_declared_product_where_the_list_has_no_name(village: Village) -> None:
    text = f"物料,供应商,数量,单位\nH-1,{SUPPLIES[0].name},2,kg\n"
    with open_workshop(village) as workshop, asking(workshop.pages, "zh") as client:
        upload(client, ("T-1.csv", text))
        draft = find_model(workshop.pages.desk.node, "T-1")
        assert draft is not None and not draft.rows[0].get("name") and draft.rows[0]["product"] == "item-0"
        page = client.get(f"/models/{draft.id}").text
        assert f">1. {SUPPLIES[0].name}</option>" in page and f'placeholder="{SUPPLIES[0].name}"' in page
