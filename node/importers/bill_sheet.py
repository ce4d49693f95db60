"""The empty bill of materials to fill in: its columns, an example row, and a sheet that explains each column.

The one fact: the example row is left out when the sheet is read, as long as nothing in it was changed.
"""

from __future__ import annotations

import io
from collections.abc import Sequence

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from node.importers.bill import BILL, EXAMPLE
from node.importers.tables import GUIDE_SHEET

BILL_SHEET = "物料清单 Bill of materials"
_HEAD = PatternFill("solid", fgColor="FF1F5C43")
_TITLES = ("列 Column", "填什么", "What goes there", "示例 Example")
_EXPLAINED: dict[str, tuple[str, str]] = {
    "name": (
        "必填。物料在贵公司清单里的名称，导入后一直显示在这一行旁边。",
        "Needed. What your own list calls the material; it stays beside the row.",
    ),
    "item": (
        "可空。小写字母、数字和连字符，每行不同；空着时取供应商申报的产品代码。",
        "May be empty. Lower-case letters, digits and hyphens, unlike any other row; empty takes the product code.",
    ),
    "quantity": ("必填。一个电池包的用量，写数字。", "Needed. The quantity in one pack, a number."),
    "unit": (
        "可空。如 kg、g、kWh、件；空着时取申报单位。",
        "May be empty. Such as kg, g, kWh, piece; empty takes the declared unit.",
    ),
    "product": (
        "可空。供应商申报的产品代码；供应商只申报了一种产品时自动填入。",
        "May be empty. The product code that the supplier declared; filled in where it declared one product only.",
    ),
    "legal_entity": (
        "必填。供应商的全称或统一社会信用代码，写简称的导入后再确认；贵公司自产的写贵公司自己。",
        "Needed. The supplier’s full name or legal entity; a short name is confirmed after it was taken over. Your own "
        "company for what you make yourselves.",
    ),
    "category": (
        "可空。产品类别代码，由供应商的申报带出。",
        "May be empty. The category’s code; the supplier’s declaration has it.",
    ),
    "stage": (
        "可空。原材料获取、电池生产、分销运输或回收利用；类别只属于一个阶段时自动填入。",
        "May be empty. Raw materials, production, distribution or end of life; filled in where the category has one.",
    ),
    "part_of": (
        "可空。装进哪个上级：整包写 pack，其他写上级那一行的名称或物料项代码；用来核对质量平衡。"
        "没有质量的上级（如模组）按它的下级合计。",
        "May be empty. What it is built into: pack, or another row by its name or item; for the balance of masses. "
        "One without a mass, such as a module, weighs what its parts do.",
    ),
    "default_factor": (
        "空着。请求只认供应商的申报，不接受默认因子。",
        "Leave it empty: a request rests on suppliers’ declarations and takes no default factor.",
    ),
}  # fmt: skip


def make_blank_bill() -> bytes:
    """The workbook, ready to be filled in and taken over."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = BILL_SHEET
    _write_head(sheet, [BILL.titles[name] for name in _EXPLAINED], 24)
    sheet.append([EXAMPLE.get(name, "") for name in _EXPLAINED])
    for cell in sheet[2]:
        cell.font = Font(italic=True, color="FF808080")
    sheet.freeze_panes = "A2"
    guide = book.create_sheet(GUIDE_SHEET)
    _write_head(guide, _TITLES, 40)
    for name, (chinese, english) in _EXPLAINED.items():
        guide.append([BILL.titles[name], chinese, english, EXAMPLE.get(name, "")])
    guide.append([])
    guide.append(
        [
            "",
            "灰色斜体的示例行不会导入，可以直接覆盖。",
            "The grey example row is not taken over; write over it.",
        ]
    )
    for row in guide.iter_rows(min_row=2):
        for cell in row:
            cell.alignment = Alignment(wrap_text=True, vertical="top")
    sink = io.BytesIO()
    book.save(sink)
    return sink.getvalue()


def _write_head(sheet: Worksheet, titles: Sequence[str], width: int) -> None:
    sheet.append(list(titles))
    for number, cell in enumerate(sheet[1], start=1):
        cell.font, cell.fill = Font(bold=True, color="FFFFFFFF"), _HEAD
        sheet.column_dimensions[get_column_letter(number)].width = width
