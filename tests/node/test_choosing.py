"""Another factor for a line of a sheet that is being worked on: in each of its rows, and undone together."""

from __future__ import annotations

from dataclasses import replace

import pytest

from node.importers.activity import make_activity
from node.importers.rows import make_rulebook
from node.supplier.choosing import choose_factor, list_factors
from node.supplier.drafts import Draft, begin_draft, take_back
from tests.node.test_importers_activity import CATEGORY, FACTORS, PRODUCT
from tests.node.village import SUPPLIES, Village

RULES = make_rulebook(PRODUCT, CATEGORY, FACTORS)
TITLES = "项目,月份,用量,单位"
ROWS = "电网电力,2025-01,5,kWh\n产量,2025-01,9,kg\n用电量,2025-02,5,kWh\n"


def cited(draft: Draft) -> list[str]:
    records = make_activity(("a.csv", draft.sheets), PRODUCT, CATEGORY, FACTORS).records
    return [one.factor for one in records if one.line == "grid"]


@pytest.mark.parametrize("titles", [TITLES, f"{TITLES},因子代码"])
def test_a_factor_is_written_into_every_row_of_a_line_and_undone_together(
    village: Village, titles: str
) -> None:
    node = village.settle(SUPPLIES[0].name, "supplier")
    draft = begin_draft(node, "item-0", "a.csv", f"{titles}\n{ROWS}".encode())
    assert [one.code for one in list_factors(draft, RULES, "grid")] == ["cn", "wind"]
    chosen = choose_factor(node, draft, RULES, "grid", "wind")
    assert cited(chosen) == ["wind", "wind"]
    assert take_back(node, chosen).sheets == draft.sheets


def test_no_factor_is_offered_where_there_is_none_to_choose_or_no_row_to_hold_it(village: Village) -> None:
    node = village.settle(SUPPLIES[0].name, "supplier")
    draft = begin_draft(node, "item-0", "a.csv", f"{TITLES}\n{ROWS}天然气,2025-01,5,MJ\n".encode())
    assert list_factors(draft, RULES, "gas") == () == list_factors(draft, RULES, "road")
    ended = {**FACTORS, "wind": replace(FACTORS["wind"], valid_to="2024-12-31")}
    assert list_factors(draft, make_rulebook(PRODUCT, CATEGORY, ended), "grid") == ()
    meters = begin_draft(node, "item-0", "a.csv", "月份,用电量(kWh),产量(kg)\n1月,5,9\n".encode())
    assert list_factors(meters, RULES, "grid") == ()
    assert choose_factor(node, meters, RULES, "grid", "wind") == meters
