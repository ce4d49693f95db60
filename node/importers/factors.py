"""Factors that a provider submits, from a file of any of the forms we read: .toml, .xlsx, .csv, or openLCA's .zip.

All that is wrong is told at once, by row and column; nothing is taken from a file with a problem.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from method.errors import BadField
from method.exact import encode_decimal
from method.factor import Factor
from method.factor_table import COLUMNS, OPTIONAL_COLUMNS, find_column, find_row_problems, parse_factor_row
from method.regions import find_region
from node.importers.cells import read_number
from node.importers.delimited import read_delimited
from node.importers.library import FACTORS_FILE, read_factors, read_factors_file
from node.importers.problem import ProblemList, refuse
from node.importers.sheets import Cell, Row, read_bytes
from node.importers.toml import read_toml
from node.importers.words_method import say_reason
from node.importers.workbook import find_format, read_workbook
from node.language import Phrase

MAX_FACTORS = 10_000
_FEWEST_COLUMNS = 5
"""With fewer columns of a factor in its header a file is something else: its columns are not complained about."""
_EXPECTED = re.compile(r"(?:field '\w+': )?expected (.+)", re.DOTALL)
_EXPECTED_ZH = re.compile(r"(?:字段 \w+ (?:的单位)?)?应(?:为|写成) ?(.+)", re.DOTALL)


def read_any_factors(path: Path, fill: Path | None = None) -> list[Factor]:
    """Every factor of a file, or of the factors.toml in a folder; raise ImportProblems with all that is wrong.

    `fill`: a TOML file with the fields that openLCA's results lack.
    """
    if path.is_dir():
        return list(read_factors(path).values())
    if path.name == FACTORS_FILE or path.suffix.lower() == ".toml":
        return list(read_factors_file(path).values())
    if path.suffix.lower() == ".zip":
        return _read_package(path, fill)
    return _read_table(path)


def read_factor_cells(cells: Mapping[str, str]) -> Factor:
    """One factor from texts by column, judged as a row of a table; raise ImportProblems with all that is wrong.

    A problem's `column` is the field; its file is "".
    """
    problems, factors = ProblemList(""), list[Factor]()
    row = Row(0, tuple(cells.get(name) or None for name in COLUMNS))
    _read_row(row, list(COLUMNS), (factors, {}), problems)
    problems.raise_if_any()
    return factors[0]


def _read_table(path: Path) -> list[Factor]:
    data = read_bytes(path)
    read = read_workbook if find_format(data) == "xlsx" else read_delimited
    sheets = read(path.name, data)
    sheet = next((one for one in sheets if one.rows), sheets[0])
    problems = ProblemList(path.name)
    if len(sheet.rows) - 1 > MAX_FACTORS:
        raise refuse(path.name, "too-many-rows", limit=MAX_FACTORS)
    header = [find_column(str(cell or "")) for cell in sheet.rows[0].cells] if sheet.rows else []
    if len(set(header) & set(COLUMNS)) < _FEWEST_COLUMNS:
        raise refuse(path.name, "factors-no-table")
    missing = [name for name in COLUMNS if name not in (*header, *OPTIONAL_COLUMNS)]
    unknown = [name for name in header if name and name not in COLUMNS]
    for names, kind in ((missing, "factor-column-missing"), (unknown, "factor-column-unknown")):
        for name in names:
            problems.note(("", 1, name), kind)
    problems.raise_if_any()
    factors: list[Factor] = []
    seen: dict[tuple[str, str], int] = {}
    for row in sheet.rows[1:]:
        _read_row(row, header, (factors, seen), problems)
    if not factors and not problems.problems:
        problems.note(("", 0, ""), "factors-none")
    problems.raise_if_any()
    return factors


def _read_row(
    row: Row, header: list[str], taken: tuple[list[Factor], dict[tuple[str, str], int]], problems: ProblemList
) -> None:
    factors, seen = taken
    cells = {
        name: _text(cell) for name, cell in zip(header, row.cells, strict=False) if name and cell is not None
    }
    found = find_row_problems(cells)
    for column, message in found:
        problems.note(
            ("", row.number, column), "factor-field", found=cells.get(column, ""), message=_say(message)
        )
    region = find_region(cells.get("region", ""))
    if region is None and "region" not in dict(found):
        problems.note(("", row.number, "region"), "factor-region", found=cells["region"])
    if found or region is None:
        return
    factor = parse_factor_row({**cells, "region": region})
    first = seen.setdefault((factor.code, str(factor.version)), row.number)
    if first != row.number:
        problems.note(("", row.number, "code"), "factor-twice", code=factor.code, first=first)
        return
    if factor.valid_from and factor.valid_to and factor.valid_to < factor.valid_from:
        problems.note(
            ("", row.number, "valid_to"), "factor-dates", found=factor.valid_to, first=factor.valid_from
        )
        return
    factors.append(factor)


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
