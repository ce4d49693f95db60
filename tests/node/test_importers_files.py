"""Files that are not what they should be: each is refused in words, none crashes, none fills memory."""

from __future__ import annotations

import io
import random
import zipfile
from pathlib import Path

import pytest
from openpyxl import Workbook

from node.importers import sheets, workbook
from node.importers.delimited import read_delimited
from node.importers.library import read_categories, read_factors
from node.importers.pack import read_product
from node.importers.problem import ImportProblems
from node.importers.sheets import read_bytes
from node.importers.workbook import find_format, read_workbook
from tests.support.footprints import read_pack

CONTENT = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]><worksheet/>'


def make_workbook() -> bytes:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for number in range(30):
        sheet.append(["grid", "2025-01", number, "kWh", f"=A{number + 1}"])
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def repack(data: bytes, part: str, content: bytes) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, content if name == part else old.read(name))
    return stream.getvalue()


def find_problem(data: bytes) -> str:
    with pytest.raises(ImportProblems) as caught:
        read_workbook("a.xlsx", data)
    return caught.value.problems[0].found


def test_a_workbook_is_known_by_its_content() -> None:
    assert find_format(make_workbook()) == "xlsx"
    assert find_format("项目,数量".encode()) == "csv"


def test_a_file_beyond_the_size_cap_is_refused_unopened(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with path.open("wb") as stream:
        stream.truncate(sheets.MAX_FILE_BYTES + 1)
    with pytest.raises(ImportProblems) as caught:
        read_bytes(path)
    assert "at most 33554432 bytes" in caught.value.problems[0].expected


@pytest.mark.parametrize("content", [b"", b" \n"])
def test_an_empty_file_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(content)
    with pytest.raises(ImportProblems) as caught:
        read_bytes(path)
    assert caught.value.problems[0].found == "an empty file"


def test_a_missing_file_and_a_folder_are_refused(tmp_path: Path) -> None:
    for path in (tmp_path / "none.xlsx", tmp_path):
        with pytest.raises(ImportProblems):
            read_bytes(path)


def test_an_encrypted_or_old_workbook_is_refused() -> None:
    assert find_problem(workbook.OLE_MAGIC + bytes(600)).startswith("a password-protected workbook")


def test_a_workbook_that_unpacks_beyond_the_cap_is_refused() -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(9):
            archive.writestr(f"xl/{number}.xml", bytes(30 * 1024 * 1024))
    assert find_problem(stream.getvalue()).startswith("a workbook that unpacks to 283115520 bytes")


def test_a_workbook_of_too_many_parts_is_refused() -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for number in range(workbook.MAX_PARTS + 1):
            archive.writestr(f"{number}", b"")
    assert "2001 parts" in find_problem(stream.getvalue())


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_entities_are_refused_before_a_parser_sees_them(encoding: str) -> None:
    bomb = repack(make_workbook(), "xl/worksheets/sheet1.xml", CONTENT.encode(encoding))
    assert find_problem(bomb) == "a document type definition"


def test_too_many_sheets_are_refused() -> None:
    book = Workbook()
    for number in range(sheets.MAX_SHEETS):
        book.create_sheet(str(number))
    stream = io.BytesIO()
    book.save(stream)
    assert find_problem(stream.getvalue()) == "33 sheets"


def test_a_row_beyond_the_cap_is_refused() -> None:
    cell = '<row r="{0}"><c r="A{0}"><v>1</v></c></row>'
    xml = (
        '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
        + cell.format(1)
        + cell.format(sheets.MAX_ROWS + 1)
        + "</sheetData></worksheet>"
    )
    far = repack(make_workbook(), "xl/worksheets/sheet1.xml", xml.encode())
    assert find_problem(far) == "more than 200000 rows"


def test_damaged_workbooks_are_refused_and_never_crash() -> None:
    good = make_workbook()
    random.seed(2025)
    refused = 0
    for _ in range(150):
        damaged = bytearray(good)
        if random.random() < 0.3:
            damaged = damaged[: random.randrange(len(damaged))]
        for _ in range(random.choice((1, 3, 20))):
            damaged[random.randrange(len(damaged))] = random.randrange(256)
        try:
            read_workbook("a.xlsx", bytes(damaged))
        except ImportProblems:
            refused += 1
    assert refused > 50


def test_damaged_parts_are_refused_and_never_crash() -> None:
    good = make_workbook()
    random.seed(2026)
    with zipfile.ZipFile(io.BytesIO(good)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    for name, content in parts.items():
        for _ in range(8):
            damaged = bytearray(content)
            damaged[random.randrange(len(damaged))] = random.randrange(256)
            try:
                read_workbook("a.xlsx", repack(good, name, bytes(damaged)))
            except ImportProblems:
                continue


def test_formulas_without_a_value_are_marked() -> None:
    (sheet,) = read_workbook("a.xlsx", make_workbook())
    assert (1, 4) in sheet.formulas
    assert len(sheet.formulas) == 30


TABLE = "项目代码,数量,单位\ngrid,1.5,千瓦时\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_csv_is_read_in_the_encodings_of_spreadsheet_programs(encoding: str, delimiter: str) -> None:
    (sheet,) = read_delimited("a.csv", TABLE.replace(",", delimiter).encode(encoding))
    assert [row.cells for row in sheet.rows] == [("项目代码", "数量", "单位"), ("grid", "1.5", "千瓦时")]


def test_csv_rows_carry_the_line_their_owner_sees() -> None:
    (sheet,) = read_delimited("a.csv", b'a,b\n\n"x\ny",2\n')
    assert [row.number for row in sheet.rows] == [1, 4]


@pytest.mark.parametrize(
    ("data", "found"),
    [
        (b"\xff\xfe\x00\x01\x80", "neither a workbook nor text"),
        (b"a,b\x00,c\n", "neither a workbook nor text"),
        (b'a,b\n"open,1\n', "malformed text"),
        (b"a," + b"x" * 200_000, "malformed text"),
        (b"a\n" * (sheets.MAX_ROWS + 1), "more than 200000 rows"),
    ],
)
def test_bad_text_is_refused(data: bytes, found: str) -> None:
    with pytest.raises(ImportProblems) as caught:
        read_delimited("a.csv", data)
    assert found in caught.value.problems[0].found


@pytest.mark.parametrize(
    "content",
    [b"[[factor", b"\xff\xfe", b"other = 1", b"factor = 1", b"factor = [1]", b"[[factor]]\ncode = 'a'"],
)
def test_a_bad_library_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "factors.toml").write_bytes(content)
    with pytest.raises(ImportProblems) as caught:
        read_factors(tmp_path)
    assert caught.value.problems[0].file == "factors.toml"


def test_a_bad_category_pack_and_product_are_refused(tmp_path: Path) -> None:
    (tmp_path / "categories.toml").write_text("[[category]]\ncode = 'a'")
    (tmp_path / "pack.toml").write_text("library = 'x'")
    (tmp_path / "product.toml").write_text("[company]")
    for read in (read_categories, read_pack, read_product):
        with pytest.raises(ImportProblems):
            read(tmp_path)
