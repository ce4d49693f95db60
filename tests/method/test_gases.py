"""Gases: the shipped factors hold the reports' tables, also by a package that copied them without us."""

from __future__ import annotations

import tomllib
from fractions import Fraction

import globalwarmingpotentials
import pytest

from coordinator.shipped import shipped_files
from method.errors import WrongFactor
from method.gases import check_one_set

# IPCC AR5 WG1 table 8.A.1 and AR6 WG1 table 7.SM.7, 100 years; methane is the entry that names no origin.
KNOWN = {
    "CH4": ("28", "27.9"), "N2O": ("265", "273"), "SF6": ("23500", "25200"), "NF3": ("16100", "17400"),
    "CF4": ("6630", "7380"), "C2F6": ("11100", "12400"), "HFC-134a": ("1300", "1530"),
}  # fmt: skip
SHIPPED = {
    record["code"]: record
    for path in shipped_files()
    for record in tomllib.loads(path.read_text("utf-8")).get("factor", [])
    if record["code"].startswith("gwp-")
}


@pytest.mark.parametrize("gas", KNOWN)
@pytest.mark.parametrize("number", [0, 1])
def test_potentials_of_both_reports_ship(gas: str, number: int) -> None:
    report = ("AR5", "AR6")[number]
    factor = SHIPPED[f"gwp-{gas.lower()}-{report.lower()}"]
    assert (factor["gwp_set"], factor["unit"]) == (report, "kg")
    assert Fraction(factor["total"]) == Fraction(KNOWN[gas][number])
    # The package rounds as its source does: AR6 to a tenth or less.
    table = globalwarmingpotentials.data[f"{report}GWP100"]
    assert round(table[gas.replace("-", "")]) == round(float(factor["total"]))


def test_nothing_ships_that_is_not_in_a_table() -> None:
    assert len(SHIPPED) == 2 * len(KNOWN)


def test_two_sets_in_one_sum_are_refused() -> None:
    check_one_set(["AR6", "unknown", "AR6"])
    check_one_set([])
    with pytest.raises(WrongFactor, match="AR5 and AR6 do not mix"):
        check_one_set(["AR6", "AR5"])
