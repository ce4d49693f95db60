"""What a pack maker's finished calculations say: figures by model, year and rule set, and what tells two apart.

The one fact: a calculation that is certified or has ended does not change any more, so it is read once by a process
and kept; one that still runs is read anew each time.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction

from method.compare import Reading, Sentence, describe_differences
from method.functional_unit import parse_functional_unit
from method.rules import RULES, Rules
from node.organisation import Node
from node.requesting import OwnRequest, list_requests
from protocol.calculation import Calculation, Phase
from protocol.errors import Refused
from protocol.payloads import Declaration, Figures, FunctionalUnit, Result
from protocol.requesting import declaration_of

_OVER = (Phase.CERTIFIED, Phase.ENDED)


@dataclass(frozen=True, slots=True)
class Outcome:
    """The published figures of one model of a calculation. `year`: in which its suppliers' newest period ends."""

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
    def bound_per_kwh(self) -> Decimal:
        """By how much the footprint per kWh is overstated at most."""
        return Decimal(self.figures.overstated_by_at_most) / Decimal(self.figures.total_energy_kwh)


@dataclass(frozen=True, slots=True)
class Standing:
    """One of this node's requests in one look. `phase` is that of the calculation; the outcomes are empty without
    a result."""

    request: str
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


@dataclass(slots=True)
class Standings:
    """Reads standings, and keeps those of calculations that are over."""

    _over: dict[str, Standing] = field(default_factory=dict)

    def of(self, node: Node, request: OwnRequest) -> Standing | None:
        """How a request stands; None while the log does not hold it yet."""
        kept = self._over.get(request.id)
        if kept is not None:
            return kept
        try:
            calculation = node.calculation(request.id)
        except Refused:
            return None
        found = read_standing(node, calculation, request.created)
        if found.phase in _OVER:
            self._over[request.id] = found
        return found

    def of_all(self, node: Node, requests: Iterable[OwnRequest]) -> list[Standing]:
        """The standings of those that are logged."""
        return [one for one in (self.of(node, request) for request in requests) if one is not None]

    def outcomes(self, node: Node) -> list[Outcome]:
        """Every result of this node, oldest first."""
        return [one for standing in self.of_all(node, list_requests(node)) for one in standing.outcomes]


def read_standing(node: Node, calculation: Calculation, created: int) -> Standing:
    """How a calculation stands."""
    terms = calculation.terms
    year = _year_of(node, calculation)
    return Standing(
        request=calculation.request.id,
        models=tuple(model.model for model in terms.models),
        method=terms.method,
        boundary=terms.boundary,
        year=year,
        created=created,
        phase=calculation.phase,
        deadline=calculation.deadline,
        members=len(calculation.suppliers),
        consented=len(calculation.consents),
        contributed=len(calculation.contributions),
        outcomes=_read_outcomes(calculation, year),
    )


def _read_outcomes(calculation: Calculation, year: str) -> tuple[Outcome, ...]:
    logged = calculation.result
    if logged is None:
        return ()
    assert isinstance(logged.payload, Result)
    models = calculation.terms.models
    return tuple(
        Outcome(
            request=calculation.request.id,
            number=number,
            models=len(models),
            unit=unit,
            method=logged.payload.method,
            boundary=logged.payload.boundary,
            year=year,
            logged_at=logged.logged_at,
            is_certified=calculation.certificate is not None,
            figures=found.figures,
        )
        for number, (unit, found) in enumerate(zip(models, logged.payload.models, strict=True))
    )


def _year_of(node: Node, calculation: Calculation) -> str:
    ends = [_declared(node, entry.declaration).period.end for entry in calculation.terms.entries]
    return max(ends)[:4]


def _declared(node: Node, declaration: str) -> Declaration:
    return declaration_of(declaration, node.record)


def find_latest(node: Node, standings: Standings) -> dict[str, Standing]:
    """The newest request of each model; a certified one before one that ended."""
    found: dict[str, Standing] = {}
    for standing in standings.of_all(node, list_requests(node)):
        for model in standing.models:
            earlier = found.get(model)
            if earlier is None or standing.phase is not Phase.ENDED or earlier.phase is Phase.ENDED:
                found[model] = standing
    return found


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


def compare_outcomes(outcomes: Sequence[Outcome], model: str = "", rules: str = "") -> SideBySide:
    """Models and years side by side. `model`: one only, "" for all; `rules`: METHOD/BOUNDARY, else that of the newest
    result."""
    choices = sorted({one.pair for one in outcomes})
    fitting = [one for one in outcomes if model in ("", one.model)]
    chosen = rules if rules in choices else (fitting[-1].pair if fitting else "")
    newest = {(one.model, one.year): one for one in fitting if one.pair == chosen}
    rows: list[Compared] = []
    for key in sorted(newest):
        before = rows[-1].outcome if rows and rows[-1].outcome.model == key[0] else None
        rows.append(Compared(newest[key], None if before is None else _change(before, newest[key])))
    return SideBySide(chosen, tuple(choices), tuple(sorted({one.model for one in outcomes})), tuple(rows))


def _change(before: Outcome, after: Outcome) -> Decimal | None:
    base = Decimal(before.figures.per_kwh)
    return (Decimal(after.figures.per_kwh) / base - 1).quantize(Decimal("0.000001")) if base else None


def tell_apart(one: Outcome, other: Outcome) -> tuple[Sentence, ...]:
    """What differs between two results and why, Chinese and English; nothing where a rule set is not known here."""
    first, second = _make_reading(one), _make_reading(other)
    return () if first is None or second is None else describe_differences(first, second)


def _make_reading(outcome: Outcome) -> Reading | None:
    if outcome.rules is None:
        return None
    fields = outcome.unit.model_dump(mode="json", exclude={"total_energy_kwh"})
    stages: dict[str, Fraction] = {stage: Fraction(kg) for stage, kg in outcome.figures.stages.items()}
    # Amounts are sealed, so how strictly electricity may be read is not known here.
    return Reading(outcome.rules, outcome.boundary, parse_functional_unit(fields), stages, Fraction(0))
