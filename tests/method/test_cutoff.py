"""Cut-off: the cell of the NCM example, worked out before there was code."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from method.cutoff import Material, cut_off, find_droppable
from method.errors import BadField
from method.rules import RULES

MEE, MIIT = RULES["mee-2025-cff"], RULES["miit-551"]
CELL = tuple(
    Material(name, Fraction(mass), Fraction(factor))
    for name, mass, factor in (
        ("NCM622", "141.0", "22.5"), ("graphite", "85.3", "5.03"), ("Cu", "39.4", "8.23"), ("Al", "38.8", "16.49"),
        ("electrolyte", "57.0", "3.4"), ("separator", "6.9", "6.7"), ("PVDF", "2.7", "55.8"),
        ("carbon black", "2.7", "2.3"), ("CMC and SBR", "3.6", "3.0"),
    )
)  # fmt: skip
SMALL = ("PVDF", "carbon black", "CMC and SBR")
REASON = "below 1 % of the cell"


def test_what_lies_below_one_percent_of_the_cell() -> None:
    # Component mass 377.4 kg, threshold 3.774 kg.
    assert sum(material.mass_kg for material in CELL) == Fraction("377.4")
    assert find_droppable(CELL, MEE) == SMALL
    assert find_droppable(CELL, MIIT) == ()


def test_the_mass_goes_to_the_retained_material_with_the_highest_factor() -> None:
    # 9.0 kg to NCM622: +34.83 kg.
    result = cut_off(CELL, dict.fromkeys(SMALL, REASON), MEE)
    assert (result.dropped, result.dropped_mass_kg, result.reassigned_to) == (SMALL, 9, "NCM622")
    assert result.delta_kg == Fraction("34.83")
    assert result.reasons["PVDF"] == REASON


def test_dropping_the_material_with_the_highest_factor_alone_is_refused() -> None:
    # 2.7 kg at 55.8 would become 2.7 kg at 22.5: -89.91 kg.
    with pytest.raises(BadField, match="dropping PVDF only would lower the footprint"):
        cut_off(CELL, {"PVDF": REASON}, MEE)


@given(st.sampled_from([(), SMALL, SMALL[1:], SMALL[1:2], SMALL[2:]]))
def test_mass_is_never_lost(names: tuple[str, ...]) -> None:
    result = cut_off(CELL, dict.fromkeys(names, REASON), MEE)
    assert result.delta_kg >= 0
    assert result.dropped_mass_kg == sum(m.mass_kg for m in CELL if m.name in names)
    before = sum(m.mass_kg * m.kg_per_kg for m in CELL)
    kept = [m for m in CELL if m.name not in names]
    after = [
        replace(m, mass_kg=m.mass_kg + result.dropped_mass_kg) if m.name == result.reassigned_to else m
        for m in kept
    ]
    assert sum(m.mass_kg * m.kg_per_kg for m in after) - before == result.delta_kg


@pytest.mark.parametrize(
    ("reasons", "message"),
    [
        ({"graphite": REASON}, "graphite is 1 % of its component's mass or more"), ({"gold": REASON}, "'gold'"),
        ({"PVDF": " "}, "why it is dropped"),
    ],
)  # fmt: skip
def test_a_cut_off_against_the_rule_is_refused(reasons: dict[str, str], message: str) -> None:
    with pytest.raises(BadField, match=message):
        cut_off(CELL, reasons, MEE)


def test_exactly_one_percent_is_not_below_it() -> None:
    pair = (Material("a", Fraction(99), Fraction(1)), Material("b", Fraction(1), Fraction(1)))
    assert find_droppable(pair, MEE) == ()


def test_a_rule_set_without_a_public_rule_drops_nothing() -> None:
    with pytest.raises(BadField, match="miit-551 has no rule"):
        cut_off(CELL, {"PVDF": REASON}, MIIT)


def test_masses_stay_out_of_every_repr() -> None:
    result = cut_off(CELL, dict.fromkeys(SMALL, REASON), MEE)
    assert "141" not in repr(CELL) and "34.83" not in repr(result)
