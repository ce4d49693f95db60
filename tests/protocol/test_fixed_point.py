"""Scales, bounds and guards: vectors by hand, and sealed totals held against the same sum in the clear."""

import json
from fractions import Fraction
from pathlib import Path

import pytest

from crypto.group import ORDER, G, H, multi_multiply
from method.category import parse_category_fields
from protocol.errors import PeerError, Refused
from protocol.fixed_point import (
    MAX_TOTAL,
    check_amount,
    check_quantity,
    check_total,
    guard_bits,
    lift,
)
from protocol.payloads import STAGES, CellOpening, Result
from protocol.shapes import cells_of
from protocol.totals import guard_widths, openings_of, total_equations
from tests.support.audit import check_everything
from tests.support.example import LIBRARY, SUPPLIES, UNIT
from tests.support.scene import Chain, Scene, scene_at, shared

VECTORS = json.loads((Path(__file__).parents[1] / "vectors" / "fixed_point.json").read_text("utf-8"))[
    "guards"
]
# By hand from tests/support/example.py: coefficients in 1e-6 kg of (grid, salt), scores 2 + 1 + 2.
COEFFICIENTS = {
    "cathode": ((577_700, 0, 0, 0), (5_479_000, 0, 5_479_000, 27_395_000)),
    "assembly": ((577_700, 0, 0, 0),),
}


@pytest.mark.parametrize("vector", VECTORS, ids=[vector["about"] for vector in VECTORS])
def test_guard_widths_are_those_computed_by_hand(vector: dict[str, object]) -> None:
    fields = {
        **LIBRARY.categories["assembly"],
        "declared_unit": vector.get("declared_unit", "kg"),
        "reference": vector["reference"],
        "quantity_low": vector["low"],
        "quantity_high": vector["high"],
    }
    category = parse_category_fields(fields)
    energy = Fraction(str(vector["pack_energy_kwh"]))
    assert list(guard_bits(category, vector["coefficients"], energy)) == vector["bits"]  # type: ignore[arg-type]


def test_the_ends_of_amounts_quantities_and_totals() -> None:
    for amount in (0, 2**40 - 1):
        check_amount(amount)
    for quantity in (1, 2**32):
        check_quantity(quantity)
    for total in (0, MAX_TOTAL - 1, 1 - MAX_TOTAL):
        check_total(total, 0)
        check_total(total, ORDER - 1)
    for amount in (-1, 2**40):
        with pytest.raises(Refused):
            check_amount(amount)
    for quantity in (0, 2**32 + 1):
        with pytest.raises(Refused):
            check_quantity(quantity)
    for total, blinding in ((MAX_TOTAL, 0), (-MAX_TOTAL, 0), (0, -1), (0, ORDER)):
        with pytest.raises(PeerError, match="totals"):
            check_total(total, blinding)


def test_a_residue_lifts_to_the_signed_integer_it_stands_for() -> None:
    for value in (0, 1, -1, MAX_TOTAL - 1, 1 - MAX_TOTAL):
        assert lift(value % ORDER) == value
    assert lift(ORDER // 2) == ORDER // 2
    assert lift(ORDER // 2 + 1) == ORDER // 2 + 1 - ORDER


@pytest.mark.parametrize("bad", [(2**128, 0), (-(2**128), 0), (0, ORDER), (0, -1)])
def test_an_opening_out_of_bounds_never_becomes_an_equation(bad: tuple[int, int]) -> None:
    scene = shared("contribute_all")
    openings = [list(row) for row in openings_of(scene.make_result())]
    openings[0][0] = CellOpening(value=bad[0], blinding=bad[1])
    with pytest.raises(PeerError) as caught:
        list(total_equations(scene.calculation, openings))
    assert caught.value.check == "totals"


# --- sealed against clear --------------------------------------------------------------------------


def clear_cells(scene: Scene, scale: int) -> list[int]:
    """The seven totals in 1e-15 kg, by plain integer arithmetic on the private inputs."""
    cells = [0] * 7
    for supply in scene.chain.supplies:
        columns = zip(*COEFFICIENTS[supply.category], strict=True)
        amounts = [amount for _, amount in supply.lines]
        footprint = [sum(w * a for w, a in zip(column, amounts, strict=True)) for column in columns]
        at = STAGES.index(supply.stage)
        for cell, value in zip((at, 4, 5, 6), footprint, strict=True):
            cells[cell] += supply.quantity * scale * value
    return cells


def slack_of(scene: Scene, model: int) -> list[int]:
    """The sum of 2^s - 1 over the members of each cell."""
    slack = [0] * 7
    for index, supply in enumerate(scene.chain.supplies):
        widths = guard_widths(scene.calculation, index, scene.record)[model]
        for cell, width in zip(cells_of(supply.stage), widths, strict=True):
            slack[cell] += 2**width - 1
    return slack


def hold_against_the_clear_sum(scene: Scene) -> None:
    result = scene.calculation.result
    assert result is not None and isinstance(result.payload, Result)
    for model, part in enumerate(result.payload.models):
        clear, slack = clear_cells(scene, scene.chain.scale[model]), slack_of(scene, model)
        for cell, opening in enumerate(part.cells):
            assert 0 <= opening.value - clear[cell] <= slack[cell]
        kg = Fraction(10) ** -15
        over = Fraction(part.figures.total_kg) - sum(clear[:4]) * kg
        assert 0 <= over <= Fraction(part.figures.overstated_by_at_most)
        for field, cell in (("biogenic", 4), ("secondary", 5), ("quality", 6)):
            bound = Fraction(getattr(part.figures, f"{field}_overstated_by_at_most"))
            assert bound == slack[cell] * kg
        assert Fraction(part.figures.overstated_by_at_most) == sum(slack[:4]) * kg


def test_the_sealed_total_never_understates_and_stays_within_the_shown_bound() -> None:
    scene = shared("publish_result")
    hold_against_the_clear_sum(scene)
    figures = scene.make_result().models[0].figures
    # Suppliers as in the example: 2.5 kg of guard each at most, 2^51 - 1 in 1e-15 kg.
    assert figures.overstated_by_at_most == "9.007199254740988"
    assert figures.biogenic_kg == figures.biogenic_overstated_by_at_most == "0"


def test_the_result_opens_the_sum_of_the_commitments_and_nothing_near_it() -> None:
    scene = shared("contribute_all")
    openings = openings_of(scene.make_result())
    for terms in total_equations(scene.calculation, openings):
        assert multi_multiply(terms) is None
        assert multi_multiply([*terms, (1, G)]) is not None
        assert multi_multiply([*terms, (1, H)]) is not None


def test_asking_again_adds_the_same_guards_under_other_blindings() -> None:
    scene = shared("publish_result")
    first = scene.make_result().models[0].cells
    scene.request, scene.ciphertexts = None, {}
    scene.ask()
    for step in (scene.consent_all, scene.close, scene.contribute_all):
        step()
    again = scene.make_result().models[0].cells
    assert [cell.value for cell in again] == [cell.value for cell in first]
    assert all(one.blinding != two.blinding for one, two in zip(first[:2], again[:2], strict=True))


def test_another_quantity_meets_another_guard() -> None:
    scene = shared("publish_result")
    doubled = scene_at("publish_result", Chain(supplies=SUPPLIES, scale=(2,)))
    hold_against_the_clear_sum(doubled)
    ours, theirs = clear_cells(scene, 1), clear_cells(doubled, 2)
    one = scene.make_result().models[0].cells[0].value - ours[0]
    two = doubled.make_result().models[0].cells[0].value - theirs[0]
    assert one != two


def test_29_models_in_one_request() -> None:
    units = tuple(UNIT.model_copy(update={"model": f"T-{number}"}) for number in range(29))
    chain = Chain(supplies=SUPPLIES[-2:], units=units, scale=tuple(range(1, 30)))
    scene = scene_at("certify", chain)
    hold_against_the_clear_sum(scene)
    report = scene.verify()
    assert report.is_good and len(report.models) == 29
    check_everything(scene.world.notary)
