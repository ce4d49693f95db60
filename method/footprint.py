"""A unit footprint: the sum of its lines, an amount times a coefficient each. Protocol 1.

The exact one is for people who own the data; the fixed one is what a declaration commits to. Every fixed
total is at or above the exact one, by less than 1e-6 unit of each line.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from method.activity import LineAmount
from method.category import Category, Four, TemplateLine, check_factor_fits, check_factors_agree
from method.coefficient import Coefficients
from method.errors import BadField, WrongFactor
from method.factor import Factor
from method.rules import Rules


@dataclass(frozen=True, slots=True, repr=False)
class LineFootprint:
    """What one line contributes per declared unit: kg total, kg biogenic, kg secondary, quality; kg of land use.

    The part from land use is in the total as well; it is no indicator, so a sealed calculation does not have it.
    """

    line: str
    factor: str
    indicators: Four
    land_use: Fraction

    def __repr__(self) -> str:
        return f"LineFootprint(line={self.line!r}, factor={self.factor!r}, <redacted>)"


@dataclass(frozen=True, slots=True, repr=False)
class UnitFootprint:
    """A supplier's unit footprint, kg per declared unit, and where it comes from."""

    declared_unit: str
    lines: tuple[LineFootprint, ...]
    indicators: Four

    @property
    def land_use(self) -> Fraction:
        """The part of the total that is from land use, in kg per declared unit."""
        return sum((line.land_use for line in self.lines), Fraction(0))

    def __repr__(self) -> str:
        return f"UnitFootprint(declared_unit={self.declared_unit!r}, lines={len(self.lines)}, <redacted>)"


def make_exact_coefficients(line: TemplateLine, factor: Factor, rules: Rules, boundary: str) -> Four:
    """As `coefficient.make_coefficients`, before rounding; kgCO2e per unit of the line. A MethodError."""
    check_factor_fits(line, factor)
    scale = _scale_of(line, rules, boundary)
    total = factor.total * scale
    secondary = abs(total) if line.secondary else Fraction(0)
    return (total, factor.biogenic * scale, secondary, factor.scores.total * secondary)


def make_unit_footprint(
    category: Category,
    amounts: Sequence[LineAmount],
    factors: Mapping[str, Factor],
    rules: Rules,
    boundary: str,
) -> UnitFootprint:
    """The exact unit footprint of `amounts`, one per line in order; raise BadField or WrongFactor."""
    if [amount.line for amount in amounts] != [line.code for line in category.lines]:
        raise BadField(f"category {category.code}: expected one amount for every template line, in order")
    cited = []
    for line, amount in zip(category.lines, amounts, strict=True):
        factor = factors.get(amount.factor)
        if factor is None:
            raise WrongFactor(f"line {line.code}: factor {amount.factor} is not published")
        cited.append(factor)
    check_factors_agree(category.lines, cited)
    lines = []
    for line, factor, amount in zip(category.lines, cited, amounts, strict=True):
        weights = make_exact_coefficients(line, factor, rules, boundary)
        land_use = factor.land_use * _scale_of(line, rules, boundary) * amount.amount
        lines.append(LineFootprint(line.code, factor.code, _scale(weights, amount.amount), land_use))
    return UnitFootprint(
        category.declared_unit, tuple(lines), sum_indicators(line.indicators for line in lines)
    )


def sum_indicators(items: Iterable[Four]) -> Four:
    """Indicator by indicator sums; four zeros for nothing."""
    total, biogenic, secondary, quality = Fraction(0), Fraction(0), Fraction(0), Fraction(0)
    for item in items:
        total, biogenic, secondary, quality = (
            total + item[0],
            biogenic + item[1],
            secondary + item[2],
            quality + item[3],
        )
    return (total, biogenic, secondary, quality)


def make_fixed_footprint(
    amounts: Sequence[int], coefficients: Sequence[Coefficients]
) -> tuple[int, int, int, int]:
    """p[k] = sum of a_j * w_j[k], in 1e-12 kgCO2e per declared unit."""
    sums = [sum(a * w[k] for a, w in zip(amounts, coefficients, strict=True)) for k in range(4)]
    return (sums[0], sums[1], sums[2], sums[3])


def _scale_of(line: TemplateLine, rules: Rules, boundary: str) -> Fraction:
    return line.coefficient * rules.weight_of(line.role, line.material, boundary)


def _scale(coefficients: Four, amount: Fraction) -> Four:
    return (
        coefficients[0] * amount,
        coefficients[1] * amount,
        coefficients[2] * amount,
        coefficients[3] * amount,
    )
