"""The period of one row: its month, its two days, or the month of its date, inside the product's period."""

from __future__ import annotations

import re
from datetime import date

from method.product import Product
from node.importers.cells import BadCell, read_day, read_month, read_text
from node.importers.month_titles import read_month_title
from node.importers.sheets import Cell
from node.importers.views import RowView

_BARE = re.compile(r"0?[1-9]|1[0-2]", re.ASCII)
_YEAR = re.compile(r"([0-9]{4})年?(?:度)?", re.ASCII)
OUTSIDE = "period-outside"
"""The kind of problem of a row that is not of the product's period."""


def read_period(view: RowView, product: Product) -> tuple[str, str] | None:
    """The first and the last day of a row; None after a problem, in the column that the sheet has for it."""
    name = _name_column(view)
    try:
        if name != "start":
            cell = view.cell(name)
            start, end = _read_month_of(_name_month(view) if name == "month" else cell, product)
        else:
            start = read_day(view.cell("start"))
            name = "end"
            end = read_day(view.cell("end"))
    except BadCell as error:
        view.note(name, "period-unreadable", cell=view.found(name), expected=error.expected)
        return None
    first, last = start.isoformat(), end.isoformat()
    if not product.period_start <= first <= last <= product.period_end:
        limits = {"start": product.period_start, "end": product.period_end}
        view.note(name, OUTSIDE, first=first, last=last, **limits)
        return None
    return first, last


def _name_column(view: RowView) -> str:
    """Where a row states its period: in its month, else in two days, else in a date."""
    if view.cell("month") is not None:
        return "month"
    if view.has_column("start") and view.has_column("end"):
        return "start"
    return "date" if view.has_column("date") else "month"


def _name_month(view: RowView) -> Cell:
    """What stands in a column of months: 1 to 12 as a month without its year, with the year of a column beside it where
    the month has none, anything else as it is.
    """
    cell, year = view.cell("month"), _YEAR.fullmatch(read_text(view.cell("year")))
    text = read_text(cell)
    month = f"{text}月" if _BARE.fullmatch(text) else cell
    named = read_month_title(month) if year is not None and isinstance(month, str) else None
    return month if year is None or named is None or named[0] is not None else f"{year[1]}-{named[1]:02d}"


def _read_month_of(cell: Cell, product: Product) -> tuple[date, date]:
    """A month as `read_month` reads it; one without its year, such as 1月, where the period is one calendar year."""
    try:
        return read_month(cell)
    except BadCell:
        year, _, begins = product.period_start.partition("-")
        named = read_month_title(cell) if isinstance(cell, str) else None
        if named is None or (begins, product.period_end) != ("01-01", f"{year}-12-31"):
            raise
        return read_month(f"{named[0] or year}-{named[1]:02d}")
