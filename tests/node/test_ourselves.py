"""A supplier's cell that means the pack maker itself."""

from __future__ import annotations

import pytest

from node.maker.ourselves import name_ourselves
from tests.node.village import Village

NAME, ENTITY = "海屿电池（南方）有限公司", "CN-OWN-1"


@pytest.mark.parametrize(
    "written",
    [NAME, "海屿电池(南方)有限公司", " 海屿电池（南方）有限公司 ", "本公司", "Our own", "自制/本厂"],
)
def test_the_own_company_is_known_however_it_is_written(village: Village, written: str) -> None:
    node = village.settle(NAME, "requester", legal_entity=ENTITY)
    (row,) = name_ourselves(node, [{"item": "壳体", "legal_entity": written}])
    assert row == {"item": "壳体", "legal_entity": ENTITY}


@pytest.mark.parametrize("written", ["", "海屿电池", "海屿电池（北方）有限公司", "本公司的供应商"])
def test_any_other_company_stays_as_it_is_written(village: Village, written: str) -> None:
    node = village.settle(NAME, "requester", legal_entity=ENTITY)
    assert name_ourselves(node, [{"legal_entity": written}]) == ({"legal_entity": written},)
