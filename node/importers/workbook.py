"""Reads .xlsx: values as the spreadsheet last computed them, never formulas, macros or links.

A workbook is a zip of XML, so both are bounded first: the sum of uncompressed sizes, and no DTD anywhere.
"""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any, Literal

import openpyxl
from openpyxl.utils.exceptions import InvalidFileException

from node.importers.cells import keep_printable
from node.importers.problem import ImportProblems, refuse
from node.importers.sheets import MAX_COLUMNS, MAX_ROWS, MAX_SHEETS, Cell, Row, Sheet

MAX_UNPACKED_BYTES = 256 * 1024 * 1024
MAX_PARTS = 2_000
OLE_MAGIC = bytes.fromhex("d0cf11e0a1b11ae1")
ZIP_MAGIC = b"PK\x03\x04"

# What zipfile, the XML parser and openpyxl raise on damaged or hostile workbooks, as found by flipping and
# cutting bytes of good ones. Nothing of the store is touched in their scope.
_DAMAGE = (
    zipfile.BadZipFile, zlib.error, InvalidFileException, SyntaxError, KeyError, ValueError, TypeError,
    AttributeError, IndexError, EOFError, OverflowError, NotImplementedError, RuntimeError, OSError,
)  # fmt: skip


def read_workbook(name: str, data: bytes) -> list[Sheet]:
    """All sheets of an .xlsx; raise ImportProblems when it is too big, encrypted, old or damaged."""
    if data.startswith(OLE_MAGIC):
        raise refuse(name, "protected-workbook")
    try:
        _check_parts(name, data)
        return _read_sheets(name, data)
    except ImportProblems:
        raise
    except _DAMAGE as error:
        raise refuse(name, "damaged-workbook", reason=type(error).__name__) from error


def _check_parts(name: str, data: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = archive.infolist()
        # zipfile never unpacks more than the stated size of a part, so the sum of these bounds memory.
        unpacked = sum(part.file_size for part in parts)
        if unpacked > MAX_UNPACKED_BYTES or len(parts) > MAX_PARTS:
            limits = {"limit": MAX_UNPACKED_BYTES, "most": MAX_PARTS}
            raise refuse(name, "workbook-too-big", size=unpacked, parts=len(parts), **limits)
        if any(part.flag_bits & 1 for part in parts):
            raise refuse(name, "encrypted-archive")
        for part in parts:
            with archive.open(part) as stream:
                # Entities need a DTD, and a DTD stands before the root element; none belongs in a workbook.
                if b"<!DOCTYPE" in stream.read(4096).replace(b"\x00", b""):
                    raise refuse(name, "document-type")


def _read_sheets(name: str, data: bytes) -> list[Sheet]:
    sheets = []
    rows_left = MAX_ROWS
    for title, rows in _iterate(name, data, values=True):
        kept = []
        for row in rows:
            if any(cell is not None for cell in row.cells):
                kept.append(row)
                rows_left -= 1
            if rows_left < 0:
                raise _too_many_rows(name)
        sheets.append(Sheet(title, kept))
    return [_with_formulas(name, data, sheet) for sheet in sheets]


def _with_formulas(name: str, data: bytes, sheet: Sheet) -> Sheet:
    # A formula without computed value reads as an empty cell. Only tables with holes need the second pass.
    holes = {
        (row.number, index)
        for row in sheet.rows
        for index, cell in enumerate(row.cells)
        if cell is None and len(row.cells) > 1
    }
    if not holes or b"<f" not in _sheet_bytes(data):
        return sheet
    found = set()
    for title, rows in _iterate(name, data, values=False):
        if title != sheet.name:
            continue
        for row in rows:
            for index, cell in enumerate(row.cells):
                if isinstance(cell, str) and cell.startswith("=") and (row.number, index) in holes:
                    found.add((row.number, index))
    return Sheet(sheet.name, sheet.rows, frozenset(found))


def _sheet_bytes(data: bytes) -> bytes:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return b"".join(
            b"<f" if b"<f>" in text or b"<f " in text or b"<f/" in text else b""
            for text in (archive.read(part) for part in archive.namelist() if "/worksheets/" in part)
        )


def _iterate(name: str, data: bytes, values: bool) -> Iterator[tuple[str, Iterator[Row]]]:
    book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=values, keep_links=False)
    try:
        if len(book.worksheets) > MAX_SHEETS:
            raise refuse(name, "too-many-sheets", count=len(book.worksheets), limit=MAX_SHEETS)
        for sheet in book.worksheets:
            # The stated dimensions may lie; the caps below hold whatever they say.
            sheet.reset_dimensions()
            yield keep_printable(str(sheet.title)), _iterate_rows(name, sheet)
    finally:
        book.close()


def _iterate_rows(name: str, sheet: Any) -> Iterator[Row]:
    rows = sheet.iter_rows(max_row=MAX_ROWS + 1, max_col=MAX_COLUMNS, values_only=True)
    for number, cells in enumerate(rows, start=1):
        if number > MAX_ROWS and any(cell is not None for cell in cells):
            raise _too_many_rows(name)
        yield Row(number, tuple(_plain(cell) for cell in cells))


def _too_many_rows(name: str) -> ImportProblems:
    return refuse(name, "too-many-rows", limit=MAX_ROWS)


def _plain(cell: object) -> Cell:
    if isinstance(cell, datetime):
        return cell.date()
    if cell is None or isinstance(cell, (str, int, float, bool, date)):
        return cell
    return str(cell)


FileFormat = Literal["xlsx", "csv"]


def find_format(data: bytes) -> FileFormat:
    """The format by content: a workbook starts as a zip or an OLE file, anything else is text."""
    return "xlsx" if data.startswith((ZIP_MAGIC, OLE_MAGIC)) else "csv"
