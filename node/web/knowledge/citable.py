"""Where a factor can be cited: the lines of published categories that accept its code.

The one fact: a publication lets nobody cite a factor that no line accepts, and a category is the operator's to publish.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from method.category import Category, TemplateLine
from node.library import Library, read_library
from node.organisation import Node
from protocol.payloads import Category as CategoryPayload
from protocol.payloads import Factor
from protocol.shelf import OPEN, Item
from web.languages import mark
from web.visits import Visit

NO_LINE = mark("no product category accepts this code yet")
NO_LINE_MEANS = mark(
    "No line of a published product category accepts this code per this unit, so no declaration can cite the factor, "
    "published or not."
)
NO_LINE_HELP = mark(
    "Ask the operator to publish a version of a product category that names the code, or submit the "
    "factor under a code that a line names, as long as no other provider has published under it."
)


@dataclass(frozen=True, slots=True)
class Citable:
    """Which lines accept a factor. Where none does, what that means, what its provider can do, and by name and page the
    published categories with lines per its unit."""

    said: str
    advice: str = ""
    listing: Sequence[tuple[str, str]] = ()


def name_lines(visit: Visit, library: Library, code: str, unit: str) -> str:
    """The lines that accept a factor, by category; "" where there is none."""
    found: dict[str, list[str]] = {}
    for category, line in library.lines_for(code, unit):
        found.setdefault(_name(visit, category), []).append(_name(visit, line))
    return visit.marks.semicolon.join(
        f"{category}{visit.marks.colon}{visit.marks.between.join(lines)}" for category, lines in found.items()
    )


def tell_citable(visit: Visit, node: Node, item: Item, items: Iterable[Item]) -> Citable | None:
    """Of a factor that may be cited, or come to be; None of anything else. `items`: all that was submitted."""
    if not isinstance(item.payload, Factor) or item.state not in (*OPEN, "published"):
        return None
    found = name_lines(visit, read_library(node), item.payload.code, item.payload.unit)
    return Citable(found) if found else tell_uncited(visit, items, {item.payload.unit})


def tell_uncited(visit: Visit, items: Iterable[Item], units: Collection[str]) -> Citable:
    """Of factors per these units that no line accepts."""
    listing = [
        (_name(visit, item.payload), f"/reviews/{item.id}")
        for item in items
        if isinstance(item.payload, CategoryPayload)
        and item.state == "published"
        and any(line.unit in units for line in item.payload.lines)
    ]
    return Citable(visit.say(NO_LINE_MEANS), visit.say(NO_LINE_HELP), listing)


def _name(visit: Visit, named: Category | CategoryPayload | TemplateLine) -> str:
    return named.name_zh if visit.language == "zh" else named.name_en
