"""Electricity: published numbers, and what a certificate does to the rest of a supply."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from method.electricity import (
    MODEL_NAMES,
    GreenCertificate,
    SupplyPart,
    describe_unaccepted,
    is_accepted,
    split_supply,
)
from method.errors import BadField
from method.grid_factors import DIRECT, GRID_FACTORS, LIFE_CYCLE, find_grid_factor
from method.rules import ELECTRICITY_MODELS, RULES

MIIT, EU = RULES["miit-551"], RULES["eu-cfb-2024-draft"]
# MEE and NBS, CO2 emission factors of regional grids 2021, 2022, 2023 (direct CO2), kg per kWh.
REGIONS = {
    "CN-north": (7120, 6776, 6361), "CN-northeast": (6012, 5564, 5122), "CN-east": (5992, 5617, 5500),
    "CN-central": (5354, 5395, 5271), "CN-northwest": (5951, 5857, 5543), "CN-south": (4326, 3869, 4042),
    "CN-southwest": (2113, 2268, 2472),
}  # fmt: skip
kwh = st.fractions(min_value=Fraction(1, 10), max_value=10**6, max_denominator=10)


def make_certificate(serial: str, amount: Fraction | int) -> GreenCertificate:
    return GreenCertificate("GEC", serial, Fraction(amount))


def test_published_factors_of_the_national_mix() -> None:
    # Notices on carbon footprint factors of electricity, 2023 and 2024; on CO2 emission factors, 2022 and 2023.
    known = {
        ("national", 2023, LIFE_CYCLE): "0.6205", ("national", 2024, LIFE_CYCLE): "0.5777",
        ("wind", 2023, LIFE_CYCLE): "0.0336", ("pv", 2023, LIFE_CYCLE): "0.0545",
        ("biomass", 2023, LIFE_CYCLE): "0.0457", ("national", 2022, DIRECT): "0.5366",
        ("national", 2023, DIRECT): "0.5306", ("residual", 2023, DIRECT): "0.6096", ("fossil", 2023, DIRECT): "0.8273",
    }  # fmt: skip
    for (mix, year, boundary), value in known.items():
        found = find_grid_factor(mix, "CN", year, boundary)
        assert found is not None and found.kg_per_kwh == Fraction(value)
    assert len(GRID_FACTORS) == len(known) + 21


@pytest.mark.parametrize("region", REGIONS)
def test_published_factors_of_the_regions(region: str) -> None:
    for year, value in zip((2021, 2022, 2023), REGIONS[region], strict=True):
        found = find_grid_factor("region", region, year, DIRECT)
        assert found is not None and found.kg_per_kwh == Fraction(value, 10_000)
    assert find_grid_factor("region", region, 2023, LIFE_CYCLE) is None


def test_certificates_leave_the_rest_with_the_residual_mix() -> None:
    parts = split_supply(Fraction(100), [make_certificate("1", 30), make_certificate("2", 10)], MIIT)
    assert parts == (SupplyPart("specific_supply", Fraction(40)), SupplyPart("residual", Fraction(60)))
    assert split_supply(Fraction(100), [make_certificate("1", 100)], MIIT) == (
        SupplyPart("specific_supply", Fraction(100)),
    )


def test_certificates_change_nothing_where_they_do_not_count() -> None:
    # EU draft act: direct connection or national average consumption mix only.
    assert split_supply(Fraction(100), [make_certificate("1", 30)], EU) == (
        SupplyPart("national_average", Fraction(100)),
    )
    assert split_supply(Fraction(100), [], MIIT) == (SupplyPart("national_average", Fraction(100)),)


@given(kwh, kwh, st.sampled_from(sorted(RULES)))
def test_no_kilowatt_hour_is_lost_or_made(covered: Fraction, rest: Fraction, method: str) -> None:
    parts = split_supply(covered + rest, [make_certificate("1", covered)], RULES[method])
    assert sum(part.kwh for part in parts) == covered + rest
    assert all(is_accepted(part.model, RULES[method]) for part in parts)


def test_a_certificate_cited_twice_is_refused() -> None:
    with pytest.raises(BadField, match="cited twice"):
        split_supply(Fraction(100), [make_certificate("1", 10), make_certificate("1", 10)], MIIT)
    other = GreenCertificate("I-REC", "1", Fraction(10))
    assert len(split_supply(Fraction(100), [make_certificate("1", 10), other], MIIT)) == 2


def test_certificates_of_more_than_was_used_or_of_nothing_are_refused() -> None:
    with pytest.raises(BadField, match="more than was used") as caught:
        split_supply(Fraction(12345), [make_certificate("1", 12346)], MIIT)
    assert "12345" not in str(caught.value)
    with pytest.raises(BadField, match="above 0"):
        split_supply(Fraction(100), [make_certificate("1", 0)], MIIT)


def test_models_have_names_and_what_is_not_stated_is_not_accepted() -> None:
    assert set(MODEL_NAMES) == {*ELECTRICITY_MODELS, ""}
    assert not any(is_accepted("", rules) for rules in RULES.values())
    zh, en = describe_unaccepted("specific_supply", EU)
    assert "绿证" in zh and "国家平均" in zh
    assert en.endswith("only by direct connection or national average")


def test_private_numbers_stay_out_of_every_repr() -> None:
    texts = (repr(make_certificate("777", 12345)), repr(SupplyPart("residual", Fraction(12345))))
    assert not any("12345" in text or "777" in text for text in texts)
