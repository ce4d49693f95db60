"""Activity from a spreadsheet: every row checked, every problem reported at once, then amounts per declared unit.

A file is taken whole or not at all: what is returned has no problem, and nothing is stored here.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from itertools import groupby
from pathlib import Path

from method.activity import ActivityRecord, LineAmount, make_line_amounts, sum_output
from method.category import Category, TemplateLine
from method.errors import BadOutput, MethodError
from method.factor import Factor
from method.periods import move_period
from method.product import Product
from node.importers.certificates import GreenCertificate, find_early, find_uncovered
from node.importers.checks import check_range, note_duplicates, note_factors, note_output
from node.importers.coverage import find_doubts
from node.importers.delimited import read_delimited
from node.importers.further import Further, make_further_records, name_further, read_further
from node.importers.hints import Hint, Place
from node.importers.item_columns import name_added, read_item
from node.importers.mapping import ColumnMapping, find_mapped_tables
from node.importers.month_columns import read_months
from node.importers.own_output import take_own_output
from node.importers.part_rows import name_parts
from node.importers.periods import OUTSIDE
from node.importers.problem import FURTHER, ImportProblems, ProblemList, quote, refuse
from node.importers.recycling import note_claims
from node.importers.rows import (
    Table,
    is_left_out,
    list_named,
    make_rulebook,
    read_record,
    repeat_for,
)
from node.importers.sheets import Row, Sheet, check_bytes, read_bytes
from node.importers.sign_offs import is_sign_off
from node.importers.tables import ACTIVITY_SHEET, find_tables
from node.importers.workbook import find_format, read_workbook
from node.language import Phrase

FORMER = "period-former"
"""The kind of problem of a file that is of the period before the product's."""
_MOST_ROWS = 10
_LEFT_OUT = {
    False: Phrase("rows of sums left out:", "合计行没有导入："),
    True: Phrase("sign-off rows (prepared by, checked by) left out:", "制表、审核等落款行没有导入："),
}
"""What is said of rows that are left out, by whether they sign the sheet off."""


@dataclass(frozen=True, slots=True, repr=False)
class ImportedActivity:
    """What a file says about one product: its records, and the amount of every template line in order.

    `output` is the production in declared units; `warnings` are for the owner to look at. All of it is the
    supplier's secret.
    """

    product: Product
    category: Category
    records: tuple[ActivityRecord, ...]
    output: Fraction
    amounts: tuple[LineAmount, ...]
    warnings: tuple[Hint, ...]
    certificates: tuple[GreenCertificate, ...]

    def __repr__(self) -> str:
        return f"ImportedActivity(product={self.product.code!r}, records={len(self.records)}, <redacted>)"


def read_activity(
    path: Path,
    product: Product,
    category: Category,
    factors: Mapping[str, Factor],
    mapping: ColumnMapping | None = None,
) -> ImportedActivity:
    """Read an .xlsx or .csv of period totals; raise ImportProblems with everything that is wrong."""
    _check_belongs(path.name, product, category)
    return make_activity((path.name, read_sheets(path)), product, category, factors, mapping)


def make_activity(
    file: tuple[str, Sequence[Sheet]],
    product: Product,
    category: Category,
    factors: Mapping[str, Factor],
    mapping: ColumnMapping | None = None,
) -> ImportedActivity:
    """Make activity of a file's name and sheets; raise ImportProblems with everything that is wrong.

    `factors` are the published ones by code; `mapping` says which column is which where the titles do not.
    1. The file is small enough, undamaged, and holds at least one table with all needed columns.
    2. Every row has a known line, an exact amount of at least 0, a unit of the line's kind, a period inside
       the product's, a share in (0, 1], and a factor that is published, that its line accepts, and that is valid.
    3. No record occurs twice.
    4. The rows of one line cite one factor, and the default factor of every other line is published and valid.
    5. There is production output above zero, in a unit that converts into the declared unit.
    6. Every amount per declared unit fits the protocol's range.
    7. The template's further sheets are in order, and nobody claims more recycling than there is material.
    A file of which every date is of the period before the product's, or behind it, is one problem.
    """
    try:
        return _make_activity(file, product, category, factors, mapping)
    except ImportProblems as error:
        if all(one.kind != OUTSIDE for one in error.problems):
            raise
        for kind, periods in ((FORMER, -1), ("period-following", 1)):
            other = move_period(product, periods)
            if _is_within(partial(_make_activity, file, other, category, factors, mapping)):
                own = {"start": product.period_start, "end": product.period_end}
                problem = refuse(file[0], kind, first=other.period_start, last=other.period_end, **own)
                raise problem from error
        raise


def _is_within(read: Callable[[], object]) -> bool:
    """Whether a file read as one of another period has no date outside that, whatever else is wrong with it."""
    try:
        read()
    except ImportProblems as error:
        return all(one.kind not in (OUTSIDE, FURTHER) for one in error.problems)
    return True


def _make_activity(
    file: tuple[str, Sequence[Sheet]],
    product: Product,
    category: Category,
    factors: Mapping[str, Factor],
    mapping: ColumnMapping | None,
) -> ImportedActivity:
    name, sheets = file
    problems = ProblemList(name)
    _check_belongs(name, product, category)
    rules = make_rulebook(product, category, factors)
    further = Further() if mapping else read_further(sheets, rules, problems)
    # 1.
    if mapping is None:
        tables = find_tables(sheets, rules, further.share, problems)
    else:
        tables = find_mapped_tables(sheets, mapping, rules, problems)
    own_output = take_own_output(tables, problems)
    records = _read_records(tables, problems)  # 2.
    _note_duplicates(records, tables, problems)  # 3.
    records += make_further_records(further, records, rules)  # 7.
    note_factors(records, rules, problems)  # 4.
    note_output(records, tables, problems)  # 5.
    _note_unfilled(tables, records, further, problems)
    problems.raise_if_any()
    output, amounts = _compute(name, records, category)
    check_range(name, category, amounts)  # 6.
    note_claims(category, amounts, problems)  # 7.
    problems.raise_if_any()
    warnings = (
        *own_output,
        *name_parts(tables),
        *find_doubts(records, product, category),
        *find_uncovered(records, category, further.certificates),
        *find_early(further.certificates, product.period_start),
        *name_further(further, records, category),
        *_name_left_out(tables),
        *_name_shared(tables),
        *name_added(tables),
    )
    return ImportedActivity(
        product, category, tuple(records), output, amounts, warnings, further.certificates
    )


def _read_records(tables: Sequence[Table], problems: ProblemList) -> list[ActivityRecord]:
    records: list[ActivityRecord] = []
    for _, group in groupby(tables, key=lambda table: table.sheet.name):
        own = list(group)
        for row in own[0].sheet.rows:
            for table in own:
                found = _read_row(table, row, problems)
                records += [*found, *repeat_for(table, row, found)] if found else ()
    return records


def _note_duplicates(
    records: Sequence[ActivityRecord], tables: Sequence[Table], problems: ProblemList
) -> None:
    """Note records that occur twice; where items are columns, rows and columns are told apart already."""
    apart = {table.sheet.name for table in tables if table.header.heads}
    note_duplicates([one for one in records if one.sheet not in apart], problems)


def _read_row(table: Table, row: Row, problems: ProblemList) -> Sequence[ActivityRecord]:
    if table.months:
        return read_months(table, row, problems)
    if table.header.heads:
        return read_item(table, row, problems)
    record = read_record(table, row, problems)
    return () if record is None else (record,)


def _note_unfilled(
    tables: Sequence[Table], records: Sequence[ActivityRecord], further: Further, problems: ProblemList
) -> None:
    """A template whose sheet of activity was left as it came says so; an output alone would declare zeros."""
    sheet = next((table.sheet.name for table in tables if table.sheet.name == ACTIVITY_SHEET), None)
    used = {record.sheet for record in records} | {problem.sheet for problem in problems.problems}
    if sheet is not None and sheet not in used and not further.recycled:
        problems.note((sheet, 0, ""), "nothing-filled")


def _name_left_out(tables: Sequence[Table]) -> tuple[Hint, ...]:
    """Which rows of sums were left out, and which rows that sign the sheet off."""
    left: dict[bool, set[Place]] = {False: set(), True: set()}
    for table in tables:
        for row in table.sheet.rows:
            if is_left_out(table, row):
                left[is_sign_off(row)].add((table.sheet.name, row.number))
    return tuple(_tell_left_out(_LEFT_OUT[signs], places) for signs, places in left.items() if places)


def _tell_left_out(text: Phrase, places: Collection[Place]) -> Hint:
    numbers = sorted({number for _, number in places})
    rows = ", ".join(map(str, numbers[:_MOST_ROWS])) + (" …" if len(numbers) > _MOST_ROWS else "")
    said = Phrase(f"{text.en} {rows}", f"{text.zh}第 {rows} 行")
    return Hint(said, tuple(sorted(places, key=lambda one: one[1])), lead=text)


def _name_shared(tables: Sequence[Table]) -> tuple[Hint, ...]:
    """Which names stood for more than one line, and for which."""
    shared = {name: lines for table in tables for name, lines in table.rules.called.items() if lines[1:]}
    found = []
    for name, lines in shared.items():
        named = [line for line in lines if isinstance(line, TemplateLine)]
        english, chinese = (
            " and ".join(line.name_en for line in named),
            "和".join(line.name_zh for line in named),
        )
        text = Phrase(f"{quote(name)} counts on both {english}", f"“{name}”同时计入{chinese}")
        found.append(Hint(text, list_named(tables, name)))
    return tuple(found)


def read_sheets(path: Path) -> list[Sheet]:
    """The sheets of an .xlsx or .csv, told apart by content; raise ImportProblems."""
    return parse_sheets(path.name, read_bytes(path))


def parse_sheets(name: str, data: bytes) -> list[Sheet]:
    """The sheets of a file's bytes, told apart by content; raise ImportProblems."""
    check_bytes(name, data)
    return read_workbook(name, data) if find_format(data) == "xlsx" else read_delimited(name, data)


def _check_belongs(file: str, product: Product, category: Category) -> None:
    if product.category != category.code or product.declared_unit != category.declared_unit:
        own = {"product": product.code, "category": product.category, "unit": product.declared_unit}
        other = {"other": category.code, "other_unit": category.declared_unit}
        raise refuse(file, "wrong-category", **own, **other)


def _compute(
    file: str, records: list[ActivityRecord], category: Category
) -> tuple[Fraction, tuple[LineAmount, ...]]:
    try:
        return sum_output(records, category.declared_unit), make_line_amounts(records, category)
    except BadOutput as error:
        raise refuse(file, "output-missing") from error
    except MethodError as error:
        raise refuse(file, "misfit", reason=str(error)) from error
