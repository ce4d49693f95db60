"""The rows of a model that a file which takes their place does not have: they go, or stay below, and are named.

The one fact: a row is in the file where the file has its code, its material's name, or its product of its supplier.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from node.importers.bill import show_item
from node.language import Phrase
from node.maker.bills import Row

_MOST_NAMED = 6


@dataclass(frozen=True, slots=True)
class Left:
    """Rows that a file does not have, in their order. `is_kept`: whether they stay below the file's."""

    rows: tuple[Row, ...] = field(default=(), repr=False)
    is_kept: bool = False


def find_left(before: Iterable[Row], rows: Sequence[Row], keeps: bool) -> Left:
    """Those of the rows `before` that are in none of the new ones."""
    there = {mark for row in rows for mark in _marks_of(row)}
    return Left(tuple(row for row in before if any(row.values()) and not there & _marks_of(row)), keeps)


def say_left(left: Left) -> list[Phrase]:
    """Which rows went or stayed, and how one has it the other way."""
    if not left.rows:
        return []
    names = [row.get("name") or show_item(row) or row.get("product") or "–" for row in left.rows]
    more = len(names) > _MOST_NAMED
    english, chinese = ", ".join(names[:_MOST_NAMED]), "、".join(names[:_MOST_NAMED])
    if more:
        english, chinese = f"{english} and {len(names) - _MOST_NAMED} more", f"{chinese}等 {len(names)} 行"
    if left.is_kept:
        return [
            Phrase(
                f"Rows that the file does not have stay below its own: {english}. Remove those that the pack has no "
                "more.",
                f"文件里没有的行保留在后面：{chinese}。电池包里已不用的请删掉。",
            )
        ]
    return [
        Phrase(
            f"Rows that the file does not have are gone: {english}. To keep them, undo this and take the file over "
            "again on the model’s page with “Keep rows that the file does not have” (by command: --keep-left).",
            f"文件里没有的行已去掉：{chinese}。"
            "要留着，请先撤销，再在这个型号的页面上勾选“保留文件里没有的行”重新导入（命令行用 --keep-left）。",
        )
    ]


def _marks_of(row: Row) -> set[tuple[str, ...]]:
    marks: set[tuple[str, ...]] = {("item", row.get("item", "")), ("name", row.get("name", "").casefold())}
    if row.get("product"):
        marks.add(("product", row.get("legal_entity", ""), row["product"]))
    return {one for one in marks if one[1:] != ("",)}
