"""Rows of sums below a bill of materials, such as 合计行数 | 17, and those that sign it off: neither is a material.

The one fact: what names a supplier or a product is a material, whatever it is called.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from node.importers.cells import read_text
from node.importers.columns import Header
from node.importers.sheets import Row
from node.importers.sign_offs import is_sign_off
from node.importers.sum_words import SUMS, is_sum
from node.language import Phrase

_COUNT = re.compile(r"(?:共计?\s*\d+\s*[行项条种个件]|共计|总[行条项件]?数).*")
_MOST = 20


def is_foot(row: Row, header: Header) -> bool:
    """Whether a row below the header is one of sums, or signs the bill off."""
    if is_sign_off(row):
        return True
    first = next((text for cell in row.cells if (text := read_text(cell).strip())), "")
    named = (header.columns.get(name) for name in ("legal_entity", "product"))
    if any(at is not None and at < len(row.cells) and read_text(row.cells[at]).strip() for at in named):
        return False
    return is_sum(first, SUMS) or bool(_COUNT.fullmatch(first))


def say_foot(sums: Sequence[int], sign_offs: Sequence[int]) -> list[Phrase]:
    """Which rows were left out."""
    said = []
    if sums:
        rows = _list_rows(sums)
        said.append(Phrase(f"Rows of sums left out: {rows}.", f"合计行没有导入：第 {rows} 行。"))
    if sign_offs:
        rows = _list_rows(sign_offs)
        english = f"Sign-off rows (prepared by, checked by) left out: {rows}."
        said.append(Phrase(english, f"制表、审核等落款行没有导入：第 {rows} 行。"))
    return said


def _list_rows(numbers: Sequence[int]) -> str:
    return ", ".join(map(str, numbers[:_MOST])) + (" …" if len(numbers) > _MOST else "")
