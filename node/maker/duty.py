"""The reporting duty of notice 551 at a glance, counted from this node's own certified results. Method: MIIT 551.

The one fact: it counts what a declaration could rest on, a certified full life cycle under the notice's rule set;
whether a model was handed in at the ministry, no node knows.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime

from method.errors import MethodError
from method.exact import parse_decimal
from node.maker.chemistries import name_chemistry
from node.maker.pack_drafts import list_drafts
from node.maker.standings import certified_models, newest_units
from node.organisation import Node

METHOD, BOUNDARY = "miit-551", "full"
TRIAL_ENDS = date(2026, 12, 31)
ALL_MODELS_FROM = date(2027, 1, 1)
TYPICAL_PACKS = 5
"""In the trial: five typical packs or more per maker, all its chemistries."""
SMALLEST_KWH = 2
"""Packs above so much are in scope."""


@dataclass(frozen=True, slots=True)
class Listed:
    """One model of this maker, as far as its energy and chemistry are known here. `lacks`: the stages for which nothing
    was declared in its certified result."""

    model: str
    chemistry: str
    energy_kwh: str
    lacks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Duty:
    """`ready`: models with a result that a declaration can rest on; `waiting`: those without. `days_left`: to the end
    of the trial, negative afterwards. Chemistries: all of this maker, and those that are covered, each counted
    once whatever its grade."""

    ready: tuple[Listed, ...]
    waiting: tuple[Listed, ...]
    chemistries: tuple[str, ...]
    covered: tuple[str, ...]
    days_left: int

    @property
    def is_trial_met(self) -> bool:
        """Whether the trial's duty can be met with what is ready."""
        return len(self.ready) >= TYPICAL_PACKS and set(self.chemistries) <= set(self.covered)

    @property
    def is_all_met(self) -> bool:
        """Whether the duty from 2027 on can be met."""
        return bool(self.ready) and not self.waiting


def count_duty(models: Iterable[Listed], fitting: Mapping[str, tuple[str, ...]], today: date) -> Duty:
    """Compare the maker's models with those that have a certified result under METHOD and BOUNDARY, each with the
    stages that it lacks: a declaration can rest on one that lacks none."""
    in_scope = {one.model: one for one in models if one.model and _is_in_scope(one)}
    found = [replace(one, lacks=fitting.get(model, ())) for model, one in sorted(in_scope.items())]
    ready = tuple(one for one in found if one.model in fitting and not one.lacks)
    waiting = tuple(one for one in found if one not in ready)
    return Duty(
        ready,
        waiting,
        _chemistries(in_scope.values()),
        _chemistries(ready),
        (TRIAL_ENDS - today).days,
    )


def read_duty(node: Node, now: int) -> Duty:
    """The duty, from the models written here and those that have results."""
    models = [Listed(one.model, one.chemistry, one.pack_energy_kwh) for one in newest_units(node)]
    models += [
        Listed(one.model, one.value("chemistry"), one.value("pack_energy_kwh")) for one in list_drafts(node)
    ]
    today = datetime.fromtimestamp(now, UTC).date()
    return count_duty(models, certified_models(node, (METHOD, BOUNDARY)), today)


def _is_in_scope(one: Listed) -> bool:
    try:
        return parse_decimal(one.energy_kwh, "energy") > SMALLEST_KWH
    except MethodError:
        return True


def _chemistries(models: Iterable[Listed]) -> tuple[str, ...]:
    return tuple(sorted({name_chemistry(one.chemistry) for one in models if one.chemistry}))
