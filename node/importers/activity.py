"""Activity from a spreadsheet: every row checked, every problem reported at once, then amounts per declared unit.

A file is taken whole or not at all: what is returned has no problem, and nothing is stored here.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from method.activity import OUTPUT_LINE, ActivityRecord, LineAmount, make_line_amounts, sum_output
from method.category import Category
from method.coefficient import amount_to_fixed
from method.errors import BadOutput, MethodError, OutOfRange
from method.factor import Factor
from method.product import Product
from node.importers.columns import find_header, name_missing
from node.importers.coverage import find_gaps
from node.importers.delimited import read_delimited
from node.importers.problem import ImportProblems, Problem, ProblemList, fail
from node.importers.rows import Table, read_record
from node.importers.sheets import Sheet, read_bytes
from node.importers.workbook import find_format, read_workbook


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
    warnings: tuple[str, ...]

    def __repr__(self) -> str:
        return f"ImportedActivity(product={self.product.code!r}, records={len(self.records)}, <redacted>)"


def read_activity(
    path: Path, product: Product, category: Category, factors: Mapping[str, Factor]
) -> ImportedActivity:
    """Read an .xlsx or .csv of period totals; raise ImportProblems with everything that is wrong.

    `factors` are the published ones by code.
    1. The file is small enough, undamaged, and holds at least one table with all needed columns.
    2. Every row has a known line, an exact amount of at least 0, a unit of the line's kind, a period inside
       the product's, a share in (0, 1], and a factor that is published and that its line accepts.
    3. No record occurs twice.
    4. The rows of one line cite one factor, and the default factor of every other line is published.
    5. There is production output above zero, in a unit that converts into the declared unit.
    6. Every amount per declared unit fits the protocol's range.
    """
    problems = ProblemList(path.name)
    _check_belongs(path.name, product, category)
    records: list[ActivityRecord] = []
    # 1.
    for table in _find_tables(_read_sheets(path), (product, category, factors), problems):
        # 2.
        for row in table.sheet.rows:
            record = read_record(table, row, problems)
            if record is not None:
                records.append(record)
    _note_duplicates(records, problems)  # 3.
    _note_factors(records, category, factors, problems)  # 4.
    _note_output(records, problems)  # 5.
    problems.raise_if_any()
    output, amounts = _compute(path.name, records, category)
    _check_range(path.name, category, amounts)  # 6.
    warnings = find_gaps(records, product, category)
    return ImportedActivity(product, category, tuple(records), output, amounts, warnings)


def _read_sheets(path: Path) -> list[Sheet]:
    data = read_bytes(path)
    if find_format(data) == "xlsx":
        return read_workbook(path.name, data)
    return read_delimited(path.name, data)


def _check_belongs(file: str, product: Product, category: Category) -> None:
    if product.category != category.code or product.declared_unit != category.declared_unit:
        raise fail(
            file,
            f"product {product.code} of category {product.category} per {product.declared_unit}",
            f"category {category.code} per {category.declared_unit}",
            "Correct category and declared_unit in the product description",
        )


def _find_tables(
    sheets: list[Sheet], rules: tuple[Product, Category, Mapping[str, Factor]], problems: ProblemList
) -> list[Table]:
    tables = []
    for sheet in sheets:
        header = find_header(sheet)
        if header is None:
            continue
        missing = name_missing(header)
        for title in missing:
            problems.add(
                (sheet.name, header.row, ""),
                "no such column",
                f"a column {title}",
                "Add it to the header row",
            )
        for title in header.twice:
            problems.add(
                (sheet.name, header.row, title),
                "a second column of that meaning",
                "one",
                "Rename or remove one",
            )
        if not missing:
            tables.append(Table(sheet, header, *rules))
    if not tables and not problems.problems:
        problems.add(
            ("", 0, ""),
            "no table",
            "a header row with 项目代码 Line code, 数量 Amount, 单位 Unit, 开始日期, 结束日期",
            "Start from the sheet that `sealsum node template` writes",
        )
    return tables


def _note_duplicates(records: list[ActivityRecord], problems: ProblemList) -> None:
    seen: dict[tuple[object, ...], ActivityRecord] = {}
    for record in records:
        key = (
            record.line,
            record.period_start,
            record.period_end,
            record.amount,
            record.unit,
            record.share,
            record.document,
        )
        first = seen.setdefault(key, record)
        if first is not record:
            where = f"sheet {first.sheet}, row {first.row}" if first.sheet else f"row {first.row}"
            problems.add(
                (record.sheet, record.row, ""),
                f"the same record as {where}",
                "each record once",
                "Remove it, or give its own document reference when it is another delivery",
            )


def _note_factors(
    records: list[ActivityRecord], category: Category, factors: Mapping[str, Factor], problems: ProblemList
) -> None:
    cited: defaultdict[str, dict[str, ActivityRecord]] = defaultdict(dict)
    for record in records:
        if record.factor:
            cited[record.line].setdefault(record.factor, record)
    for line in category.lines:
        own = cited[line.code]
        if len(own) > 1:
            last = list(own.values())[-1]
            problems.add(
                (last.sheet, last.row, ""),
                f"factors {', '.join(own)} on line {line.code}",
                "one factor for a line",
                "Use another line of the template, or one factor for all rows of this line",
            )
        if not own and line.default_factor not in factors:
            problems.add(
                ("", 0, ""),
                f"default factor {line.default_factor} of line {line.code}",
                "a published factor",
                "Fetch the factor library again, or name a published factor on the line",
            )


def _note_output(records: list[ActivityRecord], problems: ProblemList) -> None:
    outputs = [record for record in records if record.line == OUTPUT_LINE]
    if sum((record.amount for record in outputs), Fraction(0)) > 0:
        return
    if not outputs and problems.problems:
        # The output row may be among those already reported.
        return
    place = (outputs[0].sheet, outputs[0].row, "") if outputs else ("", 0, "")
    problems.add(
        place,
        "production output of zero" if outputs else "no production output",
        f"rows of line {OUTPUT_LINE!r} (产量) that sum to more than zero",
        "Add the production that belongs to these totals",
    )


def _compute(
    file: str, records: list[ActivityRecord], category: Category
) -> tuple[Fraction, tuple[LineAmount, ...]]:
    try:
        return sum_output(records, category.declared_unit), make_line_amounts(records, category)
    except BadOutput as error:
        raise fail(file, "no production output", "output above zero", str(error)) from error
    except MethodError as error:
        raise fail(
            file, "activity that does not fit its category", "the category's template", str(error)
        ) from error


def _check_range(file: str, category: Category, amounts: tuple[LineAmount, ...]) -> None:
    problems = []
    for line, amount in zip(category.lines, amounts, strict=True):
        try:
            amount_to_fixed(amount.amount, 1 if line.coefficient > 0 else -1)
        except OutOfRange as error:
            problems.append(
                Problem(
                    file,
                    "",
                    0,
                    "",
                    f"line {line.code} is too large per {category.declared_unit}",
                    str(error),
                    "Check the units of this line and of the output",
                )
            )
    if problems:
        raise ImportProblems(problems)
