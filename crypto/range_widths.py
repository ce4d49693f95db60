"""How the values of a range proof are packed into parts.

The one fact: a part has at most 256 bits, because for so many there are generators. Protocol 14.
"""

from __future__ import annotations

from collections.abc import Sequence

from crypto.vector_bases import LONGEST

MAX_WIDTH = 64
MAX_BITS = 2048


def check_widths(widths: Sequence[int]) -> None:
    """Raise ValueError unless widths are 0 to 64, in all at most 2048 bits, of 1 to 2048 values."""
    if not 0 < len(widths) <= MAX_BITS:
        raise ValueError(f"a range proof is about 1 to {MAX_BITS} values, got {len(widths)}")
    if any(not 0 <= width <= MAX_WIDTH for width in widths):
        raise ValueError(f"widths are 0 to {MAX_WIDTH} bits, got {min(widths)} to {max(widths)}")
    if sum(widths) > MAX_BITS:
        raise ValueError(f"a range proof holds at most {MAX_BITS} bits, got {sum(widths)}; make several")


def split_widths(widths: Sequence[int]) -> list[slice]:
    """Return which values each part holds: as many as fit into 256 bits, in order. ValueError as `check_widths`."""
    check_widths(widths)
    parts, start, bits = [], 0, 0
    for index, width in enumerate(widths):
        if bits + width > LONGEST:
            parts.append(slice(start, index))
            start, bits = index, 0
        bits += width
    return [*parts, slice(start, len(widths))]


def padded_length(widths: Sequence[int]) -> int:
    """Return the number of padded bits of a part with values of these widths."""
    return 1 << max(0, sum(widths) - 1).bit_length()
