"""The shipped library against its sources: every value written here again, from the tables that it was taken from."""

import tomllib
from pathlib import Path

import pytest

from coordinator.publishing import read_library
from coordinator.shipped import shipped_files
from method.factor import Factor, parse_factor

EXAMPLES = Path(__file__).parents[2] / "examples" / "library" / "factors.toml"
SHIPPED = {
    item["code"]: parse_factor(item)
    for path in shipped_files()
    for item in tomllib.loads(path.read_text("utf-8"))["factor"]
}
# MEE, NBS, NEA notice of 17 January 2025 (2023) and the factor of 2024: kgCO2e per kWh, life cycle.
LIFE_CYCLE = {
    "electricity-cn-2023": "0.6205", "electricity-cn-2024": "0.5777", "electricity-wind-cn-2023": "0.0336",
    "electricity-pv-cn-2023": "0.0545", "electricity-biomass-cn-2023": "0.0457",
}  # fmt: skip
# MEE and NBS, CO2 emission factors of electricity: kgCO2 per kWh, direct.
DIRECT = {
    "electricity-direct-cn-2022": "0.5366", "electricity-direct-cn-2023": "0.5306",
    "electricity-residual-cn-2023": "0.6096", "electricity-fossil-cn-2023": "0.8273",
    "electricity-sichuan-direct-2022": "0.1404",
}  # fmt: skip
REGIONS = {  # MEE and NBS, the same tables: 2021, 2022, 2023
    "north": (".7120", ".6776", ".6361"), "northeast": (".6012", ".5564", ".5122"), "east": (".5992", ".5617", ".5500"),
    "central": (".5354", ".5395", ".5271"), "northwest": (".5951", ".5857", ".5543"),
    "south": (".4326", ".3869", ".4042"), "southwest": (".2113", ".2268", ".2472"),
}  # fmt: skip
GASES = {  # IPCC AR5 table 8.A.1, AR6 table 7.SM.7: kgCO2e per kg, 100 years
    "ch4": ("28", "27.9"), "n2o": ("265", "273"), "sf6": ("23500", "25200"), "nf3": ("16100", "17400"),
    "cf4": ("6630", "7380"), "c2f6": ("11100", "12400"), "hfc-134a": ("1300", "1530"),
}  # fmt: skip
# MEE draft standard 2024-63, drafting explanation of March 2025, tables 5-1 to 5-3.
MEE_DRAFT = {
    "transport-road": "0.076", "transport-rail": "0.003", "transport-water": "0.020", "transport-air": "1.404",
    "ncm-cathode-default": "22.5", "lfp-cathode-default": "7.9",
}  # fmt: skip
ISTRATE = {  # Istrate et al., Joule 2024, figure 2: kgCO2e per kg, IPCC 2021 GWP100
    "lithium-hydroxide-brine": "7.702", "lithium-hydroxide-spodumene": "17.237", "lithium-carbonate-brine": "3.62",
    "lithium-carbonate-spodumene": "24.105", "nickel-sulfate": "5.479", "cobalt-sulfate": "14.991",
}  # fmt: skip
# IPCC 2006 (56.1 kg/GJ), International Aluminium Institute and 5 % of that, ICA, worldsteel, a study of PVDF.
OTHER_SOURCES = {
    "natural-gas-combustion": "0.0561", "aluminium-primary": "15.1", "aluminium-recycled": "0.755",
    "copper-refined": "4.6", "steel": "1.89", "pvdf": "55.8", "co2-direct": "1",
}  # fmt: skip
ASSUMPTIONS = {
    "natural-gas-upstream": "0.0095", "manganese-sulfate": "0.9", "sodium-hydroxide": "1.3", "iron-salt": "1.2",
    "phosphoric-acid": "1.4", "needle-coke": "1", "lipf6": "14", "carbonate-solvents": "1.5", "carbon-black": "2.3",
    "cmc-sbr": "3", "nmp": "4", "polyolefin-resin": "2", "electronics": "18", "engineering-plastics": "3.5",
    "ethylene-glycol": "1.7", "adhesives-pads-fasteners": "3", "cell-recycling-hydro": "2.2", "residue-disposal": "0.4",
}  # fmt: skip


def values(table: dict[str, str]) -> list[tuple[str, str]]:
    return sorted(table.items())


def is_worth(code: str, value: str) -> Factor:
    from fractions import Fraction

    factor = SHIPPED[code]
    assert factor.total == Fraction(value) and factor.biogenic == 0
    return factor


@pytest.mark.parametrize(("code", "value"), values(LIFE_CYCLE))
def test_electricity_over_its_life_cycle_is_as_the_ministries_publish_it(code: str, value: str) -> None:
    factor = is_worth(code, value)
    assert (factor.unit, factor.system_boundary, factor.status) == ("kWh", "life_cycle", "published")
    assert str(factor.year) in code


@pytest.mark.parametrize(("code", "value"), values(DIRECT))
def test_direct_emissions_of_electricity_are_marked_as_such(code: str, value: str) -> None:
    factor = is_worth(code, value)
    assert (factor.unit, factor.system_boundary) == ("kWh", "direct")
    assert "do not mix" in factor.note


@pytest.mark.parametrize("region", sorted(REGIONS))
def test_regional_grids_are_as_the_ministries_publish_them(region: str) -> None:
    for year, value in zip((2021, 2022, 2023), REGIONS[region], strict=True):
        factor = is_worth(f"electricity-direct-{region}-{year}", value)
        assert (factor.year, factor.region, factor.system_boundary) == (year, f"CN-{region}", "direct")


@pytest.mark.parametrize("gas", sorted(GASES))
def test_warming_potentials_are_those_of_the_two_reports(gas: str) -> None:
    for report, value in zip(("AR5", "AR6"), GASES[gas], strict=True):
        factor = is_worth(f"gwp-{gas}-{report.lower()}", value)
        assert (factor.gwp_set, factor.unit, factor.system_boundary) == (report, "kg", "direct")


@pytest.mark.parametrize(("code", "value"), values({**MEE_DRAFT, **ISTRATE, **OTHER_SOURCES}))
def test_materials_and_transport_are_as_their_sources_have_them(code: str, value: str) -> None:
    assert is_worth(code, value).status in ("published", "derived")


@pytest.mark.parametrize("code", sorted(ISTRATE))
def test_who_computed_with_the_sixth_report_says_so(code: str) -> None:
    assert SHIPPED[code].gwp_set == "AR6"


@pytest.mark.parametrize(("code", "value"), values(ASSUMPTIONS))
def test_what_no_source_says_is_called_an_assumption(code: str, value: str) -> None:
    factor = is_worth(code, value)
    assert (factor.status, factor.grade) == ("assumption", "unknown")


def test_nothing_is_shipped_that_no_table_here_names() -> None:
    regions = {f"electricity-direct-{region}-{year}" for region in REGIONS for year in (2021, 2022, 2023)}
    gases = {f"gwp-{gas}-{report}" for gas in GASES for report in ("ar5", "ar6")}
    tables = (LIFE_CYCLE, DIRECT, MEE_DRAFT, ISTRATE, OTHER_SOURCES, ASSUMPTIONS)
    assert set(SHIPPED) == regions | gases | {code for table in tables for code in table}


def test_what_the_examples_use_under_the_same_code_is_the_same() -> None:
    examples = {item["code"]: item for item in tomllib.loads(EXAMPLES.read_text("utf-8"))["factor"]}
    both = sorted(set(examples) & set(SHIPPED))
    assert len(both) >= 41
    assert {code: parse_factor(examples[code]) for code in both} == {code: SHIPPED[code] for code in both}


def test_an_operator_can_submit_all_of_it() -> None:
    categories, factors = read_library(shipped_files())
    assert categories == [] and len(factors) == len(SHIPPED)
