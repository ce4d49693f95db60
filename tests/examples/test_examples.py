"""The examples: figures that were worked out before there was code, and input as varied as people's."""

from __future__ import annotations

import tomllib
from fractions import Fraction
from pathlib import Path

import pytest

from method.coefficient import Coefficients, amount_to_fixed, make_coefficients, quantity_to_fixed
from method.footprint import make_fixed_footprint
from method.pack import check_mass_balance
from method.product import parse_product_file
from method.provinces import find_province
from method.result import Figures
from method.rules import DEFAULT_METHOD, FULL, RULES, STAGES, Rules
from method.units import convert
from node.clear.footprint import weigh_chain
from node.importers.activity import ImportedActivity, read_activity
from node.importers.library import read_categories, read_factors
from node.importers.pack import read_product
from node.supplier.consenting import GUARD_RATIO
from protocol.fixed_point import guard_bits
from tests.support.footprints import compute_footprint, read_chain_files, read_pack

EXAMPLES = Path(__file__).parents[2] / "examples"
PACKS = ("ncm-pack", "lfp-pack")
FACTORS = read_factors(EXAMPLES / "library")
CATEGORIES = read_categories(EXAMPLES / "library")


@pytest.mark.parametrize("guide", ["spreadsheet.md", "spreadsheet.zh.md"])
def test_the_product_that_a_guide_describes_is_one_of_its_category(guide: str) -> None:
    text = (EXAMPLES.parent / "docs" / "guides" / guide).read_text("utf-8")
    (block,) = [block for block in text.split("```toml\n")[1:] if block.startswith("[company]")]
    _, product = parse_product_file(tomllib.loads(block.partition("```")[0]))
    category = CATEGORIES[product.category]
    assert product.declared_unit == category.declared_unit and find_province(product.plant) is not None
    assert f"product add cathode mine\nsealsum node template cathode {product.code} " in text


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


def milli(figures: Figures) -> tuple[list[Fraction], Fraction, Fraction]:
    """Stages and total to three decimals, and per kWh to six."""
    stages = [round(Fraction(text), 3) for text in figures.stages.values()]
    return stages, round(Fraction(figures.total_kg), 3), round(Fraction(figures.per_kwh), 6)


def numbers(*texts: str) -> list[Fraction]:
    return [Fraction(text) for text in texts]


def test_the_ncm_pack_over_its_full_life_by_the_circular_footprint_formula() -> None:
    # The figures that came with the example's data, worked out before there was code: A 0.5, and A 0.2 for metals.
    full = compute_footprint(EXAMPLES / "ncm-pack", method="mee-2025-cff", boundary="full").figures
    assert milli(full) == (
        numbers("6432.109", "1057.101", "243.917", "-1181.608"), Fraction("6551.519"), Fraction("0.136490"),
    )  # fmt: skip
    eu = compute_footprint(EXAMPLES / "ncm-pack", method="eu-cfb-2024-draft", boundary="full").figures
    assert milli(eu) == (
        numbers("6636.715", "1057.101", "243.917", "-1963.279"), Fraction("5974.454"), Fraction("0.124468"),
    )  # fmt: skip


def test_the_ncm_pack_by_measured_cycles() -> None:
    # 100 kWh x 1500 cycles; the figure came with the example's data.
    figures = compute_footprint(EXAMPLES / "ncm-pack", method="miit-551", boundary="partial").figures
    assert (figures.total_energy_kwh, round(Fraction(figures.per_kwh), 6)) == ("150000", Fraction("0.049281"))


@pytest.mark.parametrize(
    ("method", "added", "end_of_life"),
    [
        # By the formulas of the rule sets over the masses, R1, R2 and factors in the data of the chain.
        ("mee-2025-cff", "428.916", "-905.987"),
        ("miit-551", "428.916", "-905.987"),
        ("eu-cfb-2024-draft", "686.265", "-1560.127"),
        ("mee-2025-literal", "451.490", "-769.710"),
    ],
)
def test_the_lfp_pack_over_its_full_life(method: str, added: str, end_of_life: str) -> None:
    partial = compute_footprint(EXAMPLES / "lfp-pack", method=method, boundary="partial").figures
    full = compute_footprint(EXAMPLES / "lfp-pack", method=method, boundary="full").figures
    first = "raw_material_and_parts"
    recycled = Fraction(full.stages[first]) - Fraction(partial.stages[first])
    assert round(recycled, 3) == Fraction(added)
    assert round(Fraction(full.stages["end_of_life"]), 3) == Fraction(end_of_life)
    assert partial.stages["end_of_life"] == "0"
    for stage in ("battery_production", "distribution"):
        assert full.stages[stage] == partial.stages[stage]


# Both chains under every rule set and boundary, summed from the data of the chains by the formulas of the rule sets in
# a separate script: kg of raw materials, production, distribution, end of life; their sum; kg per kWh.
BY_THE_RULES = (
    ("ncm", "mee-2025-cff", "partial", ("6091.100", "1057.101", "243.917", "0"), "7392.118", "0.154002"),
    ("ncm", "mee-2025-cff", "full", ("6432.109", "1057.101", "243.917", "-1181.608"), "6551.519", "0.136490"),
    ("ncm", "mee-2025-literal", "partial", ("6091.100", "1057.101", "243.917", "0"), "7392.118", "0.154002"),
    (
        "ncm",
        "mee-2025-literal",
        "full",
        ("6450.057", "1057.101", "243.917", "-802.202"),
        "6948.873",
        "0.144768",
    ),
    ("ncm", "eu-cfb-2024-draft", "partial", ("6091.100", "1057.101", "243.917", "0"), "7392.118", "0.154002"),
    (
        "ncm",
        "eu-cfb-2024-draft",
        "full",
        ("6636.715", "1057.101", "243.917", "-1963.279"),
        "5974.454",
        "0.124468",
    ),
    ("ncm", "miit-551", "partial", ("6091.100", "1057.101", "243.917", "0"), "7392.118", "0.049281"),
    ("ncm", "miit-551", "full", ("6432.109", "1057.101", "243.917", "-1181.608"), "6551.519", "0.043677"),
    ("lfp", "mee-2025-cff", "partial", ("4933.560", "1138.251", "75.924", "0"), "6147.735", "0.128078"),
    ("lfp", "mee-2025-cff", "full", ("5362.475", "1138.251", "75.924", "-905.987"), "5670.664", "0.118139"),
    ("lfp", "mee-2025-literal", "partial", ("4933.560", "1138.251", "75.924", "0"), "6147.735", "0.128078"),
    (
        "lfp",
        "mee-2025-literal",
        "full",
        ("5385.050", "1138.251", "75.924", "-769.710"),
        "5829.515",
        "0.121448",
    ),
    ("lfp", "eu-cfb-2024-draft", "partial", ("4933.560", "1138.251", "75.924", "0"), "6147.735", "0.128078"),
    (
        "lfp",
        "eu-cfb-2024-draft",
        "full",
        ("5619.825", "1138.251", "75.924", "-1560.127"),
        "5273.873",
        "0.109872",
    ),
    ("lfp", "miit-551", "partial", ("4933.560", "1138.251", "75.924", "0"), "6147.735", "0.020492"),
    ("lfp", "miit-551", "full", ("5362.475", "1138.251", "75.924", "-905.987"), "5670.664", "0.018902"),
)


@pytest.mark.parametrize("pack", ["ncm", "lfp"])
def test_both_packs_under_every_rule_set_and_boundary(pack: str) -> None:
    files, own = read_chain_files(EXAMPLES / f"{pack}-pack"), [row for row in BY_THE_RULES if row[0] == pack]
    assert {row[1:3] for row in own} == {
        (code, one) for code, rules in RULES.items() for one in rules.boundaries
    }
    for _, method, boundary, stages, total, per_kwh in own:
        figures = weigh_chain(files, method, boundary).figures
        assert milli(figures) == (numbers(*stages), Fraction(total), Fraction(per_kwh)), (method, boundary)


def test_electricity_that_the_rule_set_does_not_accept_is_found_and_replaced_by_nobody() -> None:
    eu = compute_footprint(EXAMPLES / "ncm-pack", method="eu-cfb-2024-draft", boundary="full")
    found = {finding.use.item: finding for finding in eu.findings}
    assert {item: one.use.model for item, one in found.items()} == {
        "graphite": "regional_grid", "cell": "specific_supply",
    }  # fmt: skip
    # 895.65 kWh at 0.1404 and 540 kWh at 0.0336 kg/kWh, as the data of the chain has them, against 0.5777.
    difference = Fraction("895.65") * Fraction("0.4373") + 540 * Fraction("0.5441")
    strict = Fraction(eu.strict.total_kg) - Fraction(eu.figures.total_kg)
    assert abs(strict - difference) < Fraction(1, 10**6)
    mee = compute_footprint(EXAMPLES / "ncm-pack", method="mee-2025-cff", boundary="full")
    assert mee.findings == () and mee.strict == mee.figures


@pytest.mark.parametrize(("pack", "companies"), [("ncm-pack", 17), ("lfp-pack", 16)])
def test_every_entry_has_a_company_of_its_own_but_the_makers_end_of_life(pack: str, companies: int) -> None:
    entries = read_pack(EXAMPLES / pack).entries
    read = {entry.item: read_product(EXAMPLES / pack / entry.supplier)[0] for entry in entries}
    assert len(entries) == companies + 1
    assert read["end-of-life"] == read["pack-assembly"]
    assert len({company.legal_entity for company in read.values()}) == companies
    assert len({company.parent for company in read.values()}) == companies


@pytest.mark.parametrize("pack", PACKS)
def test_masses_balance(pack: str) -> None:
    assert check_mass_balance(read_pack(EXAMPLES / pack), Fraction(0)) == []


@pytest.mark.parametrize("pack", PACKS)
def test_quantities_are_plausible_and_near_the_middle_that_scales_the_guard(pack: str) -> None:
    definition = read_pack(EXAMPLES / pack)
    for entry, (quantity, _) in zip(definition.entries, read_all(pack), strict=True):
        category = CATEGORIES[entry.category]
        energy = definition.functional_unit.pack_energy_kwh
        low, high = category.plausible_quantity(energy)
        assert low <= quantity <= high
        assert Fraction(3, 4) < category.quantity_middle * energy / quantity < Fraction(13, 10)
        assert (quantity * 1000).denominator == 1


@pytest.mark.parametrize("pack", PACKS)
def test_fixed_point_never_understates_and_overstates_by_grams(pack: str) -> None:
    supplied = read_all(pack)
    files = read_chain_files(EXAMPLES / pack)
    for method, rules in RULES.items():
        for boundary in rules.boundaries:
            total = sum(_fixed_total(*one, rules, boundary) for one in supplied)
            exact = Fraction(weigh_chain(files, method, boundary).figures.total_kg)
            assert exact <= Fraction(total, 10**15) < exact + Fraction(1, 100), (method, boundary)


@pytest.mark.parametrize("energy", ["2", "5", "11", "100", "900"])
@pytest.mark.parametrize("pack", PACKS)
def test_packs_of_any_size_have_guards_that_hide_the_exact_digits(pack: str, energy: str) -> None:
    size, rules = Fraction(energy), RULES[DEFAULT_METHOD]
    of_the_pack = read_pack(EXAMPLES / pack).functional_unit.pack_energy_kwh
    for quantity, activity in read_all(pack):
        category = activity.category
        is_whole = category.plausible_quantity(size) == category.plausible_quantity(of_the_pack)
        taken = quantity if is_whole else quantity * size / of_the_pack
        fixed, coefficients = _fixed(activity, rules, FULL)
        widths = guard_bits(category, coefficients, size)
        for width, footprint in zip(widths, make_fixed_footprint(fixed, coefficients), strict=True):
            assert 2**width * GUARD_RATIO >= quantity_to_fixed(taken) * abs(footprint)


def _fixed(activity: ImportedActivity, rules: Rules, boundary: str) -> tuple[list[int], list[Coefficients]]:
    """Amounts and coefficients as the integers that are committed to."""
    coefficients, fixed = [], []
    for line, amount in zip(activity.category.lines, activity.amounts, strict=True):
        factor = FACTORS[amount.factor]
        coefficients.append(make_coefficients(line, factor, rules, boundary))
        fixed.append(amount_to_fixed(amount.amount, make_coefficients(line, factor, rules, FULL)[0]))
    return fixed, coefficients


def _fixed_total(quantity: Fraction, activity: ImportedActivity, rules: Rules, boundary: str) -> int:
    """What this supplier's part of the pack comes to in the integers that are committed to."""
    fixed, coefficients = _fixed(activity, rules, boundary)
    return quantity_to_fixed(quantity) * make_fixed_footprint(fixed, coefficients)[0]


@pytest.mark.parametrize("pack", PACKS)
def test_references_are_near_what_the_examples_have(pack: str) -> None:
    # The guard is about a thousandth of reference x middle quantity: a reference far off would make it loose or void.
    definition = read_pack(EXAMPLES / pack)
    energy = definition.functional_unit.pack_energy_kwh
    referred = {stage: Fraction(0) for stage in STAGES}
    for entry in definition.entries:
        category = CATEGORIES[entry.category]
        referred[entry.stage] += category.reference[0] * category.quantity_middle * energy
    exact = compute_footprint(EXAMPLES / pack, boundary="full").figures.stages
    for stages in (STAGES[:3], STAGES[3:]):
        whole = sum(Fraction(exact[stage]) for stage in stages)
        assert Fraction(3, 4) < sum(referred[stage] for stage in stages) / whole < Fraction(5, 4)


def test_every_line_of_the_library_finds_its_own() -> None:
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
