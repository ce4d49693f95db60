"""Which characters the report's fonts hold. `tools/make_report_fonts.py` cuts them by the same list.

The one fact: GB2312, Latin with its accents, Greek, punctuation and the signs the report draws. What the Chinese
typeface lacks of these (accents of eastern Europe, the 2 of CO₂) comes from the one that typst brings; a character
outside them all is drawn as a box, and the report says so.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

_RANGES = (
    (0x20, 0x7E), (0xA0, 0x17F), (0x370, 0x3FF), (0x2010, 0x2027), (0x2030, 0x205E), (0x2070, 0x209C), (0x20AC, 0x20AC),
    (0x2100, 0x2138), (0x2190, 0x2193), (0x2200, 0x2265), (0x2460, 0x2473), (0x3000, 0x3017), (0xFF01, 0xFF5E),
)  # fmt: skip


@cache
def kept_characters() -> frozenset[int]:
    """Every code point that the fonts keep, where the typeface has it."""
    kept = {point for low, high in _RANGES for point in range(low, high + 1)}
    for high in range(0xA1, 0xF8):
        for low in range(0xA1, 0xFF):
            kept |= {ord(letter) for letter in bytes((high, low)).decode("gb2312", "ignore")}
    return frozenset(kept)


def has_missing(value: Any) -> bool:
    """Whether a text somewhere in this JSON value has a character that the fonts do not hold."""
    kept = kept_characters()
    return any(ord(letter) not in kept and letter != "\n" for text in _texts(value) for letter in text)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from _texts(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _texts(item)
