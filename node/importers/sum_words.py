"""What a row of sums is called, in a sheet or a bill of materials."""

from __future__ import annotations

from collections.abc import Iterable

from node.importers.cells import read_text
from node.importers.sheets import Row
from node.importers.views import plain

SUMS = ("合计", "小计", "总计", "累计", "total", "subtotal", "sum")
"""What the first cell of a row of sums starts with."""


def is_sum(text: str, words_of_sums: tuple[str, ...]) -> bool:
    """Whether a first cell says that its row is a sum: 合计 and what follows it, or Total as a whole word."""
    name = plain(text)
    return any(
        name.startswith(word) and not (word.isascii() and name[len(word) :][:1].isalpha())
        for word in words_of_sums
    )


def is_sum_alone(texts: Iterable[str]) -> bool:
    """Whether one of these is a word for a sum and nothing else, however it is spaced."""
    return any("".join(plain(text).split()) in SUMS for text in texts)


def is_called_sum(row: Row) -> bool:
    """Whether a cell of a row, whichever it is, is a word for a sum and nothing else."""
    return is_sum_alone(map(read_text, row.cells))
