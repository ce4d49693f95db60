"""For whom what left was: of a customer's calculation, the product of the entry that it is about."""

from __future__ import annotations

from node.addressees import name_addressees
from node.maker.requesting import Terms, request_calculation
from tests.node.village import SUPPLIES, Village, bill_of_materials, declare_product, pack


def test_an_answer_names_the_product_of_its_own_entry_and_a_share_all_of_them(village: Village) -> None:
    village.suppliers(policy=False)
    supplier = village.nodes[SUPPLIES[0].name]
    declare_product(supplier, "second", SUPPLIES[0])
    supplier.deliver()
    maker = village.settle("Pack maker", "requester")
    rows = bill_of_materials()
    rows.append({**rows[0], "item": "second", "supplier": "second", "product": "second"})
    request = request_calculation(maker, [pack(bill_of_materials=rows)], Terms()).id
    maker.deliver()
    village.step()
    last = len(rows) - 1
    purposes = {f"answer:{request}:0", f"answer:{request}:{last}", f"contribution:{request}"}
    named = name_addressees(supplier, purposes)
    codes = {one: [code for _, code in found.products] for one, found in named.items()}
    assert codes[f"answer:{request}:0"] == ["item-0"] and codes[f"answer:{request}:{last}"] == ["second"]
    assert codes[f"contribution:{request}"] == ["item-0", "second"]
    assert {found.company.en for found in named.values()} == {"Pack maker"}
