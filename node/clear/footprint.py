"""`sealsum footprint`: the same sum in the clear, for someone who owns all the data. Protocol section 1.

Exact fractions from the spreadsheets to the last line; nothing is rounded before it is printed. The sealed
calculation of the same pack is at or above these figures, by at most the bound it shows.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from fractions import Fraction
from pathlib import Path

from method.compare import Sentence
from method.declaration import DeclaredField
from method.errors import MethodError
from method.footprint import make_unit_footprint, sum_indicators
from method.pack import PackDefinition, find_empty_stages, restrict_pack
from method.result import Figures, PackTotals, make_figures
from method.rules import STAGES, Rules, find_rules
from node.clear.chain_files import ChainFiles, CutOffNote, Supplied, read_chains, read_described
from node.clear.declared import (
    DefaultUse,
    declare_result,
    describe_boundary,
    describe_cycles,
    describe_defaults,
    describe_rests,
    find_defaults,
)
from node.clear.electricity import ElectricityUse, Finding, find_unaccepted, find_uses, sum_models
from node.importers.pack import PACK_FILE
from node.importers.problem import refuse
from operation.method_words import say_reason


@dataclass(frozen=True, slots=True)
class PackFootprint:
    """The figures of one pack under one rule set and boundary, and what its owner should look at.

    `findings`: electricity that the rule set does not accept; `strict`: the figures without it, the same where
    there is none. `defaults`: items for which a factor stands. `declaration`: what the rule set wants declared.
    `notes`: what else a reader should know.
    `left_out`: items beyond the boundary. `land_use`, `fossil`: parts of the total in kg; with the biogenic one
    they are all of it.
    """

    pack: PackDefinition
    rules: Rules
    figures: Figures
    strict: Figures
    electricity: tuple[ElectricityUse, ...]
    findings: tuple[Finding, ...]
    cut_offs: tuple[CutOffNote, ...]
    defaults: tuple[DefaultUse, ...]
    declaration: tuple[DeclaredField, ...]
    notes: tuple[Sentence, ...]
    left_out: tuple[str, ...]
    warnings: tuple[str, ...]
    land_use: Fraction = field(repr=False)
    fossil: Fraction = field(repr=False)

    @property
    def undeclared(self) -> tuple[str, ...]:
        """The stages that the boundary counts and no item stands in: their 0 kg is nobody's figure."""
        declared = {entry.stage for entry in self.pack.entries}
        return tuple(one for one in self.rules.stages_of(self.pack.boundary) if one not in declared)

    @property
    def conforms(self) -> bool:
        """Whether the rule set accepts the electricity and the defaults, and is declared over this boundary."""
        accepted = not self.findings and all(use.is_provided for use in self.defaults)
        return accepted and self.pack.boundary in self.rules.declared_boundaries


def compute_footprints(
    pack_dir: Path,
    library_dir: Path | None = None,
    method: str | None = None,
    boundary: str | None = None,
) -> tuple[PackFootprint, ...]:
    """The exact footprint of each model of the pack in `pack_dir`; raise ImportProblems with what is wrong in any file.

    Rule set and boundary are those of pack.toml unless given; the library is the folder that pack.toml names.
    """
    first = read_described(pack_dir)[0]
    asked = (method or first.method, boundary or first.boundary)
    chains = read_chains(pack_dir, library_dir, _stages(*asked))
    return tuple(weigh_chain(files, *asked) for files in chains)


def _stages(method: str, boundary: str) -> tuple[str, ...]:
    try:
        return find_rules(method, boundary).stages_of(boundary)
    except MethodError as error:
        raise refuse(PACK_FILE, "cannot-calculate", reason=say_reason(error)) from error


def weigh_chain(files: ChainFiles, method: str, boundary: str) -> PackFootprint:
    """The footprint of a chain's files under a rule set and boundary; raise ImportProblems."""
    stages = _stages(method, boundary)
    try:
        rules, pack = find_rules(method, boundary), restrict_pack(files.pack, method, boundary)
        counted = [one for one in files.supplied if one.entry.stage in stages]
        uses = tuple(use for one in counted for use in find_uses(one, files, rules))
        findings = find_unaccepted(uses, files)
        totals, land_use = _sum_chain(counted, files, pack)
        figures = make_figures(totals, pack.functional_unit, rules)
        defaults = find_defaults(counted, files, rules)
        return PackFootprint(
            pack=pack,
            rules=rules,
            figures=figures,
            strict=make_figures(_read_strictly(totals, findings), pack.functional_unit, rules),
            electricity=uses,
            findings=findings,
            cut_offs=tuple(note for one in counted for note in one.cut_offs),
            defaults=defaults,
            declaration=declare_result(pack, rules, figures, counted, sum_models(uses)),
            notes=(
                *describe_boundary(pack.boundary, rules),
                *describe_cycles(pack.functional_unit, rules),
                *describe_defaults(defaults, rules),
                *describe_rests(uses, rules),
            ),
            left_out=tuple(one.item for one in files.pack.entries if one.stage not in stages),
            warnings=(
                *find_empty_stages(pack),
                *files.warnings,
            ),
            land_use=land_use,
            fossil=sum(totals.stages.values(), Fraction(0)) - totals.biogenic - land_use,
        )
    except MethodError as error:
        reason = say_reason(MethodError(f"model {files.pack.functional_unit.model}: {error}"))
        raise refuse(PACK_FILE, "pack-cannot-be-calculated", reason=reason) from error


def _sum_chain(
    supplied: Iterable[Supplied], files: ChainFiles, pack: PackDefinition
) -> tuple[PackTotals, Fraction]:
    """All indicators, and the part of the total from land use."""
    rules, stages = find_rules(pack.method, pack.boundary), {stage: Fraction(0) for stage in STAGES}
    whole, magnitude, land_use = sum_indicators(()), Fraction(0), Fraction(0)
    for one in supplied:
        unit = make_unit_footprint(one.category, one.amounts, files.factors, rules, pack.boundary)
        stages[one.entry.stage] += unit.indicators[0] * one.quantity
        magnitude += sum(abs(line.indicators[0]) for line in unit.lines) * one.quantity
        land_use += unit.land_use * one.quantity
        scaled = [indicator * one.quantity for indicator in unit.indicators]
        whole = sum_indicators((whole, (scaled[0], scaled[1], scaled[2], scaled[3])))
    return PackTotals(stages, *whole[1:], Fraction(0), magnitude), land_use


def _read_strictly(totals: PackTotals, findings: Iterable[Finding]) -> PackTotals:
    """The same with the national average for every kWh that the rule set does not accept otherwise."""
    stages, magnitude = dict(totals.stages), totals.magnitude or Fraction(0)
    for finding in findings:
        stages[finding.use.stage] += finding.difference_kg
        magnitude += finding.difference_kg
    return replace(totals, stages=stages, magnitude=magnitude)
