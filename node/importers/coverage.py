"""Do the records cover the whole period? A forgotten month understates, and no later check would see it.

Only what runs all year is looked at: production output and metered energy. Deliveries come when they come.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from fractions import Fraction
from itertools import pairwise
from statistics import median

from method.activity import OUTPUT_LINE, ActivityRecord
from method.category import Category
from method.product import Product
from node.importers.hints import Hint, list_places
from node.importers.item_names import name_line
from node.language import Phrase

METERED = ("electricity", "natural_gas", "heat")
_ONE_DAY = timedelta(days=1)
_MOST_GAPS = 12
FAR, FEWEST_MONTHS = 8, 4
"""A month is far from the others at so many times their median, either way; with fewer months nothing is usual."""


def find_doubts(records: Sequence[ActivityRecord], product: Product, category: Category) -> tuple[Hint, ...]:
    """All that an owner is to look at in the records of an import, whatever file they came from."""
    return (
        *find_gaps(records, product, category),
        *find_outliers(records, category),
        *find_overlaps(records, category),
        *find_half_counted(records, category),
    )


def find_gaps(records: Sequence[ActivityRecord], product: Product, category: Category) -> tuple[Hint, ...]:
    """One warning for each line that leaves days of the product's period uncovered, with all of them; no amount.

    It is at the row before the first of them.
    """
    metered = [line.code for line in category.lines if line.kind in METERED]
    start, end = date.fromisoformat(product.period_start), date.fromisoformat(product.period_end)
    warnings = []
    for code in (OUTPUT_LINE, *metered):
        own = [record for record in records if record.line == code]
        gaps = _list_gaps(own, start, end) if own else []
        if gaps:
            text = _say_gaps(code, name_line(category, code), gaps)
            warnings.append(Hint(text, list_places([_find_last_before(own, gaps[0][0])])))
    return tuple(warnings)


def _list_gaps(records: Iterable[ActivityRecord], start: date, end: date) -> list[tuple[date, date]]:
    gaps, covered = [], start
    for first, last in sorted((record.period_start, record.period_end) for record in records):
        begins, ends = date.fromisoformat(first), date.fromisoformat(last)
        if begins > covered:
            gaps.append((covered, begins - _ONE_DAY))
        covered = max(covered, ends + _ONE_DAY)
    return [*gaps, (covered, end)] if covered <= end else gaps


def _find_last_before(records: Sequence[ActivityRecord], day: date) -> ActivityRecord:
    """The last of the records that end before a day; the first of all where none does."""
    before = [record for record in records if record.period_end < day.isoformat()]
    return max(before, key=lambda one: one.period_end) if before else records[0]


def _say_gaps(code: str, name: Phrase, gaps: Sequence[tuple[date, date]]) -> Phrase:
    spans = [_say_span(first, last) for first, last in gaps[:_MOST_GAPS]]
    more = Phrase(", and more", "等") if gaps[_MOST_GAPS:] else Phrase("", "")
    english = f"{', '.join(span.en for span in spans)}{more.en}"
    chinese = f"{'、'.join(span.zh for span in spans)}{more.zh}"
    nothing = "没有生产" if code == OUTPUT_LINE else "没有用量"
    return Phrase(
        f"{name.en}: no record covers {english}; add what is missing, or a record of 0",
        f"{name.zh}：{chinese} 没有记录；漏了就补上，确实{nothing}就填 0",
    )


def _say_span(first: date, last: date) -> Phrase:
    """Whole months as months, anything else by its days."""
    begin, end = first.isoformat(), last.isoformat()
    if first.day == 1 and (last + _ONE_DAY).day == 1:
        begin, end = begin[:7], end[:7]
    return Phrase(f"{begin} to {end}", f"{begin} 至 {end}") if begin != end else Phrase(begin, begin)


def find_outliers(records: Sequence[ActivityRecord], category: Category) -> tuple[Hint, ...]:
    """One warning for a line of which one month is far from the others, as a digit too many or too few makes it.

    Several such months are a season or a plant that starts up. A line is looked at when all of its records are of
    single months and in one unit.
    """
    metered = [line.code for line in category.lines if line.kind in METERED]
    warnings = []
    for code in (OUTPUT_LINE, *metered):
        own = [record for record in records if record.line == code]
        months = _sum_months(own)
        usual = median(months.values()) if months else Fraction(0)
        far = [month for month, found in months.items() if found > usual * FAR or found * FAR < usual]
        if len(far) == 1:
            text = _say_outlier(name_line(category, code), far[0], months[far[0]] > usual)
            rows = list_places(record for record in own if record.period_start[:7] == far[0])
            warnings.append(Hint(text, rows))
    return tuple(warnings)


def _sum_months(records: Sequence[ActivityRecord]) -> dict[str, Fraction]:
    """The amount of each calendar month that has one; none where they are few, or cannot be compared."""
    months: dict[str, Fraction] = {}
    for record in records:
        month = record.period_start[:7]
        if record.period_end[:7] != month:
            return {}
        months[month] = months.get(month, Fraction(0)) + record.amount * record.share
    used = {month: found for month, found in months.items() if found}
    is_comparable = len({record.unit for record in records}) == 1 and len(used) >= FEWEST_MONTHS
    return used if is_comparable else {}


def _say_outlier(name: Phrase, month: str, is_more: bool) -> Phrase:
    en, zh = (
        (f"more than {FAR} times", f" {FAR} 倍以上")
        if is_more
        else ("less than an eighth of", "八分之一以下")
    )
    return Phrase(
        f"{name.en}: {month} is {en} a usual month; see whether a digit is too many or missing",
        f"{name.zh}：{month} 是其他月份的{zh}；请核对是否多写或少写了一位数",
    )


def find_half_counted(records: Sequence[ActivityRecord], category: Category) -> tuple[Hint, ...]:
    """A warning when gas is on one of the gas lines and not on another: combustion and upstream go together."""
    lines = [line.code for line in category.lines if line.kind == "natural_gas"]
    used = {record.line for record in records if record.line in lines and record.amount}
    missing = [code for code in lines if used and code not in used]
    if not missing:
        return ()
    here = [name_line(category, code) for code in lines if code in used]
    there = [name_line(category, code) for code in missing]
    text = Phrase(
        f"{' and '.join(one.en for one in here)} is filled in, {' and '.join(one.en for one in there)} is not: "
        "the same meter reading belongs on both",
        f"填了{'、'.join(one.zh for one in here)}，没有填{'、'.join(one.zh for one in there)}："
        "同一块表的读数两处都要填",
    )
    return (Hint(text, list_places(record for record in records if record.line in used)),)


def find_overlaps(records: Sequence[ActivityRecord], category: Category) -> tuple[Hint, ...]:
    """One warning for each line whose records cover the same days by different periods, as a year and its months do.

    Records of one and the same period are meters or deliveries side by side.
    """
    metered = [line.code for line in category.lines if line.kind in METERED]
    warnings = []
    for code in (OUTPUT_LINE, *metered):
        own = [record for record in records if record.line == code]
        spans = sorted({(record.period_start, record.period_end) for record in own})
        twice = next((pair for pair in pairwise(spans) if pair[1][0] <= pair[0][1]), None)
        if twice is not None:
            (first, last), (begin, end) = twice
            name = name_line(category, code)
            text = Phrase(
                f"{name.en}: {first} to {last} and {begin} to {end} overlap; nothing may be counted twice",
                f"{name.zh}：{first} 至 {last} 与 {begin} 至 {end} 有重叠，同一用量不要算两遍",
            )
            both = (one for one in own if (one.period_start, one.period_end) in twice)
            warnings.append(Hint(text, list_places(both)))
    return tuple(warnings)
