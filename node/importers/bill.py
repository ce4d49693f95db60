"""A pack model from a file: pack.toml, or a bill of materials as .csv or .xlsx with Chinese or English headers.

The one fact: cells are taken over as they stand; what is wrong with one is said where it is shown, so nothing is lost.
"""

from __future__ import annotations

import tomllib
from collections.abc import Container, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from fractions import Fraction

from method.errors import MethodError
from method.exact import encode_decimal, parse_decimal
from method.pack import PACK
from method.pack_models import split_models
from method.rules import STAGE_NAMES, STAGES
from method.units import convert, parse_unit
from node.importers.bill_foot import is_foot
from node.importers.bill_head import find_model
from node.importers.bill_levels import (
    find_level_column,
    find_parents,
    is_whole,
    multiply_up,
    name_parents,
    read_level,
)
from node.importers.cells import BadCell, read_number, read_text
from node.importers.columns import Header, find_header, make_columns, normalise
from node.importers.delimited import read_delimited
from node.importers.piece_mass import find_mass_column, read_each, weigh, with_each
from node.importers.problem import refuse
from node.importers.sheets import MAX_FILE_BYTES, Cell, Row, Sheet
from node.importers.sign_offs import is_sign_off
from node.importers.sourcing import find_sourcing_column, read_sourcing
from node.importers.workbook import find_format, read_workbook
from operation.method_words import say_reason

BILL = make_columns(
    name=("物料名称 Name", "物料名称", "物料描述", "名称", "品名", "品名规格", "规格型号描述", "材料名称", "零件名称",
          "零部件名称", "部件名称", "子件名称", "material name", "material description", "description", "name",
          "part name"),
    item=("物料项 Item", "物料项", "物料", "物料编码", "物料编号", "物料代码", "物料号", "料号", "零部件", "零件号",
          "零件编码", "零件编号", "部件编码", "子件编码", "子项编码", "item", "item code", "item number", "part",
          "part number", "part no", "component", "material", "material number"),
    legal_entity=("供应商代码 Supplier", "供应商代码", "供应商", "供应商编码", "供应商名称", "供应商简称",
                  "供方", "供货商", "厂商", "厂家", "统一社会信用代码", "legal entity", "supplier", "supplier name",
                  "supplier id", "supplier code", "vendor", "vendor name", "registry id"),
    product=("产品代码 Product", "产品代码", "产品编码", "产品", "供应商产品代码", "供应商物料号", "product",
             "product code", "supplier part number"),
    category=("类别 Category", "类别", "产品类别", "category", "product category"),
    quantity=("数量 Quantity", "数量", "用量", "单台用量", "单台数量", "单机用量", "单机数量", "单位用量", "单耗",
              "单包用量", "单包数量", "单套用量", "单套数量", "每台用量", "每包用量", "每台数量", "标准用量",
              "定额用量", "装机数量",
              "quantity", "amount", "qty", "usage", "consumption", "quantity per pack", "qty per pack",
              "quantity per unit", "qty per unit", "quantity per", "qty per"),
    unit=("单位 Unit", "单位", "计量单位", "用量单位", "基本单位", "unit", "units", "uom", "unit of measure"),
    stage=("阶段 Stage", "阶段", "生命周期阶段", "stage", "life cycle stage"),
    part_of=("上级 Part of", "上级", "所属", "上级物料", "上级编码", "父项", "父项编码", "父件", "父件编码", "母件",
             "上级件号", "所属部件", "所属总成", "part of", "parent", "parent item", "assembly", "parent assembly"),
    default_factor=("默认因子 Default factor", "默认因子", "缺省因子", "default factor"),
)  # fmt: skip
"""Columns of a bill of materials."""
EXAMPLE = {
    "name": "示例：正极材料 Example: cathode material",
    "item": "cathode-1",
    "quantity": "141",
    "unit": "kg",
    "legal_entity": "示例供应商有限公司 Example Supplier Ltd",
    "part_of": "cell-1",
}
"""The row that the empty sheet shows; as it stands it is not one of a bill."""
_STAGES = {normalise(name): stage for stage, names in STAGE_NAMES.items() for name in (stage, *names)} | {
    normalise(name): stage
    for stage, names in zip(
        STAGES,
        (
            ("原材料", "原材料获取", "原材料阶段", "raw materials", "raw material"),
            ("生产", "生产阶段", "制造", "production", "manufacturing"),
            ("分销运输", "运输", "配送", "transport"),
            ("回收", "回收利用", "报废", "end of life", "recycling"),
        ),
        strict=True,
    )
    for name in names
}
_MOST_TITLES, _LONGEST_TITLE, _LONGEST_CODE = 20, 40, 80
_PACKS = {
    normalise(name) for name in (PACK, "电池包", "整包", "电池包总成", "pack总成", "电池系统", "battery pack")
}


@dataclass(frozen=True, slots=True)
class ReadBill:
    """What a file says: rows as typed, and from a pack.toml the model's own fields as well.

    `unread`: titles of columns that were left out; `free`: the titles that none of its columns has. `has_levels`: what
    its rows are part of was told by a column of levels; `whole`: the row, left out, that is the pack itself.
    `model`: the code that a table's head names, "" where it names none. `piece_mass`: the title of the column with the
    mass of one piece, which a row that is counted in pieces has as `each`; "" for none.
    """

    rows: tuple[dict[str, str], ...] = field(repr=False)
    fields: Mapping[str, str] = field(default_factory=dict, repr=False)
    stated: Mapping[str, str] = field(default_factory=dict, repr=False)
    unread: tuple[str, ...] = ()
    free: tuple[str, ...] = ()
    has_levels: bool = False
    whole: str = ""
    model: str = ""
    piece_mass: str = ""
    sourcing: str = ""
    """The title of the column that says what is made in house: a row that is has OWN as its `sourcing`."""
    pack: Mapping[str, str] = field(default_factory=dict, repr=False)
    """What the row `whole` says of the model: its code, its name, its mass in kg, as far as it does."""
    sums: tuple[int, ...] = ()
    """The rows of sums, left out."""
    sign_offs: tuple[int, ...] = ()
    """The rows that say who made and checked it, left out."""


def read_bills(name: str, data: bytes, per_assembly: bool = False) -> tuple[ReadBill, ...]:
    """Read an uploaded file, one model or several; raise ImportProblems when there is no bill of materials in it.

    `per_assembly`: where it has levels, its quantities are those in one of what a row is part of, not in one pack.
    """
    if len(data) > MAX_FILE_BYTES:
        raise refuse(name, "file-too-big", size=len(data), limit=MAX_FILE_BYTES)
    if not data.strip():
        raise refuse(name, "file-empty")
    if name.lower().endswith(".toml"):
        return _read_toml(name, data)
    sheets = read_workbook(name, data) if find_format(data) == "xlsx" else read_delimited(name, data)
    for sheet in sheets:
        header = find_header(sheet, BILL)
        if header is not None:
            return (_read_table(sheet, header, per_assembly),)
    raise refuse(name, "bill-no-table")


def _read_table(sheet: Sheet, header: Header, per_assembly: bool) -> ReadBill:
    titles = next(row for row in sheet.rows if row.number == header.row)
    listed = [row for row in sheet.rows if row.number > header.row]
    foot = {row.number: is_sign_off(row) for row in listed if is_foot(row, header)}
    below = [row for row in listed if row.number not in foot]
    read = [(one, _read_row(one, header)) for one in below]
    read = [(one, row) for one, row in read if any(row.values()) and not _is_example(row)]
    mass = find_mass_column(titles, set(header.columns.values()), below)
    read = [(one, row if mass is None else with_each(row, read_each(one, mass))) for one, row in read]
    sourcing = find_sourcing_column(titles, set(header.columns.values()), below)
    if sourcing is not None:
        read = [(one, {**row, "sourcing": read_sourcing(one, sourcing)}) for one, row in read]
    rows, whole, pack = [row for _, row in read], "", dict[str, str]()
    level = find_level_column(titles, header.columns.values(), below)
    if level is not None:
        rows, whole = _place_rows(rows, [read_level(one, level) for one, _ in read], per_assembly)
        pack = _read_pack(*read[0], header) if whole else pack
    known = {*header.columns.values(), level, sourcing, None if mass is None else mass[0]}
    free = tuple(BILL.titles[name] for name in BILL.titles if name not in header.columns)
    return ReadBill(
        tuple(rows),
        unread=_list_unread(titles, below, known),
        free=free,
        has_levels=level is not None,
        whole=whole,
        model=find_model(row for row in sheet.rows if row.number < header.row),
        piece_mass="" if mass is None else _read_title(titles.cells[mass[0]]),
        sourcing="" if sourcing is None else _read_title(titles.cells[sourcing]),
        pack=pack,
        sums=tuple(number for number, signs in foot.items() if not signs),
        sign_offs=tuple(number for number, signs in foot.items() if signs),
    )


def _read_pack(typed: Row, row: Mapping[str, str], header: Header) -> dict[str, str]:
    """What the row of the pack itself says of the model; its code as it was typed."""
    at = header.columns.get("item")
    quantity, unit = weigh(row) or (row.get("quantity", ""), row.get("unit", ""))
    mass = ""
    with suppress(MethodError):
        mass = encode_decimal(convert(parse_decimal(quantity, "quantity"), unit, "kg"))
    code = "" if at is None else " ".join(read_text(typed.cells[at]).split())[:_LONGEST_CODE]
    found = {"model": code, "name_zh": row.get("name", ""), "mass_kg": mass}
    return {name: text for name, text in found.items() if text}


def _place_rows(
    rows: list[dict[str, str]], levels: list[int | None], per_assembly: bool
) -> tuple[list[dict[str, str]], str]:
    """The rows with what they are part of, and the name of the row that is the pack itself and is left out."""
    parents = find_parents(levels)
    if per_assembly:
        rows = multiply_up(rows, parents)
    has_whole = bool(rows) and is_whole(rows[0], levels, parents)
    placed = name_parents(rows, levels, parents, has_whole)
    return (placed[1:], rows[0].get("name") or rows[0].get("item", "")) if has_whole else (placed, "")


def _list_unread(titles: Row, below: list[Row], known: Container[int | None]) -> tuple[str, ...]:
    """Titles with something below them that name no column of a bill, or one that an earlier title named."""
    return tuple(
        _read_title(title)
        for at, title in enumerate(titles.cells)
        if at not in known
        and read_text(title)
        and any(read_text(row.cells[at]) for row in below if at < len(row.cells))
    )[:_MOST_TITLES]


def _read_title(title: Cell) -> str:
    return " ".join(read_text(title).split())[:_LONGEST_TITLE]


def _is_example(row: Mapping[str, str]) -> bool:
    return all(row.get(name) == text for name, text in EXAMPLE.items())


def _read_row(row: Row, header: Header) -> dict[str, str]:
    cells = {
        name: row.cells[index] if index < len(row.cells) else None for name, index in header.columns.items()
    }
    cleaned = {name: clean_cell(name, cell) for name, cell in cells.items()}
    return with_written(cleaned, " ".join(read_text(cells.get("item")).split()))


def with_written(row: dict[str, str], item: str) -> dict[str, str]:
    """The row with its item's code as it was written, where that is not the code itself."""
    return {**row, "written": item} if item != row.get("item", "") else row


def show_item(row: Mapping[str, str]) -> str:
    """The code of a row's item as its maker wrote it; codes are matched without regard to case."""
    written, item = row.get("written", ""), row.get("item", "")
    return written if written and clean_cell("item", written) == item else item


def clean_cell(name: str, cell: Cell) -> str:
    """A cell as the table keeps it: stages and units by their codes where they are recognised, else as typed."""
    text = " ".join(read_text(cell).split())
    if name == "quantity":
        return _clean_number(cell, text)
    if name == "unit":
        return _clean_unit(text)
    if name == "stage":
        return _STAGES.get(normalise(text), text)
    if name in ("item", "part_of"):
        return PACK if name == "part_of" and normalise(text) in _PACKS else "-".join(text.lower().split())
    return text


def _clean_number(cell: Cell, text: str) -> str:
    try:
        value = read_number(cell)
    except BadCell:
        return text
    return encode_decimal(value) if _is_short(value) else text


def _is_short(value: Fraction) -> bool:
    return Fraction(encode_decimal(value)) == value


def _clean_unit(text: str) -> str:
    """The unit; ERP systems write all of them in capitals."""
    for name in (text, text.lower()) if text else ():
        with suppress(MethodError):
            return parse_unit(name).name
    return text


def _read_toml(name: str, data: bytes) -> tuple[ReadBill, ...]:
    try:
        record = tomllib.loads(data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise refuse(name, "toml-encoding") from error
    except ValueError as error:
        raise refuse(name, "toml-malformed", reason=str(error)) from error
    except RecursionError as error:
        raise refuse(name, "toml-nested") from error
    try:
        return tuple(_take_model(name, one) for one in split_models(record))
    except MethodError as error:
        raise refuse(name, "pack-unreadable", reason=say_reason(error)) from error


def _take_model(name: str, record: Mapping[str, object]) -> ReadBill:
    entries = record.get("bill_of_materials")
    if not isinstance(entries, list):
        raise refuse(name, "bill-no-table")
    rows = tuple(_texts(entry) for entry in entries if isinstance(entry, dict))
    return ReadBill(
        rows,
        _texts(record.get("pack")) | _texts(record.get("functional_unit")),
        _texts(record.get("declaration")),
    )


def _texts(table: object) -> dict[str, str]:
    if not isinstance(table, dict):
        return {}
    return {str(key): str(value) for key, value in table.items() if isinstance(value, str | int | float)}
