"""Which of the two languages a person reads: asked for, or as the machine's own settings say."""

from __future__ import annotations

from operation.phrases import Language as Language
from operation.phrases import Phrase as Phrase
from operation.phrases import find_language as find_language

LANGUAGES: tuple[Language, ...] = ("en", "zh")


def name_product(language: Language, name: str, code: str) -> str:
    """What a declared product is called: a declaration has one name, mostly Chinese, so English has its code."""
    return name if language == "zh" or name.isascii() else code
