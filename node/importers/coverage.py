"""Do the records cover the whole period? A forgotten month understates, and no later check would see it.

Only what runs all year is looked at: production output and metered energy. Deliveries come when they come.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from itertools import pairwise

from method.activity import OUTPUT_LINE, ActivityRecord
from method.category import Category
from method.product import Product
from node.language import Phrase

METERED = ("electricity", "natural_gas", "heat")
_ONE_DAY = timedelta(days=1)


def find_gaps(records: Sequence[ActivityRecord], product: Product, category: Category) -> tuple[Phrase, ...]:
    """One warning for each line that leaves days of the product's period uncovered; no amount is in it."""
    metered = [line.code for line in category.lines if line.kind in METERED]
    warnings = []
    for code in (OUTPUT_LINE, *metered):
        own = [record for record in records if record.line == code]
        gap = _first_gap(
            own, date.fromisoformat(product.period_start), date.fromisoformat(product.period_end)
        )
        if own and gap is not None:
            warnings.append(
                Phrase(
                    f"line {code}: no record covers {gap[0]} to {gap[1]}; add what is missing, or a record of 0",
                    f"产量：{gap[0]} 至 {gap[1]} 没有记录；漏了就补上，确实没有生产就填 0"
                    if code == OUTPUT_LINE
                    else f"项目 {code}：{gap[0]} 至 {gap[1]} 没有记录；漏了就补上，确实没有用量就填 0",
                )
            )
    return tuple(warnings)


def _first_gap(records: Iterable[ActivityRecord], start: date, end: date) -> tuple[date, date] | None:
    covered = start
    for first, last in sorted((record.period_start, record.period_end) for record in records):
        begins, ends = date.fromisoformat(first), date.fromisoformat(last)
        if begins > covered:
            return covered, begins - _ONE_DAY
        covered = max(covered, ends + _ONE_DAY)
    return (covered, end) if covered <= end else None


def find_half_counted(records: Sequence[ActivityRecord], category: Category) -> tuple[Phrase, ...]:
    """A warning when gas is on one of the gas lines and not on another: combustion and upstream go together."""
    lines = [line.code for line in category.lines if line.kind == "natural_gas"]
    used = {record.line for record in records if record.line in lines and record.amount}
    missing = [code for code in lines if used and code not in used]
    if not missing:
        return ()
    here, there = ", ".join(sorted(used)), ", ".join(missing)
    return (
        Phrase(
            f"natural gas on line {here} but not on {there}: the same meter reading belongs on both",
            f"天然气填了项目 {here}，没有填 {there}：同一块表的读数两处都要填",
        ),
    )


def find_overlaps(records: Sequence[ActivityRecord], category: Category) -> tuple[Phrase, ...]:
    """One warning for each line whose records cover the same days by different periods, as a year and its months do.

    Records of one and the same period are meters or deliveries side by side.
    """
    metered = [line.code for line in category.lines if line.kind in METERED]
    warnings = []
    for code in (OUTPUT_LINE, *metered):
        spans = sorted(
            {(record.period_start, record.period_end) for record in records if record.line == code}
        )
        twice = next((pair for pair in pairwise(spans) if pair[1][0] <= pair[0][1]), None)
        if twice is not None:
            (first, last), (begin, end) = twice
            warnings.append(
                Phrase(
                    f"line {code}: {first} to {last} and {begin} to {end} overlap; nothing may be counted twice",
                    f"项目 {code}：{first} 至 {last} 与 {begin} 至 {end} 有重叠，同一用量不要算两遍",
                )
            )
    return tuple(warnings)
