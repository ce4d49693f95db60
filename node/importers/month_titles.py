"""Titles of columns that name a month: 1月, 十二月, Jan, 2025-01, 2025年1月, or a date cell.

The one fact: a title names a month only as a whole, so that 月份 and 季度 are none.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date

from node.importers.cells import BadCell, read_month, read_text
from node.importers.sheets import Cell

_CHINESE = re.compile(
    r"(?:(?P<year>[0-9]{4})年)?(?P<month>[0-9]{1,2}|十[一二]?|[一二三四五六七八九])月份?(?:使用|消耗)?(?:用?量|数量)?",
    re.ASCII,
)
_ENGLISH = re.compile(r"(?P<name>[a-z]{3,9})\.?[-/']?(?P<year>[0-9]{4}|[0-9]{2})?", re.ASCII)
_DIGITS = {sign: place for place, sign in enumerate("一二三四五六七八九十", start=1)} | {
    "十一": 11,
    "十二": 12,
}
_NAMES = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
    "december",
)  # fmt: skip
_ENGLISH_MONTHS = (
    {name: place for place, name in enumerate(_NAMES, start=1)}
    | {name[:3]: place for place, name in enumerate(_NAMES, start=1)}
    | {"sept": 9}
)


def read_month_title(cell: Cell) -> tuple[int | None, int] | None:
    """The year, None where the title has none, and the month that a title names; None for any other title."""
    if cell is None or isinstance(cell, bool | float):
        return None
    try:
        first, _ = read_month(cell)
    except BadCell:
        return None if isinstance(cell, int | date) else _read_words(read_text(cell))
    return first.year, first.month


def _read_words(title: str) -> tuple[int | None, int] | None:
    text = "".join(unicodedata.normalize("NFKC", title).lower().split())
    chinese = _CHINESE.fullmatch(text)
    if chinese is not None:
        month = _DIGITS.get(chinese["month"]) or int(chinese["month"])
        return (int(chinese["year"]) if chinese["year"] else None, month) if 1 <= month <= 12 else None
    english = _ENGLISH.fullmatch(text)
    if english is None or english["name"] not in _ENGLISH_MONTHS:
        return None
    year = int(english["year"]) if english["year"] else None
    return None if year is None else year + 2000 * (year < 100), _ENGLISH_MONTHS[english["name"]]
