"""Which language a reader gets, and the texts in it.

The one fact: English stands in the source and Chinese in the catalogues beside it; `make check` fails while a text has
no Chinese, so a page never mixes the two.
"""

from __future__ import annotations

import gettext
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

Language = Literal["zh", "en"]
LANGUAGES: tuple[Language, ...] = ("zh", "en")
FIRST: Language = "zh"
"""For who says nothing: most of our readers read Chinese first."""
TAGS: dict[Language, str] = {"zh": "zh-CN", "en": "en"}


@dataclass(frozen=True, slots=True)
class Marks:
    """What stands between two texts that a page puts together; `between` the items of a list."""

    comma: str
    colon: str
    semicolon: str
    between: str


MARKS: dict[Language, Marks] = {
    "zh": Marks("，", "：", "；", "、"),
    "en": Marks(", ", ": ", "; ", ", "),
}
DOMAIN = "texts"
LOCALE = "zh_CN"
_MOST = 1000


def mark(text: str) -> str:
    """The text itself; tells `make texts` that it is shown to people, translated later by who shows it."""
    return text


def find_language(chosen: str | None, accept: str) -> Language:
    """What the reader chose by the switch, else what the browser asks for (RFC 9110 12.5.4), else Chinese."""
    if chosen is not None and (kept := _language_of(chosen)) is not None:
        return kept
    best: tuple[float, Language] | None = None
    for tag, quality in _parse_accept(accept[:_MOST]):
        language = _language_of(tag)
        if language is not None and quality > 0 and (best is None or quality > best[0]):
            best = (quality, language)
    return FIRST if best is None else best[1]


def _parse_accept(accept: str) -> Iterable[tuple[str, float]]:
    for item in accept.split(","):
        tag, _, weight = item.strip().partition(";")
        text = weight.strip().removeprefix("q=")
        try:
            yield tag.strip().casefold(), float(text) if text else 1.0
        except ValueError:
            continue


def _language_of(tag: str) -> Language | None:
    head = tag.partition("-")[0]
    if head == "zh":
        return "zh"
    return "en" if head == "en" else None


def load_texts(folders: Sequence[Path]) -> dict[Language, gettext.NullTranslations]:
    """The texts of both languages; `folders` are the packages with a `locale` of their own, the page's own first."""
    chinese: gettext.NullTranslations | None = None
    for folder in folders:
        with (folder / "locale" / LOCALE / "LC_MESSAGES" / f"{DOMAIN}.mo").open("rb") as file:
            one = gettext.GNUTranslations(file)
        if chinese is None:
            chinese = one
        else:
            chinese.add_fallback(one)
    return {"zh": chinese or gettext.NullTranslations(), "en": gettext.NullTranslations()}
