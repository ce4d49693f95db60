"""Whoever reads everything that is public, and has time: no number behind a commitment is found by trying.

It has every statement and every factor. The attack is sound: without a blinding each number is found at once.
Protocol sections 4 and 6(5).
"""

from collections.abc import Iterable

import pytest

from crypto.commitment import commit
from crypto.group import MaybePoint, make_generator, multiply, sum_points
from protocol.declaring import template_of, unit_points
from protocol.payloads import Contribution, Declaration, Request
from tests.support.example import SUPPLIES
from tests.support.scene import Scene, shared

G, H = make_generator("G"), make_generator("H")


@pytest.fixture(scope="module")
def scene() -> Scene:
    return shared("contribute_all")


def guesses(truth: int, step: int) -> list[int]:
    """Every amount or quantity that is plausible at the precision of a meter, the true one among them."""
    return [truth + step * shift for shift in range(-200, 201)]


def brute_force(shown: MaybePoint, candidates: Iterable[int], base: MaybePoint = G) -> int | None:
    """The candidate that opens a commitment without a blinding, or None."""
    return next((value for value in candidates if multiply(base, value) == shown), None)


def declaration_of(scene: Scene, index: int) -> Declaration:
    payload = scene.declarations[index].payload
    assert isinstance(payload, Declaration)
    return payload


def test_amounts_behind_c_are_found_by_trying_only_where_there_is_no_blinding(scene: Scene) -> None:
    for line, (_, amount) in zip(declaration_of(scene, 0).lines, SUPPLIES[0].lines, strict=True):
        candidates = guesses(amount, 1000)
        assert brute_force(commit(amount, 0, scene.random), candidates) == amount
        assert brute_force(line.amount, candidates) is None


def test_unit_footprints_behind_p_are_not_found_from_public_factors(scene: Scene) -> None:
    declaration = declaration_of(scene, 0)
    template = template_of(declaration, scene.record, "partial")
    amounts = scene.declared[0].amounts
    for point, column in zip(
        unit_points(declaration, template), zip(*template.coefficients, strict=True), strict=True
    ):
        footprint = sum(weight * amount for weight, amount in zip(column, amounts, strict=True))
        if footprint:
            candidates = [footprint + column[0] * 1000 * shift for shift in range(-200, 201)]
            assert brute_force(commit(footprint, 0, scene.random), candidates) == footprint
            assert brute_force(point, candidates) is None


def test_quantities_behind_q_are_not_found_by_trying(scene: Scene) -> None:
    assert scene.request is not None and isinstance(scene.request.payload, Request)
    for entry, supply in zip(scene.request.payload.entries, SUPPLIES, strict=True):
        assert brute_force(entry.quantities[0], guesses(supply.quantity, 1)) is None


def test_quantities_are_not_found_from_subtotals_either(scene: Scene) -> None:
    """D - M = q*P + d*H: without d, whoever knows P would find q by trying."""
    contribution = next(iter(scene.calculation.contributions.values())).payload
    assert isinstance(contribution, Contribution)
    entry = next(entry for entry, one in scene.calculation.consents.items() if one.id == contribution.consent)
    declaration = declaration_of(scene, entry)
    unit = unit_points(declaration, template_of(declaration, scene.record, "partial"))[0]
    quantity = SUPPLIES[entry].quantity
    candidates = guesses(quantity, 1)
    assert brute_force(multiply(unit, quantity), candidates, unit) == quantity
    part = contribution.models[0]
    shown = sum_points([part.subtotals[0], multiply(part.guards[0], -1)])
    assert brute_force(shown, candidates, unit) is None


def test_the_same_numbers_twice_look_like_others(scene: Scene) -> None:
    """Equal amounts or quantities in two statements share no point by which they could be told to be equal."""
    again = shared("ask")
    one, _ = again.make_declaration(0)
    two, _ = again.make_declaration(0)
    assert not {line.amount for line in one.lines} & {line.amount for line in two.lines}
    first, second = again.make_request(), again.make_request()
    points = [{entry.quantities[0] for entry in request.entries} for request in (first, second)]
    assert not points[0] & points[1] and not set(first.seals) & set(second.seals)
