"""Figures of a result: from stage totals to total, per kWh, shares and data quality. Protocol 6(7) and 7.

Exact in, decimal strings out; rounding happens here only. Whoever holds the totals derives the same
strings, so a verifier compares them as text.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from method.errors import BadResult
from method.exact import encode_decimal
from method.quality import rate_quality
from method.rules import STAGES

SHARE_PLACES = 6
RATING_PLACES = 6


@dataclass(frozen=True, slots=True)
class PackTotals:
    """Exact totals of one pack in kg: each stage, and the three auxiliary indicators over the whole pack."""

    stages: Mapping[str, Fraction]
    biogenic: Fraction
    secondary: Fraction
    quality: Fraction
    overstated_by_at_most: Fraction


@dataclass(frozen=True, slots=True)
class Figures:
    """Decimal strings: kg, kWh, kg per kWh; shares of total; rating 1 to 5, "0" without secondary data."""

    stages: dict[str, str]
    total_kg: str
    total_energy_kwh: str
    per_kwh: str
    overstated_by_at_most: str
    biogenic_kg: str
    secondary_kg: str
    quality_rating: str
    shares: dict[str, str]


def make_figures(totals: PackTotals, total_energy_kwh: Fraction) -> Figures:
    """Derive every figure of a result; raise BadResult. A stage that is not named has 0."""
    unknown = sorted(set(totals.stages) - set(STAGES))
    if unknown:
        raise BadResult(f"unknown stage {unknown[0]!r}: expected {', '.join(STAGES)}")
    if total_energy_kwh <= 0:
        raise BadResult("total energy is expected to be above 0")
    stages = {stage: Fraction(totals.stages.get(stage, 0)) for stage in STAGES}
    total = sum(stages.values(), Fraction(0))
    rating = rate_quality(totals.quality, totals.secondary)
    return Figures(
        stages={stage: encode_decimal(value) for stage, value in stages.items()},
        total_kg=encode_decimal(total),
        total_energy_kwh=encode_decimal(total_energy_kwh),
        per_kwh=encode_decimal(total / total_energy_kwh),
        overstated_by_at_most=encode_decimal(totals.overstated_by_at_most),
        biogenic_kg=encode_decimal(totals.biogenic),
        secondary_kg=encode_decimal(totals.secondary),
        quality_rating="0" if rating is None else encode_decimal(rating, RATING_PLACES),
        shares={stage: _share(value, total) for stage, value in stages.items()},
    )


def make_report(figures: Figures) -> dict[str, object]:
    """The shape of result.json: stages, total, energy, per kWh and the shown bound."""
    return {
        "stages": dict(figures.stages),
        "total_kg": figures.total_kg,
        "total_energy_kwh": figures.total_energy_kwh,
        "per_kwh": figures.per_kwh,
        "overstated_by_at_most": figures.overstated_by_at_most,
    }


def _share(value: Fraction, total: Fraction) -> str:
    return encode_decimal(value / total, SHARE_PLACES) if total else "0"
