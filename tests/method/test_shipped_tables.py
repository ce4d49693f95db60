"""The factors that ship with the coordinator and the method's own tables hold the same published numbers."""

from __future__ import annotations

import tomllib
from fractions import Fraction
from typing import Any

import pytest

from coordinator.shipped import shipped_files
from method.gases import GWP100
from method.grid_factors import GRID_FACTORS, GridFactor
from method.rules import RULES
from method.transport import MODE_FACTORS

SHIPPED: list[dict[str, Any]] = [
    record for path in shipped_files() for record in tomllib.loads(path.read_text("utf-8")).get("factor", [])
]
TOTALS = {record["code"]: Fraction(record["total"]) for record in SHIPPED}


@pytest.mark.parametrize("known", GRID_FACTORS, ids=lambda one: f"{one.mix}-{one.region}-{one.year}")
def test_a_grid_factor_ships_with_its_value(known: GridFactor) -> None:
    place = (known.region, known.year, known.system_boundary, known.kg_per_kwh)
    found = [
        (record["region"], record["year"], record["system_boundary"], Fraction(record["total"]))
        for record in SHIPPED
        if record["unit"] == "kWh"
    ]
    assert place in found


@pytest.mark.parametrize("report", sorted(GWP100))
def test_warming_potentials_ship_with_their_values(report: str) -> None:
    found = {Fraction(record["total"]) for record in SHIPPED if record["gwp_set"] == report}
    assert set(GWP100[report].values()) - {1} <= found


def test_modes_and_default_cathodes_ship_with_their_values() -> None:
    freight = {Fraction(record["total"]) for record in SHIPPED if record["unit"] == "t*km"}
    assert set(MODE_FACTORS.values()) <= freight
    assert set(RULES["mee-2025-cff"].default_factors.values()) <= set(TOTALS.values())
