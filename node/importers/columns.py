"""Which column is which: header names in Chinese, English, or both in one cell."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from node.importers.cells import read_text
from node.importers.month_titles import read_month_title
from node.importers.sheets import Cell, Row, Sheet
from node.language import Phrase

HEADER_WITHIN_ROWS = 20
_ENOUGH = 2
_CJK = re.compile(r"[^一-鿿]+")
_LATIN = re.compile(r"[^a-z ]+")


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns that one kind of table may have: the title of each, and the names it is recognised by."""

    titles: Mapping[str, str]
    names: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Header:
    """Where the header stands, the index of each recognised column, and columns that occur twice.

    `constants` are values that hold for every row of the table, where a saved mapping or a column's title states them;
    `heads`: row and title of the cell that states one.
    """

    row: int
    columns: Mapping[str, int]
    titles: Mapping[str, str]
    twice: tuple[str, ...] = ()
    constants: Mapping[str, str] = field(default_factory=dict)
    heads: Mapping[str, tuple[int, str]] = field(default_factory=dict)


def make_columns(**fields: tuple[str, ...]) -> Columns:
    """Columns by field: the title first, then further names; the title's own words count as well."""
    names: dict[str, str] = {}
    for name, (title, *others) in fields.items():
        for one in (title, *others):
            names[normalise(one)] = name
    return Columns({name: words[0] for name, words in fields.items()}, names)


def find_header(sheet: Sheet, columns: Columns) -> Header | None:
    """The first of the top 20 rows that names at least two columns; None for a sheet without a table."""
    for row in sheet.rows:
        if row.number > HEADER_WITHIN_ROWS:
            break
        header = _read_header(row, columns)
        if len(header.columns) >= _ENOUGH:
            return header
    return None


def list_missing(header: Header) -> list[tuple[str, ...]]:
    """The fields that a table of activity must have and this one lacks: any of a group will do, start with end."""
    columns = {*header.columns, *header.constants}
    missing: list[tuple[str, ...]] = [(name,) for name in ("amount", "unit") if name not in columns]
    if not columns & {"line", "name"}:
        missing.insert(0, ("line", "name"))
    if not columns & {"month", "date"} and not {"start", "end"} <= columns:
        missing.append(("start", "end", "month"))
    return missing


def name_missing(header: Header) -> list[Phrase]:
    """Titles of the columns that a table of activity must have and this one lacks."""
    return list(map(name_group, list_missing(header)))


def name_group(fields: tuple[str, ...]) -> Phrase:
    """A group of `list_missing` by titles."""
    titles = [ACTIVITY.titles[name] for name in fields]
    if fields[:1] == ("start",):
        return Phrase("{} and {}, or {}".format(*titles), "{} 和 {}，或{}".format(*titles))
    return Phrase(" or ".join(titles), "，或".join(titles))


def list_item_places(header: Header | None) -> tuple[int, ...]:
    """The columns that may name a row's item: that of codes before that of names."""
    columns = {} if header is None else header.columns
    return tuple(columns[name] for name in ("line", "name") if name in columns)


def find_item_place(row: Row, places: Sequence[int]) -> int | None:
    """Where a row names its item, of these columns."""
    return next((one for one in places if text_at(row.cells, one)), None)


def text_at(cells: Sequence[Cell], column: int) -> str:
    """The text of one of a row's cells, "" where there is none."""
    return read_text(cells[column]) if column < len(cells) else ""


def normalise(title: str) -> str:
    """A title as names are compared: full-width letters plain, one space, lower case."""
    return " ".join(unicodedata.normalize("NFKC", title).lower().split())


def recognise(title: object, columns: Columns) -> str | None:
    """The field that a header cell names, also when it holds both languages; None when it names none."""
    if not isinstance(title, str) or read_month_title(title) is not None:
        return None
    text = normalise(title)
    latin = " ".join(_LATIN.sub(" ", text).split())
    for candidate in (text, _CJK.sub("", text), latin):
        if candidate in columns.names:
            return columns.names[candidate]
    return None


def index_of(letter: str) -> int:
    """The index of a column letter: A is 0; ValueError for anything that is none."""
    if not (letter.isascii() and letter.isalpha() and len(letter) <= 3):
        raise ValueError(letter)
    index = 0
    for sign in letter.upper():
        index = index * 26 + ord(sign) - ord("A") + 1
    return index - 1


def letter_of(index: int) -> str:
    """The letter of a column by its index: 0 is A."""
    text, rest = "", index + 1
    while rest:
        rest, sign = divmod(rest - 1, 26)
        text = chr(ord("A") + sign) + text
    return text


def _read_header(row: Row, known: Columns) -> Header:
    columns: dict[str, int] = {}
    titles: dict[str, str] = {}
    twice = []
    for index, cell in enumerate(row.cells):
        name = recognise(cell, known)
        if name is None:
            continue
        if name in columns:
            twice.append(read_text(cell))
            continue
        columns[name] = index
        titles[name] = " ".join(read_text(cell).split())
    return Header(row.number, columns, titles, tuple(twice))


ACTIVITY = make_columns(
    line=("项目代码 Line code", "项目代码", "行代码", "代码", "line code", "line", "code", "flow code", "flow"),
    name=("项目 Name", "项目", "项目名称", "名称", "活动", "活动名称", "材料名称", "物料名称", "原料名称", "原材料名称",
          "能源名称", "能源品种", "能源种类", "品名", "货物名称", "商品名称", "货物或应税劳务名称",
          "货物或应税劳务、服务名称", "name", "item", "line name", "flow name", "activity",
          "material name"),
    month=("月份 Month", "月份", "月", "年月", "统计月份", "所属月份", "month", "period"),
    year=("年份 Year", "年份", "年", "year"),
    date=("日期 Date", "日期", "业务日期", "记账日期", "抄表日期", "date"),
    start=("开始日期 Period start", "开始日期", "起始日期", "开始", "period start", "start", "start date", "from"),
    end=("结束日期 Period end", "结束日期", "截止日期", "结束", "period end", "end", "end date", "to"),
    amount=("数量 Amount", "数量", "活动量", "用量", "消耗量", "使用量", "耗用量", "活动数据", "amount", "quantity",
            "activity amount", "used"),
    unit=("单位 Unit", "单位", "计量单位", "unit", "units", "unit of measure"),
    mass=("质量(t) Mass (t)", "质量(t)", "mass (t)"),
    distance=("距离(km) Distance (km)", "距离(km)", "distance (km)"),
    origin=("起运地 Origin", "起运地", "发货地", "装货地", "origin", "place of dispatch"),
    destination=("目的地 Destination", "目的地", "收货地", "卸货地", "destination", "place of delivery"),
    factor=("因子代码 Factor", "因子代码", "排放因子", "因子", "factor", "factor code", "emission factor"),
    share=("分摊比例 Share", "分摊比例", "分摊", "share", "allocation", "allocation share"),
    document=("凭证 Document", "凭证", "凭证号", "单据", "单据号", "发票号", "document", "document reference",
              "reference", "invoice"),
    note=("备注 Note", "备注", "说明", "note", "notes", "remark", "remarks", "comment"),
)  # fmt: skip
"""Columns of a table of activity. A date stands for its month where nothing else states a period; a year is that of a
month beside it which has none.

Mass and distance count only where the title states their units."""
