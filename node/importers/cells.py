"""Single cells: numbers exactly as shown, dates and months as people write them.

This is the one place where a float exists: a spreadsheet stores one. It is read with the 15 significant
digits that the spreadsheet itself shows, and is an exact decimal from then on.
"""

from __future__ import annotations

import calendar
import math
import re
import unicodedata
from datetime import date
from decimal import Decimal
from fractions import Fraction

from node.importers import words
from node.importers.sheets import Cell
from node.language import Phrase

_PLAIN = re.compile(r"[+-]?[0-9]{1,18}(\.[0-9]{1,18})?", re.ASCII)
_GROUPED = re.compile(r"[+-]?[0-9]{1,3}(,[0-9]{3}){1,5}(\.[0-9]{1,18})?", re.ASCII)
_SCIENTIFIC = re.compile(r"[+-]?[0-9](\.[0-9]{1,17})?[eE][+-]?[0-9]{1,2}", re.ASCII)
# "2025.1" is what a spreadsheet makes of 2025.10, so one digit after a dot is no month.
_MONTH = re.compile(r"([0-9]{4})(?:[-/年](?P<one>[0-9]{1,2})月?|\.?(?P<two>[0-9]{2}))", re.ASCII)
_DAY = re.compile(r"([0-9]{4})[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})日?", re.ASCII)
_LARGEST = Fraction(10**18)


class BadCell(ValueError):
    """A cell that cannot be read; `expected` says what can be, in both languages."""

    def __init__(self, expected: Phrase) -> None:
        self.expected = expected
        super().__init__(expected.en)


def read_number(cell: Cell) -> Fraction:
    """An exact number; raise BadCell for text, NaN, infinity, or more than 18 digits before the point."""
    if isinstance(cell, bool) or cell is None or isinstance(cell, date):
        raise BadCell(words.NUMBER)
    if isinstance(cell, float):
        if not math.isfinite(cell):
            raise BadCell(words.FINITE)
        value = Fraction(Decimal(format(cell, ".15g")))
    elif isinstance(cell, int):
        value = Fraction(cell)
    else:
        value = _read_number_text(cell)
    if abs(value) >= _LARGEST:
        raise BadCell(words.SMALL)
    return value


def read_text(cell: Cell) -> str:
    """A cell as text; whole numbers without ".0", and nothing that a terminal would act on."""
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return keep_printable(str(cell)).strip()


def keep_printable(text: str) -> str:
    """`text` with control characters as spaces: names of sheets and columns are shown on terminals."""
    return "".join(sign if sign.isprintable() else " " for sign in text)


def read_day(cell: Cell) -> date:
    """A day from a date cell or a text such as 2025-01-31, 2025/1/31 or 2025年1月31日; raise BadCell."""
    if isinstance(cell, date):
        return cell
    match = _DAY.fullmatch(_normalise(cell))
    if match is None:
        raise BadCell(words.DAY)
    return _make_day(int(match[1]), int(match[2]), int(match[3]))


def read_month(cell: Cell) -> tuple[date, date]:
    """First and last day of a month: a day in it, or 2025-01, 2025年1月, 202501; raise BadCell."""
    text = "" if isinstance(cell, date | float) else _normalise(cell)
    match = _MONTH.fullmatch(text)
    if match is not None:
        year, month = int(match[1]), int(match["one"] or match["two"])
    elif isinstance(cell, date) or _DAY.fullmatch(text):
        day = read_day(cell)
        year, month = day.year, day.month
    else:
        raise BadCell(words.MONTH)
    first = _make_day(year, month, 1)
    return first, date(year, month, calendar.monthrange(year, month)[1])


def _make_day(year: int, month: int, day: int) -> date:
    try:
        return date(year, month, day)
    except ValueError as error:
        raise BadCell(words.REAL_DAY) from error


def _normalise(cell: Cell) -> str:
    return "".join(unicodedata.normalize("NFKC", read_text(cell)).split())


def _read_number_text(cell: Cell) -> Fraction:
    text = _normalise(cell)
    if _GROUPED.fullmatch(text):
        text = text.replace(",", "")
    if _PLAIN.fullmatch(text) or _SCIENTIFIC.fullmatch(text):
        return Fraction(text)
    raise BadCell(words.WRITTEN)
