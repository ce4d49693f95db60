"""Materials that may count twice: who is to be asked, with the text for it."""

from __future__ import annotations

from dataclasses import replace

from node.library import fetch_library
from node.maker.pack_drafts import keep_draft
from protocol.payloads import Category
from tests.node.test_library import publish
from tests.node.village import SUPPLIES, Village
from tests.support.example import category, line
from tests.web.asking import asking
from tests.web.making import open_workshop
from tests.web.test_maker_ways import draft_of

NORTH = SUPPLIES[0].name


def publish_salt(village: Village) -> None:
    """A category of the salt that the template of the cathode asks for as well."""
    town = village.town
    fields = category("salt", ["raw_material_and_parts"], [line("power", "kWh", False, "grid")])
    payload = Category.model_validate({**town.header(town.operator).fields(), **fields})
    publish(village, town.log_it(town.operator, payload))


def test_suppliers_whose_templates_ask_for_a_material_of_another_row_are_asked_by_a_text(
    village: Village,
) -> None:
    publish_salt(village)
    with open_workshop(village) as workshop, asking(workshop.pages, "zh") as client:
        node = workshop.pages.desk.node
        fetch_library(node)
        draft = draft_of(node)
        link = "/models/beef/letters/twice"
        assert link not in client.get("/models/beef/request").text
        salt = {**draft.rows[0], "item": "salt-1", "product": "salt-1", "category": "salt"}
        keep_draft(node, replace(draft, rows=(*draft.rows, {**salt, "legal_entity": "Salt Ltd"})))
        page = client.get("/models/beef/request").text
        assert "本来就留空的，不用做什么" in page and link in page and "询问这些供应商的说明文字" in page
        letters = client.get(link).text
        assert f"<h2>{NORTH}</h2>" in letters and "<h2>Salt Ltd</h2>" not in letters
        assert "产品“item-0”：salt" in letters and "Product item-0: salt" in letters
        assert draft.rows[0]["quantity"] not in letters
