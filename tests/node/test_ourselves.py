"""A supplier's cell that means the pack maker itself."""

from __future__ import annotations

import pytest

from node.importers.bill import read_bills
from node.maker.ourselves import name_ourselves, say_made_here
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


def test_what_a_list_has_as_made_in_house_is_supplied_by_the_own_company(village: Village) -> None:
    node = village.settle(NAME, "requester", legal_entity=ENTITY)
    for title, own, bought in (
        ("采购类型", "自制", "外购"), ("物料属性", "自制件", "外购件"), ("来源", "自制", "外购"),
        ("Make/Buy", "Make", "Buy"), ("采购类型 Procurement type", "E", "F"),
    ):  # fmt: skip
        head = f"物料名称,供应商,数量,单位,{title}"
        cells = (f"壳体,,1,kg,{own}", f"端板,北方件厂,1,kg,{own}", f"粉料,,2,kg,{bought}")
        (bill,) = read_bills("b.csv", "\n".join((head, *cells)).encode())
        assert (bill.sourcing, bill.unread) == (title, ())
        rows = name_ourselves(node, bill.rows)
        assert [row["legal_entity"] for row in rows] == [ENTITY, "北方件厂", ""]
        here, other = say_made_here(node, bill, rows)
        for said, name in ((here, "壳体"), (other, "端板")):
            assert all(name in one and title in one for one in said) and "粉料" not in said.zh


def test_a_column_without_one_of_these_words_is_said_to_be_left_out(village: Village) -> None:
    (bill,) = read_bills("b.csv", "物料名称,供应商,数量,单位,来源\n壳体,,1,kg,进口".encode())
    assert (bill.sourcing, bill.unread) == ("", ("来源",))


@pytest.mark.parametrize("written", ["", "海屿电池", "海屿电池（北方）有限公司", "本公司的供应商"])
def test_any_other_company_stays_as_it_is_written(village: Village, written: str) -> None:
    node = village.settle(NAME, "requester", legal_entity=ENTITY)
    assert name_ourselves(node, [{"legal_entity": written}]) == ({"legal_entity": written},)
