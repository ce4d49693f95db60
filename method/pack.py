"""A pack model: functional unit, bill of materials, mass balance. Protocol 1; method: what a verifier checks.

Quantities are the pack maker's secret. `part_of` says what an item is a piece of, so that masses are summed
without counting cathode powder again inside the cell; what has no mass of its own weighs what its parts do.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import partial

from method.declaration import STATED_FIELDS
from method.errors import BadField, WrongKind
from method.exact import encode_decimal
from method.fields import (
    Record,
    as_table,
    check_all,
    check_known,
    read_code,
    read_decimal,
    read_list,
    read_table,
    read_text,
)
from method.functional_unit import FunctionalUnit, parse_functional_unit
from method.rules import STAGES, find_rules
from method.units import convert, parse_unit

PACK = "pack"
DEFAULT_TOLERANCE = Fraction(1, 100)
MAX_ENTRIES = 1024
PACK_FIELDS = (
    "model", "name_zh", "name_en", "chemistry", "mass_kg", "mass_tolerance", "method", "boundary", "maker",
)  # fmt: skip
PACK_TABLES = ("library", "pack", "functional_unit", "bill_of_materials", "declaration")
ENTRY_FIELDS = (
    "item", "supplier", "legal_entity", "product", "category", "quantity", "unit", "stage", "part_of",
)  # fmt: skip
DEFAULT_FIELDS = ("item", "default_factor", "quantity", "unit", "stage", "part_of")


@dataclass(frozen=True, slots=True, repr=False)
class BomEntry:
    """One line of the bill of materials: so much of this supplier's product in one pack.

    `supplier` is a folder, `legal_entity` the supplier's registry identifier ("" when the request names it),
    `product` its product's code; `part_of` is "pack", an item, or "" for no mass. An entry with a `default_factor`
    has no supplier: that factor of the library stands for it, as secondary data, in the clear footprint only.
    """

    item: str
    supplier: str
    legal_entity: str
    product: str
    category: str
    quantity: Fraction
    unit: str
    stage: str
    part_of: str
    default_factor: str = ""

    def __repr__(self) -> str:
        return f"BomEntry(item={self.item!r}, product={self.product!r}, <redacted>)"


@dataclass(frozen=True, slots=True)
class PackDefinition:
    """One pack model as its maker describes it. `maker`: the item whose supplier makes the request.

    `declaration`: what an authority asks to be declared and only the maker knows, by field (method.declaration).
    """

    name_zh: str
    name_en: str
    mass_kg: Fraction
    mass_tolerance: Fraction
    method: str
    boundary: str
    maker: str
    library: str
    functional_unit: FunctionalUnit
    entries: tuple[BomEntry, ...]
    declaration: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, repr=False)
class MassWarning:
    """The parts of a component do not sum to its mass within the tolerance."""

    component: str
    stated_kg: Fraction
    summed_kg: Fraction
    tolerance: Fraction

    def __repr__(self) -> str:
        return f"MassWarning(component={self.component!r}, <redacted>)"

    def describe(self) -> str:
        """The warning in words, for the owner of the bill of materials."""
        stated, summed = encode_decimal(self.stated_kg, 3), encode_decimal(self.summed_kg, 3)
        percent = encode_decimal(self.tolerance * 100, 3)
        return (
            f"parts of {self.component} sum to {summed} kg, stated are {stated} kg: "
            f"more than {percent} % apart; check the quantities, or raise mass_tolerance with a reason"
        )


def parse_pack(record: Record) -> PackDefinition:
    """Read a pack definition; raise BadFields with all problems. Item names are unique; `part_of` names one."""
    what = "pack"
    tables = ("pack", "functional_unit")
    check_all(
        [
            *(partial(read_table, record, table, what) for table in tables),
            partial(read_list, record, "bill_of_materials", what, MAX_ENTRIES),
        ]
    )
    pack, unit = (read_table(record, table, what) for table in tables)
    items = read_list(record, "bill_of_materials", what, MAX_ENTRIES)
    *_, entries = check_all(
        [
            partial(check_known, record, PACK_TABLES, what),
            partial(_read_declaration, record),
            partial(read_text, record, "library", what),
            partial(check_known, pack, PACK_FIELDS, what),
            *(partial(read_text, pack, name, what) for name in PACK_FIELDS[:4]),
            partial(_read_masses, pack),
            partial(_read_rules, pack),
            partial(parse_functional_unit, {**unit, "model": "-", "chemistry": "-"}),
            partial(_parse_bill, pack, items),
        ]
    )
    mass, tolerance = _read_masses(pack)
    method, boundary = _read_rules(pack)
    named = {"model": read_text(pack, "model", what), "chemistry": read_text(pack, "chemistry", what)}
    return PackDefinition(
        name_zh=read_text(pack, "name_zh", what),
        name_en=read_text(pack, "name_en", what),
        mass_kg=mass,
        mass_tolerance=tolerance,
        method=method,
        boundary=boundary,
        maker=read_code(pack, "maker", what),
        library=read_text(record, "library", what),
        functional_unit=parse_functional_unit({**unit, **named}),
        entries=entries,
        declaration=_read_declaration(record),
    )


def _read_declaration(record: Record) -> dict[str, str]:
    what = "declaration"
    table = read_table(record, what, "pack") if what in record else {}
    check_known(table, STATED_FIELDS, what)
    return {name: read_text(table, name, what) for name in table}


def _read_masses(pack: Record) -> tuple[Fraction, Fraction]:
    mass = read_decimal(pack, "mass_kg", "pack")
    tolerance = (
        read_decimal(pack, "mass_tolerance", "pack") if "mass_tolerance" in pack else DEFAULT_TOLERANCE
    )
    if mass <= 0 or not 0 <= tolerance < 1:
        raise BadField("pack: expected mass_kg above 0 and mass_tolerance from 0 to below 1")
    return mass, tolerance


def _read_rules(pack: Record) -> tuple[str, str]:
    method, boundary = read_code(pack, "method", "pack"), read_code(pack, "boundary", "pack")
    find_rules(method, boundary)
    return method, boundary


def _parse_bill(pack: Record, items: Sequence[object]) -> tuple[BomEntry, ...]:
    entries = _parse_entries(items)
    _check_items(entries, read_code(pack, "maker", "pack"))
    return entries


def restrict_pack(pack: PackDefinition, method: str, boundary: str) -> PackDefinition:
    """The pack under this rule set and boundary, with the entries that the boundary counts; raise BadField."""
    stages = find_rules(method, boundary).boundaries[boundary]
    counted = tuple(entry for entry in pack.entries if entry.stage in stages)
    _check_items(counted, pack.maker)
    return replace(pack, method=method, boundary=boundary, entries=counted)


def find_empty_stages(pack: PackDefinition) -> tuple[str, ...]:
    """A warning for each stage that the pack's boundary counts and no entry stands in."""
    stages = find_rules(pack.method, pack.boundary).stages_of(pack.boundary)
    filled = {entry.stage for entry in pack.entries}
    return tuple(
        f"boundary {pack.boundary} counts {stage}, but no entry of the bill of materials stands in it: "
        "nothing is declared for it; add what belongs there"
        for stage in stages
        if stage not in filled
    )


def check_mass_balance(pack: PackDefinition, tolerance: Fraction | None = None) -> list[MassWarning]:
    """Compare each component with the sum of its parts; the default tolerance is the pack's own, else 1 %.

    A component without a mass (counted in pieces) is the sum of its parts; a part with neither raises WrongKind.
    """
    allowed = pack.mass_tolerance if tolerance is None else tolerance
    return [
        MassWarning(component, mass, summed, allowed)
        for component, mass, summed in sum_parts(pack.mass_kg, pack.entries)
        if mass is not None and abs(summed - mass) > allowed * mass
    ]


def sum_parts(mass_kg: Fraction, entries: Sequence[BomEntry]) -> list[tuple[str, Fraction | None, Fraction]]:
    """Each component that has parts, and the pack in any case: its name, its stated mass, the sum of its parts in kg.

    A component without a mass of its own, as a module that is counted in pieces, has None for the stated one: it
    weighs what its parts do. An entry without a name, as in a bill that is still being typed, has no parts. Raises
    WrongKind where a part has no mass.
    """
    masses = weigh_entries(entries)
    stated: dict[str, Fraction | None] = {PACK: mass_kg}
    parts: dict[str, list[BomEntry]] = {PACK: []}
    for entry in entries:
        if entry.item:
            stated[entry.item] = _own_mass(entry)
        if entry.part_of:
            parts.setdefault(entry.part_of, []).append(entry)
    return [
        (component, own, sum((_need_mass(part, masses) for part in parts[component]), Fraction(0)))
        for component, own in stated.items()
        if component in parts
    ]


def weigh_entries(entries: Sequence[BomEntry]) -> dict[str, Fraction]:
    """By item, its mass in kg: its own, else the sum of its parts.

    What has neither, or is part of itself by way of its own parts, is not in it.
    """
    masses = {entry.item: mass for entry in entries if (mass := _own_mass(entry)) is not None}
    parts: dict[str, list[BomEntry]] = {}
    for entry in entries:
        parts.setdefault(entry.part_of, []).append(entry)
    left = {entry.item for entry in entries if entry.item and entry.item in parts} - masses.keys()
    while ready := [item for item in left if not any(part.item in left for part in parts[item])]:
        for item in ready:
            found = [_mass_of(part, masses) for part in parts[item]]
            known = [mass for mass in found if mass is not None]
            if known:
                masses[item] = sum(known, Fraction(0))
        left -= set(ready)
    return masses


def _own_mass(entry: BomEntry) -> Fraction | None:
    return convert(entry.quantity, entry.unit, "kg") if parse_unit(entry.unit).kind == "mass" else None


def _mass_of(entry: BomEntry, masses: Mapping[str, Fraction]) -> Fraction | None:
    own = _own_mass(entry)
    return masses.get(entry.item) if own is None else own


def _need_mass(entry: BomEntry, masses: Mapping[str, Fraction]) -> Fraction:
    mass = _mass_of(entry, masses)
    if mass is None:
        raise WrongKind(
            f"item {entry.item}: part_of asks for a mass, but it is counted in {entry.unit}, and no part of it "
            "has one"
        )
    return mass


def _parse_entries(items: Sequence[object]) -> tuple[BomEntry, ...]:
    """Every entry, or BadFields with what is wrong in each of them."""
    return tuple(check_all([partial(_parse_item, item) for item in items]))


def _parse_item(item: object) -> BomEntry:
    return _parse_entry(as_table(item, "bill of materials"))


def _parse_entry(record: Record) -> BomEntry:
    item = read_code(record, "item", "bill of materials")
    what = f"bill of materials: {item}"
    if "default_factor" in record:
        return _parse_default(record, item, what)
    check_all(
        [
            partial(check_known, record, ENTRY_FIELDS, what),
            *(partial(read_code, record, field, what) for field in ("supplier", "product", "category")),
            *(
                partial(read_text, record, field, what, optional=True)
                for field in ("legal_entity", "part_of")
            ),
            *(partial(read, record, what) for read in (_read_quantity, _read_entry_unit, _read_stage)),
        ]
    )
    return BomEntry(
        item=item,
        supplier=read_code(record, "supplier", what),
        legal_entity=read_text(record, "legal_entity", what, optional=True),
        product=read_code(record, "product", what),
        category=read_code(record, "category", what),
        quantity=_read_quantity(record, what),
        unit=_read_entry_unit(record, what),
        stage=_read_stage(record, what),
        part_of=read_text(record, "part_of", what, optional=True),
    )


def _parse_default(record: Record, item: str, what: str) -> BomEntry:
    check_all(
        [
            partial(check_known, record, DEFAULT_FIELDS, what),
            partial(read_code, record, "default_factor", what),
            partial(read_text, record, "part_of", what, optional=True),
            *(partial(read, record, what) for read in (_read_quantity, _read_entry_unit, _read_stage)),
        ]
    )
    return BomEntry(
        item=item,
        supplier="",
        legal_entity="",
        product="",
        category="",
        quantity=_read_quantity(record, what),
        unit=_read_entry_unit(record, what),
        stage=_read_stage(record, what),
        part_of=read_text(record, "part_of", what, optional=True),
        default_factor=read_code(record, "default_factor", what),
    )


def _read_quantity(record: Record, what: str) -> Fraction:
    quantity = read_decimal(record, "quantity", what)
    if quantity <= 0:
        raise BadField(f"{what}: quantity: expected more than 0")
    return quantity


def _read_entry_unit(record: Record, what: str) -> str:
    return parse_unit(read_text(record, "unit", what)).name


def _read_stage(record: Record, what: str) -> str:
    stage = read_text(record, "stage", what)
    if stage not in STAGES:
        raise BadField(f"{what}: stage: expected one of {', '.join(STAGES)}, found {stage!r}")
    return stage


def _check_items(entries: Sequence[BomEntry], maker: str) -> None:
    items = [entry.item for entry in entries]
    twice = sorted({item for item in items if items.count(item) > 1 or item == PACK})
    if not items or twice:
        raise BadField(
            f'bill of materials: expected at least one entry, each item with a name of its own, not "{PACK}"; '
            f"found {', '.join(twice) or 'none'}"
        )
    made = [entry.item for entry in entries if not entry.default_factor]
    if maker not in made:
        raise BadField(
            f"pack: maker: expected an item of the bill of materials with a supplier, found {maker!r}"
        )
    for entry in entries:
        if entry.part_of not in ("", PACK, *items) or entry.part_of == entry.item:
            raise BadField(f'bill of materials: {entry.item}: part_of: expected "{PACK}", another item or ""')
