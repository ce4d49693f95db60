"""Electricity of a chain by model: kWh and kg a pack, and what a rule set does not accept. Method: electricity.

Nothing is silently replaced: a use under a model that the rule set does not accept is a finding, with what the
national average would make of it. Only who sees amounts can tell; a sealed calculation cannot.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from fractions import Fraction

from method.electricity import NATIONAL_AVERAGE, is_accepted
from method.grid_factors import GRID_FACTORS, LIFE_CYCLE
from method.rules import Rules
from method.units import convert
from node.clear.chain_files import ChainFiles, Supplied

ELECTRICITY = "electricity"


@dataclass(frozen=True, slots=True, repr=False)
class ElectricityUse:
    """One electricity line of one item with an amount: kWh and kgCO2e in one pack."""

    item: str
    stage: str
    line: str
    model: str
    kwh: Fraction = field(repr=False)
    kg: Fraction = field(repr=False)
    is_accepted: bool


@dataclass(frozen=True, slots=True, repr=False)
class Finding:
    """A use that the rule set does not accept; `national_kg`: the same kWh by the national average."""

    use: ElectricityUse
    national_kg: Fraction = field(repr=False)

    @property
    def difference_kg(self) -> Fraction:
        """What a strict reading adds to the pack."""
        return self.national_kg - self.use.kg


def find_uses(supplied: Supplied, files: ChainFiles, rules: Rules) -> Iterator[ElectricityUse]:
    """The electricity lines of one item that have an amount."""
    for line, amount in zip(supplied.category.lines, supplied.amounts, strict=True):
        if line.kind == ELECTRICITY and amount.amount:
            used = amount.amount * supplied.quantity
            kwh = convert(used, line.unit, "kWh")
            kg = used * line.coefficient * files.factors[amount.factor].total
            accepted = is_accepted(line.model, rules)
            entry = supplied.entry
            yield ElectricityUse(entry.item, entry.stage, line.code, line.model, kwh, kg, accepted)


def find_unaccepted(uses: Iterable[ElectricityUse], files: ChainFiles) -> tuple[Finding, ...]:
    """A finding for every use under a model that the rule set does not accept."""
    unaccepted = [use for use in uses if not use.is_accepted]
    if not unaccepted:
        return ()
    national = _find_national(files)
    return tuple(Finding(use, use.kwh * national) for use in unaccepted)


def _find_national(files: ChainFiles) -> Fraction:
    """kgCO2e per kWh: the newest national average that the library's templates name, else the published one."""
    lines = (line for category in files.categories.values() for line in category.lines)
    named = {line.default_factor for line in lines if line.model == NATIONAL_AVERAGE}
    found = [(files.factors[code].year, files.factors[code].total) for code in named if code in files.factors]
    published = [
        (one.year, one.kg_per_kwh)
        for one in GRID_FACTORS
        if (one.mix, one.system_boundary) == ("national", LIFE_CYCLE)
    ]
    return max(found or published)[1]


def sum_models(uses: Iterable[ElectricityUse]) -> dict[str, tuple[Fraction, Fraction]]:
    """kWh and kg by model, in the order of first use."""
    sums: dict[str, tuple[Fraction, Fraction]] = {}
    for use in uses:
        kwh, kg = sums.get(use.model, (Fraction(0), Fraction(0)))
        sums[use.model] = (kwh + use.kwh, kg + use.kg)
    return sums
