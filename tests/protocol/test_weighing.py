"""What an amount counts for is the rule set's and the boundary's: sealed totals under each of them, by hand."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest

from method.rules import RULES
from protocol.contributing import make_contribution
from protocol.declaring import template_of
from protocol.payloads import Declaration, Figures
from protocol.run import Library
from tests.support.circular import (
    CIRCULAR_LIBRARY,
    ED,
    ENCLOSURE_KG,
    EREC,
    EV,
    FULL_SUPPLIES,
    MEASURED_UNIT,
    PARTIAL_SUPPLIES,
    R1,
    R2,
    circular_line,
)
from tests.support.example import category, factor
from tests.support.scene import Chain, Scene, check_that_refuses, make_scene, scene_at

EVERY = [(method, boundary) for method, rules in RULES.items() for boundary in rules.boundaries]
ENERGY = {"miit-551": "150000"}
# Stage 1 beside what was bought, and stage 4, for 84 kg of aluminium: circular footprint formula with A 0.5 and 0.2
# (EU draft act of April 2024; MEE draft 2025 takes A 0.5), and formula (3) of the MEE draft as printed, with masses.
CFF = {
    allocation: (
        ENCLOSURE_KG * R1 * (1 - allocation) * (EV - EREC),
        ENCLOSURE_KG * ((1 - allocation) * R2 * (EREC - EV) + (1 - R2) * ED),
    )
    for allocation in (Fraction(1, 2), Fraction(1, 5))
}
HALF = Fraction(1, 2)
LITERAL = (ENCLOSURE_KG * R1 * HALF * EV, ENCLOSURE_KG * (R2 * EREC + (1 - R2) * ED - R2 * HALF * EV))
FULL_LIFE = {
    "mee-2025-cff": CFF[HALF],
    "miit-551": CFF[HALF],
    "eu-cfb-2024-draft": CFF[Fraction(1, 5)],
    "mee-2025-literal": LITERAL,
}


def chain_of(method: str, boundary: str) -> Chain:
    rules_unit = MEASURED_UNIT.model_copy(update={"total_energy_kwh": ENERGY.get(method, "48000")})
    supplies = FULL_SUPPLIES if boundary == "full" else PARTIAL_SUPPLIES
    return Chain(supplies, (rules_unit,), CIRCULAR_LIBRARY, method=method, boundary=boundary)


def expected_stages(method: str, boundary: str) -> dict[str, Fraction]:
    """kg by stage: power at 0.5777 and salt at 5.479 kg, bought aluminium, and the rule set's recycling."""
    bought = sum(
        Fraction(quantity, 1000)
        * (Fraction(power, 10**6) * Fraction("0.5777") + Fraction(salt, 10**6) * Fraction("5.479"))
        for quantity, power, salt in (
            (141_000, 6_000_000, 1_100_000), (85_300, 4_200_000, 900_000), (57_000, 5_500_000, 1_000_000),
        )
    )  # fmt: skip
    added, credit = FULL_LIFE[method] if boundary == "full" else (Fraction(0), Fraction(0))
    return {
        "raw_material_and_parts": bought + ENCLOSURE_KG * (1 - R1) * EV + added,
        "battery_production": 523 * Fraction("0.229446") * Fraction("0.5777"),
        "distribution": Fraction(0),
        "end_of_life": credit,
    }


def figures(scene: Scene) -> Figures:
    return scene.make_result().models[0].figures


@pytest.mark.parametrize(("method", "boundary"), EVERY)
def test_a_sealed_total_is_what_the_rule_set_makes_of_it_and_never_less(method: str, boundary: str) -> None:
    scene = scene_at("certify", chain_of(method, boundary))
    report = scene.verify()
    assert report.is_good
    found = report.models[0].figures
    exact = expected_stages(method, boundary)
    over = Fraction(found.overstated_by_at_most)
    for stage, kg in exact.items():
        assert kg <= Fraction(found.stages[stage]) <= kg + over, stage  # type: ignore[index]
    total = sum(exact.values())
    assert total < Fraction(found.total_kg) <= total + over < total * Fraction("1.01")
    assert found.total_energy_kwh == ENERGY.get(method, "48000")
    assert abs(Fraction(found.per_kwh_capacity) - Fraction(found.total_kg) / 100) < Fraction(1, 10**15)


def test_the_share_of_primary_data_of_a_sealed_result_is_a_lower_bound() -> None:
    found = figures(scene_at("publish_result", chain_of("mee-2025-cff", "full")))
    exact = expected_stages("mee-2025-cff", "full")
    power = exact["battery_production"] + sum(
        Fraction(quantity * amount, 10**9) * Fraction("0.5777")
        for quantity, amount in ((141_000, 6_000_000), (85_300, 4_200_000), (57_000, 5_500_000))
    )
    salt = sum(
        Fraction(quantity * amount, 10**9) * Fraction("5.479")
        for quantity, amount in ((141_000, 1_100_000), (85_300, 900_000), (57_000, 1_000_000))
    )
    metal = ENCLOSURE_KG * ((1 - R1) * EV + HALF * R1 * (EV + EREC) + HALF * R2 * (EV + EREC) + (1 - R2) * ED)
    share = power / (power + salt + metal)
    assert share * Fraction(3, 4) < Fraction(found.primary_data_share) <= share


def test_one_declaration_weighs_differently_by_boundary_and_two_methods_differ() -> None:
    scene = scene_at("declare", chain_of("mee-2025-cff", "full"))
    payload = scene.declarations[4].payload
    assert isinstance(payload, Declaration)
    partial, full = (template_of(payload, scene.record, boundary) for boundary in ("partial", "full"))
    # kg per kg in 1e-6: what was bought, virgin with (1 - A), recycled with -(1 - A).
    assert [row[0] for row in partial.coefficients] == [15_100_000, 0, 0]
    assert [row[0] for row in full.coefficients] == [15_100_000, 7_550_000, -377_500]
    eu = payload.model_copy(update={"method": "eu-cfb-2024-draft"})
    assert [row[0] for row in template_of(eu, scene.record, "full").coefficients] == [
        15_100_000, 12_080_000, -604_000,
    ]  # fmt: skip
    assert full.coefficients[2][2] == 377_500


def test_the_guards_of_a_full_and_a_partial_total_do_not_cancel_in_their_difference() -> None:
    partial = scene_at("publish_result", chain_of("mee-2025-cff", "partial"))
    low = Fraction(figures(partial).stages["raw_material_and_parts"])
    # The same suppliers with the same declarations are asked again, over the full life.
    scene = replace(partial, request=None, ciphertexts={}, chain=replace(partial.chain, boundary="full"))
    scene.ask()
    for step in (scene.consent_all, scene.close, scene.contribute_all):
        step()
    high = Fraction(figures(scene).stages["raw_material_and_parts"])
    credit = FULL_LIFE["mee-2025-cff"][0]
    # Only the enclosure's footprint differs, so only its guard does: by less than 2^s - 1 of its own, and not by 0.
    assert high - low != credit
    assert abs(high - low - credit) < credit / 10


def test_a_contribution_weighed_by_another_boundary_is_refused() -> None:
    scene = scene_at("close", chain_of("mee-2025-cff", "full"))
    terms = scene.calculation.terms.model_copy(update={"boundary": "partial"})
    asked = scene.calculation.request
    other = replace(asked, signed=replace(asked.signed, payload=terms))
    member = replace(scene.membership(4), calculation=replace(scene.calculation, request=other))
    header = scene.header(scene.suppliers[4])
    payload, _ = make_contribution(member, scene.secrets(4), scene.he_key, header, scene.random)
    assert check_that_refuses(scene, payload, scene.suppliers[4]) == "proof"
    scene.contribute(4)


def test_a_coefficient_out_of_range_in_a_boundary_that_nobody_asked_for_yet_is_refused() -> None:
    huge = {**CIRCULAR_LIBRARY.factors, "virgin": factor("virgin", "3000000", "kg")}
    categories = {
        "enclosure": category(
            "enclosure",
            ["raw_material_and_parts"],
            [circular_line("content-virgin", "virgin", "recycled_input_virgin")],
        )
    }
    supply = replace(PARTIAL_SUPPLIES[-1], lines=(("virgin", 1),))
    scene = make_scene(Chain((supply,), (MEASURED_UNIT,), Library(categories, huge)))
    payload, _ = scene.make_declaration(0)
    # Its weight is 0 in a partial boundary, and half of 3e12 in a full one, beyond 2^40.
    assert [row[0] for row in template_of(payload, scene.record, "partial").coefficients] == [0]
    assert check_that_refuses(scene, payload, scene.suppliers[0]) == "factor"


def test_a_declaration_of_an_unknown_method_is_refused() -> None:
    scene = make_scene(chain_of("mee-2025-cff", "full"))
    payload, _ = scene.make_declaration(0, method="guesswork")
    assert check_that_refuses(scene, payload, scene.suppliers[0]) == "method"
