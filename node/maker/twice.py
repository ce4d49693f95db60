"""Materials that a bill of materials may count twice, and what to write to the suppliers who can settle it.

The one fact: whether a supplier declared such a material is locked, its template is public; so only it can say, and its
customer either has it leave the material out or takes the row of the material out.
"""

from __future__ import annotations

from collections.abc import Iterable, Set
from dataclasses import dataclass

from method.category import Category, TemplateLine
from method.circular import ACTIVITY
from node.language import Language, Phrase, name_product
from node.library import Library
from node.maker.pack_drafts import PackDraft
from node.maker.reminding import Reminder
from node.organisation import Node


@dataclass(frozen=True, slots=True)
class Twice:
    """A category in a bill whose template asks for materials that have rows of their own there."""

    category: Category
    lines: tuple[TemplateLine, ...]

    def name_lines(self, language: Language) -> str:
        """Those materials by name."""
        if language == "zh":
            return "、".join(line.name_zh for line in self.lines)
        return ", ".join(line.name_en for line in self.lines)


def find_twice(draft: PackDraft, library: Library) -> list[Twice]:
    """Every such category, in the order of the rows."""
    codes = dict.fromkeys(row.get("category", "") for row in draft.rows)
    found = [library.categories[code].category for code in codes if code in library.categories]
    told = []
    for one in found:
        others = {
            _name(other.name_zh) for other in found if _material(other.name_zh) != _material(one.name_zh)
        }
        lines = _list_lines(one, others)
        if lines:
            told.append(Twice(one, lines))
    return told


def _list_lines(category: Category, others: Set[str]) -> tuple[TemplateLine, ...]:
    """The materials in a template that are among `others`; of one made in several ways, the way that has a row, if the
    template tells them apart."""
    asked = [line for line in category.lines if (line.kind, line.role) == ("material", ACTIVITY)]
    same = {_material(line.name_zh) for line in asked if _name(line.name_zh) in others}
    loose = {_material(name) for name in others} - same
    return tuple(line for line in asked if _name(line.name_zh) in others or _material(line.name_zh) in loose)


def doubt_twice(draft: PackDraft, library: Library) -> Phrase | None:
    """A caution that names them, and how it is settled; None where there are none."""
    told = find_twice(draft, library)
    if not told:
        return None
    english = "; ".join(f"{one.category.name_en}: {one.name_lines('en')}" for one in told)
    chinese = "；".join(f"{one.category.name_zh}：{one.name_lines('zh')}" for one in told)
    return Phrase(
        f"These materials have rows of their own, and templates of others ask for them too: {english}. Whoever fills "
        "them in there counts them a second time. Ask those suppliers (of your own product, "
        "look yourselves); one that has filled them in either leaves them "
        "empty and declares anew, or you take the material’s own row out. If they are left empty, nothing is to be "
        "done.",
        f"这些材料在清单里另有一行，别的类别的模板里也有。{chinese}。在那里也填了，就会算两次。请问一下这些类别的供应商（自产的自己看一下）："
        "填了的，由其留空后重新申报，或由贵公司删掉材料自己的那一行；本来就留空的，不用做什么。",
    )


def list_askers(node: Node, draft: PackDraft, library: Library) -> dict[str, list[tuple[str, str, Twice]]]:
    """By legal entity of the suppliers to write to, their products: name, code, and what their template asks for."""
    told = {one.category.code: one for one in find_twice(draft, library)}
    found: dict[str, list[tuple[str, str, Twice]]] = {}
    for row in draft.rows:
        supplier, code = row.get("legal_entity", ""), row.get("product", "") or row.get("item", "")
        if supplier not in ("", node.identity.entity.legal_entity) and row.get("category") in told:
            named = row.get("name") or code, code, told[row["category"]]
            found.setdefault(supplier, []).append(named)
    return found


def make_question(
    node: Node, model: str, products: Iterable[tuple[str, str, Twice]], language: Language
) -> Reminder:
    """What to write to one of these suppliers, in one language; no amount is in it."""
    entity = node.identity.entity
    named = [(name_product(language, name, code), one.name_lines(language)) for name, code, one in products]
    if language == "zh":
        listed = "".join(f"产品“{name}”：{lines}\n" for name, lines in named)
        return Reminder(
            f"Sealsum：型号 {model}，请确认这些材料没有重复计入",
            f"您好：\n\n我公司（{entity.name_zh}）准备计算型号 {model} 的碳足迹。"
            "下列材料在我公司的物料清单里由它们自己的供应商"
            f"申报，而贵公司产品的模板里也有：\n\n{listed}\n请确认贵公司申报时把它们留空了。填了的，请选一种办法并告知我公司："
            "留空后重新申报；或者由贵公司计入，我公司从清单里删掉这些材料自己的行。只需告知填了没有，不要告知数值。\n\n"
            f"{entity.name_zh}\n",
        )
    listed = "".join(f"Product {name}: {lines}\n" for name, lines in named)
    return Reminder(
        f"Sealsum: model {model}, please confirm that these materials are not counted twice",
        f"Dear colleagues,\n\nwe, {entity.name_en}, are about to compute the carbon footprint of model {model}. The "
        "following materials are declared by their own suppliers in our bill of materials, and the templates of your "
        f"products ask for them as well:\n\n{listed}\nPlease confirm that you left them empty. If you filled them in, "
        "choose one of two ways and tell us: leave them empty and declare anew; or you count them, and we take their "
        "own rows out. Tell us only whether you filled them in, no amount.\n\n"
        f"{entity.name_en}\n",
    )


def _name(name: str) -> str:
    """A material by its Chinese name, whatever its water; the way it is made may stand behind it."""
    return name.strip().removeprefix("单水").removeprefix("一水").replace("法）", "）")


def _material(name: str) -> str:
    """The same whatever the way it is made."""
    return _name(name).partition("（")[0].strip()
