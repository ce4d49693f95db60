"""Forms of one compound: anhydrous and hydrates differ in mass for the same metal. Method: traps.

Molar masses from the standard atomic weights of IUPAC (2021, abridged to five digits).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from method.errors import BadField

ATOMIC_WEIGHTS: dict[str, Fraction] = {
    symbol: Fraction(weight)
    for symbol, weight in (
        ("H", "1.0080"), ("Li", "6.94"), ("C", "12.011"), ("O", "15.999"), ("Na", "22.990"), ("Al", "26.982"),
        ("P", "30.974"), ("S", "32.06"), ("Mn", "54.938"), ("Fe", "55.845"), ("Co", "58.933"), ("Ni", "58.693"),
        ("Cu", "63.546"),
    )
}  # fmt: skip
"""Grams per mol, IUPAC standard atomic weights 2021, abridged (conventional values of Li and S)."""

WATERS: dict[str, int] = {
    "anhydrous": 0, "monohydrate": 1, "dihydrate": 2, "trihydrate": 3, "tetrahydrate": 4, "pentahydrate": 5,
    "hexahydrate": 6, "heptahydrate": 7,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Compound:
    """A salt and the forms in which it is sold."""

    formula: str
    atoms: Mapping[str, int]
    forms: tuple[str, ...]


def _compound(formula: str, atoms: dict[str, int], *hydrates: str) -> Compound:
    return Compound(formula, atoms, ("anhydrous", *hydrates))


COMPOUNDS: dict[str, Compound] = {
    compound.formula: compound
    for compound in (
        _compound("NiSO4", {"Ni": 1, "S": 1, "O": 4}, "hexahydrate", "heptahydrate"),
        _compound("CoSO4", {"Co": 1, "S": 1, "O": 4}, "monohydrate", "heptahydrate"),
        _compound("MnSO4", {"Mn": 1, "S": 1, "O": 4}, "monohydrate"),
        _compound("FeSO4", {"Fe": 1, "S": 1, "O": 4}, "monohydrate", "heptahydrate"),
        _compound("CuSO4", {"Cu": 1, "S": 1, "O": 4}, "pentahydrate"),
        _compound("LiOH", {"Li": 1, "O": 1, "H": 1}, "monohydrate"),
        _compound("FePO4", {"Fe": 1, "P": 1, "O": 4}, "dihydrate"),
        _compound("Li2CO3", {"Li": 2, "C": 1, "O": 3}),
    )
}


def find_compound(formula: str) -> Compound:
    """The compound of that anhydrous formula, such as "NiSO4"; raise BadField."""
    compound = COMPOUNDS.get(formula)
    if compound is None:
        raise BadField(f"unknown compound {formula!r}: expected one of {', '.join(COMPOUNDS)}")
    return compound


def molar_mass(formula: str, form: str = "anhydrous") -> Fraction:
    """Grams per mol of a compound in a form; raise BadField."""
    compound = find_compound(formula)
    if form not in compound.forms:
        raise BadField(f"{formula} as {form}: expected one of {', '.join(compound.forms)}")
    water = 2 * ATOMIC_WEIGHTS["H"] + ATOMIC_WEIGHTS["O"]
    dry = sum((ATOMIC_WEIGHTS[symbol] * count for symbol, count in compound.atoms.items()), Fraction(0))
    return dry + WATERS[form] * water


def convert_form(mass: Fraction, formula: str, source: str, target: str) -> Fraction:
    """The mass of the same amount of substance in another form; raise BadField."""
    return mass * molar_mass(formula, target) / molar_mass(formula, source)
