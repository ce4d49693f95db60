"""Activity: period totals and the production they belong to, made into amounts per declared unit. Protocol 1.

`amount = sum of (record total x share) / production output`, all converted exactly. These are the supplier's
secrets: every type here has a redacted repr.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from method.category import Category, TemplateLine
from method.conversions import convert_for
from method.errors import BadOutput
from method.units import convert

OUTPUT_LINE = "output"
"""The line code of a record that states production output instead of consumption."""


@dataclass(frozen=True, slots=True, repr=False)
class ActivityRecord:
    """One row as the company wrote it. `share` in (0, 1] is the product's part of a shared meter.

    `period_start`, `period_end`: ISO dates, both included. `factor` is "" where the row left it to the line.
    `route`: "origin → destination" of a transport row, "" where it names none.
    """

    line: str
    period_start: str
    period_end: str
    amount: Fraction
    unit: str
    share: Fraction
    factor: str
    document: str
    note: str
    sheet: str
    row: int
    route: str = ""

    def __repr__(self) -> str:
        return f"ActivityRecord(line={self.line!r}, sheet={self.sheet!r}, row={self.row}, <redacted>)"


@dataclass(frozen=True, slots=True, repr=False)
class LineAmount:
    """The amount of one template line per declared unit, in the line's unit, under a factor."""

    line: str
    factor: str
    amount: Fraction

    def __repr__(self) -> str:
        return f"LineAmount(line={self.line!r}, factor={self.factor!r}, <redacted>)"


def sum_output(records: Iterable[ActivityRecord], declared_unit: str) -> Fraction:
    """The production output in declared units; raise BadOutput, UnknownUnit or WrongKind."""
    outputs = [record for record in records if record.line == OUTPUT_LINE]
    total = sum((convert(r.amount * r.share, r.unit, declared_unit) for r in outputs), Fraction(0))
    if total <= 0:
        raise BadOutput(
            f"production output: expected rows of line {OUTPUT_LINE!r} that sum to more than zero"
        )
    return total


def make_line_amounts(records: Iterable[ActivityRecord], category: Category) -> tuple[LineAmount, ...]:
    """Every line of the template in order, unused ones with amount 0; raise a MethodError.

    The factor of a line is what its records name, or the line's default.
    """
    kept = list(records)
    output = sum_output(kept, category.declared_unit)
    return tuple(_make_line_amount(line, kept, output) for line in category.lines)


def _make_line_amount(line: TemplateLine, records: list[ActivityRecord], output: Fraction) -> LineAmount:
    own = [record for record in records if record.line == line.code]
    total = sum((convert_for(r.amount * r.share, r.unit, line.unit, line.kind) for r in own), Fraction(0))
    factor = next((record.factor for record in own if record.factor), line.default_factor)
    return LineAmount(line.code, factor, total / output)
