"""Amounts that a slip of units explains better than a change of the process: against the former import, and by mass.

The one fact: these texts hold amounts, so they are for the owner's eyes, like the preview they stand in; nothing here
refuses anything.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from method.activity import make_line_amounts
from method.category import Category, TemplateLine
from method.circular import ACTIVITY
from method.errors import MethodError
from method.exact import encode_decimal
from method.product import Product
from method.units import convert, parse_unit
from node.importers.coverage import FAR
from node.importers.hints import Hint, Place
from node.language import Phrase
from node.organisation import Node
from node.supplier.activities import Activity, find_other_period
from node.supplier.declaring import find_period_before
from web.numbers import THIN, show_number, show_significant, show_unit

LEAST_SHARE = Fraction(1, 100)
"""Of the footprint, now or before: a line with less is not looked at."""
LIGHTEST = Fraction(1, 5)
"""kg of materials in one kg of a product: lithium salt alone, of a cathode or an electrolyte salt, is more."""
_MATERIALS_STAGE = "raw_material_and_parts"
_MOST = 5
_DIGITS = 4


@dataclass(frozen=True, slots=True)
class Former:
    """Amounts per declared unit that the same product had, by line; `period`: of which, where it is another one."""

    amounts: Mapping[str, Fraction] = field(repr=False)
    period: tuple[str, str] | None


@dataclass(frozen=True, slots=True)
class LineUse:
    """One line: its amount per declared unit, kg of footprint per unit of the line, and its first row."""

    line: TemplateLine
    amount: Fraction = field(repr=False)
    kg_per_unit: Fraction = field(repr=False)
    rows: tuple[Place, ...] = ()


@dataclass(frozen=True, slots=True)
class _Change:
    use: LineUse
    before: Fraction = field(repr=False)
    weight: Fraction = field(repr=False)

    @property
    def ratio(self) -> Fraction:
        """How many times more it is now; 0 for a line that is new or gone."""
        return self.use.amount / self.before if self.before else Fraction(0)

    @property
    def is_far(self) -> bool:
        """Whether it is new, gone, or as far from before as a slip of units takes it."""
        return self.ratio >= FAR or self.ratio * FAR <= 1


def find_former(node: Node, product: Product, category: Category, last: Activity | None) -> Former | None:
    """What a product's amounts are held against: what was declared of the period before, else its `last` import."""
    earlier = find_period_before(node, product) or last
    if earlier is None:
        return None
    try:
        amounts = make_line_amounts(earlier.records, category)
    except MethodError:
        return None
    return Former({one.line: one.amount for one in amounts}, find_other_period(earlier, product))


def find_slips(category: Category, uses: Sequence[LineUse], former: Former | None) -> tuple[Hint, ...]:
    """What an owner is to look at: lines far from the former amounts, else materials that weigh next to nothing."""
    compared = () if former is None else _compare(category, uses, former)
    return compared or _check_mass(category, uses)


def _compare(category: Category, uses: Sequence[LineUse], former: Former) -> tuple[Hint, ...]:
    per, since = _say_per(category.declared_unit), _say_since(former)
    changes = _list_changes(uses, former)
    far = [one for one in changes if one.is_far]
    is_same = all(use.amount == former.amounts.get(use.line.code, 0) for use in uses)
    if former.period and changes and is_same:
        return (Hint(_say_same(since, per)),)
    if len(far) > 1 and len(far) == len(changes) and _is_one_way(far):
        return (Hint(_say_all(far[0], since, per)),)
    return tuple(Hint(_say_change(one, since, per), one.use.rows) for one in far[:_MOST])


def _list_changes(uses: Sequence[LineUse], former: Former) -> list[_Change]:
    """The lines with weight, the weightiest first."""
    kept = [(use, former.amounts.get(use.line.code, Fraction(0))) for use in uses]
    now = sum((abs(use.amount * use.kg_per_unit) for use, _ in kept), Fraction(0))
    then = sum((abs(before * use.kg_per_unit) for use, before in kept), Fraction(0))
    changes = [
        _Change(
            use,
            before,
            max(_part(use.amount * use.kg_per_unit, now), _part(before * use.kg_per_unit, then)),
        )
        for use, before in kept
    ]
    weighty = (one for one in changes if one.weight >= LEAST_SHARE)
    return sorted(weighty, key=lambda one: -one.weight)


def _part(value: Fraction, whole: Fraction) -> Fraction:
    return abs(value) / whole if whole else Fraction(0)


def _is_one_way(changes: Sequence[_Change]) -> bool:
    """Whether all are more, or all are less, than before: then it is rather the production that slipped."""
    return all(one.ratio >= FAR for one in changes) or all(0 < one.ratio < 1 for one in changes)


def _check_mass(category: Category, uses: Sequence[LineUse]) -> tuple[Hint, ...]:
    """What goes into a kg of a raw material or part weighs about that; nothing at all is the customer's own material.

    Packaging of a delivery and what a cell is glued with are not what these weigh.
    """
    if parse_unit(category.declared_unit).kind != "mass" or category.stages != (_MATERIALS_STAGE,):
        return ()
    own = [
        use
        for use in uses
        if use.line.kind == "material"
        and use.line.role == ACTIVITY
        and parse_unit(use.line.unit).kind == "mass"
    ]
    total = sum((convert(use.amount, use.line.unit, category.declared_unit) for use in own), Fraction(0))
    if not 0 < total < LIGHTEST:
        return ()
    mass, per = _say_amount(total, category.declared_unit), _say_per(category.declared_unit)
    text = Phrase(
        f"the materials come to only {mass} {per.en}; check the units and decimals of materials "
        "and production. Materials that your customer buys itself need not be here",
        f"填报的材料合计，{per.zh}只有 {mass}；请核对材料和产量的单位、小数点。"
        "客户自行采购的材料不必填在这里",
    )
    return (Hint(text, tuple(row for use in own for row in use.rows)),)


# --- words -----------------------------------------------------------------------------------------


def _say_change(change: _Change, since: Phrase, per: Phrase) -> Phrase:
    line, now = change.use.line, _say_amount(change.use.amount, change.use.line.unit)
    before = _say_amount(change.before, line.unit)
    times = _say_times(change)
    apart_en, apart_zh = (f", {times} times apart", f"，相差约 {times} 倍") if times else ("", "")
    if not change.use.amount:
        return Phrase(
            f"{line.name_en}: nothing now, {since.en} {before} {per.en}; check whether rows are missing",
            f"{line.name_zh}：这次没有，{since.zh}为{per.zh} {before}；请核对是否漏填",
        )
    return Phrase(
        f"{line.name_en}: {now} {per.en}, {since.en} {before}{apart_en}; check unit, decimals and missing rows",
        f"{line.name_zh}：{per.zh} {now}，{since.zh}为 {before}{apart_zh}；请核对单位、小数点和漏填的行",
    )


def _say_all(first: _Change, since: Phrase, per: Phrase) -> Phrase:
    more_en, more_zh = ("more", "大") if first.ratio > 1 else ("less", "小")
    line, times = first.use.line, _say_times(first)
    return Phrase(
        f"every amount {per.en} is much {more_en} than {since.en} ({line.name_en} about {times} times); check "
        "unit and decimals of the production",
        f"{per.zh}的各项用量都比{since.zh}{more_zh}得多（{line.name_zh}相差约 {times} 倍）；"
        "请核对产量的单位和小数点",
    )


def _say_same(since: Phrase, per: Phrase) -> Phrase:
    return Phrase(
        f"every amount {per.en} is the same as {since.en}; check that the amounts are of this period",
        f"{per.zh}的各项用量都与{since.zh}相同；请核对填的是不是本期的数",
    )


def _say_times(change: _Change) -> str:
    if not change.ratio:
        return ""
    return show_number(encode_decimal(max(change.ratio, 1 / change.ratio), 0))


def _say_since(former: Former) -> Phrase:
    if former.period is None:
        return Phrase("in the import before", "上次导入")
    first, last = former.period
    return Phrase(f"in {first} – {last}", f"{first} – {last} 那一期")


def _say_amount(amount: Fraction, unit: str) -> str:
    text = show_significant(encode_decimal(amount), _DIGITS)
    shown = text.rstrip("0").rstrip(".") if "." in text else text
    return f"{shown}{THIN}{show_unit(unit)}"


def _say_per(unit: str) -> Phrase:
    """What an amount is of: a declared unit of the product."""
    if unit == "piece":
        return Phrase("per piece", "每件产品")
    return Phrase(f"per {show_unit(unit)} of product", f"每 {show_unit(unit)} 产品")
