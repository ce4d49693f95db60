"""Which of the two languages a person reads: asked for, or as the machine's own settings say."""

from __future__ import annotations

from collections.abc import Mapping

from operation.phrases import Language as Language
from operation.phrases import Phrase as Phrase

LANGUAGES: tuple[Language, ...] = ("en", "zh")
VARIABLE = "SEALSUM_LANG"
_LOCALE = ("LC_ALL", "LC_MESSAGES", "LANG")


def find_language(asked: str | None, environment: Mapping[str, str]) -> Language:
    """`asked`, or SEALSUM_LANG, or the locale; Chinese when it starts with zh, English for everything else."""
    named = (asked, environment.get(VARIABLE), *(environment.get(name) for name in _LOCALE))
    chosen = next((name for name in named if name), "")
    return "zh" if chosen.casefold().startswith("zh") else "en"


def name_product(language: Language, name: str, code: str) -> str:
    """What a declared product is called: a declaration has one name, mostly Chinese, so English has its code."""
    return name if language == "zh" or name.isascii() else code
