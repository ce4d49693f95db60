"""Hydrates: published molar masses and the ratios that the method's notes name."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from method.errors import BadField
from method.forms import COMPOUNDS, convert_form, molar_mass

masses = st.fractions(min_value=0, max_value=10**6, max_denominator=1000)
forms = st.sampled_from([(formula, form) for formula, one in COMPOUNDS.items() for form in one.forms])

# PubChem, molecular weight computed from IUPAC atomic weights, g/mol.
PUBCHEM = {
    ("NiSO4", "anhydrous"): 154.76, ("NiSO4", "hexahydrate"): 262.85, ("CoSO4", "anhydrous"): 155.00,
    ("CoSO4", "heptahydrate"): 281.10, ("MnSO4", "anhydrous"): 151.00, ("MnSO4", "monohydrate"): 169.02,
    ("FeSO4", "heptahydrate"): 278.02, ("CuSO4", "pentahydrate"): 249.69, ("LiOH", "anhydrous"): 23.95,
    ("LiOH", "monohydrate"): 41.96, ("FePO4", "anhydrous"): 150.82, ("Li2CO3", "anhydrous"): 73.9,
}  # fmt: skip


@pytest.mark.parametrize(("formula", "form"), PUBCHEM)
def test_molar_masses_are_the_published_ones(formula: str, form: str) -> None:
    assert abs(float(molar_mass(formula, form)) - PUBCHEM[formula, form]) < 0.06


def test_nickel_sulphate_hexahydrate_weighs_1_7_times_the_anhydrous() -> None:
    # Method, traps: NiSO4·6H2O and anhydrous differ 1.7 times.
    assert round(float(convert_form(Fraction(1), "NiSO4", "anhydrous", "hexahydrate")), 1) == 1.7
    assert round(float(convert_form(Fraction(1), "LiOH", "anhydrous", "monohydrate")), 2) == 1.75


@given(masses, forms, forms)
def test_converting_there_and_back_changes_nothing(
    mass: Fraction, one: tuple[str, str], two: tuple[str, str]
) -> None:
    if one[0] == two[0]:
        there = convert_form(mass, one[0], one[1], two[1])
        assert convert_form(there, one[0], two[1], one[1]) == mass


@pytest.mark.parametrize(
    ("formula", "form"), [("XSO4", "anhydrous"), ("Li2CO3", "hexahydrate"), ("NiSO4", "wet")]
)
def test_unknown_compounds_and_forms_are_refused(formula: str, form: str) -> None:
    with pytest.raises(BadField, match="expected one of"):
        molar_mass(formula, form)
