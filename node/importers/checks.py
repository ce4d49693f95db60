"""What only all rows together show: the same record twice, two factors on a line, no output, numbers out of range."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from fractions import Fraction

from method.activity import OUTPUT_LINE, ActivityRecord, LineAmount
from method.category import Category, TemplateLine
from method.coefficient import amount_to_fixed
from method.errors import OutOfRange, WrongFactor
from method.factor import Factor, check_valid_on
from method.product import Product
from node.importers.problem import ImportProblems, Problem, ProblemList
from node.importers.rows import Rulebook, Table, is_output, name_validity
from node.importers.tables import OUTPUT_SHEET
from node.language import Phrase

_UNSEEN = ("no-column", "unknown-column", "column-untitled", "which-output")
"""Kinds of problems of a column or a row that may be the output."""


def note_duplicates(records: Sequence[ActivityRecord], problems: ProblemList) -> None:
    """Note every record that an earlier one equals in line, period, amount, unit, share, document and route."""
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
            record.route,
        )
        first = seen.setdefault(key, record)
        if first is not record:
            problems.note((record.sheet, record.row, ""), "duplicate", first=name_row(first.sheet, first.row))


def name_row(sheet: str, row: int) -> Phrase:
    """A place in words."""
    if not sheet:
        return Phrase(f"row {row}", f"第 {row} 行")
    return Phrase(f"sheet {sheet}, row {row}", f"工作表 {sheet} 第 {row} 行")


def note_factors(records: Sequence[ActivityRecord], rules: Rulebook, problems: ProblemList) -> None:
    """Note lines with two factors, and default factors that are not published or not valid in the period.

    A row that names none means the line's default: beside rows that name another factor it is a second one.
    """
    cited: defaultdict[str, dict[str, ActivityRecord]] = defaultdict(dict)
    defaults = {line.code: line.default_factor for line in rules.category.lines}
    named = {record.line for record in records if record.factor}
    for record in records:
        if record.line in named:
            cited[record.line].setdefault(record.factor or defaults[record.line], record)
    for line in rules.category.lines:
        own = cited[line.code]
        if len(own) > 1:
            last = list(own.values())[-1]
            problems.note((last.sheet, last.row, ""), "two-factors", codes=", ".join(own), line=line.code)
        if not own:
            _note_default(line, rules.product, rules.factors, problems)


def _note_default(
    line: TemplateLine, product: Product, factors: Mapping[str, Factor], problems: ProblemList
) -> None:
    factor = factors.get(line.default_factor)
    words = {"factor": line.default_factor, "line": line.code}
    if factor is None:
        problems.note(("", 0, ""), "default-unpublished", **words)
        return
    try:
        check_valid_on(factor, product.period_start, product.period_end)
    except WrongFactor:
        problems.note(("", 0, ""), "default-not-valid", **words, **name_validity(factor, product))


def note_output(records: Sequence[ActivityRecord], tables: Sequence[Table], problems: ProblemList) -> None:
    """Note that there is no production output, or none above zero: on the template's sheet of it, else the first.

    Rows of output that could not be read are reported already, and so are columns without which none is seen.
    """
    outputs = [record for record in records if record.line == OUTPUT_LINE]
    if sum((record.amount for record in outputs), Fraction(0)) > 0:
        return
    if outputs:
        problems.note((outputs[0].sheet, outputs[0].row, ""), "output-zero")
        return
    names = [table.sheet.name for table in tables]
    place = OUTPUT_SHEET if OUTPUT_SHEET in names else next(iter(names), "")
    lacking = any(problem.kind in _UNSEEN for problem in problems.problems)
    seen = any(is_output(table, row) for table in tables for row in table.sheet.rows)
    if tables and not lacking and not seen:
        problems.note((place, 0, ""), "output-missing")


def check_range(file: str, category: Category, amounts: Sequence[LineAmount]) -> None:
    """Raise ImportProblems unless every amount per declared unit fits the protocol's range."""
    problems = []
    for line, amount in zip(category.lines, amounts, strict=True):
        try:
            amount_to_fixed(amount.amount, 1 if line.coefficient > 0 else -1)
        except OutOfRange:
            values = (("line", line.code), ("unit", category.declared_unit))
            problems.append(Problem(file, "", 0, "", "line-too-large", values))
    if problems:
        raise ImportProblems(problems)
