"""What is wrong with a pack model as typed, cell by cell.

The one fact: every cell is read by the same reader that reads a pack.toml, so what shows no problem here is accepted
there; the file as a whole is read once more before it is asked for.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction

from method.errors import BadField, BadFields, MethodError
from method.exact import encode_decimal
from method.fields import read_code, read_decimal, read_text
from method.functional_unit import FIELDS as UNIT_FIELDS
from method.functional_unit import total_energy_of
from method.pack import DEFAULT_TOLERANCE, PACK, PackDefinition, parse_pack
from method.rules import RULES, STAGE_NAMES, STAGES, find_rules
from method.units import convert, parse_unit
from node.importers.unit_names import is_area
from node.language import Phrase
from node.library import Library
from node.maker.functional_units import read_unit, say_cell, say_unit
from node.maker.item_codes import is_to_come
from node.maker.pack_drafts import PackDraft, is_by_default
from operation.method_words import say_reason
from protocol.errors import Refused

Row = Mapping[str, str]
_LISTED = 8
_ENERGIES = {"pack_energy_kwh", "usable_energy_kwh"}
_STANDING_IN = "1"
"""What a field of the functional unit is taken for while its own value cannot be read."""
EMPTY = Phrase("fill this in", "请填写")
_EMPTY_CELLS = {
    "product": Phrase(
        "the code under which its supplier declared it: see “Find a supplier’s product”, or let it declare first",
        "填供应商申报时用的代码：在“查找供应商的产品”里找，还没申报的先请它申报",
    ),
    "category": Phrase(
        "choose one; if none fits, ask the platform’s operator to publish one",
        "请选类别；没有合适的，请平台运营方发布一个",
    ),
}
TWICE = Phrase(
    "another row has this name already; each item has its own", "另一行已用此名称；每项名称不能重复"
)
RESERVED = Phrase('the name "pack" stands for the whole pack', "名称 pack 表示整包，不能用")
NO_CATEGORY = Phrase("no category of this code is published", "没有发布过这个代码的类别")
NO_FACTOR = Phrase("no factor of this code is published", "没有发布过这个代码的因子")
PIECES = Phrase(
    "a mass is needed here: type number of pieces × mass of one into the quantity, such as 96 × 3.9 kg",
    "这里要质量：在数量里填 件数 × 单件质量，如 96×3.9kg",
)
AREA = Phrase(
    "a mass is needed here: type area × mass of one square metre into the quantity, such as 12 × 0.35 kg",
    "这里要质量：在数量里填 面积 × 每平方米质量，如 12×0.35kg",
)
NO_MASS = Phrase(
    "what is part of something needs a mass, or parts that have one: use kg, g or t",
    "属于上级的物料须有质量，或下面有带质量的物料：请用 kg、g 或 t",
)
NO_MAKER = Phrase(
    "mark the item that you make yourselves in the column “Own”, such as the assembly of the pack; if it is not among "
    "the rows, declare it under Products first and find it below",
    "请在“自产”一列选中由贵公司自己完成的那一项，如电池包装配；行里没有的话，先在“产品”里申报，再用下面的查找填入",
)
NO_ROWS = Phrase("no row yet: add one, or upload a file", "还没有行：请添加，或上传文件")


@dataclass(frozen=True, slots=True)
class Findings:
    """What is wrong: by field of the model, by (row, field) of the table, and what concerns the whole."""

    fields: dict[str, Phrase] = field(default_factory=dict)
    cells: dict[tuple[int, str], Phrase] = field(default_factory=dict)
    whole: list[Phrase] = field(default_factory=list)

    @property
    def count(self) -> int:
        """How many things are to be mended."""
        return len(self.fields) + len(self.cells) + len(self.whole)


def check_draft(draft: PackDraft, library: Library) -> Findings:
    """Everything that keeps a draft from being requested, as far as its maker alone can mend it."""
    found = Findings()
    for name, read in _FIELD_READERS.items():
        _note(found.fields, name, read, draft)
    if "method" not in found.fields:
        _note_unit(found.fields, draft)
    for item, count in Counter(row.get("item", "") for row in draft.rows).items():
        if item and count > 1:
            rows = (number for number, row in enumerate(draft.rows) if row.get("item") == item)
            found.cells.update({(number, "item"): TWICE for number in rows})
    for number, row in enumerate(draft.rows):
        if any(row.values()):
            _check_row(found, draft, number, library)
    if not any(any(row.values()) for row in draft.rows):
        found.whole.append(NO_ROWS)
    elif draft.value("maker") not in {
        row["item"] for row in draft.rows if row.get("item") and not is_by_default(row)
    }:
        found.fields["maker"] = NO_MAKER
    if not found.count:
        try:
            parse_pack(draft.make_record())
        except MethodError as error:
            found.whole.append(say_reason(error))
    return found


def need_pack(draft: PackDraft) -> PackDefinition:
    """The pack that a draft describes; Refused("pack") with the method's own words."""
    try:
        return parse_pack(draft.make_record())
    except BadFields as error:
        first = f"{draft.model or draft.id} cannot be asked for yet:"
        raise Refused("pack", "\n  ".join((first, *error.problems))) from error
    except MethodError as error:
        raise Refused("pack", f"{draft.model or draft.id}: {error}") from error


# --- the model's own fields ------------------------------------------------------------------------


def _text(name: str) -> Callable[[PackDraft], object]:
    return lambda draft: read_text(draft.fields, name, PACK)


def read_mass(draft: PackDraft) -> Fraction:
    """The stated mass of the pack in kg; raise MethodError."""
    mass = read_decimal(draft.fields, "mass_kg", PACK)
    if mass <= 0:
        raise BadField("pack: expected mass_kg above 0")
    return mass


def read_tolerance(draft: PackDraft) -> Fraction:
    """The tolerance of its mass balance, as a share; raise MethodError."""
    if not draft.value("mass_tolerance"):
        return DEFAULT_TOLERANCE
    tolerance = read_decimal(draft.fields, "mass_tolerance", PACK)
    if not 0 <= tolerance < 1:
        raise BadField("pack: expected mass_kg above 0 and mass_tolerance from 0 to below 1")
    return tolerance


def _read_rules(draft: PackDraft) -> object:
    return find_rules(read_code(draft.fields, "method", PACK), read_code(draft.fields, "boundary", PACK))


def _unit_number(name: str, required: bool) -> Callable[[PackDraft], object]:
    def read(draft: PackDraft) -> object:
        if not required and not draft.value(name):
            return None
        value = read_decimal(draft.fields, name, "functional unit")
        if value <= 0:
            raise BadField(f"functional unit: expected {name} above 0")
        return value

    return read


_FIELD_READERS: dict[str, Callable[[PackDraft], object]] = {
    **{name: _text(name) for name in ("model", "name_zh", "chemistry")},
    "mass_kg": read_mass,
    "mass_tolerance": read_tolerance,
    "method": _read_rules,
    "pack_energy_kwh": _unit_number("pack_energy_kwh", True),
    "usable_energy_kwh": _unit_number("usable_energy_kwh", True),
    **{
        name: _unit_number(name, False)
        for name in ("cycles_per_year", "warranty_years", "warranty_km", "measured_cycles")
    },
}


def _note(found: dict[str, Phrase], name: str, read: Callable[[PackDraft], object], draft: PackDraft) -> None:
    if name in (
        "model",
        "name_zh",
        "chemistry",
        "mass_kg",
        "pack_energy_kwh",
        "usable_energy_kwh",
    ) and (not draft.value(name).strip()):
        found[name] = EMPTY
        return
    try:
        read(draft)
    except MethodError as error:
        found[name] = say_cell(error)


def _note_unit(found: dict[str, Phrase], draft: PackDraft) -> None:
    """All that the chosen rule set misses in the functional unit, each beside the field that it names.

    A field with a problem is taken to be good, so that what comes after it is said as well.
    """
    taken = {name for name in UNIT_FIELDS if name in found}
    while True:
        taken |= _ENERGIES if taken & _ENERGIES else set()
        assumed = replace(draft, fields={**draft.fields, **dict.fromkeys(taken, _STANDING_IN)})
        try:
            total_energy_of(read_unit(assumed), RULES[draft.value("method")])
        except MethodError as error:
            named, problem = say_unit(error, assumed)
            if named in taken or named not in UNIT_FIELDS:
                return
            found[named] = problem
            taken.add(named)
        else:
            return


# --- rows ------------------------------------------------------------------------------------------


def _check_row(found: Findings, draft: PackDraft, number: int, library: Library) -> None:
    row = draft.rows[number]
    needed = ("item", "quantity", "unit", "stage") if is_by_default(row) else (
        "item", "product", "category", "quantity", "unit", "stage"
    )  # fmt: skip
    for name in needed:
        if not row.get(name, "").strip():
            found.cells[number, name] = _EMPTY_CELLS.get(name, EMPTY)
    for name, check in _CELL_CHECKS.items():
        if row.get(name, "").strip():
            try:
                problem = check(draft, row, library)
            except MethodError as error:
                problem = say_cell(error)
            if problem is not None:
                found.cells[number, name] = problem


def _check_item(_draft: PackDraft, row: Row, _library: Library) -> Phrase | None:
    if is_to_come(row):
        return None
    item = read_code(row, "item", "item")
    return RESERVED if item == PACK else None


def _check_product(_draft: PackDraft, row: Row, _library: Library) -> Phrase | None:
    read_code(row, "product", "product")
    return None


def _check_category(_draft: PackDraft, row: Row, library: Library) -> Phrase | None:
    return None if read_code(row, "category", "category") in library.categories else NO_CATEGORY


def _check_factor(_draft: PackDraft, row: Row, library: Library) -> Phrase | None:
    return None if read_code(row, "default_factor", "factor") in library.factors else NO_FACTOR


def _check_quantity(draft: PackDraft, row: Row, library: Library) -> Phrase | None:
    quantity = read_decimal(row, "quantity", "quantity")
    if quantity <= 0:
        raise BadField("quantity: expected quantity above 0")
    return _check_plausible(draft, row, library)


def _check_plausible(draft: PackDraft, row: Row, library: Library) -> Phrase | None:
    """Its supplier's node refuses what lies outside, so it is said here."""
    published = library.categories.get(row.get("category", ""))
    if published is None:
        return None
    category = published.category
    try:
        energy = read_decimal(draft.fields, "pack_energy_kwh", PACK)
        quantity = convert(read_decimal(row, "quantity", PACK), row.get("unit", ""), category.declared_unit)
    except MethodError:
        return None
    low, high = category.plausible_quantity(energy)
    if low <= quantity <= high:
        return None
    shown, unit = f"{encode_decimal(low, 3)}–{encode_decimal(high, 3)}", category.declared_unit
    others = sum(_names_same(row, one) for one in draft.rows)
    todo = Phrase(
        "check quantity, unit and category: if no category fits, ask the platform’s operator to publish one; if all "
        "are right, ask it to widen this category’s range",
        "请核对数量、单位和类别：没有合适类别的，请平台运营方发布一个；都没有错的，请平台运营方放宽这个类别的范围",
    )
    if others > 1:
        todo = Phrase(
            f"{others} rows are this product: merge them first", f"有 {others} 行是这个产品：请先合并成一行"
        )
    return Phrase(
        f"for this pack, {category.name_en} is plausible from {shown} {unit}; {todo.en}",
        f"对本包而言，{category.name_zh}的合理范围是 {shown} {'件' if unit == 'piece' else unit}；{todo.zh}",
    )


def _names_same(row: Row, other: Row) -> bool:
    """Whether both are one product of one supplier."""
    product = row.get("legal_entity"), row.get("product")
    return all(product) and product == (other.get("legal_entity"), other.get("product"))


def _check_unit(_draft: PackDraft, row: Row, library: Library) -> Phrase | None:
    published = library.categories.get(row.get("category", ""))
    goal = None if published is None else parse_unit(published.category.declared_unit)
    if is_area(row["unit"]) and (goal is None or goal.kind == "mass"):
        return AREA
    unit = parse_unit(row["unit"])
    if goal is not None and (unit.kind, goal.kind) == ("count", "mass"):
        return PIECES
    if goal is not None:
        convert(Fraction(1), unit, goal)
    return None


def _check_stage(_draft: PackDraft, row: Row, library: Library) -> Phrase | None:
    published = library.categories.get(row.get("category", ""))
    allowed = STAGES if published is None else published.category.stages
    if row["stage"] in allowed:
        return None
    chinese = "或".join(f"“{STAGE_NAMES[one][0]}”" for one in allowed)
    english = " or ".join(STAGE_NAMES[one][1] for one in allowed)
    found_zh, found_en = STAGE_NAMES.get(row["stage"], (row["stage"], row["stage"]))
    return Phrase(f"expected {english}, found {found_en}", f"阶段应为{chinese}，写的是“{found_zh}”")


def _check_part(draft: PackDraft, row: Row, _library: Library) -> Phrase | None:
    items = {one.get("item", "") for one in draft.rows} - {row.get("item", "")}
    if row["part_of"] not in {PACK, *items}:
        return _no_part(sorted(filter(None, items)))
    if row.get("item") and any(one.get("part_of") == row["item"] for one in draft.rows):
        return None
    try:
        return None if parse_unit(row.get("unit", "")).kind == "mass" else NO_MASS
    except MethodError:
        return None


def _no_part(items: list[str]) -> Phrase:
    there = ", ".join([PACK, *items[:_LISTED]]) + ("…" if len(items) > _LISTED else "")
    return Phrase(
        f"no item has this code or name; expected one of {there}, or nothing",
        f"没有这个代码或名称的物料项；应为 {there} 之一，或留空",
    )


_CELL_CHECKS: dict[str, Callable[[PackDraft, Row, Library], Phrase | None]] = {
    "item": _check_item,
    "product": _check_product,
    "category": _check_category,
    "default_factor": _check_factor,
    "quantity": _check_quantity,
    "unit": _check_unit,
    "stage": _check_stage,
    "part_of": _check_part,
}
