"""Cautions: each trap of the method's notes, found where it is and silent where it is not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest

from method.activity import LineAmount
from method.category import Category, TemplateLine, parse_category
from method.factor import Factor, parse_factor
from method.plausibility import (
    Setting,
    check_age,
    check_form,
    check_geography,
    check_heating_value,
    check_reference,
    find_cautions,
)
from method.provinces import PROVINCES, find_province

PLANT, LAST_DAY = "四川省 Sichuan", "2025-12-31"
SETTING = Setting(PLANT, LAST_DAY, {})


@pytest.fixture
def factor(factor_record: dict[str, Any]) -> Factor:
    return parse_factor(factor_record)


@pytest.fixture
def category(category_record: dict[str, Any]) -> Category:
    return parse_category(category_record)


@pytest.fixture
def electricity(category: Category) -> TemplateLine:
    return category.lines[0]


@pytest.fixture
def gas(category: Category) -> TemplateLine:
    return category.lines[1]


@pytest.fixture
def salt(category: Category) -> TemplateLine:
    return replace(category.lines[2], name_zh="硫酸镍", name_en="Nickel sulfate")


def test_a_hydrate_under_the_factor_of_the_anhydrous_salt(salt: TemplateLine, factor: Factor) -> None:
    anhydrous = replace(factor, name_en="Nickel sulfate", basis="anhydrous")
    caution = check_form(salt, anhydrous, ["发票：NiSO4·6H2O"])
    assert caution is not None and caution.line == "credit"
    assert "1.7 times" in caution.text_en and "1.7 倍" in caution.text_zh
    named = check_form(replace(salt, name_zh="六水硫酸镍"), anhydrous)
    assert named is not None and "hexahydrate" in named.text_en
    assert check_form(salt, anhydrous, ["硫酸镍（无水）"]) is None
    assert check_form(salt, anhydrous) is None
    assert check_form(salt, replace(factor, basis=""), ["NiSO4·6H2O"]) is None
    assert check_form(salt, replace(factor, basis="hexahydrate"), ["NiSO4·6H2O"]) is None


def test_energy_on_another_heating_value_than_its_factor(
    gas: TemplateLine, electricity: TemplateLine, factor: Factor
) -> None:
    lower, higher = replace(factor, basis="LHV"), replace(factor, basis="HHV")
    assert check_heating_value(gas, lower) is None
    caution = check_heating_value(gas, higher)
    assert caution is not None and "the energy is LHV" in caution.text_en
    caution = check_heating_value(gas, lower, ["按高位热值 GCV"])
    assert caution is not None and "the energy is HHV" in caution.text_en
    assert check_heating_value(gas, higher, ["HHV"]) is None
    assert check_heating_value(electricity, higher) is None


def test_a_factor_of_more_than_five_years_before(electricity: TemplateLine, factor: Factor) -> None:
    assert check_age(electricity, replace(factor, year=2020), LAST_DAY) is None
    caution = check_age(electricity, replace(factor, year=2019), LAST_DAY)
    assert caution is not None and "6 years before" in caution.text_en


@pytest.mark.parametrize(
    ("region", "fits"),
    [
        ("CN", True), ("CN-SC", True), ("CN-southwest", True), ("CN-GD", False), ("CN-south", False), ("CL", False),
        ("GLO", False),
    ],
)  # fmt: skip
def test_electricity_of_another_place(
    electricity: TemplateLine, factor: Factor, region: str, fits: bool
) -> None:
    assert (check_geography(electricity, replace(factor, region=region), PLANT) is None) == fits


@pytest.mark.parametrize(
    ("region", "fits"),
    [
        ("CN", True), ("CN-GD", True), ("GLO", True), ("RoW", True), ("GLO excl. JP", True), ("-", True),
        ("GLO excl. CN", False), ("CL", False),
    ],
)  # fmt: skip
def test_a_material_of_another_country(salt: TemplateLine, factor: Factor, region: str, fits: bool) -> None:
    assert (check_geography(salt, replace(factor, region=region), PLANT) is None) == fits


def test_a_factor_of_another_country_is_told_by_its_name_and_the_countrys(
    salt: TemplateLine, factor: Factor
) -> None:
    brine = replace(factor, region="CL", name_zh="氢氧化锂（盐湖）", name_en="Lithium hydroxide (brine)")
    caution = check_geography(salt, brine, PLANT)
    assert caution is not None and "因子“氢氧化锂（盐湖）”代表智利；" in caution.text_zh
    assert "factor Lithium hydroxide (brine) stands for Chile;" in caution.text_en


def test_a_plant_that_names_no_province_is_not_judged(electricity: TemplateLine, factor: Factor) -> None:
    assert check_geography(electricity, replace(factor, region="CL"), "Plant 7") is None


@pytest.mark.parametrize(
    ("footprint", "far"),
    [("3.5", False), ("1.2", False), ("10.5", False), ("10.6", True), ("1.1", True), ("0", True)],
)
def test_a_unit_footprint_far_from_the_reference(category: Category, footprint: str, far: bool) -> None:
    # The category's reference is 3.5 kg; 3.5 / 3 = 1.1667, 3.5 * 3 = 10.5.
    assert (check_reference(category, Fraction(footprint)) is not None) == far


def test_a_footprint_above_the_reference_shows_it_and_names_what_the_customer_asks_elsewhere(
    category: Category,
) -> None:
    above, below = (check_reference(category, Fraction(one)) for one in ("10.6", "1.1"))
    assert above is not None and below is not None
    assert "参考值（3.5 kgCO2e/kg）" in above.text_zh and "3.5 kgCO2e/kg" in above.text_en
    assert "由那家申报，不填在这里；请向客户确认" in above.text_zh and "漏填" not in above.text_zh
    assert "漏填" in below.text_zh and "客户" not in below.text_zh


@pytest.fixture
def factors(factor: Factor) -> Mapping[str, Factor]:
    gas = replace(factor, code="gas", total=Fraction("0.0561"), unit="MJ", basis="LHV")
    return {"grid": factor, "gas": gas, "scrap": replace(factor, code="scrap", total=Fraction(2), unit="kg")}


def amounts(electricity: str, gas: str, scrap: str) -> tuple[LineAmount, ...]:
    pairs = (("electricity", "grid", electricity), ("gas", "gas", gas), ("credit", "scrap", scrap))
    return tuple(LineAmount(line, factor, Fraction(amount)) for line, factor, amount in pairs)


def test_a_sound_product_raises_no_caution(category: Category, factors: Mapping[str, Factor]) -> None:
    assert find_cautions(category, amounts("5", "2", "0"), factors, SETTING) == ()


def test_cautions_come_for_the_footprint_line_by_line_and_then_for_the_whole(
    category: Category, factors: Mapping[str, Factor]
) -> None:
    odd = {
        "grid": replace(factors["grid"], system_boundary="direct", year=2010, gwp_set="AR5"),
        "gas": replace(factors["gas"], basis="HHV", gwp_set="AR6"),
        "scrap": factors["scrap"],
    }
    found = find_cautions(category, amounts("0.001", "2", "0"), odd, SETTING)
    assert [(one.line, one.topic) for one in found] == [
        ("", "reference"), ("electricity", "age"), ("gas", "heating value"), ("electricity", "grid factors"),
        ("", "warming potentials"),
    ]  # fmt: skip
    assert all(one.text_zh and one.text_en for one in found)
    assert f"“{category.name_zh}”" in found[0].text_zh and category.name_en in found[0].text_en
    assert category.code not in found[0].text_zh


def test_lines_without_an_amount_are_passed_over(category: Category, factors: Mapping[str, Factor]) -> None:
    odd = {**factors, "scrap": replace(factors["scrap"], year=1990, region="CL")}
    assert find_cautions(category, amounts("5", "2", "0"), odd, SETTING) == ()
    assert len(find_cautions(category, amounts("5", "2", "1"), odd, SETTING)) == 2


def test_a_credit_of_recycling_counts_towards_the_reference(
    category_record: dict[str, Any], factors: Mapping[str, Factor]
) -> None:
    category_record["lines"][2] |= {"role": "recycled_output_avoided", "material": "metal"}
    category_record["reference"] = ["-3.5", "0", "0", "0"]
    # 4 kg x 2 kg/kg x -(1 - 0.5) = -4 kg; without the line the footprint is 0 kg, far from -3.5 kg.
    category = parse_category(category_record)
    assert find_cautions(category, amounts("0", "0", "4"), factors, SETTING) == ()
    (caution,) = find_cautions(category, amounts("0", "0", "0"), factors, SETTING)
    assert caution.topic == "reference"


def test_certificates_beside_the_national_average(
    category_record: dict[str, Any], factors: Mapping[str, Factor]
) -> None:
    # Method, electricity numbers: a kWh covered by a certificate leaves the rest of the supply with the residual mix.
    wind = {**category_record["lines"][0], "code": "wind", "model": "specific_supply"}
    category = parse_category({**category_record, "lines": [*category_record["lines"], wind]})
    covered = (*amounts("5", "2", "0"), LineAmount("wind", "grid", Fraction(1)))
    (caution,) = find_cautions(category, covered, factors, SETTING)
    assert (caution.line, caution.topic) == ("electricity", "rest of the supply")
    assert "mee-2025-cff" in caution.text_en and "eu-cfb" not in caution.text_en
    alone = (*amounts("0", "2", "0"), LineAmount("wind", "grid", Fraction(6)))
    assert find_cautions(category, alone, factors, SETTING) == ()


def test_notes_of_a_record_are_read(category: Category, factors: Mapping[str, Factor]) -> None:
    setting = Setting(PLANT, LAST_DAY, {"gas": ("invoice says HHV",)})
    (caution,) = find_cautions(category, amounts("5", "2", "0"), factors, setting)
    assert caution.topic == "heating value"


def test_a_caution_says_no_amount(category: Category, factors: Mapping[str, Factor]) -> None:
    odd = {code: replace(factor, year=1990, region="CL") for code, factor in factors.items()}
    found = find_cautions(category, amounts("12345.678", "0", "0"), odd, SETTING)
    assert found and not any("12345" in repr(one) for one in found)


def test_provinces_are_found_as_people_write_them() -> None:
    # ISO 3166-2:CN has 31 provinces, regions and municipalities of the mainland.
    assert len(PROVINCES) == 31
    known = {
        "四川省 Sichuan": "SC", "广西壮族自治区 Guangxi": "GX", "CN-QH": "QH", "Shaanxi": "SN", "Shanxi": "SX",
        "Inner Mongolia": "NM", "内蒙古自治区": "NM",
    }  # fmt: skip
    for text, code in known.items():
        found = find_province(text)
        assert found is not None and found.code == code
    for text in ("", "Chile", "湖北和湖南", "CN"):
        assert find_province(text) is None
    assert PROVINCES["NM"].region_codes == ("CN-NM", "CN-north", "CN-northeast", "CN")


def test_an_old_factor_is_to_be_replaced_only_where_the_line_offers_a_newer_one(
    electricity: TemplateLine, factor: Factor
) -> None:
    old = replace(factor, year=2010)
    alone = check_age(replace(electricity, accepts=("grid",)), old, LAST_DAY, [old])
    assert alone is not None and "照用即可" in alone.text_zh and "换用" not in alone.text_zh
    newer = check_age(electricity, old, LAST_DAY, [old, replace(factor, code="grid-2024", year=2024)])
    assert newer is not None and "grid-2024" in newer.text_zh and "grid-2024" in newer.text_en


def test_factors_that_are_assumptions_are_named_by_their_lines(
    category: Category, factors: Mapping[str, Factor]
) -> None:
    assumed = {**factors, "gas": replace(factors["gas"], status="assumption")}
    found = find_cautions(category, amounts("5", "2", "0"), assumed, SETTING)
    (caution,) = [one for one in found if one.topic == "assumption"]
    assert category.lines[1].name_zh in caution.text_zh and category.lines[0].name_zh not in caution.text_zh
    assert "假设值" in caution.text_zh and "assumptions without a published source" in caution.text_en
    assert "现在可以照常申报、试算" in caution.text_zh and "请平台运营方增补" in caution.text_zh
    sourced = replace(factors["gas"], code="gas-sourced")
    line = replace(category.lines[1], accepts=("gas", "gas-sourced"))
    offering = replace(category, lines=(category.lines[0], line, *category.lines[2:]))
    offered = find_cautions(offering, amounts("5", "2", "0"), {**assumed, "gas-sourced": sourced}, SETTING)
    (caution,) = [one for one in offered if one.topic == "assumption"]
    assert "在“因子代码”列填写 gas-sourced" in caution.text_zh and "增补" not in caution.text_zh
    unused = find_cautions(category, amounts("5", "0", "0"), assumed, SETTING)
    assert not any(one.topic == "assumption" for one in unused)


def test_regional_electricity_of_another_place_leads_to_the_national_average(
    electricity: TemplateLine, factor: Factor
) -> None:
    elsewhere = replace(factor, region="CN-GD")
    average = replace(electricity, model="national_average", name_zh="电网电力")
    regional = replace(electricity, model="regional_grid")
    caution = check_geography(regional, elsewhere, PLANT, [regional, average])
    assert caution is not None and "就改填“电网电力”" in caution.text_zh
    assert "national average" in caution.text_en
    alone = check_geography(regional, elsewhere, PLANT, [regional])
    assert alone is not None and "改填" not in alone.text_zh
