"""The tables of a file by what they hold: activity, output, and the further sheets of the template.

A sheet is known by its exact title in the template; any other sheet with a header row is a table of activity.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from node.importers.columns import ACTIVITY, Columns, Header, find_header, name_missing
from node.importers.problem import ProblemList
from node.importers.rows import Rulebook, Table
from node.importers.sheets import Sheet
from node.importers.words import Value

ACTIVITY_SHEET = "填写 Activity"
OUTPUT_SHEET = "产出 Output"
COPRODUCTS_SHEET = "联产品 Co-products"
CUTOFF_SHEET = "截断 Cut-off"
CERTIFICATES_SHEET = "绿证 Certificates"
CIRCULAR_SHEET = "循环 Circular"
GUIDE_SHEET = "说明 Guide"
LISTS_SHEET = "列表 Lists"
FURTHER = (COPRODUCTS_SHEET, CUTOFF_SHEET, CERTIFICATES_SHEET, CIRCULAR_SHEET, GUIDE_SHEET, LISTS_SHEET)
_OUTPUT_ROW = {"line": "output"}


def find_tables(
    sheets: Sequence[Sheet], rules: Rulebook, share: Fraction, problems: ProblemList
) -> list[Table]:
    """The tables of activity and output, or problems; `share` holds where a row says nothing."""
    tables = []
    for sheet in sheets:
        if sheet.name in FURTHER:
            continue
        header = find_header(sheet, ACTIVITY)
        if header is None:
            continue
        if sheet.name == OUTPUT_SHEET:
            header = Header(header.row, header.columns, header.titles, header.twice, _OUTPUT_ROW)
        missing = name_missing(header)
        note_columns(sheet, header, missing, problems)
        if not missing:
            prepared = sheet.name in (ACTIVITY_SHEET, OUTPUT_SHEET)
            tables.append(Table(sheet, header, rules, prepared, share))
    if not tables and not problems.problems:
        problems.note(("", 0, ""), "no-table")
    return tables


def find_further(
    sheets: Sequence[Sheet], title: str, columns: Columns, problems: ProblemList
) -> tuple[Sheet, Header] | None:
    """One of the template's further sheets with its header; None where the file has none, or after a problem."""
    sheet = next((sheet for sheet in sheets if sheet.name == title), None)
    if sheet is None:
        return None
    header = find_header(sheet, columns)
    missing = [
        columns.titles[name] for name in columns.titles if header is None or name not in header.columns
    ]
    note_columns(sheet, header or Header(1, {}, {}), missing, problems)
    return None if header is None or missing else (sheet, header)


def note_columns(sheet: Sheet, header: Header, missing: Sequence[Value], problems: ProblemList) -> None:
    """Note columns that are missing, and ones that occur twice."""
    for title in missing:
        problems.note((sheet.name, header.row, ""), "no-column", titles=title)
    for title in header.twice:
        problems.note((sheet.name, header.row, title), "second-column")
