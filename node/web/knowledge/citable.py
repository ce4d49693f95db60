"""Where a factor can be cited: the lines of published categories that accept its code.

The one fact: a publication lets nobody cite a factor that no line accepts, and a category is the operator's to publish.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from method.category import Category, TemplateLine
from node.library import Library, read_library
from node.organisation import Node
from protocol.payloads import Category as CategoryPayload
from protocol.payloads import Factor
from protocol.shelf import OPEN, Item
from web.languages import mark
from web.numbers import show_unit
from web.tables import Cell
from web.visits import Visit

NO_LINE = mark("no product category accepts this code yet")
NO_LINE_HELP = mark(
    "Ask the operator to publish a version of a product category that names the code, or submit the "
    "factor under a code that a line names, as long as no other provider has published under it."
)
OTHER_UNIT_YET = mark("product categories accept this code per another unit")
OTHER_UNIT = mark("accepted per %(taken)s, not per %(given)s as here: %(lines)s")
OTHER_UNIT_HELP = mark(
    "Give the value per %(taken)s; if it is meant per %(given)s, submit it under a code of its own."
)


@dataclass(frozen=True, slots=True)
class Citable:
    """Which lines accept a factor. Where none does, what that means, what its provider can do, and by name and page the
    published categories with lines that come near; `is_listed`: where no line accepts the code per any unit."""

    said: str
    advice: str = ""
    listing: Sequence[tuple[str, str]] = ()
    is_listed: bool = False


def show_lines(visit: Visit, library: Library, code: str, unit: str) -> Cell:
    """The lines that accept a factor. Where they take it per another unit that is to be mended, and how."""
    if found := library.lines_for(code, unit):
        return Cell(_name_lines(visit, found))
    others = library.lines_in_other_units(code, unit)
    if not others:
        return Cell(visit.say(NO_LINE))
    taken = visit.marks.between.join(dict.fromkeys(show_unit(line.unit) for _, line in others))
    units = {"taken": taken, "given": show_unit(unit)}
    said = visit.say(OTHER_UNIT, **units, lines=_name_lines(visit, others))
    return Cell(said, note=visit.say(OTHER_UNIT_HELP, **units), state="bad")


def find_uncited(library: Library, items: Iterable[Item]) -> list[Item]:
    """The factors among these that count now and that no declaration can cite, for no line accepts them per their
    unit."""
    counting = [(item, item.payload) for item in items if _is_counting(library, item)]
    factors = {(one.code, one.unit) for _, one in counting if isinstance(one, Factor)}
    uncited = factors - library.find_citable(factors)
    return [item for item, one in counting if isinstance(one, Factor) and (one.code, one.unit) in uncited]


def _is_counting(library: Library, item: Item) -> bool:
    if item.publication is None or not isinstance(item.payload, Factor):
        return False
    counting = library.factors.get(item.payload.code)
    return counting is not None and counting.publication == item.publication.id


def mark_uncited(visit: Visit, node: Node, tell: Callable[[Item], Cell]) -> Callable[[Item], Cell]:
    """What `tell` says of a submission, and beside it where no declaration can cite it though it is published."""
    library = read_library(node)

    def tell_marked(item: Item) -> Cell:
        cell = tell(item)
        if not find_uncited(library, [item]):
            return cell
        why = visit.say(OTHER_UNIT_YET if library.is_named(item.payload.code) else NO_LINE)
        return replace(cell, note=visit.marks.semicolon.join(filter(None, (cell.note, why))), state="late")

    return tell_marked


def _name_lines(visit: Visit, lines: Iterable[tuple[Category, TemplateLine]]) -> str:
    """Lines by category."""
    found: dict[str, list[str]] = {}
    for category, line in lines:
        found.setdefault(_name(visit, category), []).append(_name(visit, line))
    return visit.marks.semicolon.join(
        f"{category}{visit.marks.colon}{visit.marks.between.join(lines)}" for category, lines in found.items()
    )


def tell_citable(visit: Visit, node: Node, item: Item, items: Iterable[Item]) -> Citable | None:
    """Of a factor that may be cited, or come to be; None of anything else. `items`: all that was submitted."""
    if not isinstance(item.payload, Factor) or item.state not in (*OPEN, "published"):
        return None
    library, code, unit = read_library(node), item.payload.code, item.payload.unit
    if not library.lines_for(code, unit) and not library.is_named(code):
        return tell_uncited(visit, library, items, [(code, unit)])
    shown = show_lines(visit, library, code, unit)
    return Citable(str(shown.value), shown.note)


def tell_uncited(
    visit: Visit, library: Library, items: Iterable[Item], factors: Sequence[tuple[str, str]]
) -> Citable:
    """Of factors that no line accepts, by code and unit."""
    near = {category.code for one in factors for category, _ in library.lines_near(*one)}
    listing = [
        (_name(visit, item.payload), f"/reviews/{item.id}")
        for item in items
        if isinstance(item.payload, CategoryPayload)
        and item.state == "published"
        and item.payload.code in near
    ]
    codes = visit.marks.between.join(code for code, _ in factors)
    said = visit.say_many(
        "No line of a published product category accepts %(codes)s per its unit, so no declaration can cite the "
        "factor, published or not.",
        "No line of a published product category accepts any of %(codes)s per its unit, so no declaration can cite "
        "these factors, published or not.",
        len(factors),
        codes=codes,
    )
    return Citable(said, visit.say(NO_LINE_HELP), listing, is_listed=True)


def _name(visit: Visit, named: Category | CategoryPayload | TemplateLine) -> str:
    return named.name_zh if visit.language == "zh" else named.name_en
