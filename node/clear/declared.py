"""What `sealsum footprint` says beside its figures: declaration fields, default factors, the rest of a supply.

The one fact: what is missing or assumed is named, so that nobody takes these figures for a finished declaration.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from method.compare import Sentence
from method.declaration import DeclaredField, list_declared
from method.electricity import MODEL_NAMES, NATIONAL_AVERAGE, RESIDUAL, SPECIFIC_SUPPLY
from method.exact import encode_decimal
from method.functional_unit import FunctionalUnit, cycles_of, is_cycles_stated
from method.pack import PackDefinition
from method.result import Figures
from method.rules import Rules
from node.clear.chain_files import ChainFiles, CutOffNote, Supplied
from node.clear.electricity import ElectricityUse

_PLACES = 6


@dataclass(frozen=True, slots=True)
class DefaultUse:
    """An item without a supplier, for which a factor stands; `is_provided`: whether the rule set offers that."""

    item: str
    stage: str
    factor: str
    kg: Fraction = field(repr=False)
    is_provided: bool


def find_defaults(supplied: Iterable[Supplied], files: ChainFiles, rules: Rules) -> tuple[DefaultUse, ...]:
    """Every entry that a default factor stands for, kg in one pack."""
    return tuple(
        DefaultUse(
            one.entry.item,
            one.entry.stage,
            one.entry.default_factor,
            files.factors[one.entry.default_factor].total * one.quantity,
            one.entry.default_factor in rules.default_factors,
        )
        for one in supplied
        if one.entry.default_factor
    )


def describe_defaults(uses: Iterable[DefaultUse], rules: Rules) -> tuple[Sentence, ...]:
    """What each default covers, and where the rule set does not offer it; Chinese and English."""
    return tuple(
        (
            f"{use.item}：因子 {use.factor} 代替供应商，从摇篮算到大门；只供给它的上游各项不要再算"
            + ("" if use.is_provided else f"；{rules.code} 不提供这个默认值，结果不符合该规则集"),
            f"{use.item}: {use.factor} stands for a supplier, from cradle to gate: leave out items that only its own "
            "suppliers make"
            + (
                ""
                if use.is_provided
                else f"; {rules.code} offers no such default, the result does not conform"
            ),
        )
        for use in uses
    )


def describe_rests(uses: Iterable[ElectricityUse], rules: Rules) -> tuple[Sentence, ...]:
    """What certificates leave at the national average where it should be the residual mix; Chinese and English."""
    if rules.electricity_rest != RESIDUAL:
        return ()
    by_item: dict[str, dict[str, Fraction]] = {}
    for use in uses:
        models = by_item.setdefault(use.item, {})
        models[use.model] = models.get(use.model, Fraction(0)) + use.kwh
    return tuple(
        _describe_rest(
            item, encode_decimal(models[SPECIFIC_SUPPLY], 3), encode_decimal(models[NATIONAL_AVERAGE], 3)
        )
        for item, models in by_item.items()
        if SPECIFIC_SUPPLY in models and NATIONAL_AVERAGE in models
    )


def _describe_rest(item: str, covered: str, rest: str) -> Sentence:
    return (
        f"{item}：绿证覆盖 {covered} kWh，其余 {rest} kWh 按国家平均计；若属同一供电，应按剩余电力计，"
        "但剩余电力的生命周期因子尚未公布",
        f"{item}: certificates cover {covered} kWh; the other {rest} kWh count at the national average, the residual "
        "mix if they are of the same supply. No life-cycle factor of the residual mix is published",
    )


def describe_boundary(boundary: str, rules: Rules) -> tuple[Sentence, ...]:
    """That a result over this boundary is for comparison only, where the rule set is declared over others."""
    if boundary in rules.declared_boundaries:
        return ()
    declared = ", ".join(rules.declared_boundaries)
    return (
        (
            f"边界 {boundary}：{rules.code} 按边界 {declared} 申报，本结果仅供比较，不能用于申报",
            f"boundary {boundary}: {rules.code} is declared over {declared}; this result is for comparison and does "
            "not conform",
        ),
    )


def describe_cycles(unit: FunctionalUnit, rules: Rules) -> tuple[Sentence, ...]:
    """That the rule set's own cycles a year count, where the maker states none or others; Chinese and English."""
    if is_cycles_stated(unit, rules):
        return ()
    counted, vehicle = encode_decimal(cycles_of(unit, rules), _PLACES), unit.vehicle_category
    if unit.cycles_per_year is None:
        return (
            (
                f"年循环次数：制造商没有给出，按 {rules.code} 对车辆类别 {vehicle} 的默认值 {counted} 次计",
                f"cycles a year: the maker states none; {counted} is the default of {rules.code} for vehicle category "
                f"{vehicle}",
            ),
        )
    stated = encode_decimal(unit.cycles_per_year, _PLACES)
    return (
        (
            f"年循环次数：{rules.code} 对车辆类别 {vehicle} 规定为 {counted} 次，制造商的 {stated} 次不采用",
            f"cycles a year: {rules.code} has {counted} for vehicle category {vehicle}; the maker's {stated} do not "
            "count",
        ),
    )


def declare_result(
    pack: PackDefinition,
    rules: Rules,
    figures: Figures,
    supplied: Sequence[Supplied],
    models: Mapping[str, object],
) -> tuple[DeclaredField, ...]:
    """The fields that the rule set wants declared, as far as the figures and the maker's files know them."""
    maker = next((one.maker for one in supplied if one.entry.item == pack.maker), None)
    company, product = maker or (None, None)
    unit = pack.functional_unit
    energy = Fraction(figures.total_energy_kwh)
    stages = {stage: Fraction(figures.stages[stage]) for stage in rules.stages_of(pack.boundary)}
    known = {
        "manufacturer": "" if company is None else f"{company.name_zh} {company.name_en}",
        "plant": "" if product is None else product.plant,
        "model": unit.model,
        "chemistry": unit.chemistry,
        "functional_unit": "1 kWh",
        "boundary": pack.boundary,
        "variant": rules.variant_of(pack.boundary)[1] or "none",
        "total_energy_kwh": figures.total_energy_kwh,
        "measured_cycles": _cycles(unit),
        "stages": _join(stages.values()),
        "stages_per_kwh": _join(value / energy for value in stages.values()),
        "total_kg": encode_decimal(Fraction(figures.total_kg), _PLACES),
        "per_kwh": encode_decimal(Fraction(figures.per_kwh), _PLACES),
        "quality_rating": figures.quality_rating,
        "cut_offs": _describe_cut_offs(supplied),
        "electricity_models": ", ".join(MODEL_NAMES[model][1] for model in models),
    }
    return list_declared(rules, known | dict(pack.declaration))


def _cycles(unit: FunctionalUnit) -> str:
    return "" if unit.measured_cycles is None else encode_decimal(unit.measured_cycles, _PLACES)


def _describe_cut_offs(supplied: Iterable[Supplied]) -> str:
    notes: list[CutOffNote] = [note for one in supplied for note in one.cut_offs]
    return "; ".join(f"{note.item}: {encode_decimal(note.kg, _PLACES)} kg" for note in notes) or "none"


def _join(values: Iterable[Fraction]) -> str:
    return " / ".join(encode_decimal(value, _PLACES) for value in values)
