"""A file as sheets of rows of plain cells, whatever its format; the format is told by content, not by name.

Sizes are bounded before anything is parsed: the file comes from a stranger's mailbox.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from node.importers.problem import fail

MAX_FILE_BYTES = 32 * 1024 * 1024
MAX_SHEETS = 32
MAX_ROWS = 200_000
MAX_COLUMNS = 64
MAX_CELL_CHARACTERS = 2_000

Cell = str | int | float | bool | date | None
"""What a cell may hold. A float is a spreadsheet's own number format; `cells` turns it into the decimal it shows."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row with the number its owner sees."""

    number: int
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """`rows` without empty ones. `formulas`: (row, column index) of formulas that carry no computed value."""

    name: str
    rows: Sequence[Row]
    formulas: frozenset[tuple[int, int]] = frozenset()


def read_bytes(path: Path) -> bytes:
    """The file's bytes; raise ImportProblems when it is missing, no file, empty or larger than 32 MiB."""
    try:
        size = path.stat().st_size
        if size > MAX_FILE_BYTES:
            raise fail(
                path.name,
                f"a file of {size} bytes",
                f"at most {MAX_FILE_BYTES} bytes",
                "Export the period's totals, or split the file",
            )
        data = path.read_bytes()
    except OSError as error:
        reason = error.strerror or "cannot be read"
        raise fail(str(path), reason, "a file that can be read", "Check the path and its rights") from error
    if not data.strip():
        raise fail(path.name, "an empty file", "a table with a header row", "Export the sheet again")
    return data
