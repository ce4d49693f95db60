"""Fixed point: public coefficients and private amounts as the integers to commit to. Protocol 4.

The one asymmetry of the system is here: coefficients are public, so they are rounded without bias;
amounts are private, so they are rounded against whoever rounds.
"""

from __future__ import annotations

from fractions import Fraction

from method.category import QUANTITY_UNIT, TemplateLine, check_factor_fits
from method.errors import OutOfRange
from method.exact import round_down, round_half_even, round_up
from method.factor import Factor
from method.rules import Rules

COEFFICIENT_UNIT = 10**6
AMOUNT_UNIT = 10**6
LIMIT = 2**40
QUANTITY_LIMIT = 2**32

Coefficients = tuple[int, int, int, int]
"""w[k] of one line: total, biogenic, secondary, quality; 1e-6 kgCO2e per unit of the line."""


def make_coefficients(line: TemplateLine, factor: Factor, rules: Rules, boundary: str) -> Coefficients:
    """The public integers w[0..3] of a line under a factor, rule set and boundary; a MethodError.

    w[0], w[1]: round-half-even of factor value x the line's rational coefficient x its role's weight. w[2]: abs(w[0])
    where the line rests on secondary data, else 0. w[3]: the sum of the factor's three scores times w[2].
    """
    check_factor_fits(line, factor)
    scale = line.coefficient * rules.weight_of(line.role, line.material, boundary) * COEFFICIENT_UNIT
    total = round_half_even(factor.total * scale)
    biogenic = round_half_even(factor.biogenic * scale)
    secondary = abs(total) if line.secondary else 0
    coefficients = (total, biogenic, secondary, factor.scores.total * secondary)
    if any(abs(w) >= LIMIT for w in coefficients):
        raise OutOfRange(
            f"line {line.code} under factor {factor.code}: a coefficient is 2^40 or more in 1e-6 kgCO2e"
        )
    return coefficients


def amount_to_fixed(amount: Fraction, total_coefficient: int) -> int:
    """A private amount in whole 1e-6 units, in [0, 2^40); raise OutOfRange.

    A declared footprint must never be understated, so the last digit goes up where the line adds to the
    total and down where it is a credit. Half-even would understate about every second line.
    `total_coefficient`: w[0] in the full boundary of the declaration's method, so that one amount serves all.
    """
    scaled = amount * AMOUNT_UNIT
    fixed = round_down(scaled) if total_coefficient < 0 else round_up(scaled)
    if not 0 <= fixed < LIMIT:
        # The amount itself stays out of the message: it is the supplier's secret.
        raise OutOfRange(
            "an amount per declared unit is expected in [0, 1099511.627776); use a larger line unit"
        )
    return fixed


def quantity_to_fixed(quantity: Fraction) -> int:
    """A private quantity in whole 1e-3 declared units, in [1, 2^32), rounded up; raise OutOfRange."""
    fixed = round_up(quantity * QUANTITY_UNIT)
    if not 1 <= fixed < QUANTITY_LIMIT:
        raise OutOfRange("a quantity per pack is expected above 0 and below 4294967.296 declared units")
    return fixed
