"""What is wrong with a file, for the person who can mend it: where, what was found, what is expected.

A problem may quote a cell, so it is shown to the owner of the file and never sent or logged; `str()` of the
exception therefore names places only. The words of every kind of problem are in `words`, in both languages.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from node.importers.words import PLACE, Value, Words, words_of
from node.language import Language

MAX_PROBLEMS = 200
FURTHER = "further-problems"
"""The kind of problem that stands for all those beyond the bound."""
_LONGEST_QUOTE = 60


@dataclass(frozen=True, slots=True, repr=False)
class Problem:
    """One thing to mend. `sheet` and `column` are "" and `row` is 0 where the problem is the file's.

    `kind` names its words; `values` are what they quote.
    """

    file: str
    sheet: str
    row: int
    column: str
    kind: str
    values: tuple[tuple[str, Value], ...]

    def __repr__(self) -> str:
        return f"Problem({self.place!r}, <redacted>)"

    @property
    def place(self) -> str:
        """File, sheet, row and column in words."""
        return self.name_place("en")

    def name_place(self, language: Language) -> str:
        """File, sheet, row and column in words of one language."""
        words = PLACE[language]
        parts = [self.file]
        parts += [words.sheet.format(self.sheet)] if self.sheet else []
        parts += [words.row.format(self.row)] if self.row else []
        parts += [words.column.format(self.column)] if self.column else []
        return words.between.join(parts)

    def words(self, language: Language) -> Words:
        """What was found, what is expected, and what to do, in one language."""
        return words_of(self.kind, dict(self.values), language)

    @property
    def found(self) -> str:
        """What was found, in English."""
        return self.words("en").found

    @property
    def expected(self) -> str:
        """What is expected, in English."""
        return self.words("en").expected

    @property
    def advice(self) -> str:
        """What to do, in English."""
        return self.words("en").advice

    def describe(self, language: Language = "en") -> str:
        """The whole problem in one line, for the owner of the file."""
        words, place = self.words(language), self.name_place(language)
        if not words.expected:
            return PLACE[language].sentence.format(place, words.found, words.advice)
        return PLACE[language].whole.format(place, *words)

    def as_fields(self, language: Language = "en") -> dict[str, str | int]:
        """The problem as a table, for --json and the web app of the owner."""
        found, expected, advice = self.words(language)
        return {
            "file": self.file,
            "sheet": self.sheet,
            "row": self.row,
            "column": self.column,
            "found": found,
            "expected": expected,
            "advice": advice,
        }


class ImportProblems(ValueError):
    """All problems of one file, in the order of its rows. Nothing of the file was taken over."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        places = "; ".join(problem.place for problem in self.problems[:5])
        more = f"; and {len(self.problems) - 5} more" if len(self.problems) > 5 else ""
        super().__init__(f"{len(self.problems)} problem(s): {places}{more}")


class ProblemList:
    """Collects problems of one file, each once, so that its owner sees all of them in one go, up to a bound."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.problems: list[Problem] = []
        self.left_out = 0
        self._noted: set[Problem] = set()

    def note(self, place: tuple[str, int, str], kind: str, **values: Value) -> None:
        """Note a problem of a kind at (sheet, row, column), unless it is noted already."""
        problem = Problem(self.file, *place, kind, tuple(values.items()))
        if problem in self._noted:
            return
        self._noted.add(problem)
        if len(self.problems) >= MAX_PROBLEMS:
            self.left_out += 1
            return
        self.problems.append(problem)

    def take(self, problem: Problem) -> None:
        """Note a problem that is made already."""
        self.note((problem.sheet, problem.row, problem.column), problem.kind, **dict(problem.values))

    def raise_if_any(self) -> None:
        """Raise ImportProblems when something was noted."""
        if self.left_out:
            last = Problem(self.file, "", 0, "", FURTHER, (("count", self.left_out),))
            raise ImportProblems([*self.problems, last])
        if self.problems:
            raise ImportProblems(self.problems)


def refuse(file: str, kind: str, **values: Value) -> ImportProblems:
    """A problem of the file as a whole, ready to raise."""
    return ImportProblems([Problem(file, "", 0, "", kind, tuple(values.items()))])


def quote(value: object) -> str:
    """A cell as its owner would recognise it, cut short."""
    text = str(value)
    return repr(text if len(text) <= _LONGEST_QUOTE else text[:_LONGEST_QUOTE] + "…")
