"""The mass of one piece, where a bill of materials has a column for it: 单重(g), 单件质量, unit weight [kg].

The one fact: a number counts with a unit of mass only, from its own cell or from the head of its column; and only for
the material that it was said of, whatever is typed over it later.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Container, Mapping, Sequence
from fractions import Fraction

from method.errors import MethodError
from method.exact import encode_decimal, parse_decimal
from method.units import parse_unit
from node.importers.cells import BadCell, read_number, read_text
from node.importers.columns import make_columns, recognise
from node.importers.sheets import Cell, Row
from node.importers.unit_names import is_count, is_mass

PIECE_MASS = make_columns(
    each=("单件质量(kg) Unit mass(kg)", "单件质量", "单件重量", "单件重", "单件净重", "单重", "单个质量", "单个重量",
          "单品重量", "零件重量", "零件质量", "件重", "unit mass", "unit weight", "piece mass", "piece weight",
          "mass per piece", "weight per piece", "part weight", "part mass"),
)  # fmt: skip
"""The column; its title says a unit as well."""
_LONGEST_NAME = 80
_MASS = r"mg|kg|g|t|毫克|千克|公斤|克|吨"
_IN_HEAD = re.compile(rf"(?:[(\[/,:\s]+|(?<=[一-鿿]))({_MASS})(?![a-z])(?:/[^)\]]*)?[\s)\]]*", re.IGNORECASE)
_IN_CELL = re.compile(rf"([0-9.,]+)\s*({_MASS})", re.IGNORECASE)


def find_mass_column(titles: Row, taken: Container[int], rows: Sequence[Row]) -> tuple[int, str] | None:
    """The place and the unit, "" for none, of the first column that is called so, is none of those `taken` and has a
    mass in one of the rows."""
    for at, title in enumerate(titles.cells):
        head = unicodedata.normalize("NFKC", read_text(title))
        named = _IN_HEAD.search(head)
        unit = parse_unit(named[1].lower()).name if named else ""
        bare = _IN_HEAD.sub(" ", head)
        if (
            at not in taken
            and recognise(bare, PIECE_MASS)
            and any(read_each(one, (at, unit)) for one in rows)
        ):
            return at, unit
    return None


def read_each(row: Row, column: tuple[int, str]) -> str:
    """The mass of one piece in a row, such as "3342 g"; "" where there is none above 0."""
    at, unit = column
    cell: Cell = row.cells[at] if at < len(row.cells) else None
    said = _IN_CELL.fullmatch(unicodedata.normalize("NFKC", read_text(cell)).strip())
    try:
        amount = read_number(said[1] if said else cell)
        unit = parse_unit(said[2].lower()).name if said else unit
    except (BadCell, MethodError):
        return ""
    text = encode_decimal(amount)
    return f"{text} {unit}" if unit and amount > 0 and Fraction(text) == amount else ""


def with_each(row: Mapping[str, str], mass: str) -> dict[str, str]:
    """The row, if it is counted in pieces, with the mass of one as its `each`, and what it is the mass of."""
    is_it = mass and is_count(row.get("unit", ""))
    return {**row, "each": f"{mass} {_called(row)}"} if is_it else dict(row)


def weigh(row: Mapping[str, str]) -> tuple[str, str] | None:
    """The pieces of a row as a mass and its unit; None where it is not in pieces, or called otherwise than `each`
    says."""
    amount, _, rest = row.get("each", "").partition(" ")
    unit, _, called = rest.partition(" ")
    if called != _called(row) or not (is_mass(unit) and is_count(row.get("unit", ""))):
        return None
    try:
        return encode_decimal(read_number(amount) * parse_decimal(row.get("quantity", ""), "quantity")), unit
    except (BadCell, MethodError):
        return None


def _called(row: Mapping[str, str]) -> str:
    return (row.get("name") or row.get("item", ""))[:_LONGEST_NAME]
