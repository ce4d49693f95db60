"""Figures of a result: from stage totals to total, per kWh, shares and data quality. Protocol 6(7) and 7.

Exact in, decimal strings out; rounding happens here only. Whoever holds the totals derives the same
strings, so a verifier compares them as text.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from method.errors import BadResult
from method.exact import encode_decimal, round_down
from method.functional_unit import FunctionalUnit, total_energy_of
from method.quality import name_band, rate_quality
from method.rules import RULES, STAGES, Rules

SHARE_PLACES = 6
RATING_PLACES = 6


@dataclass(frozen=True, slots=True)
class PackTotals:
    """Totals of one pack in kg: each stage, and the three auxiliary indicators over the whole pack.

    `magnitude`: the sum of the absolute footprints of all lines, None for who sees stages only.
    """

    stages: Mapping[str, Fraction]
    biogenic: Fraction
    secondary: Fraction
    quality: Fraction
    overstated_by_at_most: Fraction
    magnitude: Fraction | None = None


@dataclass(frozen=True, slots=True)
class Figures:
    """Decimal strings: kg, kWh, kg per kWh; shares of total; rating 1 to 5, "0" without secondary data.

    `quality_band`: the rule set's name for the rating, "" where it has none or nothing is secondary.
    `primary_data_share`: at least so much of the footprint, by absolute value, rests on primary data.
    """

    stages: dict[str, str]
    total_kg: str
    total_energy_kwh: str
    per_kwh: str
    per_kwh_capacity: str
    overstated_by_at_most: str
    biogenic_kg: str
    secondary_kg: str
    quality_rating: str
    quality_band: str
    primary_data_share: str
    shares: dict[str, str]


def make_figures(totals: PackTotals, unit: FunctionalUnit, rules: Rules) -> Figures:
    """Derive every figure of a result; raise BadResult or BadField. A stage that is not named has 0."""
    unknown = sorted(set(totals.stages) - set(STAGES))
    if unknown:
        raise BadResult(f"unknown stage {unknown[0]!r}: expected {', '.join(STAGES)}")
    stages = {stage: Fraction(totals.stages.get(stage, 0)) for stage in STAGES}
    total = sum(stages.values(), Fraction(0))
    total_energy_kwh = total_energy_of(unit, rules)
    rating = rate_quality(totals.quality, totals.secondary)
    return Figures(
        stages={stage: encode_decimal(value) for stage, value in stages.items()},
        total_kg=encode_decimal(total),
        total_energy_kwh=encode_decimal(total_energy_kwh),
        per_kwh=encode_decimal(total / total_energy_kwh),
        per_kwh_capacity=encode_decimal(total / unit.pack_energy_kwh),
        overstated_by_at_most=encode_decimal(totals.overstated_by_at_most),
        biogenic_kg=encode_decimal(totals.biogenic),
        secondary_kg=encode_decimal(totals.secondary),
        quality_rating="0" if rating is None else encode_decimal(rating, RATING_PLACES),
        quality_band="" if rating is None else name_band(rating, rules),
        primary_data_share=_primary_share(totals),
        shares={stage: _share(value, total) for stage, value in stages.items()},
    )


def is_sum_as_shown(stages: Mapping[str, str], total_kg: str, places: int) -> bool:
    """Whether stages rounded to `places` decimals sum to the total rounded the same way; where not, say so."""
    shown = sum((Fraction(encode_decimal(Fraction(kg), places)) for kg in stages.values()), Fraction(0))
    return shown == Fraction(encode_decimal(Fraction(total_kg), places))


def make_report(figures: Figures) -> dict[str, object]:
    """The shape of result.json: stages, total, energy, per kWh and the shown bound."""
    return {
        "stages": dict(figures.stages),
        "total_kg": figures.total_kg,
        "total_energy_kwh": figures.total_energy_kwh,
        "per_kwh": figures.per_kwh,
        "overstated_by_at_most": figures.overstated_by_at_most,
    }


def make_rules_report(method: str, boundary: str) -> dict[str, object]:
    """Which rule set and variant figures are of, and what its source does not say; codes alone for an unknown one."""
    named: dict[str, object] = {"method": method, "boundary": boundary}
    rules = RULES.get(method)
    if rules is None:
        return named
    zh, en = rules.variant_of(boundary)
    return named | {
        "variant": {"zh": zh, "en": en},
        "source": rules.source,
        "quality_limit": None if rules.quality_limit is None else encode_decimal(rules.quality_limit),
        "unknown": [
            {"topic": one.topic, "zh": one.text_zh, "en": one.text_en} for one in rules.unknown_of(boundary)
        ],
    }


def _share(value: Fraction, total: Fraction) -> str:
    return encode_decimal(value / total, SHARE_PLACES) if total else "0"


def _primary_share(totals: PackTotals) -> str:
    """1 - secondary / magnitude, rounded down.

    The sum of absolute stages, less what they are overstated by, is at most the sum of absolute lines: whoever
    sees stages only states a lower bound.
    """
    if totals.secondary == 0:
        return "1"
    stages = sum((abs(value) for value in totals.stages.values()), Fraction(0))
    magnitude = stages - totals.overstated_by_at_most if totals.magnitude is None else totals.magnitude
    share = max(Fraction(0), 1 - totals.secondary / magnitude) if magnitude > 0 else Fraction(0)
    return encode_decimal(Fraction(round_down(share * 10**SHARE_PLACES), 10**SHARE_PLACES), SHARE_PLACES)
