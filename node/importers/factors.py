"""Factors that a provider submits, from a file of any of the forms we read: .toml, .xlsx, .csv, or openLCA's .zip.

All that is wrong is told at once, by row and column; nothing is taken from a file with a problem.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from method.errors import BadField
from method.exact import encode_decimal
from method.factor import KG_FIELDS, Factor
from method.factor_table import COLUMNS, OPTIONAL_COLUMNS, find_row_problems, parse_factor_row
from method.regions import find_region
from node.importers.cells import read_number
from node.importers.delimited import read_delimited
from node.importers.factor_heads import find_heads, is_read_over, read_heading, read_heads, read_per
from node.importers.factor_names import CHOICES, list_choices, list_titles, quote_code, read_name
from node.importers.gas_units import find_gas, is_in_another_mass
from node.importers.library import FACTORS_FILE, read_factors, read_factors_file
from node.importers.problem import ImportProblems, ProblemList, quote, refuse
from node.importers.sheets import Cell, Row, Sheet, read_bytes
from node.importers.toml import read_toml
from node.importers.words import EMPTY, Value
from node.importers.workbook import find_format, read_workbook
from node.language import Phrase
from operation.method_words import say_reason

MAX_FACTORS = 10_000
Judge = Callable[[str, int, Factor | None], Iterable[tuple[str, str, Mapping[str, Value]]]]
"""What is wrong with a code and its version: (column, kind of problem, its values). None where a row is not whole."""
_MOST_SHOWN, _LONGEST_SHOWN = 8, 20
"""Of the first row of a file that is no table."""
LISTED = Phrase("one of those listed before for this column", "前面为这一列列出的值之一")
MISSING = Phrase("one of the columns that are missing", "所缺的列名之一")
_EXPECTED = re.compile(r"(?:field '\w+': )?expected (.+)", re.DOTALL)
_EXPECTED_ZH = re.compile(r"(?:字段 \w+ )?应为 ?(.+)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class _Reading:
    """A table while it is read: its columns in order, "" where one is none, and how the file's header names them.

    `missing`: columns that it should have; `per`: the unit that the head of the values says they are per, or "";
    `sheet`: the name of the workbook's sheet, or ""; `listed`: columns whose choices were told.
    """

    columns: Sequence[str]
    heads: Sequence[str]
    judge: Judge
    problems: ProblemList
    missing: frozenset[str] = frozenset()
    per: str = ""
    sheet: str = ""
    factors: list[Factor] = field(default_factory=list)
    seen: dict[tuple[str, int], int] = field(default_factory=dict)
    listed: set[str] = field(default_factory=set)

    def name_head(self, column: str) -> str:
        """What the file's own header calls a column; "" for the row as a whole."""
        return self.heads[self.columns.index(column)] if column in self.columns else ""

    def name_choices(self, column: str) -> Phrase | None:
        """What a column with a closed list may hold: all of it the first time, later that it is listed already."""
        choices = LISTED if column in self.listed else list_choices(column)
        self.listed.add(column)
        return choices if column in CHOICES else None


def _accept(code: str, version: int, factor: Factor | None) -> tuple[()]:
    return ()


def read_any_factors(path: Path, fill: Path | None = None, judge: Judge = _accept) -> list[Factor]:
    """Every factor of a file, or of the factors.toml in a folder; raise ImportProblems with all that is wrong.

    `fill`: a TOML file with the fields that openLCA's results lack.
    """
    if path.is_dir():
        return _judged(path.name, read_factors(path).values(), judge)
    if path.name == FACTORS_FILE or path.suffix.lower() == ".toml":
        return _judged(path.name, read_factors_file(path).values(), judge)
    if path.suffix.lower() == ".zip":
        return _judged(path.name, _read_package(path, fill), judge)
    return _read_table(path, judge)


def read_factor_cells(cells: Mapping[str, str], judge: Judge = _accept) -> Factor:
    """One factor from texts by column, judged as a row of a table; raise ImportProblems with all that is wrong.

    A problem's `column` is the field; its file is "".
    """
    reading = _Reading(COLUMNS, COLUMNS, judge, ProblemList(""))
    _read_row(Row(0, tuple(cells.get(name) or None for name in COLUMNS)), reading)
    reading.problems.raise_if_any()
    return reading.factors[0]


def _judged(name: str, factors: Iterable[Factor], judge: Judge) -> list[Factor]:
    """The factors of a file without rows; raise ImportProblems for what is wrong with their versions."""
    problems, read = ProblemList(name), list(factors)
    for factor in read:
        for _, kind, values in judge(factor.code, factor.version, factor):
            problems.note(("", 0, ""), kind, **values)
    problems.raise_if_any()
    return read


def _read_table(path: Path, judge: Judge) -> list[Factor]:
    data = read_bytes(path)
    read = read_workbook if find_format(data) == "xlsx" else read_delimited
    sheets = read(path.name, data)
    found = find_heads(sheets)
    if found is None:
        raise _refuse_sheets(path.name, sheets)
    sheet, place = found
    rows = sheet.rows[place + 1 :]
    if len(rows) > MAX_FACTORS:
        raise refuse(path.name, "too-many-rows", limit=MAX_FACTORS)
    reading = _read_header(sheet, sheet.rows[place], judge, ProblemList(path.name))
    for row in rows:
        _read_row(row, reading)
    if not reading.factors and not reading.problems.problems:
        reading.problems.note((sheet.name, 0, ""), "factors-none")
    reading.problems.raise_if_any()
    return reading.factors


def _refuse_sheets(file: str, sheets: Sequence[Sheet]) -> ImportProblems:
    """No sheet has a header: say what stands first, and which columns are wanted."""
    first = next((one.rows[0] for one in sheets if one.rows), Row(1, ()))
    shown = [quote(head[:_LONGEST_SHOWN]) for head in read_heads(first) if head][:_MOST_SHOWN]
    heads = Phrase(", ".join(shown), "、".join(shown)) if shown else EMPTY
    wanted = list_titles(name for name in COLUMNS if name not in OPTIONAL_COLUMNS)
    return refuse(file, "factors-no-table", heads=heads, wanted=wanted)


def _read_header(sheet: Sheet, row: Row, judge: Judge, problems: ProblemList) -> _Reading:
    """The columns of a table, with a note of all that is wrong with them; its cells can be read all the same."""
    heads = read_heads(row)
    columns = [read_heading(head) for head in heads]
    per = next((read_per(head) for head, name in zip(heads, columns, strict=True) if name == "total"), "")
    given = {*columns, *OPTIONAL_COLUMNS} | ({"unit"} if per else set())
    missing = [name for name in COLUMNS if name not in given]
    if missing:
        problems.note((sheet.name, row.number, ""), "factor-columns-missing", titles=list_titles(missing))
    for place, (head, name) in enumerate(zip(heads, tuple(columns), strict=True)):
        if not name and not is_read_over(head):
            left = list_titles(one for one in COLUMNS if one not in columns)
            problems.note(
                (sheet.name, row.number, head), "factor-column-unknown", wanted=MISSING if missing else left
            )
        elif name and name in columns[:place]:
            first, title = quote(heads[columns.index(name)]), list_titles((name,))
            problems.note((sheet.name, row.number, head), "factor-column-twice", first=first, title=title)
            columns[place] = ""
        elif name in KG_FIELDS and is_in_another_mass(head):
            problems.note((sheet.name, row.number, head), "factor-column-mass")
    return _Reading(columns, heads, judge, problems, frozenset(missing), per, sheet.name)


def _read_row(row: Row, reading: _Reading) -> None:
    """Take a row as a factor, or note everything that is wrong with it."""

    def note(column: str, kind: str, **values: Value) -> None:
        place = reading.sheet, row.number, reading.name_head(column)
        reading.problems.note(place, kind, **values)

    typed = {
        name: _text(cell)
        for name, cell in zip(reading.columns, row.cells, strict=False)
        if name and cell is not None
    }
    cells = {name: read_name(name, text) for name, text in typed.items()}
    if reading.per and cells.setdefault("unit", reading.per) != reading.per:
        note("unit", "factor-unit-head", found=quote(typed["unit"]), per=reading.per)
    found = dict(find_row_problems(cells))
    for column, message in found.items():
        if column in reading.missing:
            continue
        text = typed.get(column, "")
        cell = EMPTY if column and not text else quote_code(text) if column == "code" else quote(text)
        gas = find_gas(typed.get("unit", "")) if column == "unit" else None
        if gas and not gas.is_in_kg:
            note(column, "factor-unit-mass", found=cell)
        else:
            note(column, "factor-field", found=cell, message=reading.name_choices(column) or _say(message))
    region = find_region(cells.get("region", ""))
    if region is None and "region" not in found:
        note("region", "factor-region", found=cells["region"])
    is_whole = not found and region is not None
    factor = parse_factor_row({**cells, "region": region or ""}) if is_whole else None
    if not reading.missing and not found.keys() & {"code", "version"}:
        for column, kind, values in reading.judge(cells["code"], int(cells["version"]), factor):
            note(column, kind, **values)
    if factor is not None:
        _take(factor, row, reading, note)


def _take(factor: Factor, row: Row, reading: _Reading, note: Callable[..., None]) -> None:
    """Keep a factor that its row makes whole, unless it is there already or ends before it begins."""
    first = reading.seen.setdefault((factor.code, factor.version), row.number)
    if first != row.number:
        note("code", "factor-twice", code=factor.code, first=first)
    elif factor.valid_from and factor.valid_to and factor.valid_to < factor.valid_from:
        note("valid_to", "factor-dates", found=factor.valid_to, first=factor.valid_from)
    else:
        reading.factors.append(factor)


def _text(cell: Cell) -> str:
    """A cell as a csv would have it: a spreadsheet's number as the decimal that it shows."""
    return encode_decimal(read_number(cell)) if isinstance(cell, float) else str(cell)


def _say(message: str) -> Phrase:
    """What was expected of a cell, in both languages: the method names its subject first, here the cell is that."""
    chinese = say_reason(BadField(f"factor: {message}")).zh.removeprefix("因子：")
    told, said = _EXPECTED.match(message), _EXPECTED_ZH.match(chinese)
    return Phrase(
        told[1].replace(" written as text", "") if told else f"a value that fits ({message})",
        said[1].replace("写成文字的", "") if said else f"符合要求的内容（{chinese}）",
    )


def _read_package(path: Path, fill: Path | None) -> list[Factor]:
    from protos.openlca import BadPackage, parse_package
    from protos.openlca_results import has_results, parse_results

    problems = ProblemList(path.name)
    data = read_bytes(path)
    try:
        if has_results(data):
            return parse_results(data, {} if fill is None else read_toml(fill))
        return parse_package(data)
    except BadPackage as error:
        for problem in error.problems:
            problems.note((problem.entry, 0, ""), "package-entry", message=problem.message)
    problems.raise_if_any()
    return []
