"""Which published raw materials a bill of materials has no row for.

The one fact: each supplier declares its own step only, so what its own suppliers make stands in rows of its own, and a
footprint without them comes out too low. Nothing here blocks: what is not used may stay out.
"""

from __future__ import annotations

from collections.abc import Iterable

from method.category import Category
from method.rules import STAGES
from node.language import Phrase
from node.library import Library
from node.maker.bills import Row
from node.maker.chemistries import find_chemistries
from node.maker.pack_drafts import PackDraft, is_by_default

MOST = 12
"""So many are named."""
_LITHIUM_SALTS = ("氢氧化锂", "碳酸锂")
"""A cathode takes one of them."""
_USED_UP = (*_LITHIUM_SALTS, "硫酸盐", "前驱体", "磷酸铁", "六氟磷酸锂")
"""So end the names of what becomes another material: its mass is in that one's."""


def doubt_upstream(draft: PackDraft, library: Library) -> Phrase | None:
    """A caution that names what no row stands for, once every row has its category; None where nothing is missing."""
    rows = [row for row in draft.rows if any(row.values())]
    if not rows or not all(row.get("category") or is_by_default(row) for row in rows):
        return None
    absent = find_absent(rows, library, draft.value("chemistry"))
    if not absent:
        return None
    english = "; ".join(" or ".join(_stem_en(one) for one in some) for some in absent[:MOST])
    chinese = "、".join("或".join(_stem_zh(one) for one in some) for some in absent[:MOST])
    if len(absent) > MOST:
        english, chinese = f"{english}; {len(absent) - MOST} more", f"{chinese}等 {len(absent)} 类"
    return Phrase(
        f"Published raw materials that no row stands for: {english}. A PLM’s list mostly leaves out what is used "
        "further up the chain. Each supplier declares its own step only, so without them the result comes out too "
        "low. What is not used may stay out.",
        f"库里有、这份清单没有的原材料类别：{chinese}。"
        "PLM 清单通常不列上游材料，而每家供应商只申报自己那道工序：少了它们，结果会偏低。确实没有用到的不用管。",
    )


def find_absent(rows: Iterable[Row], library: Library, chemistry: str) -> list[list[Category]]:
    """The published categories of raw materials that fit a chemistry and no row has, the alternatives together, each
    of them once by the beginning of its name; any of several alternatives stands for all."""
    meant = find_chemistries([chemistry])
    kinds: dict[str, list[Category]] = {}
    for one in (published.category for published in library.categories.values()):
        if one.stages == STAGES[:1] and find_chemistries((one.code, one.name_zh, one.name_en)) <= meant:
            kinds.setdefault(_kind(one), []).append(one)
    there = {row.get("category", "") for row in rows}
    return [
        list({_stem_zh(one): one for one in some}.values())
        for some in kinds.values()
        if not there & {one.code for one in some}
    ]


def is_used_up(row: Row, library: Library) -> bool:
    """Whether a row is plainly a material that another is made of, by its category's name, else by its own."""
    published = library.categories.get(row.get("category", ""))
    name = row.get("name", "") if published is None else published.category.name_zh
    return name.partition("（")[0].endswith(_USED_UP)


def _kind(category: Category) -> str:
    stem = _stem_zh(category)
    return _LITHIUM_SALTS[0] if stem.endswith(_LITHIUM_SALTS) else stem


def _stem_zh(category: Category) -> str:
    return category.name_zh.partition("（")[0]


def _stem_en(category: Category) -> str:
    return category.name_en.partition(" from ")[0].partition(" (")[0]
