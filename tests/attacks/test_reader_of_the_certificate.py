"""Whoever holds the full certificate tries to read the inputs out of it: every point it shows hides its value.

The attacker is given the right guess, more than brute force would find, and still cannot tell that it is right.
"""

from collections.abc import Iterator

import pytest

from crypto.group import G, H, MaybePoint, add, multiply, negate
from protocol.declaring import template_of, unit_footprint, unit_points
from protocol.payloads import Contribution, Declaration
from protocol.requesting import declaration_of
from tests.support.scene import Scene, scene_at, shared

SMALL = 64


@pytest.fixture(scope="module")
def scene() -> Scene:
    return shared("certify")


def points(scene: Scene) -> Iterator[tuple[str, MaybePoint, int]]:
    """Every commitment of supplier 0 that the certificate shows or gives, with the value that it hides."""
    entry = scene.calculation.terms.entries[0]
    declaration = declaration_of(entry.declaration, scene.record)
    secrets, opening = scene.declared[0], scene.openings[0][0]
    for line, amount in zip(declaration.lines, secrets.amounts, strict=True):
        yield "C", line.amount, amount
    template = template_of(declaration, scene.record, scene.calculation.terms.boundary)
    footprint, _ = unit_footprint(secrets, template)
    for point, value in zip(unit_points(declaration, template), footprint, strict=True):
        if point is not None:
            yield "P", point, value
    yield "Q", entry.quantities[0], opening.quantity
    contribution = scene.calculation.contribution_of(0)
    assert isinstance(contribution, Contribution)
    for point, value in zip(contribution.models[0].subtotals, footprint, strict=True):
        yield "D", point, opening.quantity * value


def test_no_commitment_confirms_even_the_right_guess(scene: Scene) -> None:
    """C, P, Q, D less the true value is a point that nothing public leads to: not infinity, no small multiple of H."""
    reachable = {None, *(multiply(H, k) for k in range(-SMALL, SMALL)), G, H}
    seen = list(points(scene))
    assert {name for name, _, _ in seen} == {"C", "P", "Q", "D"}
    for name, point, value in seen:
        rest = add(point, negate(multiply(G, value)))
        assert rest not in reachable, name


def test_equal_amounts_of_two_suppliers_and_two_declarations_look_different() -> None:
    first, second = scene_at("declare"), scene_at("declare", seed="another")
    amounts = [
        point
        for scene in (first, second)
        for logged in scene.declarations
        if isinstance(logged.payload, Declaration)
        for point in (line.amount for line in logged.payload.lines)
    ]
    assert len({point.encode() for point in amounts}) == len(amounts)


def test_quotients_of_public_points_are_not_the_quotients_of_their_values(scene: Scene) -> None:
    """D is q times P plus a guard and a fresh blinding: q*P, with the right q, is not recognised in D."""
    entry = scene.calculation.terms.entries[0]
    declaration = declaration_of(entry.declaration, scene.record)
    template = template_of(declaration, scene.record, scene.calculation.terms.boundary)
    quantity = scene.openings[0][0].quantity
    part = scene.calculation.contribution_of(0).models[0]
    for point, subtotal, guard in zip(
        unit_points(declaration, template), part.subtotals, part.guards, strict=True
    ):
        product = None if point is None else multiply(point, quantity)
        assert subtotal not in (product, add(product, guard))
