"""A small factor and category that the method's tests share."""

from __future__ import annotations

from typing import Any

import pytest


@pytest.fixture
def factor_record() -> dict[str, Any]:
    return {
        "code": "grid", "version": 1, "name_zh": "电网", "name_en": "Grid", "classification": "energy",
        "total": "0.5777", "biogenic": "0.01", "land_use": "0", "unit": "kWh", "region": "CN", "year": 2024,
        "valid_from": None, "valid_to": None, "system_boundary": "life_cycle", "gwp_set": "unknown",
        "basis": "", "grade": "country", "scores": {"technology": 2, "time": 1, "geography": 2},
        "source": "MEE", "status": "published", "licence": "public", "owner": "MEE", "note": "",
    }  # fmt: skip


@pytest.fixture
def category_record() -> dict[str, Any]:
    def line(code: str, unit: str, kind: str, secondary: bool, factor: str) -> dict[str, Any]:
        return {
            "code": code, "name_zh": code, "name_en": code, "unit": unit, "kind": kind, "coefficient": "1",
            "secondary": secondary, "accepts": [factor], "default_factor": factor,
            "role": "activity", "material": "", "model": "national_average" if kind == "electricity" else "",
        }  # fmt: skip

    return {
        "code": "powder", "version": 1, "name_zh": "粉", "name_en": "Powder", "declared_unit": "kg",
        "stages": ["raw_material_and_parts"],
        "lines": [
            line("electricity", "kWh", "electricity", False, "grid"),
            line("gas", "MJ", "natural_gas", True, "gas"),
            line("credit", "kg", "material", True, "scrap"),
        ],
        "reference": ["3.5", "0", "1.25", "7"], "quantity_low": "0.5", "quantity_high": "2.5",
    }  # fmt: skip
