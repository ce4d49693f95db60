"""What a name is that no line of the template has: asked for elsewhere, for nobody, a part of a row, or not told.

The one fact: what the row may be left out for is said where the item is chosen, before a number counts twice.
"""

from __future__ import annotations

from collections.abc import Mapping

from method.category import Category
from node.importers.item_names import find_near, find_part, find_step, find_unasked, name_near
from node.importers.problem import MAX_PROBLEMS
from node.language import Phrase

_NOTHING = Phrase("", "")
_BY_ITS_MAKER = Phrase(
    ". Materials that your customer asks their own makers for (for instance lithium salt for a cathode) are declared "
    "there and not filled in here; ask your customer",
    "。客户另向生产方要数的材料（例如正极用的锂盐），由那家申报，不填在这里；请先向客户确认",
)


def name_unknown(text: str, category: Category, near: dict[str, Phrase]) -> tuple[str, Mapping[str, Phrase]]:
    """The kind of problem of a name of no line, and what its words quote.

    `near`: what was found nearest so far; each name is compared once, and no more of them than are reported.
    """
    unasked = find_unasked(text, category)
    if unasked is not None:
        return "line-unasked", {"what": unasked}
    if text not in near and len(near) < MAX_PROBLEMS:
        near[text] = name_near(text, category)
    nearest = near.get(text, _NOTHING)
    step = find_step(text, category) if nearest == _NOTHING else None
    if step is not None:
        return "line-of-others", {"what": step}
    if find_part(text) is not None:
        return "part-of-row", {"near": nearest}
    return "unknown-line", {"near": nearest, "maker": _say_maker(text, category)}


def _say_maker(text: str, category: Category) -> Phrase:
    """Who declares a material, where the nearest line is of one."""
    first = next(iter(find_near(text, category)), None)
    return _BY_ITS_MAKER if first is not None and first.kind == "material" else _NOTHING
