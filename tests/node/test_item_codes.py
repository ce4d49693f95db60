"""Nobody has to think of a code: it comes with the product, and what names the item follows."""

from __future__ import annotations

from node.maker.item_codes import is_only_name, is_to_come, with_codes
from node.maker.pack_drafts import PackDraft

GLUE, CELL = {"item": "导热结构胶", "name": "导热结构胶"}, {"item": "方形电芯", "name": "方形电芯"}


def test_an_item_gets_the_code_of_its_product_and_what_names_it_follows() -> None:
    rows = (
        {**CELL, "product": "cell-62", "part_of": "pack"},
        {**GLUE, "part_of": "方形电芯"},
        {"item": "", "name": "电芯B", "product": "cell-62"},
        {"item": "own-1", "product": "cell-62"},
        {**GLUE, "item": "胶", "name": "胶", "default_factor": "epoxy"},
    )
    draft = with_codes(PackDraft("one", {"maker": "方形电芯"}, rows))
    assert [row["item"] for row in draft.rows] == ["cell-62", "导热结构胶", "cell-62-2", "own-1", "epoxy"]
    assert draft.rows[1]["part_of"] == "cell-62" and draft.value("maker") == "cell-62"
    assert with_codes(draft) == draft


def test_a_name_stands_in_for_the_code_until_the_product_is_known() -> None:
    assert is_only_name({"item": "bms-主控板", "name": "BMS 主控板"}) and is_to_come(GLUE)
    assert not is_to_come({**GLUE, "product": "glue"})
    # Beside a supplier a default factor counts nowhere, and a code of one's own list is no name.
    assert is_to_come({**GLUE, "legal_entity": "CN-1", "default_factor": "epoxy"})
    assert not is_only_name({"item": "301/12", "name": "导热结构胶"}) and not is_only_name(
        {"item": "bms", "name": "BMS"}
    )
