"""Results: published worked cases, not our own code, say what is right."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from method.errors import BadField, BadResult
from method.functional_unit import FunctionalUnit, make_functional_unit_fields, parse_functional_unit
from method.quality import name_band, rate_quality
from method.result import PackTotals, is_sum_as_shown, make_figures, make_report
from method.rules import RULES, STAGES

UNIT = {
    "model": "N100", "chemistry": "NCM", "vehicle_category": "M1", "pack_energy_kwh": "100",
    "usable_energy_kwh": "100", "cycles_per_year": "60", "cycles_reason": "", "warranty_years": "8",
    "warranty_km": None, "measured_cycles": None,
}  # fmt: skip
MEE = RULES["mee-2025-cff"]
kilograms = st.fractions(min_value=-(10**6), max_value=10**6)


def unit_of(energy: str = "48000") -> FunctionalUnit:
    """A functional unit of that total energy."""
    return parse_functional_unit(
        {
            **UNIT,
            "cycles_per_year": energy,
            "pack_energy_kwh": "1",
            "usable_energy_kwh": "1",
            "warranty_years": "1",
        }
    )


def make_totals(stages: dict[str, Fraction]) -> PackTotals:
    return PackTotals(stages, Fraction(0), Fraction(0), Fraction(0), Fraction(0))


def test_the_worked_case_of_the_mee_draft() -> None:
    # MEE draft 2025, drafting explanation: NCM, 100 kWh x 60 x 8 = 48 000 kWh, 7392 kg, 0.154 kgCO2e/kWh.
    unit = parse_functional_unit(UNIT)
    figures = make_figures(make_totals({"raw_material_and_parts": Fraction(7392)}), unit, MEE)
    assert (figures.total_energy_kwh, figures.total_kg, figures.per_kwh) == ("48000", "7392", "0.154")


def test_shares_of_the_mee_draft() -> None:
    # The draft prints 82.4 % and 14.3 %; the rest is distribution.
    stages = {
        "raw_material_and_parts": Fraction("6091.1"),
        "battery_production": Fraction("1057.101"),
        "distribution": Fraction("243.917"),
    }
    shares = make_figures(make_totals(stages), unit_of(), MEE).shares
    assert [round(Fraction(shares[stage]), 3) for stage in STAGES] == [
        Fraction("0.824"),
        Fraction("0.143"),
        Fraction("0.033"),
        0,
    ]


@given(st.lists(kilograms, min_size=4, max_size=4))
def test_the_total_is_the_sum_of_the_stages(values: list[Fraction]) -> None:
    values = [Fraction(round(value * 10**15), 10**15) for value in values]
    figures = make_figures(make_totals(dict(zip(STAGES, values, strict=True))), unit_of(), MEE)
    assert Fraction(figures.total_kg) == sum(Fraction(text) for text in figures.stages.values())


def test_a_credit_keeps_its_sign() -> None:
    figures = make_figures(
        make_totals({"raw_material_and_parts": Fraction(10), "end_of_life": Fraction("-2.5")}),
        unit_of("1"),
        MEE,
    )
    assert (figures.stages["end_of_life"], figures.total_kg) == ("-2.5", "7.5")
    assert figures.shares["end_of_life"] == "-0.333333"


def test_the_report_has_exactly_the_published_shape() -> None:
    report = make_report(make_figures(make_totals({"distribution": Fraction(1)}), unit_of("2"), MEE))
    assert report == {
        "stages": {
            "raw_material_and_parts": "0",
            "battery_production": "0",
            "distribution": "1",
            "end_of_life": "0",
        },
        "total_kg": "1",
        "total_energy_kwh": "2",
        "per_kwh": "0.5",
        "overstated_by_at_most": "0",
    }


def test_totals_of_zero_have_no_shares() -> None:
    assert set(make_figures(make_totals({}), unit_of("1"), MEE).shares.values()) == {"0"}


def test_an_unknown_stage_is_refused() -> None:
    with pytest.raises(BadResult, match="unknown stage"):
        make_figures(make_totals({"use": Fraction(1)}), unit_of(), MEE)


def test_the_footprint_per_kwh_of_capacity_of_the_worked_case() -> None:
    # The same 7392 kg over the pack's 100 kWh: 73.92, not to be mixed up with 0.154 per kWh delivered.
    totals = make_totals({"raw_material_and_parts": Fraction(7392)})
    assert make_figures(totals, parse_functional_unit(UNIT), MEE).per_kwh_capacity == "73.92"


def test_the_band_is_named_only_where_something_is_secondary() -> None:
    totals = PackTotals({"distribution": Fraction(4)}, Fraction(0), Fraction(4), Fraction(24), Fraction(0))
    assert make_figures(totals, unit_of(), MEE).quality_band == "good"
    assert make_figures(make_totals({"distribution": Fraction(4)}), unit_of(), MEE).quality_band == ""
    assert make_figures(totals, unit_of(), RULES["eu-cfb-2024-draft"]).quality_band == "very good"


@pytest.mark.parametrize(
    ("stages", "secondary", "bound", "magnitude", "share"),
    [
        # By definition: 1 - secondary / magnitude, rounded down to six decimals.
        (("10", "0"), "4", "0", None, "0.6"),
        (("10", "-5"), "4", "0", None, "0.733333"),
        (("10", "0"), "4", "2", None, "0.5"),
        (("10", "-5"), "4", "0", "40", "0.9"),
        (("10", "0"), "0", "0", None, "1"),
        (("10", "0"), "11", "0", None, "0"),
        (("0", "0"), "1", "1", None, "0"),
    ],
)
def test_the_share_of_primary_data_is_never_stated_too_high(
    stages: tuple[str, str], secondary: str, bound: str, magnitude: str | None, share: str
) -> None:
    named = dict(zip(("raw_material_and_parts", "end_of_life"), map(Fraction, stages), strict=True))
    size = None if magnitude is None else Fraction(magnitude)
    totals = PackTotals(named, Fraction(0), Fraction(secondary), Fraction(0), Fraction(bound), size)
    assert make_figures(totals, unit_of(), MEE).primary_data_share == share


def test_the_quality_rating_is_weighted_by_footprint() -> None:
    # 3 kg rated (2+1+2) and 1 kg rated (4+2+3): (15 + 9) / (3 * 4).
    assert rate_quality(Fraction(24), Fraction(4)) == 2
    assert rate_quality(Fraction(0), Fraction(0)) is None
    with pytest.raises(BadResult):
        rate_quality(Fraction(-1), Fraction(4))


@pytest.mark.parametrize(
    ("rating", "band"),
    [
        ("1", "excellent"), ("1.4999", "excellent"), ("1.5", "very good"), ("2", "good"), ("2.1794", "good"),
        ("3", "fair"), ("4", "fair"), ("4.0001", "poor"), ("5", "poor"),
    ],
)  # fmt: skip
def test_bands_of_the_mee_draft(rating: str, band: str) -> None:
    # MEE draft 2025: <1.5 excellent, <2.0 very good, <3.0 good, <=4.0 fair, above poor.
    assert name_band(Fraction(rating), MEE) == band


def test_functional_unit_fields_name_the_total_energy() -> None:
    unit = parse_functional_unit(UNIT)
    assert make_functional_unit_fields(unit, MEE) == {**UNIT, "total_energy_kwh": "48000"}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("usable_energy_kwh", "0"), ("usable_energy_kwh", "101"), ("cycles_per_year", "0"), ("warranty_years", "-8"),
        ("model", ""),
    ],
)  # fmt: skip
def test_a_functional_unit_with_one_bad_field_is_refused(field: str, value: str) -> None:
    with pytest.raises(BadField):
        parse_functional_unit({**UNIT, field: value})


def test_stages_that_do_not_sum_once_they_are_rounded_are_told_apart() -> None:
    thirds = {"raw_material_and_parts": "0.0004", "battery_production": "0.0004", "distribution": "0.0004"}
    assert not is_sum_as_shown(thirds, "0.0012", 3)
    assert is_sum_as_shown(thirds, "0.0012", 4)
    credit = {"raw_material_and_parts": "6432.10900316", "end_of_life": "-1181.6082395020115"}
    assert is_sum_as_shown(credit, "5250.5007636579885", 3)
