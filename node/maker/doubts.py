"""What makes a pack model look incomplete although nothing is wrong in it: no cell, an empty stage, an odd mass.

The one fact: a doubt blocks nothing. It is read from what is typed and says no amount but the mass per kWh, to the
model's own maker.
"""

from __future__ import annotations

from collections.abc import Iterable

from method.category import Category
from method.errors import MethodError
from method.exact import encode_decimal
from method.fields import read_decimal
from method.pack import PACK
from method.plausibility import HEAVIEST_PER_KWH, LIGHTEST_PER_KWH
from method.rules import STAGE_NAMES, find_rules
from node.language import Phrase
from node.library import Library
from node.maker.bills import Row
from node.maker.chemistries import find_chemistries
from node.maker.directory import Offer
from node.maker.pack_drafts import PackDraft
from node.maker.twice import doubt_twice
from node.maker.upstream import doubt_upstream
from node.maker.weighing import doubt_balance

NO_CELL = Phrase(
    "No row is a cell. Add the making of the cells, or check that another row counts it.",
    "没有一行是电芯。请补上电芯制造，或确认它已计在别的行里。",
)
UNLIKE = Phrase(
    "Your list has materials of other names than the products chosen for them. Agree to each, or choose another.",
    "物料清单里有的物料名称与所选产品不符。请在物料清单逐一确认，或改选。",
)
_MOST_NAMED = 4
_CELL_WORDS = ("cell", "电芯", "电池单体", "单体电池")


def find_doubts(draft: PackDraft, library: Library) -> list[Phrase]:
    """What its maker should look at once more before asking, in the order of the pages."""
    rows = [row for row in draft.rows if any(row.values())]
    if not rows:
        return []
    found = [doubt_balance(draft, library), _doubt_mass(draft), doubt_upstream(draft, library)]
    if not any(word in _words_of(row, library) for row in rows for word in _CELL_WORDS):
        found.append(NO_CELL)
    found += [_doubt_stage(one, _list_fitting(one, draft, library)) for one in find_empty_stages(draft)]
    return [*filter(None, found)]


def find_last_doubts(draft: PackDraft, library: Library) -> list[Phrase]:
    """The same right before asking, and what only the suppliers can settle: which material two of them may count."""
    return [*find_doubts(draft, library), *filter(None, [doubt_twice(draft, library)])]


def find_unlike(draft: PackDraft, offers: Iterable[Offer]) -> dict[int, Offer]:
    """By row, the declared product that stands for a material of another name, until its maker agrees to it."""
    declared = {(one.legal_entity, one.product): one for one in offers}
    found = {}
    for number, row in enumerate(draft.rows):
        offer = declared.get((row.get("legal_entity", ""), row.get("product", "")))
        name = row.get("name", "")
        if offer is not None and name and row.get("agreed") != offer.product and not offer.is_like(name):
            found[number] = offer
    return found


def _words_of(row: Row, library: Library) -> str:
    published = library.categories.get(row.get("category", ""))
    names = () if published is None else (published.category.name_zh, published.category.name_en)
    return " ".join((*map(row.get, ("item", "product", "category"), ("", "", "")), *names)).casefold()


def find_empty_stages(draft: PackDraft) -> list[str]:
    """The stages that the model's boundary counts and no row of it stands in.

    None while it has no such boundary, or a row of it no stage.
    """
    stages = {row.get("stage", "") for row in draft.rows if any(row.values())}
    if "" in stages:
        return []
    try:
        counted = find_rules(draft.value("method"), draft.value("boundary")).stages_of(
            draft.value("boundary")
        )
    except MethodError:
        return []
    return [stage for stage in counted if stage not in stages]


def say_empty(stage: str) -> Phrase:
    """What a stage without a row means for the result."""
    return Phrase(
        f"No row stands in the stage {STAGE_NAMES[stage][1]}: the result will say that nothing was declared for it.",
        f"“{STAGE_NAMES[stage][0]}”阶段没有一行：结果里这一阶段会写“未申报”。",
    )


def _list_fitting(stage: str, draft: PackDraft, library: Library) -> list[Category]:
    """Published categories of a stage, without those of another chemistry than the model's."""
    meant = find_chemistries({draft.value("chemistry")})
    every = (one.category for _, one in sorted(library.categories.items()))
    return [
        one
        for one in every
        if stage in one.stages and (not meant or find_chemistries({one.name_zh, one.name_en}) <= meant)
    ][:_MOST_NAMED]


def _doubt_stage(stage: str, fitting: list[Category]) -> Phrase:
    said = say_empty(stage)
    if not fitting:
        return Phrase(f"{said.en} Add what belongs there.", f"{said.zh}请补上属于它的项目。")
    english, chinese = ", ".join(one.name_en for one in fitting), "、".join(one.name_zh for one in fitting)
    return Phrase(
        f"{said.en} Its categories are {english}. If nobody else declares it, declare it yourselves: a new product of "
        "that category under Products, then a row in the bill of materials.",
        f"{said.zh}属于它的类别有：{chinese}。没有别家申报的，由贵公司自己申报：在“产品”里新建这个类别的产品，再在物料清单里加一行。",
    )


def _doubt_mass(draft: PackDraft) -> Phrase | None:
    try:
        mass, energy = (read_decimal(draft.fields, name, PACK) for name in ("mass_kg", "pack_energy_kwh"))
    except MethodError:
        return None
    if energy <= 0 or LIGHTEST_PER_KWH <= mass / energy <= HEAVIEST_PER_KWH:
        return None
    shown, low, high = (encode_decimal(one, 2) for one in (mass / energy, LIGHTEST_PER_KWH, HEAVIEST_PER_KWH))
    return Phrase(
        f"The pack weighs {shown} kg per kWh; packs weigh {low} to {high}. Check the mass and the energy.",
        f"整包每 kWh 重 {shown} kg，一般在 {low} 到 {high} 之间。请核对整包质量和电量。",
    )
