"""Transport: table 5-2 of the MEE drafting explanation, and one owner for each leg."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from method.errors import BadField
from method.transport import MODE_FACTORS, Leg, check_legs, leg_footprint, transport_work

LEG = Leg("haulier", "Xining", "Ningde", "lithium", "road", Fraction(2), "t", Fraction(1900), "km")
distances = st.fractions(min_value=0, max_value=10**4, max_denominator=10)


def test_factors_of_the_four_modes() -> None:
    # MEE drafting explanation, table 5-2, kgCO2e per t·km.
    assert {mode: str(float(factor)) for mode, factor in MODE_FACTORS.items()} == {
        "road": "0.076", "rail": "0.003", "water": "0.02", "air": "1.404",
    }  # fmt: skip


def test_a_leg_by_hand() -> None:
    # 2 t over 1900 km by road: 3800 t·km, 288.8 kg; by air 5335.2 kg.
    assert transport_work(LEG) == 3800
    assert leg_footprint(LEG) == Fraction("288.8")
    assert leg_footprint(replace(LEG, mode="air")) == Fraction("5335.2")


def test_units_of_a_leg_do_not_matter() -> None:
    in_kg = replace(LEG, mass=Fraction(2000), mass_unit="kg", distance=Fraction(1_900_000), distance_unit="m")
    assert transport_work(in_kg) == transport_work(LEG)


@given(distances, distances)
def test_splitting_a_leg_changes_nothing(one: Fraction, two: Fraction) -> None:
    parts = [replace(LEG, distance=part) for part in (one, two)]
    assert sum(leg_footprint(part) for part in parts) == leg_footprint(replace(LEG, distance=one + two))


def test_a_leg_claimed_by_two_owners_or_twice_is_refused() -> None:
    back = replace(LEG, origin="Ningde", destination="Xining")
    check_legs([LEG, back, replace(LEG, goods="graphite")])
    with pytest.raises(BadField, match="claimed twice, by cathode and haulier; agree who reports it"):
        check_legs([LEG, back, replace(LEG, owner="cathode", mode="rail")])
    with pytest.raises(BadField, match="claimed twice, by haulier;"):
        check_legs([LEG, LEG])


def test_a_bad_mode_unit_or_sign_is_refused() -> None:
    with pytest.raises(BadField, match="expected one of road, rail, water, air"):
        leg_footprint(replace(LEG, mode="drone"))
    with pytest.raises(BadField, match="at least 0"):
        leg_footprint(replace(LEG, distance=Fraction(-1)))


def test_masses_stay_out_of_the_repr() -> None:
    assert "1900" not in repr(LEG)
