"""A pack folder read whole: the pack maker's file and every supplier's, for someone who owns all the data.

Read once, weighed under as many rule sets as asked for: amounts depend on none of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from pathlib import Path

from method.activity import LineAmount
from method.category import DEFAULT_LINE, Category, make_default_category
from method.errors import MethodError
from method.factor import Factor
from method.pack import BomEntry, PackDefinition, check_mass_balance
from method.product import Company, Product
from method.transport import Leg, check_legs
from method.units import convert
from node.importers.activity import read_activity
from node.importers.library import read_categories, read_factors
from node.importers.pack import PACK_FILE, PRODUCT_FILE, read_packs, read_product
from node.importers.problem import ImportProblems, Problem, refuse
from node.importers.tables import CUTOFF_SHEET
from operation.method_words import say_reason


@dataclass(frozen=True, slots=True, repr=False)
class CutOffNote:
    """A material that a supplier left out: kg in one pack, the line that carries it instead, its name and reason."""

    item: str
    line: str
    kg: Fraction = field(repr=False)
    reason: str


@dataclass(frozen=True, slots=True, repr=False)
class Supplied:
    """One entry of the bill of materials: amounts per declared unit, and declared units in one pack.

    `maker`: the company and its product, None where a default factor stands for them.
    """

    entry: BomEntry
    category: Category
    amounts: tuple[LineAmount, ...]
    quantity: Fraction
    cut_offs: tuple[CutOffNote, ...] = ()
    legs: tuple[Leg, ...] = ()
    maker: tuple[Company, Product] | None = None

    def __repr__(self) -> str:
        return f"Supplied(item={self.entry.item!r}, <redacted>)"


@dataclass(frozen=True, slots=True)
class ChainFiles:
    """A pack, what its suppliers' files say, the library they cite, and what their owner should look at."""

    pack: PackDefinition
    supplied: tuple[Supplied, ...]
    categories: Mapping[str, Category]
    factors: Mapping[str, Factor]
    warnings: tuple[str, ...]


def read_chains(
    pack_dir: Path, library_dir: Path | None = None, stages: tuple[str, ...] | None = None
) -> tuple[ChainFiles, ...]:
    """Read every model of the pack in `pack_dir`; raise ImportProblems with what is wrong in any of its files.

    The library is the folder that pack.toml names, unless `library_dir` is given. Suppliers of other stages than
    `stages` are not read.
    """
    packs = read_described(pack_dir)
    library = library_dir or pack_dir / packs[0].library
    factors, categories = read_factors(library), read_categories(library)
    weighed = [_weigh(pack) for pack in packs]
    problems: list[Problem] = []
    warnings: list[str] = []
    supplied: list[Supplied] = []
    for entry in packs[0].entries:
        try:
            if entry.default_factor:
                supplied.append(make_default(entry, factors))
                continue
            category = _find_category(entry, categories)
            if stages is not None and entry.stage not in stages:
                continue
            found, noted = _read_entry(pack_dir / entry.supplier, entry, category, factors)
            supplied.append(found)
            warnings += [f"{entry.supplier}: {warning}" for warning in noted]
        except ImportProblems as error:
            problems += [_place(item, entry.supplier) for item in error.problems]
    if problems:
        raise ImportProblems(problems)
    _check_journeys(supplied)
    return tuple(
        ChainFiles(pack, _take_quantities(pack, supplied), categories, factors, (*masses, *warnings))
        for pack, masses in zip(packs, weighed, strict=True)
    )


def read_described(pack_dir: Path) -> tuple[PackDefinition, ...]:
    """The models that `pack_dir` describes; raise ImportProblems, with those of every product.toml beside it."""
    try:
        return read_packs(pack_dir)
    except ImportProblems as error:
        problems = list(error.problems)
        for path in sorted(pack_dir.glob(f"*/{PRODUCT_FILE}")):
            try:
                read_product(path.parent)
            except ImportProblems as further:
                problems += [_place(item, path.parent.name) for item in further.problems]
        raise ImportProblems(problems) from error


def _take_quantities(pack: PackDefinition, supplied: Iterable[Supplied]) -> tuple[Supplied, ...]:
    """The same suppliers with one model's quantities: its entries differ from the first model's in nothing else."""
    entries = {entry.item: entry for entry in pack.entries}
    return tuple(_take_quantity(one, entries[one.entry.item]) for one in supplied)


def _take_quantity(supplied: Supplied, entry: BomEntry) -> Supplied:
    ratio = entry.quantity / supplied.entry.quantity
    cut_offs = tuple(replace(one, kg=one.kg * ratio) for one in supplied.cut_offs)
    return replace(supplied, entry=entry, quantity=supplied.quantity * ratio, cut_offs=cut_offs)


def make_default(entry: BomEntry, factors: Mapping[str, Factor]) -> Supplied:
    """An entry that a factor of the library stands for: one line of secondary data; raise ImportProblems."""
    factor = factors.get(entry.default_factor)
    if factor is None:
        raise refuse(PACK_FILE, "item-default", item=entry.item, factor=entry.default_factor)
    try:
        quantity = convert(entry.quantity, entry.unit, factor.unit)
    except MethodError as error:
        raise refuse(PACK_FILE, "item-misfit", item=entry.item, reason=say_reason(error)) from error
    amounts = (LineAmount(DEFAULT_LINE, factor.code, Fraction(1)),)
    return Supplied(entry, make_default_category(factor, entry.stage), amounts, quantity)


def _place(problem: Problem, supplier: str) -> Problem:
    # Every supplier's spreadsheet has the same name, so the folder belongs to it here; a missing file has its path.
    return (
        problem
        if problem.file == PACK_FILE or "/" in problem.file
        else replace(problem, file=f"{supplier}/{problem.file}")
    )


def _read_entry(
    folder: Path, entry: BomEntry, category: Category, factors: Mapping[str, Factor]
) -> tuple[Supplied, tuple[str, ...]]:
    company, product = read_product(folder)
    _check_product(entry, product)
    activity = read_activity(folder / product.activity, product, category, factors)
    try:
        quantity = convert(entry.quantity, entry.unit, category.declared_unit)
    except MethodError as error:
        raise refuse(PACK_FILE, "item-misfit", item=entry.item, reason=say_reason(error)) from error
    cut_offs = tuple(
        CutOffNote(entry.item, one.line, one.amount / activity.output * quantity, one.note)
        for one in activity.records
        if one.sheet == CUTOFF_SHEET
    )
    legs = tuple(Leg(entry.item, one.document, one.route, one.share) for one in activity.records if one.route)
    supplied = Supplied(entry, category, activity.amounts, quantity, cut_offs, legs, (company, product))
    return supplied, tuple(map(str, activity.warnings))


def _check_journeys(supplied: Iterable[Supplied]) -> None:
    try:
        check_legs(leg for one in supplied for leg in one.legs)
    except MethodError as error:
        raise refuse(PACK_FILE, "leg-twice", reason=say_reason(error)) from error


def _weigh(pack: PackDefinition) -> list[str]:
    try:
        return [warning.describe() for warning in check_mass_balance(pack)]
    except MethodError as error:
        raise refuse(PACK_FILE, "part-without-mass", reason=say_reason(error)) from error


def _find_category(entry: BomEntry, categories: Mapping[str, Category]) -> Category:
    """The category of an entry, which must allow its stage: a stage chosen wrongly would leave the entry out."""
    category = categories.get(entry.category)
    if category is None:
        raise refuse(PACK_FILE, "item-category", category=entry.category, item=entry.item)
    if entry.stage not in category.stages:
        stages = {"stage": entry.stage, "stages": ", ".join(category.stages)}
        raise refuse(PACK_FILE, "item-stage", item=entry.item, category=category.code, **stages)
    return category


def _check_product(entry: BomEntry, product: Product) -> None:
    if (product.code, product.category) != (entry.product, entry.category):
        asked = {"item": entry.item, "product": entry.product, "category": entry.category}
        there = {"other": product.code, "other_category": product.category, "supplier": entry.supplier}
        raise refuse(PACK_FILE, "item-product", **asked, **there)
