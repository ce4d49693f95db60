"""How the template looks and what its cells accept: colours, frozen headers, drop-downs, number checks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

HEADER_ROW = 3
EARLIEST_ROW = HEADER_ROW + 1
_WIDTHS = {
    "日期": 13,
    "数量": 16,
    "单位": 12,
    "质量": 14,
    "距离": 16,
    "分摊": 13,
    "因子": 30,
    "项目": 46,
    "序列": 30,
}
_PLAIN_WIDTH = 18
_EDGE = Side(style="thin", color="FFD0D0D0")
_BORDER = Border(left=_EDGE, right=_EDGE, top=_EDGE, bottom=_EDGE)
_HEAD = PatternFill("solid", fgColor="FF1F5C43")


@dataclass(frozen=True, slots=True)
class Fill:
    """The colours of a cell, ARGB."""

    back: str
    text: str = "FF000000"


INPUT = Fill("FFFFF8DC")
GIVEN = Fill("FFEFEFEF", "FF444444")
BLOCKED = Fill("FFD9D9D9")
"""What a cell is for: to be filled in, filled in already, not used on its line."""


def open_sheet(book: Workbook, title: str, titles: Sequence[str], top: tuple[str, str]) -> Worksheet:
    """A new sheet with two lines of instruction above its header row, which stays in view."""
    sheet: Worksheet = book.create_sheet(title)
    for row, text in enumerate(top, start=1):
        sheet.cell(row, 1, text).font = Font(italic=True, color="FF1F5C43")
    for column, name in enumerate(titles, start=1):
        cell = sheet.cell(HEADER_ROW, column, name)
        cell.font = Font(bold=True, color="FFFFFFFF")
        cell.fill = _HEAD
        cell.alignment = Alignment(wrap_text=True, vertical="center")
        sheet.column_dimensions[get_column_letter(column)].width = _width(name)
    sheet.freeze_panes = f"B{EARLIEST_ROW}"
    return sheet


def style_cell(cell: Any, look: Fill) -> None:
    """Colour a cell by what it is for."""
    cell.fill = PatternFill("solid", fgColor=look.back)
    cell.font = Font(color=look.text)
    cell.border = _BORDER
    if hasattr(cell.value, "isoformat"):
        cell.number_format = "yyyy-mm-dd"


def add_choice(sheet: Worksheet, cells: str, source: str) -> None:
    """A drop-down over a range of the sheet of lists; other entries stay possible, the import judges them."""
    choice = DataValidation(type="list", formula1=source, allow_blank=True, showErrorMessage=False)
    choice.add(cells)
    sheet.add_data_validation(choice)


def add_written_choice(sheet: Worksheet, cells: str, choices: Sequence[str]) -> None:
    """A drop-down over a few choices that hold no comma."""
    add_choice(sheet, cells, f'"{",".join(choices)}"')


def add_number_check(sheet: Worksheet, cells: str, most: int | None = None) -> None:
    """Numbers of at least 0 only, said in both languages when something else is typed."""
    text = "请填不小于 0 的数字，单位填在单位列。A number of 0 or more; the unit has its own column."
    check = DataValidation(type="decimal", allow_blank=True, showErrorMessage=True)
    check.operator, check.formula1 = "greaterThanOrEqual", "0"
    if most is not None:
        check.operator, check.formula2 = "between", str(most)
        text = f"请填 0 到 {most} 之间的数，35 % 写 0.35。A number from 0 to {most}; write 0.35 for 35 %."
    check.errorTitle, check.error = "数字 Number", text
    check.add(cells)
    sheet.add_data_validation(check)


def _width(title: str) -> int:
    return next((width for part, width in _WIDTHS.items() if part in title), _PLAIN_WIDTH)
