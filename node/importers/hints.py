"""What an owner is to look at in a file that has no problem: in both languages, and the rows that it is about.

The one fact: a hint may hold amounts, like the file, so it is for the owner's eyes and never sent or logged.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from method.activity import ActivityRecord
from node.language import Language, Phrase

Place = tuple[str, int]
"""A row by its sheet's name and as its owner counts."""


@dataclass(frozen=True, slots=True, repr=False)
class Hint:
    """One thing to look at; `rows` is empty where it is about the file as a whole.

    `line`: whose factor another may take the place of, "" where the factor is not what it is about. `lead`: what the
    text says before it names its rows, where it does; links to the rows stand behind that.
    """

    text: Phrase
    rows: tuple[Place, ...] = ()
    line: str = ""
    lead: Phrase | None = None

    def __repr__(self) -> str:
        return f"Hint({self.rows!r}, <redacted>)"

    def __str__(self) -> str:
        return self.text.en

    @property
    def en(self) -> str:
        """The text in English."""
        return self.text.en

    @property
    def zh(self) -> str:
        """The text in Chinese."""
        return self.text.zh

    def say(self, language: Language) -> str:
        """The text in one language."""
        return self.text.say(language)


def list_places(records: Iterable[ActivityRecord]) -> tuple[Place, ...]:
    """The rows of some records, each once, in their order."""
    return tuple(dict.fromkeys((one.sheet, one.row) for one in records))
