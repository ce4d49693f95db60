"""A pack's footprints under every rule set, side by side and told apart in words. Method: results and comparison.

The one fact: a rule set that lacks something (measured cycles, a default) is named with what it lacks, and the others
are compared all the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from method.compare import Reading, Sentence, describe_differences
from method.rules import RULES
from node.clear.chain_files import ChainFiles
from node.clear.footprint import PackFootprint, weigh_chain
from node.importers.problem import ImportProblems, Problem


@dataclass(frozen=True, slots=True)
class Missing:
    """A rule set and boundary under which the pack cannot be calculated, and what it lacks."""

    method: str
    boundary: str
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """The pack under every boundary of every rule set, in the order of the table."""

    counted: tuple[PackFootprint, ...] = ()
    missing: tuple[Missing, ...] = ()


def compare_chain(files: ChainFiles) -> Comparison:
    """Weigh a chain's files under everything there is; what cannot be calculated is among the missing."""
    counted, missing = [], []
    for method, rules in RULES.items():
        for boundary in rules.boundaries:
            try:
                counted.append(weigh_chain(files, method, boundary))
            except ImportProblems as error:
                missing.append(Missing(method, boundary, tuple(error.problems)))
    return Comparison(tuple(counted), tuple(missing))


def tell_apart(chosen: PackFootprint, other: PackFootprint) -> tuple[Sentence, ...]:
    """What differs between the footprint that was asked for and another one, Chinese and English."""
    return describe_differences(_make_reading(chosen), _make_reading(other))


def _make_reading(result: PackFootprint) -> Reading:
    stages = {stage: Fraction(kg) for stage, kg in result.figures.stages.items()}
    strict = Fraction(result.strict.total_kg) - Fraction(result.figures.total_kg)
    return Reading(result.rules, result.pack.boundary, result.pack.functional_unit, stages, strict)
