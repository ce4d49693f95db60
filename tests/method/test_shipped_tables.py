"""The factors that ship with the coordinator and the method's own tables hold the same published numbers."""

from __future__ import annotations

import tomllib
from fractions import Fraction
from typing import Any

import pytest

from coordinator.shipped import shipped_files
from method.grid_factors import GRID_FACTORS, GridFactor
from method.rules import RULES

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


# MEE drafting explanation, table 5-2, kgCO2e per t·km; table 5-3, kgCO2e per kg of cathode material.
MODES = {"road": "0.076", "rail": "0.003", "water": "0.020", "air": "1.404"}
CATHODES = {"ncm-cathode-default": "22.5", "lfp-cathode-default": "7.9"}


@pytest.mark.parametrize("mode", MODES)
def test_a_mode_of_transport_ships_with_its_value(mode: str) -> None:
    assert TOTALS[f"transport-{mode}"] == Fraction(MODES[mode])


@pytest.mark.parametrize("code", CATHODES)
def test_a_default_of_a_rule_set_is_a_shipped_factor_with_its_value(code: str) -> None:
    assert TOTALS[code] == Fraction(CATHODES[code])
    for method in ("mee-2025-cff", "mee-2025-literal"):
        assert RULES[method].default_factors[code] == TOTALS[code]
