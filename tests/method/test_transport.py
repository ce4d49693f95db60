"""Transport: one owner for each leg."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest

from method.errors import BadField
from method.transport import Leg, check_legs

LEG = Leg("lithium", "WB-2025-0042", "Xining → Ningde", Fraction(1))


def test_a_leg_claimed_by_two_owners_is_refused() -> None:
    check_legs([LEG, replace(LEG, owner="cathode", route="Ningde → Xining")])
    check_legs([LEG, replace(LEG, owner="cathode", document="WB-2025-0043")])
    with pytest.raises(BadField, match="claimed twice, by cathode and lithium; agree who reports it"):
        check_legs([LEG, replace(LEG, owner="cathode")])


def test_writing_a_leg_in_another_way_does_not_hide_it() -> None:
    with pytest.raises(BadField, match="claimed twice"):
        check_legs([LEG, Leg("cathode", "ｗｂ－2025-0042 ", "xining→NINGDE", Fraction(1))])


def test_rows_of_one_owner_are_its_own() -> None:
    check_legs([LEG, LEG])


def test_products_that_travel_together_share_a_leg() -> None:
    half = replace(LEG, share=Fraction(1, 2))
    check_legs([half, replace(half, owner="cathode")])
    with pytest.raises(BadField, match="claimed twice"):
        check_legs([half, replace(half, owner="cathode", share=Fraction(2, 3))])


def test_documents_stay_out_of_the_repr() -> None:
    assert "0042" not in repr(LEG)
