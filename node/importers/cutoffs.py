"""The template's sheet of cut-offs: small materials that were left out, and where their mass goes instead.

Each becomes a record of its own on the retained line with the highest factor, so that the evidence shows it.
Method: method.cutoff, the MEE draft's rule, because amounts depend on no rule set.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from method.activity import ActivityRecord
from method.category import TemplateLine
from method.circular import ACTIVITY
from method.cutoff import Material, cut_off
from method.errors import BadField
from method.exact import encode_decimal
from method.rules import DEFAULT_METHOD, FULL, find_rules
from method.units import convert, parse_unit
from node.importers.columns import make_columns
from node.importers.problem import ProblemList, quote
from node.importers.rows import Rulebook
from node.importers.sheets import Sheet
from node.importers.tables import CUTOFF_SHEET, find_further
from node.importers.views import LONGEST_TEXT, RowView, open_rows, plain, read_kg, read_name, read_positive

COLUMNS = make_columns(
    material=("材料 Material", "材料", "物料", "material"),
    mass=("质量 Mass", "质量", "mass"),
    unit=("单位 Unit", "单位", "unit"),
    component=("部件总质量 Component mass", "部件总质量", "部件质量", "component mass"),
    reason=("理由 Reason", "理由", "原因", "reason"),
)
_LONGEST = LONGEST_TEXT // 2
_REST = " rest "
"""What a component weighs beyond what is listed; no material has this name."""


@dataclass(frozen=True, slots=True, repr=False)
class Dropped:
    """A material left out: masses in kg over the period, and why."""

    view: RowView
    material: str
    mass_kg: Fraction = field(repr=False)
    component_kg: Fraction = field(repr=False)
    reason: str


def read_dropped(sheets: Sequence[Sheet], problems: ProblemList) -> tuple[Dropped, ...]:
    """Every row of the sheet, or problems.

    1. Each has a name, a reason, and masses above zero in a unit of mass. 2. Each is below the share of the
    component's mass that may be left out.
    """
    found = find_further(sheets, CUTOFF_SHEET, COLUMNS, problems)
    if found is None:
        return ()
    sheet, header = found
    read = [_read_row(view) for view in open_rows(sheet, header, COLUMNS, problems)]
    return tuple(row for row in read if row is not None)


def _read_row(view: RowView) -> Dropped | None:
    texts = [read_name(view, name, _LONGEST) for name in ("material", "reason")]
    scale = read_kg(view)
    masses = [read_positive(view, name) for name in ("mass", "component")]
    if None in texts or None in masses or scale is None:
        return None
    mass, component = (value * scale for value in masses if value is not None)
    limit = find_rules(DEFAULT_METHOD, FULL).cut_off or Fraction(0)
    if mass >= limit * component:
        view.note(
            "mass",
            "cutoff-too-much",
            share=encode_decimal(mass / component * 100, 3),
            limit=encode_decimal(limit * 100),
        )
        return None
    return Dropped(view, str(texts[0]), mass, component, str(texts[1]))


def reassign(
    dropped: Sequence[Dropped], records: Sequence[ActivityRecord], rules: Rulebook
) -> tuple[ActivityRecord, ...]:
    """A record for each dropped material on the retained line with the highest factor; or problems.

    1. Something is retained. 2. The footprint does not get lower by it.
    """
    retained, method = _find_retained(records, rules), find_rules(DEFAULT_METHOD, FULL)
    made = []
    for one in dropped:
        if not retained:  # 1.
            one.view.note("material", "cutoff-no-heir")
            continue
        known = sum((material.mass_kg for material in retained), one.mass_kg)
        rest = Material(_REST, max(one.component_kg - known, Fraction(0)), Fraction(0))
        own = Material(f"{one.material} ", one.mass_kg, _factor_of(one.material, rules))
        try:
            heir = cut_off((*retained, own, rest), {own.name: one.reason}, method).reassigned_to
        except BadField:  # 2.
            one.view.note("material", "cutoff-understates", cell=quote(one.material))
            continue
        made.append(_make_record(one, heir, records, rules))
    return tuple(made)


def _find_retained(records: Sequence[ActivityRecord], rules: Rulebook) -> list[Material]:
    retained = []
    for line in rules.category.lines:
        if line.kind != "material" or line.role != ACTIVITY or parse_unit(line.unit).kind != "mass":
            continue
        own = [record for record in records if record.line == line.code]
        mass = sum((convert(record.amount * record.share, record.unit, "kg") for record in own), Fraction(0))
        code = next((record.factor for record in own if record.factor), line.default_factor)
        if mass:
            retained.append(Material(line.code, mass, _kg_per_kg(line, code, rules)))
    return retained


def _factor_of(material: str, rules: Rulebook) -> Fraction:
    """The factor of a dropped material that is a line of the template; 0 for others, whose factor nobody stated."""
    line = rules.lines.get(plain(material))
    return _kg_per_kg(line, line.default_factor, rules) if isinstance(line, TemplateLine) else Fraction(0)


def _kg_per_kg(line: TemplateLine, code: str, rules: Rulebook) -> Fraction:
    factor = rules.factors.get(code)
    return Fraction(0) if factor is None else factor.total * line.coefficient / convert(1, line.unit, "kg")


def _make_record(
    one: Dropped, heir: str, records: Sequence[ActivityRecord], rules: Rulebook
) -> ActivityRecord:
    factor = next((record.factor for record in records if record.line == heir and record.factor), "")
    return ActivityRecord(
        line=heir,
        period_start=rules.product.period_start,
        period_end=rules.product.period_end,
        amount=one.mass_kg,
        unit="kg",
        share=Fraction(1),
        factor=factor,
        document="",
        note=f"截断 cut-off: {one.material}: {one.reason}"[:LONGEST_TEXT],
        sheet=one.view.sheet.name,
        row=one.view.row.number,
    )
