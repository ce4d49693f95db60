"""Which column is which: header names in Chinese, English, or both in one cell."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Literal

from node.importers.cells import read_text
from node.importers.sheets import Row, Sheet

Field = Literal[
    "line", "name", "month", "start", "end", "amount", "unit", "factor", "share", "document", "note"
]  # fmt: skip

_NAMES: dict[Field, tuple[str, ...]] = {
    "line": ("项目代码", "行代码", "代码", "line code", "line", "code", "flow code", "flow"),
    "name": ("项目", "项目名称", "名称", "活动", "活动名称",
             "name", "item", "line name", "flow name", "activity"),
    "month": ("月份", "月", "month", "period"),
    "start": ("开始日期", "起始日期", "开始", "period start", "start", "start date", "from"),
    "end": ("结束日期", "截止日期", "结束", "period end", "end", "end date", "to"),
    "amount": ("数量", "活动量", "用量", "消耗量", "活动数据", "amount", "quantity", "activity amount", "used"),
    "unit": ("单位", "计量单位", "unit", "units", "unit of measure"),
    "factor": ("因子代码", "排放因子", "因子", "factor", "factor code", "emission factor"),
    "share": ("分摊比例", "分摊", "share", "allocation", "allocation share"),
    "document": ("凭证", "凭证号", "单据", "单据号", "发票号",
                 "document", "document reference", "reference", "invoice"),
    "note": ("备注", "说明", "note", "notes", "remark", "remarks", "comment"),
}  # fmt: skip
TITLES: dict[Field, str] = {
    "line": "项目代码 Line code",
    "name": "项目 Name",
    "month": "月份 Month",
    "start": "开始日期 Period start",
    "end": "结束日期 Period end",
    "amount": "数量 Amount",
    "unit": "单位 Unit",
    "factor": "因子代码 Factor",
    "share": "分摊比例 Share",
    "document": "凭证 Document",
    "note": "备注 Note",
}
_BY_NAME: dict[str, Field] = {name: field for field, names in _NAMES.items() for name in names}
_HEADER_WITHIN_ROWS = 20
_ENOUGH = 2
_CJK = re.compile(r"[^一-鿿]+")
_LATIN = re.compile(r"[^a-z ]+")


@dataclass(frozen=True, slots=True)
class Header:
    """Where the header stands, the index of each recognised column, and columns that occur twice."""

    row: int
    columns: dict[Field, int]
    titles: dict[Field, str]
    twice: tuple[str, ...]


def find_header(sheet: Sheet) -> Header | None:
    """The first of the top 20 rows that names at least two columns; None for a sheet without a table."""
    for row in sheet.rows:
        if row.number > _HEADER_WITHIN_ROWS:
            break
        header = _read_header(row)
        if len(header.columns) >= _ENOUGH:
            return header
    return None


def name_missing(header: Header) -> list[str]:
    """Titles of the columns that a table of activity must have and this one lacks."""
    columns = header.columns
    missing = [TITLES[field] for field in ("amount", "unit") if field not in columns]
    if "line" not in columns and "name" not in columns:
        missing.insert(0, f"{TITLES['line']} or {TITLES['name']}")
    if "month" not in columns and not ("start" in columns and "end" in columns):
        missing.append(f"{TITLES['start']} and {TITLES['end']}, or {TITLES['month']}")
    return missing


def recognise(title: object) -> Field | None:
    """The field that a header cell names, also when it holds both languages; None when it names none."""
    if not isinstance(title, str):
        return None
    text = unicodedata.normalize("NFKC", title).strip().lower()
    latin = " ".join(_LATIN.sub(" ", text).split())
    for candidate in (" ".join(text.split()), _CJK.sub("", text), latin):
        if candidate in _BY_NAME:
            return _BY_NAME[candidate]
    return None


def _read_header(row: Row) -> Header:
    columns: dict[Field, int] = {}
    titles: dict[Field, str] = {}
    twice = []
    for index, cell in enumerate(row.cells):
        field = recognise(cell)
        if field is None:
            continue
        if field in columns:
            twice.append(read_text(cell))
            continue
        columns[field] = index
        titles[field] = " ".join(read_text(cell).split())
    return Header(row.number, columns, titles, tuple(twice))
