"""Rows that a list counts in pieces and whose category wants a mass: the list says what one piece weighs.

The one fact: a row becomes a mass as soon as its category is known, and only where that is declared as a mass.
"""

from __future__ import annotations

from collections.abc import Iterable

from node.importers.piece_mass import weigh
from node.importers.unit_names import is_mass
from node.language import Phrase
from node.library import Library
from node.maker.bills import Row


def weigh_pieces(rows: Iterable[Row], library: Library) -> list[dict[str, str]]:
    """The rows, pieces as their mass where their category is declared as one and `each` says the mass of a piece."""
    return [_weigh(dict(row), library) for row in rows]


def say_weighed(title: str, read: Iterable[Row], kept: Iterable[Row]) -> list[Phrase]:
    """What became of the column of this title: how many rows have a mass by it, how many wait for their product."""
    every = sum("each" in row for row in read)
    left = [row for row in kept if "each" in row]
    done, waiting = every - len(left), sum(not row.get("category") for row in left)
    said = []
    if done:
        said.append(
            Phrase(
                f"By the column {title}, {done} rows in pieces have become a mass.",
                f"已按“{title}”把 {done} 行的件数换算成质量。",
            )
        )
    if waiting:
        said.append(
            Phrase(
                f"The column {title} is kept for {waiting} more rows: what needs a mass gets it with its product.",
                f"另有 {waiting} 行记下了“{title}”：选好产品后，需要质量的会自动换算。",
            )
        )
    return said


def _weigh(row: dict[str, str], library: Library) -> dict[str, str]:
    published = library.categories.get(row.get("category", ""))
    if "each" not in row or published is None or not is_mass(published.category.declared_unit):
        return row
    mass = weigh(row)
    if mass is None:
        return row
    del row["each"]
    return {**row, "quantity": mass[0], "unit": mass[1]}
