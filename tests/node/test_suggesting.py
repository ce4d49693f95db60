"""What is offered at a row of a bill of materials."""

from __future__ import annotations

import pytest

from node.maker.directory import Offer
from node.maker.likeness import read_company
from node.maker.suggesting import find_single, suggest_offers


def offer(product: str, name: str) -> Offer:
    maker = ("某公司", "Somebody", f"CN-{product}")
    category = ("cell", "电芯", "Cell", "piece", ("raw_material_and_parts",))
    return Offer("0" * 64, 1, product, name, *maker, *category, "2025-01-01", "2025-12-31", "mee-2025-cff")


OFFERS = (offer("a", "NCM622方形电芯"), offer("b", "磷酸铁锂电芯"), offer("c", "方形电芯"))


@pytest.mark.parametrize(
    ("chemistry", "name", "offered"),
    [
        ("LFP", "电芯", ["b", "c"]),
        ("三元", "电芯", ["a", "c"]),
        ("", "磷酸铁锂电芯", ["b", "c"]),
        ("", "电芯", ["a", "b", "c"]),
        ("NCM811", "电芯", ["a", "c"]),
    ],
)
def test_a_cell_of_another_chemistry_is_not_offered(chemistry: str, name: str, offered: list[str]) -> None:
    found = suggest_offers([{"name": name, "quantity": "1"}], OFFERS, chemistry)
    assert [one.product for one in found[0]] == offered


def material(product: str, name: str, category: str) -> Offer:
    maker = ("某公司", "Somebody", f"CN-{product}")
    kind = (product, category, product.title(), "kg", ("raw_material_and_parts",))
    return Offer("0" * 64, 1, product, name, *maker, *kind, "2025-01-01", "2025-12-31", "mee-2025-cff")


MATERIALS = (
    material("ncm-cathode", "NCM622正极粉", "三元正极材料"),
    material("lfp-cathode", "磷酸铁锂正极材料", "磷酸铁锂正极材料"),
    material("foil", "6微米铜箔", "铜箔及铜排"),
    material("separator", "9微米湿法涂覆隔膜", "隔膜"),
    material("enclosure", "电池包铝壳体与液冷板", "电池包铝壳体与液冷板"),
    material("bms", "BMS与线束", "BMS、线束、钢件、塑料件及其他"),
)


@pytest.mark.parametrize(
    ("name", "offered"),
    [
        ("正极材料 NCM622", ["ncm-cathode"]),
        ("锂电铜箔 6μm", ["foil"]),
        ("水冷板/液冷板组件", ["enclosure"]),
        ("高压线束总成", ["bms"]),
        ("BMS主控板", ["bms"]),
        ("动力电池材料", []),
        ("螺栓M8", []),
    ],
)
def test_a_name_that_holds_no_declared_one_means_what_it_shares_most_with(
    name: str, offered: list[str]
) -> None:
    found = suggest_offers([{"name": name, "quantity": "1"}], MATERIALS, "NCM622")
    assert [one.product for one in found.get(0, [])] == offered


def test_what_only_shares_something_is_offered_beside_what_shares_half_of_it_and_never_taken_in_bulk() -> (
    None
):
    cans = (*MATERIALS, material("aluminium", "电池铝箔与端子", "铝箔及铝壳"))
    rows = [
        {"name": "电芯壳体 铝壳", "quantity": "1"},
        {"name": "锂电铜箔", "quantity": "1"},
        {"name": "隔膜", "quantity": "1"},
    ]
    found = suggest_offers(rows, cans, "NCM622")
    assert [one.product for one in found[0]] == ["aluminium", "enclosure"]
    assert [one.product for one in found[1]] == ["foil"]
    assert {row: one.product for row, one in find_single(rows, found).items()} == {2: "separator"}


def test_nothing_of_another_category_than_the_row_names_is_offered() -> None:
    row = {"legal_entity": "CN-enclosure", "product": "recycling", "category": "end-of-life", "quantity": "1"}
    assert suggest_offers([row], MATERIALS, "") == {}
    assert suggest_offers([{**row, "category": "enclosure"}], MATERIALS, "") == {0: [MATERIALS[4]]}


@pytest.mark.parametrize(
    ("called", "is_meant"),
    [
        ("江西赣彤铜箔", True),
        ("赣彤铜箔", True),
        ("江西省赣彤铜箔有限公司", True),
        ("赣彤铜箔（江西）有限公司", True),
        ("鹰潭赣彤铜箔", True),
        ("江西赣彤", True),
        ("Jiangxi Gantong Foil", True),
        ("江西铜箔", False),
        ("江西", False),
        ("有限公司 江西", False),
        ("湖南赣江铜箔", False),
        ("Gantong", True),
        ("Gantongfoils Ltd", False),
    ],
)
def test_a_supplier_is_offered_by_a_name_with_its_place_or_without_its_form(
    called: str, is_meant: bool
) -> None:
    kind = ("copper-foil", "铜箔", "Copper foil", "kg", ("raw_material_and_parts",))
    maker = ("赣彤铜箔有限公司", "Gantong Foil Co., Ltd.", "CN-G")
    foil = Offer("0" * 64, 1, "cu-6", "6微米铜箔", *maker, *kind, "2025-01-01", "2025-12-31", "mee-2025-cff")
    offered = suggest_offers([{"legal_entity": called, "quantity": "1"}], [foil], "")
    assert offered == ({0: [foil]} if is_meant else {})


def test_the_province_in_a_companys_own_name_tells_it_from_another() -> None:
    kind = ("copper", "电解铜", "Copper", "kg", ("raw_material_and_parts",))
    jiangxi = ("江西铜业股份有限公司", "Jiangxi Copper", "CN-J")
    copper = Offer("0" * 64, 1, "cu", "阴极铜", *jiangxi, *kind, "2025-01-01", "2025-12-31", "mee-2025-cff")
    said = ("云南铜业", "江西铜业", "铜业")
    assert [copper.is_by(one) for one in said] == [False, True, True]


def test_a_company_of_a_very_short_name_is_not_meant_wherever_it_stands_within_another() -> None:
    assert not read_company("金川有限公司").is_meant_by("江西金川铜业")
    assert read_company("金川铜有限公司").is_meant_by("江西金川铜业")
