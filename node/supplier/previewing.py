"""What an import would become, for its owner to check before declaring: every line with its factor, share and quality.

The one fact: nothing here is stored or sent. Recycling lines count as the rule set weighs them in its full boundary.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from fractions import Fraction

from method.category import Category, TemplateLine
from method.coefficient import make_coefficients
from method.factor import Factor
from method.plausibility import GEOGRAPHY, REFERENCE, Caution, Setting, find_cautions
from method.rules import FULL, Rules
from node.importers.activity import ImportedActivity
from node.importers.hints import Hint, Place, list_places
from node.language import Phrase
from node.library import Library
from node.supplier.slips import Former, LineUse, find_slips


@dataclass(frozen=True, slots=True)
class LinePreview:
    """One template line; amount in the line's unit and kg, both per declared unit."""

    line: TemplateLine
    factor: Factor
    kg_per_unit: Fraction = field(repr=False)
    amount: Fraction = field(repr=False)
    footprint_kg: Fraction = field(repr=False)
    share: Fraction = field(repr=False)

    @property
    def quality_rating(self) -> Fraction:
        """The mean of the factor's three scores, 1 (best) to 5."""
        return Fraction(self.factor.scores.total, 3)


@dataclass(frozen=True, slots=True)
class Preview:
    """What a declaration would commit to, under a rule set's full boundary."""

    product: str
    declared_unit: str
    method: str
    records: int
    certificates: int
    lines: tuple[LinePreview, ...]
    unit_footprint_kg: Fraction = field(repr=False)
    warnings: tuple[Hint, ...] = field(repr=False)


def preview_lines(
    imported: ImportedActivity, library: Library, rules: Rules, former: Former | None = None
) -> Preview:
    """Every line of the template in order; Refused or a MethodError. Shares are of the total, credits negative.

    `former`: what the same product had, for the warnings.
    """
    weighed = []
    for line, amount in zip(imported.category.lines, imported.amounts, strict=True):
        factor = library.factor(amount.factor).factor
        make_coefficients(line, factor, rules, FULL)
        value = factor.total * line.coefficient * rules.weight_of(line.role, line.material, FULL)
        weighed.append((line, factor, value, amount.amount))
    total = sum((value * amount for _, _, value, amount in weighed), Fraction(0))
    lines = tuple(
        LinePreview(
            line=line,
            factor=factor,
            kg_per_unit=value,
            amount=amount,
            footprint_kg=value * amount,
            share=value * amount / total if total else Fraction(0),
        )
        for line, factor, value, amount in weighed
    )
    rows = _first_rows(imported)
    uses = [LineUse(line, amount, value, rows.get(line.code, ())) for line, _, value, amount in weighed]
    return Preview(
        product=imported.product.code,
        declared_unit=imported.category.declared_unit,
        method=rules.code,
        records=len(imported.records),
        certificates=len(imported.certificates),
        lines=lines,
        unit_footprint_kg=total,
        warnings=_list_warnings(imported, library, find_slips(imported.category, uses, former)),
    )


def _first_rows(imported: ImportedActivity) -> dict[str, tuple[Place, ...]]:
    """Where each line is first recorded, by its code."""
    return {record.line: list_places([record]) for record in reversed(imported.records)}


def _list_warnings(imported: ImportedActivity, library: Library, slips: tuple[Hint, ...]) -> tuple[Hint, ...]:
    """What an owner should look at: a unit footprint out of its range, slips, what the sheet leaves open, the rest."""
    notes: dict[str, list[str]] = defaultdict(list)
    for record in imported.records:
        if record.note:
            notes[record.line].append(record.note)
    setting = Setting(imported.product.plant, imported.product.period_end, notes)
    factors = {code: item.factor for code, item in library.factors.items()}
    cautions = find_cautions(imported.category, imported.amounts, factors, setting)
    rows = _first_rows(imported)
    named = [(one.topic, _make_hint(imported.category, one, rows.get(one.line, ()))) for one in cautions]
    far = [hint for topic, hint in named if topic == REFERENCE]
    others = [hint for topic, hint in named if topic != REFERENCE]
    return (*far, *slips, *imported.warnings, *others)


def _make_hint(category: Category, caution: Caution, rows: tuple[Place, ...]) -> Hint:
    is_of_factor = caution.topic == GEOGRAPHY
    return Hint(_name_line(category, caution), rows, caution.line if is_of_factor else "")


def _name_line(category: Category, caution: Caution) -> Phrase:
    line = category.find_line(caution.line)
    if line is None:
        return Phrase(caution.text_en, caution.text_zh)
    return Phrase(f"{line.name_en}: {caution.text_en}", f"{line.name_zh}：{caution.text_zh}")
