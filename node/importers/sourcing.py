"""Whether a part is made in house or bought, where a bill of materials has a column for it: 采购类型, 物料属性, 来源.

The one fact: a column is one of these where its title says so and a cell below it is one of the words; what is bought
needs no word, for every row names its supplier.
"""

from __future__ import annotations

from collections.abc import Container, Sequence

from node.importers.cells import read_text
from node.importers.columns import make_columns, normalise, recognise
from node.importers.sheets import Row

OWN = "own"
"""What a row made in house has as its `sourcing`."""
_SOURCING = make_columns(
    sourcing=("采购类型 Procurement type", "采购类型", "采购类别", "采购方式", "获取方式", "供应类型", "物料属性",
              "物料来源", "零件来源", "来源", "来源类型", "自制/外购", "自制或外购", "自制外购", "procurement type",
              "procurement", "make or buy", "make/buy", "make buy", "sourcing", "source type", "supply type"),
)  # fmt: skip
_OWN = frozenset(
    ("自制", "自制件", "自产", "自产件", "内制", "厂内自制", "本厂自制", "自主生产", "e", "make", "made",
     "made in house", "made in-house", "in house", "in-house", "inhouse", "in-house production", "own", "manufactured")
)  # fmt: skip
_BOUGHT = frozenset(
    ("外购", "外购件", "采购", "采购件", "外采", "外协", "外协件", "委外", "委外加工", "f", "buy", "bought", "purchase",
     "purchased", "external", "external procurement")
)  # fmt: skip


def find_sourcing_column(titles: Row, taken: Container[int | None], rows: Sequence[Row]) -> int | None:
    """The place of the first column that is called so, is none of those `taken` and has one of the words."""
    return next(
        (
            at
            for at, title in enumerate(titles.cells)
            if at not in taken
            and recognise(title, _SOURCING) is not None
            and any(_read(row, at) in _OWN | _BOUGHT for row in rows)
        ),
        None,
    )


def read_sourcing(row: Row, column: int) -> str:
    """OWN for a row that is made in house, "" for every other."""
    return OWN if _read(row, column) in _OWN else ""


def _read(row: Row, column: int) -> str:
    return normalise(read_text(row.cells[column])) if column < len(row.cells) else ""
