"""A material's recycling: its stage 1 and stage 4 by either formula, and the lines that carry them.

The one fact: `make_role_amounts` gives amounts that depend on no rule set; times factor, coefficient and the rule
set's weight they sum to the formulas below. EU draft act of April 2024; MEE draft 2025, formula (3), with masses.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from method.circular import (
    DISPOSAL,
    ENERGY_AVOIDED,
    ENERGY_RECOVERY,
    MATERIALS,
    RECYCLED_INPUT_RECYCLED,
    RECYCLED_INPUT_VIRGIN,
    RECYCLED_OUTPUT_AVOIDED,
    RECYCLED_OUTPUT_RECYCLING,
)
from method.errors import BadField

ZERO, ONE = Fraction(0), Fraction(1)


@dataclass(frozen=True, slots=True)
class Burdens:
    """kgCO2e per kg of material: virgin, recycled, recycling at end of life, disposal, energy recovery.

    Heat and electricity that recovered energy replaces: kgCO2e per MJ.
    """

    virgin: Fraction
    recycled: Fraction = ZERO
    recycling_at_end: Fraction = ZERO
    disposal: Fraction = ZERO
    energy_recovery: Fraction = ZERO
    heat: Fraction = ZERO
    electricity: Fraction = ZERO


@dataclass(frozen=True, slots=True, repr=False)
class Circularity:
    """One material of a product: its finished mass in kg and the parameters of the formula, all exact.

    `r1`: recycled share of the input; `r2`, `r3`: shares recycled and burnt for energy at end of life; `qs_in`,
    `qs_out`: quality of secondary over primary (Qsin/Qp, Qsout/Qp); `lhv`: MJ per kg; `x_heat`, `x_electricity`:
    efficiencies XH, XE. Raises BadField.
    """

    name: str
    material: str
    mass_kg: Fraction
    r1: Fraction = ZERO
    r2: Fraction = ZERO
    r3: Fraction = ZERO
    qs_in: Fraction = ONE
    qs_out: Fraction = ONE
    lhv: Fraction = ZERO
    x_heat: Fraction = ZERO
    x_electricity: Fraction = ZERO

    def __post_init__(self) -> None:
        """1. The material has a known kind. 2. No mass and no heating value is negative.

        3. Recycled content is a share. 4. What is recycled and burnt is at most everything. 5. Quality is above 0,
        at most that of virgin. 6. Energy recovered is at most the energy there is.
        """
        what = f"recycling of {self.name}"
        if self.material not in MATERIALS:  # 1
            raise BadField(f"{what}: material: expected one of {', '.join(MATERIALS)}")
        if self.mass_kg < 0 or self.lhv < 0:  # 2
            raise BadField(f"{what}: expected a mass and a heating value of at least 0")
        if not 0 <= self.r1 <= 1:  # 3
            raise BadField(f"{what}: recycled content R1: expected a share from 0 to 1; check the claim")
        if self.r2 < 0 or self.r3 < 0 or self.r2 + self.r3 > 1:  # 4
            raise BadField(f"{what}: expected R2 and R3 of at least 0 that sum to at most 1")
        if not (0 < self.qs_in <= 1 and 0 < self.qs_out <= 1):  # 5
            raise BadField(f"{what}: expected Qsin/Qp and Qsout/Qp above 0 and at most 1")
        if self.x_heat < 0 or self.x_electricity < 0 or self.x_heat + self.x_electricity > 1:  # 6
            raise BadField(f"{what}: expected XH and XE of at least 0 that sum to at most 1")

    def __repr__(self) -> str:
        return f"Circularity(name={self.name!r}, <redacted>)"

    @property
    def disposed(self) -> Fraction:
        """1 - R2 - R3."""
        return 1 - self.r2 - self.r3


def cff_stage_1(item: Circularity, burdens: Burdens, allocation: Fraction) -> Fraction:
    """`m{(1-R1)Ev + R1[A*Erec + (1-A)*Ev*Qsin/Qp]}` in kgCO2e. EU draft act 2024."""
    shared = allocation * burdens.recycled + (1 - allocation) * burdens.virgin * item.qs_in
    return item.mass_kg * ((1 - item.r1) * burdens.virgin + item.r1 * shared)


def cff_stage_4(
    item: Circularity, burdens: Burdens, allocation: Fraction, energy_allocation: Fraction
) -> Fraction:
    """`m{(1-A)R2(ErecEoL - Ev*Qsout/Qp) + (1-B)R3(EER - LHV*XH*EH - LHV*XE*EE) + (1-R2-R3)Ed}`, signed kgCO2e."""
    recycled = burdens.recycling_at_end - burdens.virgin * item.qs_out
    replaced = item.x_heat * burdens.heat + item.x_electricity * burdens.electricity
    burnt = burdens.energy_recovery - item.lhv * replaced
    return item.mass_kg * (
        (1 - allocation) * item.r2 * recycled
        + (1 - energy_allocation) * item.r3 * burnt
        + item.disposed * burdens.disposal
    )


def literal_stage_1(item: Circularity, burdens: Burdens, allocation: Fraction) -> Fraction:
    """`m[(1-R)Ev + R*Er + R*A*Ev]` in kgCO2e, quality ratio on the last term. MEE draft 2025, formula (3)."""
    per_kg = (1 - item.r1) * burdens.virgin + item.r1 * burdens.recycled
    return item.mass_kg * (per_kg + item.r1 * allocation * burdens.virgin * item.qs_in)


def literal_stage_4(item: Circularity, burdens: Burdens, allocation: Fraction) -> Fraction:
    """`E_EOL - m*R* *A*Ev`, signed kgCO2e; E_EOL is the treatment of the mass: recycled, burnt, disposed of."""
    treated = (
        item.r2 * burdens.recycling_at_end
        + item.r3 * burdens.energy_recovery
        + item.disposed * burdens.disposal
    )
    return item.mass_kg * (treated - item.r2 * allocation * burdens.virgin * item.qs_out)


@dataclass(frozen=True, slots=True, repr=False)
class RoleAmount:
    """One line of a recycling table: how much, of which role, with which line coefficient.

    `unit` is kg or MJ. `burden` names the field of `Burdens` that the line's factor holds.
    """

    role: str
    burden: str
    amount: Fraction
    unit: str
    coefficient: Fraction

    def __repr__(self) -> str:
        return f"RoleAmount(role={self.role!r}, burden={self.burden!r}, <redacted>)"


def make_input_amounts(item: Circularity) -> tuple[RoleAmount, ...]:
    """The lines of recycled input, for whoever makes the part. Method: roles of a line."""
    mass = item.mass_kg * item.r1
    return (
        RoleAmount(RECYCLED_INPUT_VIRGIN, "virgin", mass, "kg", item.qs_in),
        RoleAmount(RECYCLED_INPUT_RECYCLED, "recycled", mass, "kg", ONE),
    )


def make_output_amounts(item: Circularity) -> tuple[RoleAmount, ...]:
    """The lines of the end of life, for the pack maker's end-of-life item. Method: roles of a line."""
    recycled, burnt = item.mass_kg * item.r2, item.mass_kg * item.r3
    heat, electricity = (burnt * item.lhv * part for part in (item.x_heat, item.x_electricity))
    return (
        RoleAmount(RECYCLED_OUTPUT_RECYCLING, "recycling_at_end", recycled, "kg", ONE),
        RoleAmount(RECYCLED_OUTPUT_AVOIDED, "virgin", recycled, "kg", item.qs_out),
        RoleAmount(ENERGY_RECOVERY, "energy_recovery", burnt, "kg", ONE),
        RoleAmount(ENERGY_AVOIDED, "heat", heat, "MJ", ONE),
        RoleAmount(ENERGY_AVOIDED, "electricity", electricity, "MJ", ONE),
        RoleAmount(DISPOSAL, "disposal", item.mass_kg * item.disposed, "kg", ONE),
    )


def make_role_amounts(item: Circularity) -> tuple[RoleAmount, ...]:
    """Every circular line of a material, input and end of life."""
    return make_input_amounts(item) + make_output_amounts(item)
