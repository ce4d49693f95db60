"""What a row of a bill of materials is part of, where a PLM's export tells it by levels: 0, 1, 2, or .1, ..2.

The one fact: a row belongs to the nearest row above it of a lower level. Where an export counts per assembly, the
quantity in one pack is the product of the quantities on the way up.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction

from method.errors import MethodError
from method.exact import encode_decimal, parse_decimal
from method.pack import PACK
from node.importers.cells import read_text
from node.importers.columns import make_columns, recognise
from node.importers.sheets import Row
from node.importers.unit_names import is_mass

LEVEL = make_columns(
    level=("层级 Level", "层级", "级别", "层次", "阶层", "阶次", "级次", "层", "bom层级", "物料层级", "展开层", "level",
           "bom level", "lvl", "structure level", "explosion level"),
)  # fmt: skip
"""The column of levels."""
_LEVEL = re.compile(r"[.\s+*-]*([0-9]{1,2})")
_UNKNOWN = "?"
_PACKS = ("电池包", "电池系统", "pack")


def find_level_column(titles: Row, taken: Iterable[int], rows: Sequence[Row]) -> int | None:
    """The place of the first column that is called so, is none of those `taken` and has a level in one of the rows."""
    return next(
        (
            at
            for at, title in enumerate(titles.cells)
            if at not in set(taken)
            and recognise(title, LEVEL) is not None
            and any(read_level(row, at) is not None for row in rows)
        ),
        None,
    )


def read_level(row: Row, column: int) -> int | None:
    """The level of a row, written 2, ..2 or +2; None where there is none."""
    found = _LEVEL.fullmatch(read_text(row.cells[column])) if column < len(row.cells) else None
    return int(found[1]) if found else None


def find_parents(levels: Sequence[int | None]) -> list[int | None]:
    """By row, the nearest row above it of a lower level; None for one that has no level or nothing above it."""
    above: list[int] = []
    found: list[int | None] = []
    for row, level in enumerate(levels):
        while above and level is not None and (levels[above[-1]] or 0) >= level:
            above.pop()
        found.append(above[-1] if above and level is not None else None)
        if level is not None:
            above.append(row)
    return found


def is_whole(row: Mapping[str, str], levels: Sequence[int | None], parents: Sequence[int | None]) -> bool:
    """Whether the first row is the pack itself: at level 0 or called a pack, and everything else is below it."""
    name = row.get("name", "").casefold()
    is_meant = levels[:1] == [0] or (levels[:1] == [1] and any(word in name for word in _PACKS))
    others = zip(parents[1:], levels[1:], strict=True)
    return is_meant and all(parent is not None for parent, level in others if level is not None)


def name_parents(
    rows: Sequence[Mapping[str, str]],
    levels: Sequence[int | None],
    parents: Sequence[int | None],
    whole: bool,
) -> list[dict[str, str]]:
    """The rows, each that has a level and does not say what it is part of with the code or the name of its parent.

    One that is counted in a unit of anything but mass is no part of a mass yet: it has its parent as `above`. `whole`:
    the first row is the pack.
    """
    found = []
    for row, level, parent in zip(rows, levels, parents, strict=True):
        placed = {**row, "part_of": row.get("part_of", "")}
        if not placed["part_of"] and level is not None:
            above = None if parent is None or (whole and parent == 0) else rows[parent]
            named = PACK if above is None else above.get("item") or above.get("name", "")
            unit = row.get("unit", "")
            placed["part_of" if not unit or is_mass(unit) else "above"] = named
        found.append(placed)
    return found


def multiply_up(rows: Sequence[Mapping[str, str]], parents: Sequence[int | None]) -> list[dict[str, str]]:
    """The rows with quantities in one pack instead of in one of what each is part of.

    A quantity that is no number leaves those below it as "0.5 × ?", to be mended where they stand.
    """
    totals: list[Fraction | None] = []
    found = []
    for row, parent in zip(rows, parents, strict=True):
        own, of_parent = _read_quantity(row), Fraction(1) if parent is None else totals[parent]
        totals.append(None if own is None or of_parent is None else own * of_parent)
        said = row.get("quantity", "")
        if own is not None:
            said = f"{said} × {_UNKNOWN}" if totals[-1] is None else encode_decimal(totals[-1])
        found.append({**row, "quantity": said})
    return found


def _read_quantity(row: Mapping[str, str]) -> Fraction | None:
    try:
        return parse_decimal(row.get("quantity", ""), "quantity")
    except MethodError:
        return None
