"""Electricity: published numbers, and the models that rule sets accept."""

from __future__ import annotations

from fractions import Fraction

import pytest

from method.electricity import MODEL_NAMES, describe_unaccepted, is_accepted
from method.grid_factors import DIRECT, GRID_FACTORS, LIFE_CYCLE
from method.rules import ELECTRICITY_MODELS, RULES

EU = RULES["eu-cfb-2024-draft"]
# MEE and NBS, CO2 emission factors of regional grids 2021, 2022, 2023 (direct CO2), kg per kWh.
REGIONS = {
    "CN-north": (7120, 6776, 6361), "CN-northeast": (6012, 5564, 5122), "CN-east": (5992, 5617, 5500),
    "CN-central": (5354, 5395, 5271), "CN-northwest": (5951, 5857, 5543), "CN-south": (4326, 3869, 4042),
    "CN-southwest": (2113, 2268, 2472),
}  # fmt: skip
VALUES = {(one.mix, one.region, one.year, one.system_boundary): one.kg_per_kwh for one in GRID_FACTORS}


def test_published_factors_of_the_national_mix() -> None:
    # Notices on carbon footprint factors of electricity, 2023 and 2024; on CO2 emission factors, 2022 and 2023.
    known = {
        ("national", 2023, LIFE_CYCLE): "0.6205", ("national", 2024, LIFE_CYCLE): "0.5777",
        ("wind", 2023, LIFE_CYCLE): "0.0336", ("pv", 2023, LIFE_CYCLE): "0.0545",
        ("biomass", 2023, LIFE_CYCLE): "0.0457", ("national", 2022, DIRECT): "0.5366",
        ("national", 2023, DIRECT): "0.5306", ("residual", 2023, DIRECT): "0.6096", ("fossil", 2023, DIRECT): "0.8273",
    }  # fmt: skip
    for (mix, year, boundary), value in known.items():
        assert VALUES[mix, "CN", year, boundary] == Fraction(value)
    assert len(GRID_FACTORS) == len(known) + 21


@pytest.mark.parametrize("region", REGIONS)
def test_published_factors_of_the_regions(region: str) -> None:
    for year, value in zip((2021, 2022, 2023), REGIONS[region], strict=True):
        assert VALUES["region", region, year, DIRECT] == Fraction(value, 10_000)
    assert ("region", region, 2023, LIFE_CYCLE) not in VALUES


def test_models_have_names_and_what_is_not_stated_is_not_accepted() -> None:
    assert set(MODEL_NAMES) == {*ELECTRICITY_MODELS, ""}
    assert not any(is_accepted("", rules) for rules in RULES.values())
    zh, en = describe_unaccepted("specific_supply", EU)
    assert "绿证" in zh and "国家平均" in zh
    assert en.endswith("only by direct connection or national average")
