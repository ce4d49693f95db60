"""Reads .xlsx: values as the spreadsheet last computed them, never formulas, macros or links.

A workbook is a zip of XML, so both are bounded first: the sum of uncompressed sizes, and no DTD anywhere.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, datetime
from typing import IO, Any, Literal, cast

from node.importers.cells import keep_printable
from node.importers.merged import read_merged
from node.importers.problem import ImportProblems, refuse
from node.importers.sheets import MAX_COLUMNS, MAX_ROWS, MAX_SHEETS, Cell, Row, Sheet

MAX_UNPACKED_BYTES = 256 * 1024 * 1024
MAX_PARTS = 2_000
_PIECE = 2**20
_FORMULA = re.compile(rb"<f[ >/]")
OLE_MAGIC = bytes.fromhex("d0cf11e0a1b11ae1")
ZIP_MAGIC = b"PK\x03\x04"

# What zipfile, the XML parser and openpyxl raise on damaged or hostile workbooks, as found by flipping and
# cutting bytes of good ones. Nothing of the store is touched in their scope.
_DAMAGE = (
    zipfile.BadZipFile, zlib.error, SyntaxError, KeyError, ValueError, TypeError,
    AttributeError, IndexError, EOFError, OverflowError, NotImplementedError, RuntimeError, OSError,
)  # fmt: skip


def read_workbook(name: str, data: bytes) -> list[Sheet]:
    """All sheets of an .xlsx; raise ImportProblems when it is too big, encrypted, old or damaged."""
    from openpyxl.utils.exceptions import InvalidFileException

    if data.startswith(OLE_MAGIC):
        raise refuse(name, "protected-workbook")
    try:
        _check_parts(name, data)
        return _read_sheets(name, data)
    except ImportProblems:
        raise
    except (*_DAMAGE, InvalidFileException) as error:
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
    for title, rows, part in _iterate(name, data, values=True):
        kept = []
        for row in rows:
            if row.cells:
                kept.append(row)
                rows_left -= 1
            if rows_left < 0:
                raise _too_many_rows(name)
        with part() as stream:
            sheets.append(Sheet(title, kept, merged=read_merged(stream, kept)))
    if not _has_formulas(data):
        return sheets
    # Only now a second pass, over what the cells were computed from.
    return [_with_formulas(name, data, sheet) for sheet in sheets]


def _with_formulas(name: str, data: bytes, sheet: Sheet) -> Sheet:
    """The sheet with its formulas that carry no computed value: those read as empty cells."""
    valued = {row.number: row.cells for row in sheet.rows}
    found = set()
    for title, rows, _ in _iterate(name, data, values=False):
        if title != sheet.name:
            continue
        for row in rows:
            cells = valued.get(row.number, ())
            for index, cell in enumerate(row.cells):
                is_empty = index >= len(cells) or cells[index] is None
                if is_empty and isinstance(cell, str) and cell.startswith("="):
                    found.add((row.number, index))
    return replace(sheet, formulas=frozenset(found))


def _has_formulas(data: bytes) -> bool:
    # One sheet at a time, in pieces that overlap by what is looked for.
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for part in archive.namelist():
            if "/worksheets/" not in part:
                continue
            with archive.open(part) as stream:
                tail = b""
                while piece := stream.read(_PIECE):
                    if _FORMULA.search(tail + piece):
                        return True
                    tail = piece[-2:]
    return False


def _iterate(
    name: str, data: bytes, values: bool
) -> Iterator[tuple[str, Iterator[Row], Callable[[], IO[bytes]]]]:
    """The title and the rows of each sheet, and what opens its part of the workbook."""
    import openpyxl  # the agent, which reads no workbook, loads none of it

    book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=values, keep_links=False)
    try:
        if len(book.worksheets) > MAX_SHEETS:
            raise refuse(name, "too-many-sheets", count=len(book.worksheets), limit=MAX_SHEETS)
        for sheet in book.worksheets:
            # The stated dimensions may lie; the caps below hold whatever they say.
            sheet.reset_dimensions()
            yield keep_printable(str(sheet.title)), _iterate_rows(name, sheet), cast(Any, sheet)._get_source
    finally:
        book.close()


def _iterate_rows(name: str, sheet: Any) -> Iterator[Row]:
    rows = sheet.iter_rows(max_row=MAX_ROWS + 1, max_col=MAX_COLUMNS, values_only=True)
    for number, cells in enumerate(rows, start=1):
        width = next((at for at in range(len(cells), 0, -1) if cells[at - 1] is not None), 0)
        if number > MAX_ROWS and width:
            raise _too_many_rows(name)
        yield Row(number, tuple(map(_plain, cells[:width])))


def _too_many_rows(name: str) -> ImportProblems:
    return refuse(name, "too-many-rows", limit=MAX_ROWS)


def _plain(cell: object) -> Cell:
    if cell is None or isinstance(cell, (str, int, float, bool)):
        return cell
    if isinstance(cell, datetime):
        return cell.date()
    return cell if isinstance(cell, date) else str(cell)


FileFormat = Literal["xlsx", "csv"]


def find_format(data: bytes) -> FileFormat:
    """The format by content: a workbook starts as a zip or an OLE file, anything else is text."""
    return "xlsx" if data.startswith((ZIP_MAGIC, OLE_MAGIC)) else "csv"
