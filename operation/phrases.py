"""One text in both languages of ours, for what a process says about itself outside the pages' catalogues."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Literal, NamedTuple

Language = Literal["en", "zh"]
VARIABLE = "SEALSUM_LANG"
_LOCALE = ("LC_ALL", "LC_MESSAGES", "LANG")


class Phrase(NamedTuple):
    """One text in both languages; neither translates the other word by word."""

    en: str
    zh: str

    def __str__(self) -> str:
        return self.en

    def say(self, language: Language) -> str:
        """The text in one language."""
        return self.zh if language == "zh" else self.en

    def here(self, *values: object) -> str:
        """The text in the machine's own language, for what a command prints; these values, if any, in its places {}.

        Without values the text stays as it is: it may hold what somebody typed.
        """
        said = self.say(find_language(None, os.environ))
        return said.format(*values) if values else said


def find_language(asked: str | None, environment: Mapping[str, str]) -> Language:
    """`asked`, or SEALSUM_LANG, or the locale; Chinese when it starts with zh, English for everything else."""
    named = (asked, environment.get(VARIABLE), *(environment.get(name) for name in _LOCALE))
    chosen = next((name for name in named if name), "")
    return "zh" if chosen.casefold().startswith("zh") else "en"
