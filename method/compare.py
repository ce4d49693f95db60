"""The same pack under two rule sets or boundaries: what differs, by how much and why, in words. Pure text.

The one fact: every sentence follows from the two rule sets' data and the two sets of stages; none is written for a
particular rule set, so a new one explains itself.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from fractions import Fraction

from method.circular import CIRCULAR_ROLES, MATERIALS
from method.electricity import MODEL_NAMES
from method.errors import BadField
from method.exact import encode_decimal
from method.functional_unit import FunctionalUnit, life_energy_of, total_energy_of
from method.rules import END_OF_LIFE, STAGE_NAMES, STAGES, Rules

KG_PLACES = 3
_ENERGY_NAMES: dict[str, tuple[str, str]] = {
    "warranty": ("质保期内的循环次数", "the cycles within the warranty"),
    "measured_cycles": ("实测的循环次数", "the cycles that were measured"),
}
BOUNDARIES_ZH = {"partial": "部分生命周期", "full": "全生命周期"}
SMALLEST_KG = Fraction(1, 2000)
"""Differences that print as 0.000 kg are not told."""

Sentence = tuple[str, str]
"""One statement in Chinese and in English."""
_MATERIAL_NAMES = {
    "metal": ("金属", "metals"),
    "plastic": ("塑料", "plastics"),
    "other": ("其他材料", "others"),
}


@dataclass(frozen=True, slots=True)
class Reading:
    """One pack read by one rule set: kg by stage, and what a strict reading of electricity adds."""

    rules: Rules
    boundary: str
    unit: FunctionalUnit
    stages: Mapping[str, Fraction]
    strict_kg: Fraction

    @property
    def name(self) -> str:
        """Rule set and boundary, as commands name them."""
        return f"{self.rules.code} {self.boundary}"

    @property
    def name_zh(self) -> str:
        """The same in a Chinese sentence."""
        return f"{self.rules.code}（{BOUNDARIES_ZH[self.boundary]}）"

    @property
    def total_kg(self) -> Fraction:
        """The sum of the stages."""
        return sum(self.stages.values(), Fraction(0))

    def kg_of(self, stage: str) -> Fraction:
        """A stage's kg, 0 where the boundary leaves it out."""
        return Fraction(self.stages.get(stage, 0))


def describe_energy(unit: FunctionalUnit, rules: Rules) -> Sentence:
    """How a rule set arrives at the total energy; raise BadField."""
    life = life_energy_of(unit, rules)
    usable, total = encode_decimal(life.usable_energy_kwh), encode_decimal(life.total_kwh)
    cycles = encode_decimal(life.cycles)
    if life.years is None:
        return (
            f"可用能量 {usable} kWh × 实测循环 {cycles} 次 = {total} kWh",
            f"usable energy {usable} kWh x {cycles} measured cycles = {total} kWh",
        )
    years = encode_decimal(life.years, KG_PLACES)
    return (
        f"可用能量 {usable} kWh × 每年 {cycles} 次 × 质保 {years} 年 = {total} kWh",
        f"usable energy {usable} kWh x {cycles} cycles a year x {years} years of warranty = {total} kWh",
    )


def write_kg(kg: Fraction) -> str:
    """Kg in plain decimals, as files and commands have them."""
    return encode_decimal(kg, KG_PLACES)


def describe_differences(
    base: Reading, other: Reading, show_kg: Callable[[Fraction], str] = write_kg
) -> tuple[Sentence, ...]:
    """What differs between two readings of one pack, and why: energy, stages, recycling, electricity, quality.

    `show_kg`: how a place that shows it prints kg.
    """
    return (
        *_compare_energy(base, other),
        *_compare_stages(base, other, show_kg),
        *_explain_recycling(base, other),
        *_compare_models(base, other),
        *_count_strictly(base, other, show_kg),
        *_compare_quality(base, other),
    )


def describe_ahead(base: Reading, rules: Rules, boundary: str) -> tuple[Sentence, ...]:
    """What another rule set or boundary would count otherwise, in words: nothing of it is computed yet."""
    other = replace(base, rules=rules, boundary=boundary)
    return (
        *_foretell_energy(base, other),
        *_explain_recycling(base, other),
        *_compare_models(base, other),
        *_count_strictly(base, other, write_kg),
        *_compare_quality(base, other),
    )


def _foretell_energy(base: Reading, other: Reading) -> list[Sentence]:
    if base.rules.total_energy == other.rules.total_energy:
        with suppress(BadField):
            return _compare_energy(base, other)
        return []
    (zh_1, en_1), (zh_2, en_2) = (_ENERGY_NAMES[one.rules.total_energy] for one in (base, other))
    return [
        (
            f"总能量不同：{base.name_zh}按{zh_1}计；{other.name_zh}按{zh_2}计。",
            f"Total energy differs: {base.name} counts {en_1}; {other.name} counts {en_2}.",
        )
    ]


def _compare_energy(base: Reading, other: Reading) -> list[Sentence]:
    one, two = (total_energy_of(reading.unit, reading.rules) for reading in (base, other))
    if one == two:
        return []
    (zh_1, en_1), (zh_2, en_2) = (describe_energy(reading.unit, reading.rules) for reading in (base, other))
    times = encode_decimal(two / one, KG_PLACES)
    return [
        (
            f"总能量不同：{base.name_zh}为{zh_1}；{other.name_zh}为{zh_2}，即 {times} 倍。",
            f"Total energy differs: {base.name}: {en_1}; {other.name}: {en_2}, {times} times as much.",
        )
    ]


def _compare_stages(base: Reading, other: Reading, show_kg: Callable[[Fraction], str]) -> list[Sentence]:
    sentences = []
    for stage in STAGES:
        one, two = base.kg_of(stage), other.kg_of(stage)
        if abs(two - one) < SMALLEST_KG:
            continue
        zh, en = STAGE_NAMES[stage]
        numbers = [show_kg(value) for value in (one, two)]
        change = _signed(two - one, show_kg)
        sentences.append(
            (
                f"{zh}：{base.name_zh}{numbers[0]} kg，{other.name_zh}{numbers[1]} kg（{change} kg）。",
                f"{en}: {base.name} {numbers[0]} kg, {other.name} {numbers[1]} kg ({change} kg).",
            )
        )
    return sentences


def _explain_recycling(base: Reading, other: Reading) -> list[Sentence]:
    if not (_counts_end(base) and _counts_end(other)):
        return _explain_boundary(base, other)
    sentences = _explain_allocation(base, other)
    if _formula(base) != _formula(other):
        sentences.append(
            (
                f"回收的计算方式不同：{base.name_zh}：{base.rules.recycling_zh}；{other.name_zh}：{other.rules.recycling_zh}。",
                f"Recycling is computed differently: {base.name}: {base.rules.recycling_en}; "
                f"{other.name}: {other.rules.recycling_en}.",
            )
        )
    return sentences


def _explain_boundary(base: Reading, other: Reading) -> list[Sentence]:
    if _counts_end(base) == _counts_end(other):
        return []
    full, partial = (base, other) if _counts_end(base) else (other, base)
    return [
        (
            f"{partial.name_zh}不计回收利用，购入的再生料按其本身的因子计；{full.name_zh}计入回收利用，"
            "再生料投入和产出的负担与收益在前后两个生命周期之间分摊，因此原材料阶段也随之变化。",
            f"{partial.name} leaves the end of life out and counts recycled input at its own factor; {full.name} "
            "counts it and shares the burdens and credits of recycled input and output between two life cycles, "
            "which changes the raw material stage as well.",
        )
    ]


def _explain_allocation(base: Reading, other: Reading) -> list[Sentence]:
    changed = [one for one in MATERIALS if base.rules.allocation[one] != other.rules.allocation[one]]
    if not changed:
        return []
    zh, en = [], []
    for material in changed:
        one, two = (encode_decimal(reading.rules.allocation[material]) for reading in (base, other))
        zh.append(f"{_MATERIAL_NAMES[material][0]} {one} 和 {two}")
        en.append(f"{one} and {two} for {_MATERIAL_NAMES[material][1]}")
    return [
        (
            f"分配系数 A 在 {base.name_zh}和 {other.name_zh}中分别为：{'，'.join(zh)}；A 越小，使用再生料的一方承担的"
            "原生料负担越多，提供可回收材料的一方得到的抵扣也越多。",
            f"The allocation factor A is, in {base.name} and {other.name}: {', '.join(en)}; the smaller it is, the "
            "more of virgin material recycled input carries, and the larger the credit for what can be recycled.",
        )
    ]


def _compare_models(base: Reading, other: Reading) -> list[Sentence]:
    if set(base.rules.electricity) == set(other.rules.electricity):
        return []
    (zh_1, en_1), (zh_2, en_2) = (_name_models(reading.rules) for reading in (base, other))
    return [
        (
            f"接受的电力模型不同：{base.name_zh}：{zh_1}；{other.name_zh}：{zh_2}。",
            f"Accepted electricity differs: {base.name}: {en_1}; {other.name}: {en_2}.",
        )
    ]


def _count_strictly(base: Reading, other: Reading, show_kg: Callable[[Fraction], str]) -> list[Sentence]:
    sentences = []
    for reading in (base, other):
        if abs(reading.strict_kg) >= SMALLEST_KG:
            change = _signed(reading.strict_kg, show_kg)
            sentences.append(
                (
                    f"{reading.name_zh}不接受的电力若按国家平均计，合计变化 {change} kg。",
                    f"Electricity that {reading.name} does not accept, counted at the national average, "
                    f"changes its total by {change} kg.",
                )
            )
    return sentences


def _compare_quality(base: Reading, other: Reading) -> list[Sentence]:
    one, two = (_name_limit(reading.rules) for reading in (base, other))
    if one == two:
        return []
    return [
        (
            f"数据质量：{base.name_zh}{one[0]}；{other.name_zh}{two[0]}。",
            f"Data quality: {base.name} {one[1]}; {other.name} {two[1]}.",
        )
    ]


def _name_limit(rules: Rules) -> Sentence:
    if rules.quality_limit is not None:
        limit = encode_decimal(rules.quality_limit)
        return f"宜不高于 {limit}", f"should be at most {limit}"
    return (
        ("只分等级，未见上限", "has bands and no known limit")
        if rules.quality_bands
        else ("未见公开规定", "has no public rule")
    )


def _name_models(rules: Rules) -> Sentence:
    names = [MODEL_NAMES[model] for model in rules.electricity]
    return "、".join(zh for zh, _ in names), ", ".join(en.lower() for _, en in names)


def _counts_end(reading: Reading) -> bool:
    return END_OF_LIFE in reading.rules.stages_of(reading.boundary)


def _formula(reading: Reading) -> list[Fraction]:
    """What tells two formulas apart: the weights of every role under one and the same A and B."""
    return [reading.rules.weigh(role, Fraction(1, 4), Fraction(1, 4)) for role in CIRCULAR_ROLES]


def _signed(value: Fraction, show_kg: Callable[[Fraction], str]) -> str:
    return f"{'+' if value > 0 else ''}{show_kg(value)}"
