"""A small supply chain for tests of the rules: five members, two categories, three factors."""

import hashlib
from collections.abc import Callable

from protocol.payloads import FunctionalUnit
from protocol.run import Library, Outcome, Supply, run_protocol

NOW = 1_795_000_000


def seeded(seed: str) -> Callable[[int], bytes]:
    """A reproducible stream of bytes."""
    counter = iter(range(2**62))

    def draw(length: int) -> bytes:
        blocks = -(-length // 64)
        return b"".join(hashlib.sha512(f"{seed}/{next(counter)}".encode()).digest() for _ in range(blocks))[
            :length
        ]

    return draw


def factor(code: str, total: str, unit: str) -> dict[str, object]:
    """Fields of a factor statement."""
    return {
        "code": code, "version": 1, "name_zh": code, "name_en": code, "classification": "material",
        "total": total, "biogenic": "0", "land_use": "0", "unit": unit, "region": "CN", "year": 2024,
        "valid_from": None, "valid_to": None, "system_boundary": "life_cycle", "gwp_set": "unknown",
        "basis": "", "grade": "country", "scores": {"technology": 2, "time": 1, "geography": 2},
        "source": "test", "status": "assumption", "licence": "CC0", "owner": "test", "note": "",
    }  # fmt: skip


def line(code: str, unit: str, secondary: bool, default: str) -> dict[str, object]:
    """One template line that accepts any factor of its unit."""
    return {
        "code": code, "name_zh": code, "name_en": code, "unit": unit,
        "kind": "electricity" if unit == "kWh" else "material", "coefficient": "1", "secondary": secondary,
        "accepts": [], "default_factor": default, "role": "activity", "material": "", "model": "",
    }  # fmt: skip


def category(code: str, stages: list[str], lines: list[dict[str, object]]) -> dict[str, object]:
    """Fields of a category statement, kg as declared unit, 1 to 4 kg per kWh."""
    return {
        "code": code, "version": 1, "name_zh": code, "name_en": code, "declared_unit": "kg", "stages": stages,
        "lines": lines, "reference": ["10000000000000", "0", "8000000000000", "40000000000000"],
        "quantity_low": "1000", "quantity_high": "4000",
    }  # fmt: skip


LIBRARY = Library(
    categories={
        "cathode": category(
            "cathode",
            ["raw_material_and_parts"],
            [line("power", "kWh", False, "grid"), line("salt", "kg", True, "salt")],
        ),
        "assembly": category("assembly", ["battery_production"], [line("power", "kWh", False, "grid")]),
    },
    factors={"grid": factor("grid", "0.5777", "kWh"), "salt": factor("salt", "5.479", "kg")},
)
UNIT = FunctionalUnit(
    model="T-100", chemistry="NCM", vehicle_category="M1", pack_energy_kwh="100", usable_energy_kwh="100",
    cycles_per_year="60", cycles_reason="", warranty_years="8", warranty_km=None, measured_cycles=None,
    total_energy_kwh="48000",
)  # fmt: skip


def cathode(name: str, power: int, salt: int, quantity: int) -> Supply:
    """A raw material supplier; amounts in 1e-6 per kg, quantity in grams."""
    return Supply(name, "cathode", "raw_material_and_parts", (("grid", power), ("salt", salt)), quantity)


SUPPLIES = (
    cathode("North Cathode", 6_000_000, 1_100_000, 141_000),
    cathode("East Cathode", 4_200_000, 900_000, 85_300),
    cathode("South Cathode", 5_500_000, 1_000_000, 57_000),
    Supply("Pack plant", "assembly", "battery_production", (("grid", 229_446),), 523_000),
)


def run_example(seed: str = "example") -> Outcome:
    """The whole protocol on the small chain."""
    return run_protocol(SUPPLIES, UNIT, LIBRARY, NOW, seeded(seed))
