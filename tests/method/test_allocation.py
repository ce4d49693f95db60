"""Allocation: hand-worked shares, the fourfold price, co-products and waste."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from method.allocation import Output, allocate, choose_basis, is_waste
from method.errors import BadField

numbers = st.fractions(min_value=0, max_value=10**6, max_denominator=1000)
prices = st.fractions(min_value=Fraction(1, 100), max_value=1000, max_denominator=100)
outputs = st.lists(st.tuples(numbers.map(lambda x: x + 1), numbers, prices), min_size=1, max_size=5).map(
    lambda rows: [Output(f"o{index}", *row) for index, row in enumerate(rows)]
)


def make_output(name: str, mass: int, price: str, energy: int = 0) -> Output:
    return Output(name, Fraction(mass), Fraction(energy), Fraction(price))


def test_by_mass_where_prices_are_near() -> None:
    # 75 kg at 10 and 25 kg at 40: four times is not above four.
    result = allocate([make_output("a", 75, "10"), make_output("b", 25, "40")])
    assert (result.basis, result.share_of("a"), result.share_of("b")) == (
        "mass",
        Fraction(3, 4),
        Fraction(1, 4),
    )


def test_by_value_where_prices_differ_more_than_fourfold() -> None:
    # 75 kg at 10 and 25 kg at 50: 750 against 1250.
    result = allocate([make_output("a", 75, "10"), make_output("b", 25, "50")])
    assert (result.basis, result.share_of("a"), result.share_of("b")) == (
        "economic",
        Fraction(3, 8),
        Fraction(5, 8),
    )
    assert "4倍" in result.reason_zh and "fourfold" in result.reason_en


def test_the_worked_case_of_another_implementation() -> None:
    # Brightway's package `multifunctional`, its process "basic": 4 units of 6 kg at 7 and 6 units of 4 kg at 12
    # share an emission of 10; its own tests expect 5 and 5 by mass, 2.8 and 7.2 by price.
    first = Output("first", Fraction(4 * 6), Fraction(0), Fraction(4 * 7, 4 * 6))
    second = Output("second", Fraction(6 * 4), Fraction(0), Fraction(6 * 12, 6 * 4))
    by_mass, by_price = allocate([first, second]), allocate([first, second], preferred="economic")
    assert (by_mass.basis, 10 * by_mass.share_of("first"), 10 * by_mass.share_of("second")) == ("mass", 5, 5)
    assert 10 * by_price.share_of("first") == Fraction("2.8")
    assert 10 * by_price.share_of("second") == Fraction("7.2")


def test_by_energy_where_asked_for() -> None:
    result = allocate([make_output("a", 1, "1", 10), make_output("b", 1, "1", 30)], preferred="energy")
    assert result.shares == (("a", Fraction(1, 4)), ("b", Fraction(3, 4)))


def test_waste_carries_nothing() -> None:
    # Scrap that one pays to be rid of is waste; its burdens stay with the product.
    waste = make_output("sludge", 1000, "-0.2")
    assert is_waste(waste) and is_waste(replace(waste, price=Fraction(0)))
    result = allocate([make_output("a", 10, "100"), waste])
    assert result.shares == (("a", Fraction(1)), ("sludge", Fraction(0)))
    assert result.basis == "mass"


@given(outputs, st.sampled_from(["mass", "economic"]))
def test_shares_sum_to_exactly_one(found: list[Output], preferred: str) -> None:
    shares = allocate(found, preferred).shares  # type: ignore[arg-type]
    assert sum(share for _, share in shares) == 1
    assert all(0 <= share <= 1 for _, share in shares)


@given(outputs, prices)
def test_the_currency_and_the_unit_of_mass_do_not_matter(found: list[Output], scale: Fraction) -> None:
    scaled = [replace(one, price=one.price * scale, mass_kg=one.mass_kg * scale) for one in found]
    assert allocate(scaled).shares == allocate(found).shares


@given(outputs)
def test_a_price_decides_only_by_its_ratio(found: list[Output]) -> None:
    values = [one.price for one in found]
    assert choose_basis(found) == ("economic" if max(values) > 4 * min(values) else "mass")


@pytest.mark.parametrize(
    ("found", "message"),
    [
        ([], "at least one output of value"), ([make_output("a", 1, "0")], "at least one output of value"),
        ([make_output("a", 0, "1")], "at least one output of value"),
        ([make_output("a", 1, "1"), make_output("a", 2, "1")], "name of their own"),
        ([make_output("a", -1, "1")], "at least 0"), ([make_output("a", 1, "1", -1)], "at least 0"),
    ],
)  # fmt: skip
def test_outputs_that_cannot_be_shared_are_refused(found: list[Output], message: str) -> None:
    with pytest.raises(BadField, match=message):
        allocate(found)


def test_an_output_that_was_not_listed_has_no_share() -> None:
    with pytest.raises(BadField, match="no output 'b'"):
        allocate([make_output("a", 1, "1")]).share_of("b")


def test_private_numbers_stay_out_of_every_repr() -> None:
    one = make_output("a", 12345, "678")
    assert not any(secret in repr(one) + repr(allocate([one])) for secret in ("12345", "678"))
