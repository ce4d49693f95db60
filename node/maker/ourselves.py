"""A supplier's cell that means the pack maker itself: 本公司, 自制, our own, in-house, or its own name.

The one fact: only what nobody else can be called so is taken for it: a word of this list, or its name in full or
without its legal form.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Container, Iterable, Sequence

from node.importers.bill import ReadBill, show_item
from node.importers.sourcing import OWN
from node.language import Phrase
from node.maker.bills import Row
from node.maker.likeness import read_company
from node.organisation import Node
from protocol.payloads import Enrolment

_WORDS = frozenset(
    (
        "本公司", "我公司", "本司", "我司", "我们", "本厂", "我厂", "本企业", "公司自制", "公司自产",
        "本公司自制", "本公司自产", "自制", "自制件", "自产", "自产件", "自供", "自有", "自家", "内制", "厂内",
        "厂内自制", "内部自制",
        "own", "our own", "ours", "own company", "our company", "own production", "own make", "self", "self made",
        "self-made", "self-made part", "in house", "in-house", "inhouse", "made in house", "made in-house", "ourselves",
    )
)  # fmt: skip
"""What lists write in the supplier's place of what their own company makes."""
_MOST_NAMED = 6
_BETWEEN = re.compile(r"[()/、,;]+")


def name_ourselves(node: Node, rows: Iterable[Row]) -> tuple[dict[str, str], ...]:
    """The rows, those with this node's own legal entity whose supplier's cell means its company, or that name none and
    are made in house."""
    entity = node.identity.entity
    names = [read_company(name) for name in (entity.name_zh, entity.name_en) if name]
    known = _WORDS | {_normalise(one) for name in names for one in (name.full, name.plain)} - {""}
    return tuple(
        {**row, "legal_entity": entity.legal_entity}
        if _means(row.get("legal_entity", ""), known) or is_made_here(row)
        else dict(row)
        for row in rows
    )


def is_made_here(row: Row) -> bool:
    """Whether a list says that a material is made in house and names no supplier of it."""
    return row.get("sourcing") == OWN and not row.get("legal_entity")


def list_words(before: Iterable[Row], after: Iterable[Row]) -> Sequence[str]:
    """What was written for the own company in the rows `before` that say it by its legal entity `after`."""
    pairs = zip(before, after, strict=True)
    changed = (
        one["legal_entity"]
        for one, other in pairs
        if one.get("legal_entity") and one["legal_entity"] != other.get("legal_entity", "")
    )
    return tuple(dict.fromkeys(changed))


def say_ourselves(node: Node, words: Sequence[str]) -> Phrase:
    """What was taken for the own company, which is named."""
    entity = node.identity.entity
    english, chinese = ", ".join(f"“{one}”" for one in words), "".join(f"“{one}”" for one in words)
    return Phrase(
        f"The supplier {english} is your own company: {entity.name_en} ({entity.legal_entity}).",
        f"供应商写{chinese}的行，按贵公司处理：{entity.name_zh}（{entity.legal_entity}）。",
    )


def say_made_here(node: Node, bill: ReadBill, rows: Iterable[Row]) -> list[Phrase]:
    """What became of the rows of a bill that are made in house, `rows` as `name_ourselves` has them: those that are the
    own company's now, and those that name another supplier."""
    entity, column = node.identity.entity, bill.sourcing
    made = [
        (before, after)
        for before, after in zip(bill.rows, rows, strict=True)
        if before.get("sourcing") == OWN
    ]
    here = [_name(before) for before, _ in made if is_made_here(before)]
    other = [_name(after) for _, after in made if after["legal_entity"] != entity.legal_entity]
    return [
        *([_say_ours(column, entity, here)] if here else []),
        *([_say_theirs(column, other)] if other else []),
    ]


def _say_ours(column: str, entity: Enrolment, names: Sequence[str]) -> Phrase:
    return Phrase(
        f"By “{column}” made in house, so supplied by your own company, {entity.name_en}: {_list(names, ', ')}. "
        "Each needs a declaration of yours: declare it under Products, or take the row out where its parts are "
        "counted one by one.",
        f"“{column}”写明自制的行，供应商按贵公司（{entity.name_zh}）处理：{_list(names, '、')}。"
        "每行都要有贵公司自己的申报，请在“产品”里申报；下级零件已逐一列出的，可删去这一行。",
    )


def _say_theirs(column: str, names: Sequence[str]) -> Phrase:
    return Phrase(
        f"By “{column}” made in house, yet with another supplier, which counts: {_list(names, ', ')}. "
        "Empty the supplier where you make it yourselves.",
        f"“{column}”写明自制、供应商却写了别家的行，按所写的供应商处理：{_list(names, '、')}。"
        "确属自制的，请清空供应商。",
    )


def _name(row: Row) -> str:
    return row.get("name") or show_item(row) or row.get("product") or "–"


def _list(names: Sequence[str], between: str) -> str:
    more = f" … ({len(names)})" if len(names) > _MOST_NAMED else ""
    return between.join(names[:_MOST_NAMED]) + more


def _normalise(name: str) -> str:
    """One way of writing for what is the same but for width, case and blanks."""
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())


def _means(supplier: str, known: Container[str]) -> bool:
    plain = _normalise(supplier)
    if plain in known:
        return True
    parts = [part for one in _BETWEEN.split(plain) if (part := one.strip())]
    return bool(parts) and all(part in known for part in parts)
