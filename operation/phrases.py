"""One text in both languages of ours, for what a process says about itself outside the pages' catalogues."""

from __future__ import annotations

from typing import Literal, NamedTuple

Language = Literal["en", "zh"]


class Phrase(NamedTuple):
    """One text in both languages; neither translates the other word by word."""

    en: str
    zh: str

    def __str__(self) -> str:
        return self.en

    def say(self, language: Language) -> str:
        """The text in one language."""
        return self.zh if language == "zh" else self.en
