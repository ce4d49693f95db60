"""Everybody tells the truth: the certificate holds, and the whole log replays through the rules."""

from fractions import Fraction

from protocol.calculation import Phase
from protocol.certificate import CHECK_TITLES
from tests.support.audit import check_everything
from tests.support.example import SUPPLIES, UNIT, run_example
from tests.support.scene import Chain, scene_at


def test_the_whole_protocol_in_one_function_ends_in_a_good_certificate() -> None:
    outcome = run_example("honest")
    assert outcome.report.is_good, outcome.report.checks
    assert len(outcome.report.checks) == len(CHECK_TITLES)


def test_step_by_step_it_ends_in_a_good_certificate_and_the_log_replays() -> None:
    scene = scene_at("certify")
    assert scene.verify().is_good
    calculations = check_everything(scene.world.notary)
    assert calculations[scene.request_id].phase is Phase.CERTIFIED


def test_two_models_in_one_request_each_get_their_own_totals() -> None:
    other = UNIT.model_copy(
        update={
            "model": "T-200",
            "pack_energy_kwh": "200",
            "usable_energy_kwh": "200",
            "total_energy_kwh": "96000",
        }
    )
    scene = scene_at("certify", Chain(units=(UNIT, other), scale=(1, 2)))
    report = scene.verify()
    assert report.is_good
    first, second = (Fraction(part.figures.total_kg) for part in report.models)
    bounds = [Fraction(part.figures.overstated_by_at_most) for part in report.models]
    assert abs(second - 2 * first) <= bounds[1] + 2 * bounds[0]
    assert report.models[0].cells != report.models[1].cells
    check_everything(scene.world.notary)


def test_a_chain_of_two_suppliers_still_gives_a_certificate() -> None:
    scene = scene_at("certify", Chain(supplies=SUPPLIES[-2:]))
    assert scene.verify().is_good
    check_everything(scene.world.notary)


def test_two_calculations_over_the_same_declarations_stand_beside_each_other() -> None:
    scene = scene_at("certify")
    first = scene.request_id
    scene.request, scene.ciphertexts = None, {}
    scene.ask()
    for step in (scene.consent_all, scene.close, scene.contribute_all, scene.publish_result, scene.certify):
        step()
    assert scene.request_id != first
    assert scene.verify().is_good
    assert len(check_everything(scene.world.notary)) == 2
