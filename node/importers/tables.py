"""The tables of a file by what they hold: activity, output, and the further sheets of the template.

A sheet is known by its exact title in the template; any other sheet with a header row is a table of activity.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from method.product import Product
from node.importers.columns import ACTIVITY, Columns, Header, find_header, list_missing, name_group
from node.importers.item_columns import find_item_tables
from node.importers.item_names import OUTPUT
from node.importers.merged import fill_labels
from node.importers.month_columns import find_month_table
from node.importers.problem import ProblemList
from node.importers.rows import Rulebook, Table
from node.importers.sheets import Cell, Sheet
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
    read = [sheet for sheet in sheets if sheet.name not in FURTHER]
    tables = [table for sheet in read for table in _find_tables(sheet, rules, share, problems)]
    if not tables and not problems.problems:
        problems.note(("", 0, ""), "no-table")
    return tables


def _find_tables(sheet: Sheet, rules: Rulebook, share: Fraction, problems: ProblemList) -> list[Table]:
    """A sheet's table, one for each item where columns are items; none where it has none, or after a problem."""
    header, is_prepared = find_header(sheet, ACTIVITY), sheet.name in (ACTIVITY_SHEET, OUTPUT_SHEET)
    if not is_prepared and (header is None or list_missing(header)):
        table = find_month_table(sheet, rules, share, problems)
        if table is not None:
            return [] if _is_lacking(sheet, table.months[0].header, problems) else [table]
        if tables := find_item_tables(sheet, rules, share, problems):
            return tables
    if header is None:
        return []
    if sheet.name == OUTPUT_SHEET:
        header = Header(header.row, header.columns, header.titles, header.twice, _OUTPUT_ROW)
    return (
        []
        if _is_lacking(sheet, header, problems)
        else [Table(fill_labels(sheet, header), header, rules, is_prepared, share)]
    )


def _is_lacking(sheet: Sheet, header: Header, problems: ProblemList) -> bool:
    """Whether columns are missing, which are noted."""
    missing = list_missing(header)
    for fields in missing:
        values: dict[str, Value] = {"titles": name_group(fields), "fields": " ".join(fields)}
        problems.note((sheet.name, header.row, ""), "no-column", **values)
    note_columns(sheet, header, (), problems)
    return bool(missing)


def make_output_row(sheet: Sheet, product: Product) -> tuple[Cell, ...]:
    """A row for a sheet's own columns that states the production but its amount; empty where it has no table."""
    header = find_header(sheet, ACTIVITY)
    if header is None:
        return ()
    values = {
        "line" if "line" in header.columns else "name": OUTPUT.zh,
        "start": product.period_start,
        "end": product.period_end,
        "unit": product.declared_unit,
    }
    cells: list[Cell] = [None] * (max(header.columns.values()) + 1)
    for name, value in values.items():
        if name in header.columns:
            cells[header.columns[name]] = value
    return tuple(cells)


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
