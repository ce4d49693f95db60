"""A supplier's cell that means the pack maker itself: 本公司, 自制, our own, in-house, or its own name.

The one fact: only what nobody else can be called so is taken for it: a word of this list, or its name in full or
without its legal form.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Container, Iterable, Sequence

from node.language import Phrase
from node.maker.bills import Row
from node.maker.likeness import read_company
from node.organisation import Node

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
_BETWEEN = re.compile(r"[()/、,;]+")


def name_ourselves(node: Node, rows: Iterable[Row]) -> tuple[dict[str, str], ...]:
    """The rows, those whose supplier's cell means this node's own company with its legal entity."""
    entity = node.identity.entity
    names = [read_company(name) for name in (entity.name_zh, entity.name_en) if name]
    known = _WORDS | {_normalise(one) for name in names for one in (name.full, name.plain)} - {""}
    return tuple(
        {**row, "legal_entity": entity.legal_entity}
        if _means(row.get("legal_entity", ""), known)
        else dict(row)
        for row in rows
    )


def list_words(before: Iterable[Row], after: Iterable[Row]) -> Sequence[str]:
    """What was written for the own company in the rows `before` that say it by its legal entity `after`."""
    pairs = zip(before, after, strict=True)
    changed = (
        one["legal_entity"]
        for one, other in pairs
        if one.get("legal_entity", "") != other.get("legal_entity", "")
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


def _normalise(name: str) -> str:
    """One way of writing for what is the same but for width, case and blanks."""
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())


def _means(supplier: str, known: Container[str]) -> bool:
    plain = _normalise(supplier)
    if plain in known:
        return True
    parts = [part for one in _BETWEEN.split(plain) if (part := one.strip())]
    return bool(parts) and all(part in known for part in parts)
