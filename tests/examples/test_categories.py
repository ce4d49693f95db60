"""Every product of both example chains has its category: template, reference footprint, plausible quantities."""

from __future__ import annotations

from fractions import Fraction
from functools import cache

import pytest

from method.footprint import make_unit_footprint
from method.rules import DEFAULT_METHOD, FULL, RULES
from method.units import convert
from node.importers.activity import read_activity
from node.importers.pack import read_product
from tests.examples.test_examples import CATEGORIES, EXAMPLES, FACTORS, PACKS
from tests.support.footprints import read_pack

ENTRIES = [(pack, entry.supplier) for pack in PACKS for entry in read_pack(EXAMPLES / pack).entries]


@cache
def unit_footprint(pack: str, supplier: str) -> tuple[str, Fraction]:
    """Category code of a supplier's product, and its exact total in kg per declared unit."""
    _, product = read_product(EXAMPLES / pack / supplier)
    category = CATEGORIES[product.category]
    activity = read_activity(EXAMPLES / pack / supplier / product.activity, product, category, FACTORS)
    made = make_unit_footprint(category, activity.amounts, FACTORS, RULES[DEFAULT_METHOD], FULL)
    return category.code, made.indicators[0]


@pytest.mark.parametrize(("pack", "supplier"), ENTRIES, ids=[f"{pack}/{name}" for pack, name in ENTRIES])
def test_a_reference_is_within_a_factor_of_two_of_the_products_footprint(pack: str, supplier: str) -> None:
    code, exact = unit_footprint(pack, supplier)
    # One category serves both deliveries, and one goes four times as far as the other.
    widest = 3 if code == "pack-distribution" else 2
    assert Fraction(1, widest) < CATEGORIES[code].reference[0] / exact < widest


@pytest.mark.parametrize("pack", PACKS)
def test_every_quantity_of_the_bill_of_materials_is_in_its_categorys_range(pack: str) -> None:
    definition = read_pack(EXAMPLES / pack)
    energy = definition.functional_unit.pack_energy_kwh
    for entry in definition.entries:
        category = CATEGORIES[entry.category]
        per_kwh = convert(entry.quantity, entry.unit, category.declared_unit) / energy
        assert category.quantity_low <= per_kwh <= category.quantity_high, entry.item


def test_no_category_is_there_without_a_product() -> None:
    assert {unit_footprint(*entry)[0] for entry in ENTRIES} == set(CATEGORIES)


def test_every_line_says_what_it_is_in_both_languages_and_has_a_factor_to_start_from() -> None:
    for category in CATEGORIES.values():
        assert any("\u4e00" <= letter <= "\u9fff" for letter in category.name_zh)
        assert category.name_en.isascii()
        for line in category.lines:
            assert line.default_factor in FACTORS and set(line.accepts) <= set(FACTORS), (
                category.code,
                line.code,
            )
