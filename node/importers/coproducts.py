"""The template's sheet of co-products: what the process makes besides the declared product, and the share of each.

The share that comes out holds for every row of activity that states none. Method: method.allocation.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from method.allocation import Allocation, Basis, Output, allocate, choose_basis, is_waste
from node.importers.cells import read_text
from node.importers.columns import make_columns
from node.importers.problem import ProblemList, quote
from node.importers.sheets import Sheet
from node.importers.tables import COPRODUCTS_SHEET, find_further
from node.importers.views import RowView, plain, read_amount, read_kg, read_name

COLUMNS = make_columns(
    product=("产品 Product", "产品", "产品名称", "product"),
    amount=("产量 Output", "产量", "output"),
    unit=("单位 Unit", "单位", "unit"),
    price=("单价 Price per unit", "单价", "price per unit", "price"),
    energy=("热值(MJ/kg) Energy (MJ/kg)", "热值(mj/kg)", "energy (mj/kg)"),
    basis=("分摊依据 Basis", "分摊依据", "basis"),
)
OWN = "本产品 This product"
_OWN_NAMES = frozenset({plain(OWN), "本产品", "this product"})
BASES: dict[str, Basis] = {"质量 mass": "mass", "能量 energy": "energy", "经济 economic": "economic"}
_BASES_BY_NAME: dict[str, Basis] = {
    name: basis for text, basis in BASES.items() for name in (text, *text.split())
}
_FILLED = ("amount", "price", "energy")


@dataclass(frozen=True, slots=True, repr=False)
class _Listed:
    """One row: an output, whether it is the declared product, and the basis asked for in it."""

    row: int
    output: Output
    is_own: bool
    basis: Basis | None


def read_allocation(sheets: Sequence[Sheet], problems: ProblemList) -> Allocation | None:
    """How the sheet shares the burdens, the declared product named OWN; None where it is not used, or problems.

    1. Each row has a name of its own, a mass and a price of at least 0, and a heating value where energy decides.
    2. One row is the declared product, and it has some value.
    """
    found = find_further(sheets, COPRODUCTS_SHEET, COLUMNS, problems)
    if found is None:
        return None
    sheet, header = found
    views = [RowView(sheet, header, COLUMNS, row, problems) for row in sheet.rows if row.number > header.row]
    filled = [
        view for view in views if any(view.cell(name) is not None for name in ("amount", "price", "energy"))
    ]
    if not filled:
        return None
    read = [_read_row(view) for view in filled]
    listed = [row for row in read if row is not None]
    if len(listed) < len(read):
        return None
    _note_names(filled, listed)
    own = next((row for row in listed if row.is_own), None)
    if own is None:  # 2.
        problems.note((sheet.name, header.row, ""), "own-product-missing", name=OWN)
        return None
    preferred: Basis = next((row.basis for row in listed if row.basis is not None), "mass")
    return _allocate(listed, own, preferred, filled)


def _read_row(view: RowView) -> _Listed | None:
    name = read_name(view, "product")
    amount, price = read_amount(view, empty="output-empty"), read_amount(view, "price")
    scale = read_kg(view)
    energy = Fraction(0) if view.cell("energy") is None else read_amount(view, "energy")
    text = plain(read_text(view.cell("basis")))
    basis = _BASES_BY_NAME.get(text)
    if text and basis is None:
        view.note("basis", "basis-unknown", cell=quote(text), names=", ".join(BASES))
        return None
    if name is None or amount is None or price is None or scale is None or energy is None:
        return None
    is_own = plain(name) in _OWN_NAMES
    mass = amount * scale
    output = Output(OWN if is_own else name, mass, mass * energy, price / scale)
    return _Listed(view.row.number, output, is_own, basis)


def _note_names(views: Sequence[RowView], listed: Sequence[_Listed]) -> None:
    seen: set[str] = set()
    for view, row in zip(views, listed, strict=True):
        if row.output.name in seen:
            view.note("product", "product-twice", cell=quote(row.output.name))
        seen.add(row.output.name)


def _allocate(
    listed: Sequence[_Listed], own: _Listed, preferred: Basis, views: Sequence[RowView]
) -> Allocation | None:
    outputs = [row.output for row in listed]
    view = next(view for view in views if view.row.number == own.row)
    basis = choose_basis(outputs, preferred)
    if len({output.name for output in outputs}) < len(outputs):
        return None
    if is_waste(own.output) or own.output.mass_kg == 0:
        name = "price" if is_waste(own.output) else "amount"
        view.note(name, "not-above-zero", cell=view.found(name))
        return None
    lacking = [row for row in listed if basis == "energy" and not row.output.energy_mj]
    if lacking:
        at = next(view for view in views if view.row.number == lacking[0].row)
        at.note("energy", "not-above-zero", cell=at.found("energy"))
        return None
    return allocate(outputs, preferred)
