"""What a pack maker's finished calculations say: figures by model, year and rule set, and what tells two apart.

The one fact: a calculation that is certified or has ended does not change any more, so how it stands is read from its
statements once (node/maker/standings.py).
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from method.compare import Reading, Sentence, describe_ahead, describe_differences
from method.exact import encode_decimal
from method.functional_unit import parse_functional_unit
from method.rules import RULES, STAGES, Rules, counted_stages
from node.maker.requesting import OwnRequest
from node.organisation import Node
from protocol.calculation import Calculation, Phase
from protocol.payloads import Declaration, Figures, FunctionalUnit, Request, Result, Stage
from protocol.requesting import declaration_of
from protocol.statements import Logged
from web.numbers import show_number, show_significant

OVER = (Phase.CERTIFIED, Phase.ENDED)


@dataclass(frozen=True, slots=True)
class Outcome:
    """The published figures of one model of a calculation. `year`: in which its suppliers' newest period ends.

    `declared`: the stages that an entry of its request stands in.
    """

    request: str
    number: int
    models: int
    unit: FunctionalUnit
    method: str
    boundary: str
    year: str
    logged_at: int
    is_certified: bool
    figures: Figures
    declared: frozenset[Stage]

    @property
    def model(self) -> str:
        """The model's code."""
        return self.unit.model

    @property
    def pair(self) -> str:
        """Rule set and boundary, as METHOD/BOUNDARY."""
        return f"{self.method}/{self.boundary}"

    @property
    def rules(self) -> Rules | None:
        """The rule set, None when this program does not know it."""
        return RULES.get(self.method)

    @property
    def counted(self) -> tuple[Stage, ...]:
        """The stages that the boundary counts."""
        counted = counted_stages(self.method, self.boundary)
        return tuple(sorted((one for one in self.figures.stages if one in counted), key=STAGES.index))

    @property
    def undeclared(self) -> tuple[Stage, ...]:
        """Those of them that no entry stands in, whatever the figures say: entries may come to exactly 0."""
        return tuple(stage for stage in self.counted if stage not in self.declared)

    @property
    def bound_per_kwh(self) -> Decimal:
        """By how much the footprint per kWh is overstated at most."""
        return Decimal(self.figures.overstated_by_at_most) / Decimal(self.figures.total_energy_kwh)


@dataclass(frozen=True, slots=True)
class Standing:
    """One of this node's requests in one look. `phase` is that of the calculation; the outcomes are empty without
    a result."""

    request: str
    sequence: int
    models: tuple[str, ...]
    method: str
    boundary: str
    year: str
    created: int
    phase: Phase
    deadline: int | None
    members: int
    consented: int
    contributed: int
    outcomes: tuple[Outcome, ...]


def find_result(model: str, newest: Standing, certified: Standing | None) -> tuple[Standing, Outcome | None]:
    """The request whose result stands for a model, and it: of the newest certified one until a newer one is certified;
    None while there is none."""
    shown = certified or newest
    return shown, next((one for one in shown.outcomes if one.model == model), None)


def read_standing(node: Node, calculation: Calculation, own: OwnRequest) -> Standing:
    """How a calculation stands."""
    terms = calculation.terms
    year = _year_of(node, calculation)
    return Standing(
        request=own.id,
        sequence=own.sequence,
        models=tuple(model.model for model in terms.models),
        method=terms.method,
        boundary=terms.boundary,
        year=year,
        created=own.created,
        phase=calculation.phase,
        deadline=calculation.deadline,
        members=len(calculation.suppliers),
        consented=len(calculation.consents),
        contributed=len(calculation.contributions),
        outcomes=()
        if calculation.result is None
        else read_outcomes(terms, calculation.result, year, calculation.certificate is not None),
    )


def read_outcomes(
    terms: Request, logged: Logged, year: str = "", is_certified: bool = False
) -> tuple[Outcome, ...]:
    """What a published result says of each model of its request."""
    found = logged.payload
    assert isinstance(found, Result)
    return tuple(
        Outcome(
            request=found.request,
            number=number,
            models=len(terms.models),
            unit=unit,
            method=found.method,
            boundary=found.boundary,
            year=year,
            logged_at=logged.logged_at,
            is_certified=is_certified,
            figures=published.figures,
            declared=terms.declared,
        )
        for number, (unit, published) in enumerate(zip(terms.models, found.models, strict=True))
    )


def _year_of(node: Node, calculation: Calculation) -> str:
    ends = [_declared(node, entry.declaration).period.end for entry in calculation.terms.entries]
    return max(ends)[:4]


def _declared(node: Node, declaration: str) -> Declaration:
    return declaration_of(declaration, node.record)


@dataclass(frozen=True, slots=True)
class Compared:
    """The newest result of one model and year; `change`: per kWh against the year before, None where there is none."""

    outcome: Outcome
    change: Decimal | None


@dataclass(frozen=True, slots=True)
class SideBySide:
    """Results that can be compared: those under one rule set and boundary. `choices`: every pair with a result."""

    chosen: str
    choices: tuple[str, ...]
    models: tuple[str, ...]
    rows: tuple[Compared, ...]


def change_since(before: Outcome, after: Outcome) -> Decimal | None:
    """The change per kWh from one result to another, as a share; None against nothing, or where one of them lacks a
    stage that was declared for the other."""
    base = Decimal(before.figures.per_kwh)
    if not base or before.undeclared != after.undeclared:
        return None
    return (Decimal(after.figures.per_kwh) / base - 1).quantize(Decimal("0.000001"))


def tell_apart(one: Outcome, other: Outcome) -> tuple[Sentence, ...]:
    """What differs between two results and why, Chinese and English, with kg as pages have them; nothing where a rule
    set is not known here."""
    first, second = _make_reading(one), _make_reading(other)
    return () if first is None or second is None else describe_differences(first, second, _show_kg)


def _show_kg(kg: Fraction) -> str:
    """One decimal, more of what is small."""
    text = encode_decimal(kg)
    return show_number(text, 1) if abs(kg) >= 10 else show_significant(text)


def tell_ahead(one: Outcome, method: str, boundary: str) -> tuple[Sentence, ...]:
    """What another rule set or boundary would count otherwise than this result, in words, before it is asked for."""
    reading = _make_reading(one)
    return () if reading is None else describe_ahead(reading, RULES[method], boundary)


def _make_reading(outcome: Outcome) -> Reading | None:
    if outcome.rules is None:
        return None
    fields = outcome.unit.model_dump(mode="json", exclude={"total_energy_kwh"})
    stages: dict[str, Fraction] = {stage: Fraction(kg) for stage, kg in outcome.figures.stages.items()}
    # Amounts are sealed, so how strictly electricity may be read is not known here.
    return Reading(outcome.rules, outcome.boundary, parse_functional_unit(fields), stages, Fraction(0))
