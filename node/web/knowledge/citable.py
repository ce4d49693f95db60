"""Where a factor can be cited: the lines of published categories that accept its code.

The one fact: a publication lets nobody cite a factor that no line accepts, and a category is the operator's to publish.
"""

from __future__ import annotations

from method.category import Category, TemplateLine
from node.library import Library, read_library
from node.organisation import Node
from protocol.payloads import Factor
from protocol.shelf import OPEN, Item
from web.languages import mark
from web.visits import Visit

NO_LINE = mark("no product category accepts this code yet")
NO_LINE_HELP = mark(
    "No line of a published product category accepts this code per this unit, so no declaration can cite the factor, "
    "published or not. Ask the operator to publish a version of a product category that names the code, or submit the "
    "factor under a code that a line names, as long as no other provider has published under it."
)


def name_lines(visit: Visit, library: Library, code: str, unit: str) -> str:
    """The lines that accept a factor, by category; "" where there is none."""
    found: dict[str, list[str]] = {}
    for category, line in library.lines_for(code, unit):
        found.setdefault(_name(visit, category), []).append(_name(visit, line))
    return visit.marks.semicolon.join(
        f"{category}{visit.marks.colon}{visit.marks.between.join(lines)}" for category, lines in found.items()
    )


def say_citable(visit: Visit, node: Node, item: Item) -> str:
    """Which lines accept a factor that may be cited, or come to be; "" for anything else."""
    if not isinstance(item.payload, Factor) or item.state not in (*OPEN, "published"):
        return ""
    found = name_lines(visit, read_library(node), item.payload.code, item.payload.unit)
    return found or visit.say(NO_LINE_HELP)


def _name(visit: Visit, named: Category | TemplateLine) -> str:
    return named.name_zh if visit.language == "zh" else named.name_en
