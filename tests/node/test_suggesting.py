"""What is offered at a row of a bill of materials."""

from __future__ import annotations

import pytest

from node.maker.directory import Offer
from node.maker.suggesting import suggest_offers


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
