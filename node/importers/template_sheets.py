"""The template's further sheets, for those who need them: co-products, cut-offs, recycling, green certificates."""

from __future__ import annotations

from openpyxl import Workbook
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from method.category import Category
from node.importers import certificates, coproducts, cutoffs, recycling
from node.importers.columns import Columns
from node.importers.tables import CERTIFICATES_SHEET, CIRCULAR_SHEET, COPRODUCTS_SHEET, CUTOFF_SHEET
from node.importers.template_style import (
    EARLIEST_ROW,
    GIVEN,
    INPUT,
    add_number_check,
    add_written_choice,
    open_sheet,
    style_cell,
)

_ROWS = {COPRODUCTS_SHEET: 12, CUTOFF_SHEET: 20, CIRCULAR_SHEET: 20, CERTIFICATES_SHEET: 60}
_TOP = {
    COPRODUCTS_SHEET: (
        "同一工序还产出别的产品时才填：每种产品一行，写明产量和单价；没有写分摊比例的用量行按算出的比例分摊。废料不算产品。",
        "Only if the process makes other products too: a row each, with output and unit price. Rows of activity "
        "without a share of their own are allocated by it. Waste is no product.",
    ),
    CUTOFF_SHEET: (
        "不到部件总质量 1 % 的材料可以不单独算：写明质量和理由，质量会加到保留材料中因子最大的那一项。",
        "A material below 1 % of its component's mass may be left out: give mass and reason; its mass is added to the "
        "retained material with the highest factor.",
    ),
    CIRCULAR_SHEET: (
        "再生料和报废回收：每种材料一行，写每个申报单位里的质量（kg）和比例；"
        "也可以在“填写”里直接填各项目的总量，两处只填一处。",
        "Recycled content and end of life: a row for each material, kg in one declared unit and the shares. Or give "
        "totals by line on 填写 Activity; use one of the two only.",
    ),
    CERTIFICATES_SHEET: (
        "用绿证说明的特定供电：每张已核销的绿证一行。序列号不出本机，外发的只是带密钥的摘要，用来防止一证两用。",
        "For electricity under specific supply: a row for each cancelled certificate. Serial numbers stay here; "
        "only a keyed digest leaves, so that nobody cites one twice.",
    ),
}


def write_further(book: Workbook, category: Category) -> None:
    """Write the sheets of co-products, cut-offs, recycling and certificates."""
    sheet = _write(book, COPRODUCTS_SHEET, coproducts.COLUMNS)
    for name, value in (("product", coproducts.OWN), ("unit", category.declared_unit)):
        cell = sheet.cell(EARLIEST_ROW, list(coproducts.COLUMNS.titles).index(name) + 1, value)
        style_cell(cell, GIVEN)
    _check(sheet, coproducts.COLUMNS, ("amount", "price", "energy"))
    add_written_choice(sheet, _cells(sheet, coproducts.COLUMNS, "basis"), tuple(coproducts.BASES))
    sheet = _write(book, CUTOFF_SHEET, cutoffs.COLUMNS)
    _check(sheet, cutoffs.COLUMNS, ("mass", "component"))
    add_written_choice(sheet, _cells(sheet, cutoffs.COLUMNS, "unit"), ("kg", "t", "g"))
    materials = recycling.list_materials(category)
    if materials:
        sheet = _write(book, CIRCULAR_SHEET, recycling.COLUMNS)
        add_written_choice(sheet, _cells(sheet, recycling.COLUMNS, "material"), materials)
        _check(sheet, recycling.COLUMNS, ("mass",))
        for name in ("r1", "r2", "r3"):
            add_number_check(sheet, _cells(sheet, recycling.COLUMNS, name), most=1)
    sheet = _write(book, CERTIFICATES_SHEET, certificates.COLUMNS)
    _check(sheet, certificates.COLUMNS, ("kwh",))


def _write(book: Workbook, title: str, columns: Columns) -> Worksheet:
    sheet = open_sheet(book, title, list(columns.titles.values()), _TOP[title])
    for row in range(EARLIEST_ROW, EARLIEST_ROW + _ROWS[title]):
        for column in range(1, len(columns.titles) + 1):
            style_cell(sheet.cell(row, column), INPUT)
    return sheet


def _check(sheet: Worksheet, columns: Columns, names: tuple[str, ...]) -> None:
    for name in names:
        add_number_check(sheet, _cells(sheet, columns, name))


def _cells(sheet: Worksheet, columns: Columns, name: str) -> str:
    letter = get_column_letter(list(columns.titles).index(name) + 1)
    return f"{letter}{EARLIEST_ROW}:{letter}{EARLIEST_ROW + _ROWS[sheet.title] - 1}"
