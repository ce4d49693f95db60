"""Rows such as 其中：光伏电力 below 电力: a part of the row above, reported on a line of its own.

The one fact: whether the row above still holds the part, no number shows; so it is said until the name says it no more.
"""

from __future__ import annotations

from collections.abc import Sequence

from node.importers.hints import Hint
from node.importers.item_names import find_part
from node.importers.problem import quote
from node.importers.rows import Table, find_name, list_named
from node.language import Phrase


def name_parts(tables: Sequence[Table]) -> tuple[Hint, ...]:
    """A hint for each name of a part that was taken over, at its rows or its title."""
    names = (find_name(table, row) for table in tables for row in table.sheet.rows)
    parts = dict.fromkeys(name for name in names if find_part(name) is not None)
    return tuple(Hint(_say_part(name), list_named(tables, name)) for name in parts)


def _say_part(name: str) -> Phrase:
    return Phrase(
        f"{quote(name)} is a part of the row or column before it: see that it was taken off there, or it counts twice; "
        "once it was, write the name without “of which”",
        f"“{name}”是前面一行或一列的一部分：请核对前面的数已经减去它，否则算两遍；减过的，把“其中”两个字删掉",
    )
