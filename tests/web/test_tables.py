"""Tables as files, numbers in print, and which language a reader gets."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from decimal import Decimal

import pytest
from openpyxl import load_workbook

from web.languages import find_language
from web.numbers import (
    show_at_most,
    show_least_share,
    show_number,
    show_quantity,
    show_share,
    show_significant,
    show_size,
)
from web.tables import About, Cell, Column, Table, encode_table, show_value, spread_notes

RISKY = ("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "=cmd|' /C calc'!A0")
TABLE = Table(
    "lines",
    "Lines / 行",
    (Column("Name"), Column("Amount", "number", "kWh"), Column("At", "time"), Column("Size", "size")),
    [
        *((text, Decimal("-1.50"), 1_795_000_000, 88_200) for text in RISKY),
        (Cell("电", "/x", "note"), *[None] * 3),
    ],
)


def test_text_stays_text_and_numbers_stay_numbers_in_csv() -> None:
    data = encode_table(TABLE, "csv")
    rows = list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))
    assert rows[0] == ["Name", "Amount (kWh)", "At", "Size (B)"]
    assert [row[0] for row in rows[1:-1]] == [f"'{text}" for text in RISKY]
    assert {tuple(row[1:]) for row in rows[1:-1]} == {("-1.50", "2026-11-18 11:06 UTC", "88200")}
    assert rows[-1] == ["电", "", "", ""]


def test_text_stays_text_and_numbers_stay_numbers_in_xlsx() -> None:
    sheet = load_workbook(io.BytesIO(encode_table(TABLE, "xlsx"))).active
    assert sheet is not None
    rows = list(sheet.iter_rows(min_row=2))
    for row, text in zip(rows, RISKY, strict=False):
        assert (row[0].value, row[0].data_type) == (text, "s")
        assert (row[1].value, row[1].data_type) == (-1.5, "n")
    assert (rows[-1][0].value, rows[-1][1].value) == ("电", None)


def test_a_workbook_has_numbers_where_a_column_has_them_as_wide_as_their_content() -> None:
    columns = (Column("Amount", "number"), Column("At least", "least"), Column("Organisation"))
    rows = [("-1234.5", "0.378647", "电池企业" * 5), (Cell("–"), None, "x" * 99)]
    sheet = load_workbook(io.BytesIO(encode_table(Table("t", "T", columns, rows), "xlsx"))).active
    assert sheet is not None
    assert (sheet["A2"].value, sheet["A2"].data_type, sheet["A3"].value) == (-1234.5, "n", "–")
    assert (sheet["B2"].value, sheet["B2"].number_format) == (0.378647, "0.0000%")
    assert [sheet.column_dimensions[letter].width for letter in "ABC"] == [9, 10, 60]
    narrow = load_workbook(io.BytesIO(encode_table(Table("t", "T", columns, rows[:1]), "xlsx"))).active
    assert narrow is not None and narrow.column_dimensions["C"].width == 42
    assert b"'-1234.5" not in encode_table(Table("t", "T", columns, rows), "csv")


def test_a_note_goes_into_the_file_in_a_column_behind_its_own() -> None:
    columns, noted = (Column("State"), Column("Leaf", "number")), Cell("revoked", note="lost key")
    spread = spread_notes(Table("t", "T", columns, [("counts", 1), (noted, 2)]), "{} (note)".format)
    assert encode_table(spread, "csv").decode("utf-8-sig").splitlines() == [
        "State,State (note),Leaf", "counts,,1", "revoked,lost key,2",
    ]  # fmt: skip
    assert encode_table(spread_notes(TABLE, "{} (note)".format), "csv").count(b"Name (note)") == 1


def test_times_of_a_file_are_the_readers_and_name_their_zone() -> None:
    """The same as the page's script shows them in; without it they are UTC and say so."""
    shown = {
        480: "2026-11-18 19:06 UTC+8", -210: "2026-11-18 07:36 UTC−3:30", 0: "2026-11-18 11:06 UTC",
    }  # fmt: skip
    for ahead, expected in shown.items():
        rows = csv.reader(io.StringIO(encode_table(TABLE, "csv", ahead).decode("utf-8-sig"), newline=""))
        assert [row[2] for row in rows][1] == expected
        sheet = load_workbook(io.BytesIO(encode_table(TABLE, "xlsx", ahead))).active
        assert sheet is not None and sheet["C2"].value == expected


def test_a_printed_workbook_says_on_each_page_what_and_whose_it_is() -> None:
    about = About("About", [("Page", "/lines")], "Plant & Sons, 9")
    book = load_workbook(io.BytesIO(encode_table(replace(TABLE, of="T-1"), "xlsx", about=about)))
    rows = book.worksheets[0]
    assert rows.oddHeader.left.text == f"{TABLE.caption} · T-1"
    assert (rows.oddHeader.right.text, rows.oddFooter.right.text) == ("Plant && Sons, 9", "&P / &N")
    assert (rows.print_title_rows, rows.page_setup.orientation) == ("$1:$1", "landscape")
    assert (rows.sheet_properties.pageSetUpPr.fitToPage, rows.page_setup.fitToHeight) == (True, 0)


def test_a_workbook_says_behind_its_rows_what_they_are_and_a_csv_file_has_them_alone() -> None:
    about = About("About / 说明", [("Page", "/lines"), ("Rows", 7), ("Note", "=1+1")])
    book = load_workbook(io.BytesIO(encode_table(TABLE, "xlsx", about=about)))
    rows, said = book.worksheets
    assert (book.active, rows.max_row, said.title) == (rows, 8, "About   说明")
    assert [[cell.value for cell in row] for row in said.iter_rows()] == [list(one) for one in about.lines]
    assert (said["A1"].font.b, said["B3"].data_type) == (True, "s")
    assert encode_table(TABLE, "csv", about=about) == encode_table(TABLE, "csv")


@pytest.mark.parametrize(
    "shown,expected",
    [
        (show_quantity("0.154", "kgCO2e/kWh"), "0.154 kgCO₂e/kWh"),
        (show_quantity(Decimal("7392.1"), "kgCO2e"), "7 392.1 kgCO₂e"),
        (show_number("-1234567.80"), "−1 234 567.80"),
        (show_number("1E+3"), "1 000"),
        (show_number("0.125", 2), "0.12"),
        (show_number("-0.5"), "−0.5"),
        (show_significant("0.15384"), "0.154"),
        (show_significant("73921.4"), "73 921"),
        (show_share("0.2564"), "25.6 %"),
        (show_at_most("0.00014222"), "0.00015"),
        (show_at_most("4821.02"), "4 822"),
        (show_value(Column("At most", "most"), Decimal("4.81")), "4.9"),
        (show_least_share("0.2368"), "23.6 %"),
        (show_least_share("1"), "100.0 %"),
        (show_value(Column("At least", "least"), Decimal("0.2368")), "23.6 %"),
        (show_size(731), "731 B"),
        (show_size(88_200), "88.2 kB"),
    ],
)
def test_numbers_look_the_same_everywhere(shown: str, expected: str) -> None:
    assert shown.replace("\u202f", " ") == expected


def test_a_float_is_refused_and_so_is_what_is_no_number() -> None:
    with pytest.raises(TypeError):
        show_number(0.1)  # type: ignore[arg-type]
    for text in ("", "1,5", "NaN", "Infinity"):
        with pytest.raises(ValueError):
            show_number(text)


@pytest.mark.parametrize(
    "chosen,accept,language",
    [
        (None, "", "zh"),
        (None, "fr", "zh"),
        (None, "en-GB,en;q=0.9", "en"),
        (None, "zh-CN,zh;q=0.9,en;q=0.8", "zh"),
        (None, "en;q=0.3, zh-TW;q=0.7", "zh"),
        (None, "en;q=0, zh;q=x", "zh"),
        ("en", "zh-CN", "en"),
        ("xx", "en", "en"),
    ],
)
def test_who_says_nothing_reads_chinese(chosen: str | None, accept: str, language: str) -> None:
    assert find_language(chosen, accept) == language
