"""The functional unit: 1 kWh delivered to the vehicle over the pack's life, and its total energy P_T.

`P_T = usable energy x equivalent full cycles per year x warranty years` (MEE draft 2025; EU draft act 2024), or
`P_T = usable energy x measured cycles` (MIIT notice 551, inferred). Which one, and whose cycles, the rule set says.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from method.errors import BadField
from method.exact import encode_decimal
from method.fields import Record, check_known, read_decimal, read_text
from method.rules import VEHICLE_CATEGORIES, Rules

FIELDS = (
    "model", "chemistry", "vehicle_category", "pack_energy_kwh", "usable_energy_kwh", "cycles_per_year",
    "cycles_reason", "warranty_years", "warranty_km", "measured_cycles",
)  # fmt: skip
DEFAULT_VEHICLE = "M1"


@dataclass(frozen=True, slots=True)
class FunctionalUnit:
    """One pack model over its life; field names are the statement's. None: the maker does not say.

    `cycles_per_year`: the maker's equivalent full cycles; `cycles_reason`: why, where the rule set has no value
    for the vehicle. `measured_cycles`: from the cycle-life test. Of two limits of a warranty the shorter counts.
    """

    model: str
    chemistry: str
    vehicle_category: str
    pack_energy_kwh: Fraction
    usable_energy_kwh: Fraction
    cycles_per_year: Fraction | None
    cycles_reason: str
    warranty_years: Fraction | None
    warranty_km: Fraction | None
    measured_cycles: Fraction | None


def parse_functional_unit(record: Record) -> FunctionalUnit:
    """Read a functional unit; raise BadField or BadNumber. Usable energy is at most the pack's."""
    what = "functional unit"
    check_known(record, FIELDS, what)
    unit = FunctionalUnit(
        model=read_text(record, "model", what),
        chemistry=read_text(record, "chemistry", what),
        vehicle_category=read_text({"vehicle_category": DEFAULT_VEHICLE, **record}, "vehicle_category", what),
        pack_energy_kwh=read_decimal(record, "pack_energy_kwh", what),
        usable_energy_kwh=read_decimal(record, "usable_energy_kwh", what),
        cycles_per_year=_read_positive(record, "cycles_per_year", what),
        cycles_reason=read_text(record, "cycles_reason", what, optional=True),
        warranty_years=_read_positive(record, "warranty_years", what),
        warranty_km=_read_positive(record, "warranty_km", what),
        measured_cycles=_read_positive(record, "measured_cycles", what),
    )
    if unit.vehicle_category not in VEHICLE_CATEGORIES:
        raise BadField(f"{what}: vehicle_category: expected one of {', '.join(VEHICLE_CATEGORIES)}")
    if not 0 < unit.usable_energy_kwh <= unit.pack_energy_kwh:
        raise BadField(f"{what}: expected 0 < usable_energy_kwh <= pack_energy_kwh")
    return unit


def cycles_of(unit: FunctionalUnit, rules: Rules) -> Fraction:
    """Equivalent full cycles per year under a rule set; raise BadField with what is missing.

    The maker's value comes first where the rule set lets it. Where a table alone decides, the maker of a vehicle
    that is not in it chooses one of the table's values and says why (EU draft act 2024, functional unit).
    """
    table = rules.default_cycles.get(unit.vehicle_category)
    if rules.cycles_from == "table" and table is None and unit.cycles_per_year is not None:
        choices = sorted(set(rules.default_cycles.values()))
        if unit.cycles_per_year not in choices or not unit.cycles_reason:
            raise BadField(
                f"functional unit: {rules.code} has no cycles per year for vehicle category "
                f"{unit.vehicle_category}; choose one of {', '.join(map(str, choices))} in cycles_per_year, "
                "and say why in cycles_reason"
            )
        return unit.cycles_per_year
    if rules.cycles_from == "maker" and unit.cycles_per_year is not None:
        return unit.cycles_per_year
    if table is None:
        raise BadField(
            f"functional unit: cycles_per_year is missing, and {rules.code} has no default for vehicle category "
            f"{unit.vehicle_category}; give the maker's value"
        )
    return Fraction(table)


def is_cycles_stated(unit: FunctionalUnit, rules: Rules) -> bool:
    """Whether the cycles that count are what the maker states; True where the rule set counts measured cycles."""
    if rules.total_energy == "measured_cycles":
        return True
    return unit.cycles_per_year is not None and cycles_of(unit, rules) == unit.cycles_per_year


@dataclass(frozen=True, slots=True)
class LifeEnergy:
    """What P_T is the product of under a rule set: kWh, full cycles, and years where the warranty counts.

    `cycles`: of a year, the maker's where `is_stated`; where there are no `limits`, the measured ones of the whole
    life. `limits`: years by the field that states them; the least counts. `yearly_km`: what makes years of a mileage.
    """

    usable_energy_kwh: Fraction
    cycles: Fraction
    is_stated: bool
    limits: Mapping[str, Fraction]
    yearly_km: int | None

    @property
    def years(self) -> Fraction | None:
        """The years that count; None where the measured cycles do."""
        return min(self.limits.values(), default=None)

    @property
    def total_kwh(self) -> Fraction:
        """P_T."""
        return self.usable_energy_kwh * self.cycles * (1 if self.years is None else self.years)


def life_energy_of(unit: FunctionalUnit, rules: Rules) -> LifeEnergy:
    """How P_T comes about under a rule set; raise BadField with what is missing."""
    if rules.total_energy == "measured_cycles":
        if unit.measured_cycles is None:
            raise BadField(
                f"functional unit: measured_cycles is missing; {rules.code} counts the measured cycle life, "
                "give the number of cycles of the test report"
            )
        return LifeEnergy(unit.usable_energy_kwh, unit.measured_cycles, True, {}, None)
    return LifeEnergy(
        unit.usable_energy_kwh,
        cycles_of(unit, rules),
        is_cycles_stated(unit, rules),
        _list_limits(unit, rules),
        rules.yearly_mileage_km.get(unit.vehicle_category),
    )


def _list_limits(unit: FunctionalUnit, rules: Rules) -> dict[str, Fraction]:
    """The years of each limit of the warranty, by the field that states it; raise BadField where there is none."""
    limits = {} if unit.warranty_years is None else {"warranty_years": unit.warranty_years}
    if unit.warranty_km is not None:
        yearly = rules.yearly_mileage_km.get(unit.vehicle_category)
        if yearly is None:
            raise BadField(
                f"functional unit: {rules.code} has no yearly mileage for vehicle category "
                f"{unit.vehicle_category}; give the warranty in warranty_years only"
            )
        limits["warranty_km"] = unit.warranty_km / yearly
    if not limits:
        raise BadField(
            f"functional unit: warranty_years is missing; {rules.code} counts the years of the warranty"
        )
    return limits


def total_energy_of(unit: FunctionalUnit, rules: Rules) -> Fraction:
    """P_T in kWh: what the pack delivers over its life under a rule set; raise BadField with what is missing."""
    return life_energy_of(unit, rules).total_kwh


def make_functional_unit_fields(unit: FunctionalUnit, rules: Rules) -> dict[str, str | None]:
    """The fields of a request's functional unit, total energy under its rule set included."""
    return {
        "model": unit.model,
        "chemistry": unit.chemistry,
        "vehicle_category": unit.vehicle_category,
        "pack_energy_kwh": encode_decimal(unit.pack_energy_kwh),
        "usable_energy_kwh": encode_decimal(unit.usable_energy_kwh),
        "cycles_per_year": _encode(unit.cycles_per_year),
        "cycles_reason": unit.cycles_reason,
        "warranty_years": _encode(unit.warranty_years),
        "warranty_km": _encode(unit.warranty_km),
        "measured_cycles": _encode(unit.measured_cycles),
        "total_energy_kwh": encode_decimal(total_energy_of(unit, rules)),
    }


def _read_positive(record: Record, field: str, what: str) -> Fraction | None:
    # TOML has no null: what is absent there is null in a statement.
    if record.get(field) is None:
        return None
    value = read_decimal(record, field, what)
    if value <= 0:
        raise BadField(f"{what}: expected {field} above 0")
    return value


def _encode(value: Fraction | None) -> str | None:
    return None if value is None else encode_decimal(value)
