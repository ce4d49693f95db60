"""A file as sheets of rows of plain cells, whatever its format; the format is told by content, not by name.

Sizes are bounded before anything is parsed: the file comes from a stranger's mailbox.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from node.importers.problem import refuse

MAX_FILE_BYTES = 32 * 1024 * 1024
MAX_SHEETS = 32
MAX_ROWS = 200_000
MAX_COLUMNS = 64
MAX_CELL_CHARACTERS = 2_000

Cell = str | int | float | bool | date | None
"""What a cell may hold. A float is a spreadsheet's own number format; `cells` turns it into the decimal it shows."""

CellPlace = tuple[int, int]
"""A cell by the number of its row and the index of its column."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row with the number its owner sees."""

    number: int
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """`rows` without empty ones. `formulas`: (row, column index) of formulas that carry no computed value.

    `merged`: of cells that are merged with another, by each the one that holds what stands in them. `changed`: cells
    that hold something else than when the sheet was given; what was computed from them then did not know it.
    """

    name: str
    rows: Sequence[Row]
    formulas: frozenset[CellPlace] = frozenset()
    merged: Mapping[CellPlace, CellPlace] = field(default_factory=dict)
    changed: frozenset[CellPlace] = frozenset()


def read_bytes(path: Path) -> bytes:
    """The file's bytes; raise ImportProblems when it is missing, no file, empty or larger than 32 MiB."""
    try:
        size = path.stat().st_size
        if size > MAX_FILE_BYTES:
            raise refuse(path.name, "file-too-big", size=size, limit=MAX_FILE_BYTES)
        data = path.read_bytes()
    except OSError as error:
        reason = error.strerror or "cannot be read"
        raise refuse(str(path), "file-unreadable", reason=reason) from error
    check_bytes(path.name, data)
    return data


def check_bytes(name: str, data: bytes) -> None:
    """Raise ImportProblems when a file is empty or larger than 32 MiB."""
    if len(data) > MAX_FILE_BYTES:
        raise refuse(name, "file-too-big", size=len(data), limit=MAX_FILE_BYTES)
    if not data.strip():
        raise refuse(name, "file-empty")
