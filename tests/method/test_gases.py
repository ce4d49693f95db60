"""Gases: the reports' tables, through a package that copied them without us."""

from __future__ import annotations

from fractions import Fraction

import globalwarmingpotentials
import pytest
from hypothesis import given
from hypothesis import strategies as st

from method.errors import BadField, WrongFactor
from method.gases import GASES, GWP100, GasRelease, check_one_set, find_gwp, sum_releases

# IPCC AR5 WG1 table 8.A.1 and AR6 WG1 table 7.SM.7, 100 years.
KNOWN = {
    "CO2": ("1", "1"), "CH4": ("28", "27.9"), "N2O": ("265", "273"), "SF6": ("23500", "25200"),
    "NF3": ("16100", "17400"), "CF4": ("6630", "7380"), "C2F6": ("11100", "12400"), "HFC-134a": ("1300", "1530"),
}  # fmt: skip
masses = st.fractions(min_value=0, max_value=10**6, max_denominator=10**6)
releases = st.lists(st.builds(GasRelease, st.sampled_from(GASES), masses), max_size=5)


@pytest.mark.parametrize("gas", GASES)
def test_potentials_of_both_reports(gas: str) -> None:
    assert (find_gwp(gas, "AR5"), find_gwp(gas, "AR6")) == tuple(Fraction(text) for text in KNOWN[gas])


@pytest.mark.parametrize("report", ["AR5", "AR6"])
def test_potentials_agree_with_a_published_package(report: str) -> None:
    table = globalwarmingpotentials.data[f"{report}GWP100"]
    for gas in set(GASES) - {"CO2"}:
        # The package rounds as its source does: AR6 to a tenth or less.
        assert round(table[gas.replace("-", "")]) == round(float(GWP100[report][gas])), gas


def test_a_sum_of_gases_by_hand() -> None:
    # 2 kg of methane and 1 kg of sulfur hexafluoride under AR6: 2*27.9 + 25200.
    assert sum_releases([GasRelease("CH4", Fraction(2)), GasRelease("SF6", Fraction(1))], "AR6") == Fraction(
        "25255.8"
    )
    assert sum_releases([], "AR5") == 0


@given(releases, releases, st.sampled_from(["AR5", "AR6"]))
def test_sums_of_gases_are_linear(one: list[GasRelease], two: list[GasRelease], report: str) -> None:
    assert sum_releases(one + two, report) == sum_releases(one, report) + sum_releases(two, report)


def test_unknown_gases_sets_and_negative_masses_are_refused() -> None:
    for gas, report in (("XYZ", "AR6"), ("CH4", "AR3"), ("CH4", "unknown")):
        with pytest.raises(BadField, match="expected one of"):
            find_gwp(gas, report)
    with pytest.raises(BadField, match="CH4: expected a mass of at least 0"):
        sum_releases([GasRelease("CH4", Fraction(-1))], "AR6")


def test_two_sets_in_one_sum_are_refused() -> None:
    check_one_set(["AR6", "unknown", "AR6"])
    check_one_set([])
    with pytest.raises(WrongFactor, match="AR5 and AR6 do not mix"):
        check_one_set(["AR6", "AR5"])


def test_masses_stay_out_of_the_repr() -> None:
    assert "12345" not in repr(GasRelease("CH4", Fraction(12345)))
