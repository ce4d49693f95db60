"""What is wrong with a file, for the person who can mend it: where, what was found, what is expected.

A problem may quote a cell, so it is shown to the owner of the file and never sent or logged; `str()` of the
exception therefore names places only.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

MAX_PROBLEMS = 200
_LONGEST_QUOTE = 60


@dataclass(frozen=True, slots=True, repr=False)
class Problem:
    """One thing to mend. `sheet` and `column` are "" and `row` is 0 where the problem is the file's."""

    file: str
    sheet: str
    row: int
    column: str
    found: str
    expected: str
    advice: str

    def __repr__(self) -> str:
        return f"Problem({self.place!r}, <redacted>)"

    @property
    def place(self) -> str:
        """File, sheet, row and column in words."""
        parts = [self.file]
        parts += [f"sheet {self.sheet}"] if self.sheet else []
        parts += [f"row {self.row}"] if self.row else []
        parts += [f"column {self.column}"] if self.column else []
        return ", ".join(parts)

    def describe(self) -> str:
        """The whole problem in one line, for the owner of the file."""
        return f"{self.place}: found {self.found}; expected {self.expected}. {self.advice}."

    def as_fields(self) -> dict[str, str | int]:
        """The problem as a table, for --json and the web app of the owner."""
        return {
            "file": self.file,
            "sheet": self.sheet,
            "row": self.row,
            "column": self.column,
            "found": self.found,
            "expected": self.expected,
            "advice": self.advice,
        }


class ImportProblems(ValueError):
    """All problems of one file, in the order of its rows. Nothing of the file was taken over."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        places = "; ".join(problem.place for problem in self.problems[:5])
        more = f"; and {len(self.problems) - 5} more" if len(self.problems) > 5 else ""
        super().__init__(f"{len(self.problems)} problem(s): {places}{more}")


class ProblemList:
    """Collects problems of one file, so that its owner sees all of them in one go, up to a bound."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.problems: list[Problem] = []
        self.left_out = 0

    def add(self, place: tuple[str, int, str], found: str, expected: str, advice: str) -> None:
        """Note a problem at (sheet, row, column)."""
        if len(self.problems) >= MAX_PROBLEMS:
            self.left_out += 1
            return
        sheet, row, column = place
        self.problems.append(Problem(self.file, sheet, row, column, found, expected, advice))

    def raise_if_any(self) -> None:
        """Raise ImportProblems when something was noted."""
        if self.left_out:
            note = f"{self.left_out} further problems"
            last = Problem(self.file, "", 0, "", note, "none", "Mend the ones above first and import again")
            raise ImportProblems([*self.problems, last])
        if self.problems:
            raise ImportProblems(self.problems)


def fail(file: str, found: str, expected: str, advice: str) -> ImportProblems:
    """A problem of the file as a whole, ready to raise."""
    return ImportProblems([Problem(file, "", 0, "", found, expected, advice)])


def quote(value: object) -> str:
    """A cell as its owner would recognise it, cut short."""
    text = str(value)
    return repr(text if len(text) <= _LONGEST_QUOTE else text[:_LONGEST_QUOTE] + "…")
