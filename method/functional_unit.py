"""The functional unit: 1 kWh delivered to the vehicle over the pack's life. MEE draft 2025, total energy P_T.

`P_T = usable energy x equivalent full cycles per year x warranty years`
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from method.errors import BadField
from method.exact import encode_decimal
from method.fields import Record, check_known, read_decimal, read_text

FIELDS = (
    "model", "chemistry", "pack_energy_kwh", "usable_energy_kwh", "cycles_per_year", "warranty_years",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class FunctionalUnit:
    """One pack model over its life; field names are the statement's."""

    model: str
    chemistry: str
    pack_energy_kwh: Fraction
    usable_energy_kwh: Fraction
    cycles_per_year: Fraction
    warranty_years: Fraction

    @property
    def total_energy_kwh(self) -> Fraction:
        """P_T: what the pack delivers over its warranty."""
        return self.usable_energy_kwh * self.cycles_per_year * self.warranty_years


def parse_functional_unit(record: Record) -> FunctionalUnit:
    """Read a functional unit; raise BadField or BadNumber. Usable energy is at most the pack's."""
    what = "functional unit"
    check_known(record, FIELDS, what)
    unit = FunctionalUnit(
        model=read_text(record, "model", what),
        chemistry=read_text(record, "chemistry", what),
        pack_energy_kwh=read_decimal(record, "pack_energy_kwh", what),
        usable_energy_kwh=read_decimal(record, "usable_energy_kwh", what),
        cycles_per_year=read_decimal(record, "cycles_per_year", what),
        warranty_years=read_decimal(record, "warranty_years", what),
    )
    if not 0 < unit.usable_energy_kwh <= unit.pack_energy_kwh:
        raise BadField(f"{what}: expected 0 < usable_energy_kwh <= pack_energy_kwh")
    if unit.cycles_per_year <= 0 or unit.warranty_years <= 0:
        raise BadField(f"{what}: expected cycles_per_year and warranty_years above 0")
    return unit


def make_functional_unit_fields(unit: FunctionalUnit) -> dict[str, str]:
    """The fields of a request's functional unit, total energy included."""
    return {
        "model": unit.model,
        "chemistry": unit.chemistry,
        "pack_energy_kwh": encode_decimal(unit.pack_energy_kwh),
        "usable_energy_kwh": encode_decimal(unit.usable_energy_kwh),
        "cycles_per_year": encode_decimal(unit.cycles_per_year),
        "warranty_years": encode_decimal(unit.warranty_years),
        "total_energy_kwh": encode_decimal(unit.total_energy_kwh),
    }
