"""A day or a moment for a reader whose own clock is not known: on paper, in a letter, in a line of a terminal.

The one fact: the clock is named. Chinese tells Beijing's, English UTC.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

from operation.phrases import Language

_CLOCKS = {"zh": (timezone(timedelta(hours=8)), "（北京时间）"), "en": (UTC, " UTC")}


def tell_day(at: int, language: Language) -> str:
    """Unix seconds as 2026-11-20（北京时间）or 2026-11-19 UTC."""
    return _tell(at, language, "%Y-%m-%d")


def tell_moment(at: int, language: Language) -> str:
    """Unix seconds as 2026-11-20 02:00（北京时间）or 2026-11-19 18:00 UTC."""
    return _tell(at, language, "%Y-%m-%d %H:%M")


def _tell(at: int, language: Language, form: str) -> str:
    zone, name = _CLOCKS[language]
    return datetime.fromtimestamp(at, zone).strftime(form) + name
