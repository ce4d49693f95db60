"""What commands print for people, in the machine's own language: English stands in the commands, Chinese in tables.

The one fact: tests/sealsum/test_told.py reads every command's source, and no sentence, name or title of one may be
missing in the tables (operation/told_sentences.py, operation/told_names.py).
"""

from __future__ import annotations

import os
import unicodedata

from operation.phrases import Language, find_language
from operation.told_names import NAMES
from operation.told_sentences import SENTENCES

CODED = frozenset({"state", "phase", "status", "role", "from", "verdict"})
"""Names of values that are one of a few words."""


def tell(english: str, *values: object) -> str:
    """A sentence of SENTENCES, these values in its places {}."""
    is_chinese = find_language(None, os.environ) == "zh"
    return (SENTENCES.get(english, english) if is_chinese else english).format(*values)


def tell_name(english: str, language: Language | None = None) -> str:
    """The name of a value, a title or a word of NAMES; any other as it is: it may be data. The machine's language."""
    chosen = find_language(None, os.environ) if language is None else language
    return NAMES.get(english, english) if chosen == "zh" else english


def tell_value(name: str, value: str) -> str:
    """What stands under this title or beside this name: a word of NAMES where it is one of a few, all else as it is."""
    return tell_name(value) if name in CODED else value


def fill(text: str, width: int) -> str:
    """The text with blanks behind it up to so many columns of a terminal, where a Chinese sign takes two."""
    taken = width_of(text)
    return text + " " * max(0, width - taken)


def width_of(text: str) -> int:
    """How many columns of a terminal a text takes."""
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text)
