"""The examples: figures that were worked out before there was code, and input as varied as people's."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest

from method.coefficient import amount_to_fixed, make_coefficients, quantity_to_fixed
from method.footprint import make_fixed_footprint
from method.pack import check_mass_balance
from method.rules import DEFAULT_METHOD, FULL, RULES
from method.units import convert
from node.footprint import compute_footprint
from node.importers.activity import ImportedActivity, read_activity
from node.importers.library import read_categories, read_factors
from node.importers.pack import read_pack, read_product

EXAMPLES = Path(__file__).parents[2] / "examples"
PACKS = ("ncm-pack", "lfp-pack")
FACTORS = read_factors(EXAMPLES / "library")
CATEGORIES = read_categories(EXAMPLES / "library")


def read_all(pack: str) -> list[tuple[Fraction, ImportedActivity]]:
    found = []
    for entry in read_pack(EXAMPLES / pack).entries:
        folder = EXAMPLES / pack / entry.supplier
        _, product = read_product(folder)
        category = CATEGORIES[entry.category]
        activity = read_activity(folder / product.activity, product, category, FACTORS)
        found.append((convert(entry.quantity, entry.unit, category.declared_unit), activity))
    return found


def test_the_ncm_pack_has_its_expected_footprint() -> None:
    figures = compute_footprint(EXAMPLES / "ncm-pack").figures
    expected = {
        "raw_material_and_parts": "6091.100",
        "battery_production": "1057.101",
        "distribution": "243.917",
        "end_of_life": "0",
    }
    assert {stage: round(Fraction(text), 3) for stage, text in figures.stages.items()} == {
        stage: Fraction(text) for stage, text in expected.items()
    }
    assert round(Fraction(figures.total_kg), 3) == Fraction("7392.118")
    assert round(Fraction(figures.per_kwh), 6) == Fraction("0.154002")
    assert [round(Fraction(share), 3) for share in figures.shares.values()] == [
        Fraction("0.824"),
        Fraction("0.143"),
        Fraction("0.033"),
        0,
    ]


def test_the_data_quality_of_the_ncm_packs_secondary_data() -> None:
    figures = compute_footprint(EXAMPLES / "ncm-pack").figures
    assert round(Fraction(figures.secondary_kg), 3) == Fraction("4537.013")
    assert round(Fraction(figures.quality_rating), 4) == Fraction("2.1794")


@pytest.mark.parametrize(("pack", "companies"), [("ncm-pack", 17), ("lfp-pack", 16)])
def test_every_entry_has_a_company_of_its_own(pack: str, companies: int) -> None:
    entries = read_pack(EXAMPLES / pack).entries
    read = [read_product(EXAMPLES / pack / entry.supplier)[0] for entry in entries]
    assert len(entries) == companies
    assert len({company.legal_entity for company in read}) == companies
    assert len({company.parent for company in read}) == companies


@pytest.mark.parametrize("pack", PACKS)
def test_masses_balance(pack: str) -> None:
    assert check_mass_balance(read_pack(EXAMPLES / pack), Fraction(0)) == []


@pytest.mark.parametrize("pack", PACKS)
def test_quantities_are_plausible_and_near_the_middle_that_scales_the_guard(pack: str) -> None:
    definition = read_pack(EXAMPLES / pack)
    for entry, (quantity, _) in zip(definition.entries, read_all(pack), strict=True):
        category = CATEGORIES[entry.category]
        per_kwh = quantity / definition.functional_unit.pack_energy_kwh
        assert category.quantity_low <= per_kwh <= category.quantity_high
        assert Fraction(3, 4) < category.quantity_middle / per_kwh < Fraction(13, 10)
        assert (quantity * 1000).denominator == 1


@pytest.mark.parametrize("pack", PACKS)
def test_fixed_point_never_understates_and_overstates_by_grams(pack: str) -> None:
    total = 0
    for quantity, activity in read_all(pack):
        coefficients, fixed = [], []
        for line, amount in zip(activity.category.lines, activity.amounts, strict=True):
            factor = FACTORS[amount.factor]
            coefficients.append(make_coefficients(line, factor, RULES[DEFAULT_METHOD], "partial"))
            full = make_coefficients(line, factor, RULES[DEFAULT_METHOD], FULL)
            fixed.append(amount_to_fixed(amount.amount, full[0]))
        total += quantity_to_fixed(quantity) * make_fixed_footprint(fixed, coefficients)[0]
    exact = Fraction(compute_footprint(EXAMPLES / pack).figures.total_kg)
    assert exact <= Fraction(total, 10**15) < exact + Fraction(1, 100)


@pytest.mark.parametrize("pack", PACKS)
def test_references_are_near_what_the_examples_have(pack: str) -> None:
    # The guard is about a thousandth of reference x middle quantity: a reference far off would make it loose or void.
    definition = read_pack(EXAMPLES / pack)
    energy = definition.functional_unit.pack_energy_kwh
    referred = sum(
        CATEGORIES[entry.category].reference[0] * CATEGORIES[entry.category].quantity_middle * energy
        for entry in definition.entries
    )
    exact = Fraction(compute_footprint(EXAMPLES / pack).figures.total_kg)
    assert Fraction(3, 4) < referred / exact < Fraction(5, 4)


def test_the_library_holds_41_factors_and_every_line_finds_its_own() -> None:
    assert len(FACTORS) == 41
    for category in CATEGORIES.values():
        assert 6 <= len(category.lines) <= 20
        for line in category.lines:
            for code in line.accepts:
                make_coefficients(line, FACTORS[code], RULES[DEFAULT_METHOD], FULL)


def test_the_spreadsheets_are_as_varied_as_peoples() -> None:
    activities = [activity for pack in PACKS for _, activity in read_all(pack)]
    records = [record for activity in activities for record in activity.records]
    assert {"kWh", "MWh", "万kWh", "t", "kg", "m3", "万m3", "GJ", "t*km", "piece"} <= {
        r.unit for r in records
    }
    assert {a.product.activity for a in activities} == {"activity.xlsx", "activity.csv"}
    assert any(record.share != 1 for record in records)
    assert max(sum(r.line == "grid-electricity" for r in a.records) for a in activities) == 12
    assert not any(activity.warnings for activity in activities)
    assert all(record.document for record in records)
    assert all(any(amount.amount == 0 for amount in activity.amounts) for activity in activities)
