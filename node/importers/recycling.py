"""The template's sheet of recycling: masses and shares per material, made into the amounts of the circular lines.

The one fact: a line belongs to a material by its code, `nickel-recycling` and `nickel-avoided` to nickel. Method:
docs/method.md, 3; amounts depend on no rule set.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from method.activity import ActivityRecord, LineAmount
from method.category import Category, TemplateLine
from method.circular import (
    CIRCULAR_ROLES,
    DISPOSAL,
    ENERGY_RECOVERY,
    RECYCLED_INPUT_RECYCLED,
    RECYCLED_INPUT_VIRGIN,
    RECYCLED_OUTPUT_AVOIDED,
    RECYCLED_OUTPUT_RECYCLING,
)
from method.units import convert, parse_unit
from node.importers.cells import BadCell, read_number, read_text
from node.importers.columns import make_columns
from node.importers.problem import ProblemList, quote
from node.importers.rows import Rulebook
from node.importers.sheets import Sheet
from node.importers.tables import CIRCULAR_SHEET, find_further
from node.importers.views import LONGEST_TEXT, RowView, open_rows, plain, read_positive

COLUMNS = make_columns(
    material=("材料 Material", "材料", "material"),
    mass=(
        "质量(kg/申报单位) Mass (kg per declared unit)",
        "质量(kg/申报单位)",
        "mass (kg per declared unit)",
    ),
    r1=("再生料含量R1 Recycled content R1", "再生料含量r1", "recycled content r1", "r1"),
    r2=("回收率R2 Recycled R2", "回收率r2", "recycled r2", "r2"),
    r3=("能量回收率R3 Energy recovery R3", "能量回收率r3", "energy recovery r3", "r3"),
    document=("凭证 Document", "凭证", "document"),
)
OTHER = "其他 other"
_SHARES = ("r1", "r2", "r3")


@dataclass(frozen=True, slots=True, repr=False)
class Recycled:
    """One material of one declared unit of the product: kg, and the shares of the formula."""

    view: RowView
    material: str
    mass_kg: Fraction = field(repr=False)
    r1: Fraction = field(repr=False)
    r2: Fraction = field(repr=False)
    r3: Fraction = field(repr=False)
    document: str


def list_materials(category: Category) -> tuple[str, ...]:
    """What the materials of a category's circular lines are called, OTHER last; none where it has no such lines."""
    has_any = any(line.role in CIRCULAR_ROLES for line in category.lines)
    names = [f"{stem} {chinese}" for stem, chinese in _name_stems(category).items()]
    return (*names, OTHER) if has_any else ()


def _name_stems(category: Category) -> dict[str, str]:
    """Each material's code and its Chinese name, which its lines' names begin with."""
    lines = [(_stem(line), line.name_zh.partition("：")[0]) for line in category.lines]
    return {stem: chinese for stem, chinese in reversed(lines) if stem}


def _known_names(category: Category) -> dict[str, str]:
    known = {"其他": OTHER, "other": OTHER, plain(OTHER): OTHER}
    for stem, chinese in _name_stems(category).items():
        known |= {plain(name): stem for name in (stem, chinese, f"{stem} {chinese}")}
    return known


def read_recycled(sheets: Sequence[Sheet], category: Category, problems: ProblemList) -> tuple[Recycled, ...]:
    """Every row of the sheet, or problems.

    1. Each names a material of the category and a mass above zero. 2. R1 is a share. 3. R2 and R3 are shares that
    sum to at most 1.
    """
    found = find_further(sheets, CIRCULAR_SHEET, COLUMNS, problems)
    if found is None:
        return ()
    sheet, header = found
    views = open_rows(sheet, header, COLUMNS, problems)
    read = [_read_row(view, category) for view in views]
    return tuple(row for row in read if row is not None)


def _read_row(view: RowView, category: Category) -> Recycled | None:
    text = read_text(view.cell("material"))
    material = _known_names(category).get(plain(text))
    if material is None:
        view.note(
            "material",
            "material-unknown",
            cell=view.found("material"),
            names=", ".join(list_materials(category)),
        )
    mass = read_positive(view, "mass")
    shares = [_read_share(view, name) for name in _SHARES]
    document = read_text(view.cell("document"))[:LONGEST_TEXT]
    if material is None or mass is None or None in shares:
        return None
    r1, r2, r3 = (share for share in shares if share is not None)
    if r2 + r3 > 1:  # 3.
        view.note("r3", "recovery-above-one", first=quote(view.cell("r2")), second=quote(view.cell("r3")))
        return None
    return Recycled(view, material, mass, r1, r2, r3, document)


def _read_share(view: RowView, name: str) -> Fraction | None:
    """A share from 0 to 1; an empty cell is 0."""
    cell = view.cell(name)
    if cell is None and not view.has_formula(name):
        return Fraction(0)
    try:
        share = read_number(cell)
    except BadCell:
        share = Fraction(-1)
    if 0 <= share <= 1:
        return share
    if name == "r1" and share > 1:
        view.note(name, "recycled-above-one", cell=view.found(name))
    else:
        view.note(name, "share-of-material", cell=view.found(name))
    return None


def make_recycling_records(
    rows: Sequence[Recycled], output: Fraction, rules: Rulebook
) -> tuple[ActivityRecord, ...]:
    """The circular lines' records: kg per declared unit times shares times the period's output; or problems."""
    return tuple(record for row in rows for record in _make_records(row, output, rules))


def _make_records(row: Recycled, output: Fraction, rules: Rulebook) -> list[ActivityRecord]:
    shares = {
        RECYCLED_INPUT_VIRGIN: row.r1,
        RECYCLED_INPUT_RECYCLED: row.r1,
        RECYCLED_OUTPUT_RECYCLING: row.r2,
        RECYCLED_OUTPUT_AVOIDED: row.r2,
        ENERGY_RECOVERY: row.r3,
        DISPOSAL: 1 - row.r2 - row.r3,
    }
    records = []
    for role, share in shares.items():
        lines = [
            line for line in rules.category.lines if line.role == role and _stem(line) in ("", row.material)
        ]
        if not lines:
            if share and role in (RECYCLED_INPUT_RECYCLED, RECYCLED_OUTPUT_RECYCLING, ENERGY_RECOVERY):
                name = {
                    RECYCLED_INPUT_RECYCLED: "r1",
                    RECYCLED_OUTPUT_RECYCLING: "r2",
                    ENERGY_RECOVERY: "r3",
                }[role]
                row.view.note(name, "no-circular-line", cell=row.view.found(name), material=row.material)
            continue
        if share:
            records.append(_make_record(row, lines[0], row.mass_kg * share * output, rules))
    return records


def _make_record(row: Recycled, line: TemplateLine, amount_kg: Fraction, rules: Rulebook) -> ActivityRecord:
    return ActivityRecord(
        line=line.code,
        period_start=rules.product.period_start,
        period_end=rules.product.period_end,
        amount=amount_kg,
        unit="kg",
        share=Fraction(1),
        factor="",
        document=row.document,
        note=row.material,
        sheet=row.view.sheet.name,
        row=row.view.row.number,
    )


def _stem(line: TemplateLine) -> str:
    """The material of a circular line by its code; "" for the lines that all materials share."""
    per_material = (
        RECYCLED_INPUT_VIRGIN, RECYCLED_INPUT_RECYCLED, RECYCLED_OUTPUT_RECYCLING, RECYCLED_OUTPUT_AVOIDED,
    )  # fmt: skip
    return line.code.rpartition("-")[0] if line.role in per_material else ""


def note_claims(category: Category, amounts: Sequence[LineAmount], problems: ProblemList) -> None:
    """Note claims that cannot be, whatever sheet they came from.

    1. A product per mass has at most its own mass of recycled content. 2. What is recycled, burnt and disposed of at
    the end of life of a product per mass is at most its mass. 3. No credit is for more than what is recycled.
    """
    found = {line.code: (line, amount.amount) for line, amount in zip(category.lines, amounts, strict=True)}
    is_mass = parse_unit(category.declared_unit).kind == "mass"
    whole = convert(1, category.declared_unit, "kg") if is_mass else None
    content = _sum_kg(found.values(), (RECYCLED_INPUT_RECYCLED,))
    if whole is not None and content > whole:  # 1.
        problems.note(("", 0, ""), "recycled-above-product")
    ended = _sum_kg(found.values(), (RECYCLED_OUTPUT_RECYCLING, ENERGY_RECOVERY, DISPOSAL))
    if whole is not None and ended > whole:  # 2.
        problems.note(("", 0, ""), "recovery-above-product")
    for line, amount in found.values():
        if line.role != RECYCLED_OUTPUT_AVOIDED or parse_unit(line.unit).kind != "mass":
            continue
        stem = _stem(line)
        recycled = _sum_kg(
            (one for one in found.values() if _stem(one[0]) == stem), (RECYCLED_OUTPUT_RECYCLING,)
        )
        if convert(amount, line.unit, "kg") > recycled:  # 3.
            problems.note(("", 0, ""), "credit-above-recycled", line=line.code)


def _sum_kg(lines: Iterable[tuple[TemplateLine, Fraction]], roles: tuple[str, ...]) -> Fraction:
    masses = [(line, amount) for line, amount in lines if parse_unit(line.unit).kind == "mass"]
    return sum(
        (convert(amount, line.unit, "kg") for line, amount in masses if line.role in roles), Fraction(0)
    )
