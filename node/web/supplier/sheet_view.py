"""A sheet as its owner knows it, for a page: rows and letters as in the program it came from, problems in their cells.

The one fact: of a long sheet the rows with problems are shown first, so that nothing to mend is hidden.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from node.importers.cells import read_text
from node.importers.problem import Problem
from node.importers.sheets import Cell, Sheet
from node.importers.tables import GUIDE_SHEET, LISTS_SHEET
from node.supplier.drafts import Draft
from web.visits import Visit

MOST_ROWS = 200
"""Rows shown of a sheet."""
_TITLES_WITHIN_ROWS = 20


@dataclass(frozen=True, slots=True)
class Box:
    """One cell on the page: where it is, what it holds, what is wrong with it."""

    column: int
    text: str = field(repr=False)
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Line:
    """One row on the page; `problems` are those of the row that no column is named for."""

    number: int
    boxes: tuple[Box, ...] = field(repr=False)
    problems: tuple[str, ...] = ()
    is_open: bool = False
    """Whether its cells can be written in: rows with a problem, and one that was chosen."""


@dataclass(frozen=True, slots=True)
class SheetView:
    """One sheet on the page: its place in the file, its name, letters of its columns, the rows shown."""

    at: int
    name: str
    letters: tuple[str, ...]
    lines: tuple[Line, ...] = field(repr=False)
    left_out: int = 0
    problems: tuple[str, ...] = ()
    links: tuple[tuple[str, str], ...] = ()
    """Its problems in one list: the id of the cell, and where it is with what is wrong."""

    @property
    def is_open(self) -> bool:
        """Whether there is something to write in it, so that it is shown without being asked for."""
        return bool(self.problems) or any(line.is_open for line in self.lines)


def is_read(sheet: Sheet) -> bool:
    """Whether an import reads this sheet; the template's own guide and lists it does not."""
    return sheet.name not in (GUIDE_SHEET, LISTS_SHEET)


def view_sheet(visit: Visit, draft: Draft, at: int, problems: Sequence[Problem], chosen: str) -> SheetView:
    """One sheet of a draft; `chosen` is SHEET-ROW of a row whose cells its owner wants to write in."""
    sheet = draft.sheets[at]
    own = [one for one in problems if one.row and one.sheet == sheet.name]
    rows = {one.row for one in own}
    shown = [row for row in sheet.rows if row.number in rows]
    others = [row for row in sheet.rows if row.number not in rows][: max(MOST_ROWS - len(shown), 0)]
    width = max((len(row.cells) for row in sheet.rows), default=0)
    lines = []
    for row in sorted([*shown, *others], key=lambda one: one.number):
        in_row = [one for one in own if one.row == row.number]
        lines.append(
            _line(
                visit, sheet, row.number, (texts_of(row.cells, width), in_row, chosen == f"{at}-{row.number}")
            )
        )
    letters = tuple(_letter(place) for place in range(width))
    name = sheet.name or draft.name
    whole = tuple(
        _say_problem(visit, one) for one in problems if not one.row and one.sheet == sheet.name and one.sheet
    )
    links = tuple(_link(visit, sheet, at, one) for one in own)
    return SheetView(at, name, letters, tuple(lines), len(sheet.rows) - len(lines), whole, links)


def _link(visit: Visit, sheet: Sheet, at: int, problem: Problem) -> tuple[str, str]:
    """The cell of a problem, and the problem with its row and column in words."""
    column = _column_of(sheet, problem.column) or 0
    place = visit.say("Row %(row)s, %(column)s", row=problem.row, column=problem.column or "–")
    text = visit.say("%(place)s: %(problem)s", place=place, problem=_say_problem(visit, problem))
    return f"c-{at}-{problem.row}-{column}", text


def _line(visit: Visit, sheet: Sheet, number: int, found: tuple[list[str], list[Problem], bool]) -> Line:
    texts, problems, is_chosen = found
    placed: dict[int, list[str]] = {}
    unplaced = []
    for one in problems:
        column = _column_of(sheet, one.column)
        if column is None:
            unplaced.append(_say_problem(visit, one))
        else:
            placed.setdefault(column, []).append(_say_problem(visit, one))
    width = max(len(texts), max(placed, default=-1) + 1)
    texts = [*texts, *[""] * (width - len(texts))]
    boxes = tuple(Box(place, text, tuple(placed.get(place, ()))) for place, text in enumerate(texts))
    return Line(number, boxes, tuple(unplaced), bool(problems) or is_chosen)


def _say_problem(visit: Visit, problem: Problem) -> str:
    """What was found, what is expected and what to do; where it is, the reader sees."""
    found, expected, advice = problem.words(visit.language)
    return visit.say(
        "Found %(found)s; expected %(expected)s. %(advice)s.", found=found, expected=expected, advice=advice
    )


def _column_of(sheet: Sheet, title: str) -> int | None:
    """The column whose title a problem names, in the top rows where titles stand."""
    for row in sheet.rows[:_TITLES_WITHIN_ROWS]:
        for place, cell in enumerate(row.cells):
            if isinstance(cell, str) and " ".join(read_text(cell).split()) == title:
                return place
    return None


def _letter(place: int) -> str:
    text = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        text = chr(ord("A") + rest) + text
    return text


def texts_of(cells: Sequence[Cell], width: int) -> list[str]:
    """Cells as text, as many as the sheet is wide."""
    return [*map(read_text, cells), *[""] * (width - len(cells))]
