"""Published electricity factors of China, kgCO2e (direct: kgCO2) per kWh. Method: electricity numbers.

A footprint wants life-cycle factors. Direct ones leave out fuel supply and plant, so mixing the two is warned of.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

LIFE_CYCLE, DIRECT = "life_cycle", "direct"


@dataclass(frozen=True, slots=True)
class GridFactor:
    """One published value: what it is the mix of, where, of which year, and its system boundary."""

    mix: str
    region: str
    year: int
    system_boundary: str
    kg_per_kwh: Fraction
    source: str


_NOTICE_2025 = "MEE, NBS and NEA, notice of 17 January 2025 (carbon footprint factors of electricity 2023)"
_NOTICE_2024 = "MEE, NBS and NEA, carbon footprint factor of electricity 2024"
_DIRECT_2021 = "MEE and NBS, CO2 emission factors of electricity 2021"
_DIRECT_2022 = "MEE and NBS, notice of 20 December 2024 (CO2 emission factors of electricity 2022)"
_DIRECT_2023 = "MEE and NBS, CO2 emission factors of electricity 2023"
_DIRECT_SOURCES = {2021: _DIRECT_2021, 2022: _DIRECT_2022, 2023: _DIRECT_2023}
_REGIONS: dict[str, tuple[str, str, str]] = {
    "CN-north": ("0.7120", "0.6776", "0.6361"),
    "CN-northeast": ("0.6012", "0.5564", "0.5122"),
    "CN-east": ("0.5992", "0.5617", "0.5500"),
    "CN-central": ("0.5354", "0.5395", "0.5271"),
    "CN-northwest": ("0.5951", "0.5857", "0.5543"),
    "CN-south": ("0.4326", "0.3869", "0.4042"),
    "CN-southwest": ("0.2113", "0.2268", "0.2472"),
}


def _factor(mix: str, year: int, boundary: str, value: str, source: str) -> GridFactor:
    return GridFactor(mix, "CN", year, boundary, Fraction(value), source)


GRID_FACTORS: tuple[GridFactor, ...] = (
    _factor("national", 2023, LIFE_CYCLE, "0.6205", _NOTICE_2025),
    _factor("national", 2024, LIFE_CYCLE, "0.5777", _NOTICE_2024),
    _factor("wind", 2023, LIFE_CYCLE, "0.0336", _NOTICE_2025),
    _factor("pv", 2023, LIFE_CYCLE, "0.0545", _NOTICE_2025),
    _factor("biomass", 2023, LIFE_CYCLE, "0.0457", _NOTICE_2025),
    _factor("national", 2022, DIRECT, "0.5366", _DIRECT_2022),
    _factor("national", 2023, DIRECT, "0.5306", _DIRECT_2023),
    _factor("residual", 2023, DIRECT, "0.6096", _DIRECT_2023),
    _factor("fossil", 2023, DIRECT, "0.8273", _DIRECT_2023),
    *(
        GridFactor("region", region, year, DIRECT, Fraction(value), _DIRECT_SOURCES[year])
        for region, values in _REGIONS.items()
        for year, value in zip((2021, 2022, 2023), values, strict=True)
    ),
)
