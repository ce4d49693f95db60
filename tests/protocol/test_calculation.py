"""The fold: one refusal per rule of `advance`, each through the door with every signature in order."""

import pytest

from protocol.calculation import Phase, fold, open_calculation
from protocol.consenting import make_roster
from protocol.errors import PeerError
from protocol.payloads import Certificate, Contribution, Result, Roster
from protocol.resulting import make_certificate
from protocol.run import DAY, enrol
from protocol.statements import MemoryRecord
from tests.support.audit import check_everything
from tests.support.endings import refusal_by
from tests.support.scene import Scene, check_that_refuses, fork, shared


def test_phases_follow_from_what_is_logged() -> None:
    expected = {
        "ask": Phase.CONSENTING,
        "consent_all": Phase.CONSENTING,
        "close": Phase.CONTRIBUTING,
        "contribute_all": Phase.COMPUTING,
        "publish_result": Phase.PUBLISHED,
        "certify": Phase.CERTIFIED,
    }
    for step, phase in expected.items():
        scene = shared(step)
        assert scene.calculation.phase is phase
        deadlines = scene.calculation.terms.deadlines
        awaited = {
            Phase.CONSENTING: deadlines.consent_by,
            Phase.CONTRIBUTING: deadlines.contribute_by,
            Phase.COMPUTING: deadlines.result_by,
        }
        assert scene.calculation.deadline == awaited.get(phase)
        check_everything(scene.world.notary)


def test_folding_the_statements_again_gives_the_same_state() -> None:
    scene = shared("certify")
    statements = [
        logged
        for logged in scene.record.in_order()
        if scene.request_id in (logged.id, getattr(logged.payload, "request", None))
    ]
    assert fold(statements, scene.record) == scene.calculation


def test_a_request_over_a_declaration_that_is_not_logged_does_not_open() -> None:
    scene = shared("ask")
    assert scene.request is not None
    with pytest.raises(PeerError, match="declaration"):
        open_calculation(scene.request, MemoryRecord())


# --- consent ---------------------------------------------------------------------------------------


def test_a_consent_to_an_unknown_request_is_refused() -> None:
    scene = shared("ask")
    consent = scene.make_consent(0).model_copy(update={"request": "ab" * 32})
    assert check_that_refuses(scene, consent, scene.suppliers[0]) == "request"


def test_a_second_consent_to_one_entry_is_refused() -> None:
    scene = shared("ask")
    scene.consent(0)
    assert check_that_refuses(scene, scene.make_consent(0), scene.suppliers[0]) == "consent"


def test_the_same_consent_again_is_no_error_and_changes_nothing() -> None:
    scene = shared("ask")
    consent = scene.make_consent(0)
    first = scene.submit(consent, scene.suppliers[0])
    leaves = list(scene.world.notary.leaves)
    assert scene.submit(consent, scene.suppliers[0]) == first
    assert scene.world.notary.leaves == leaves


def test_a_consent_to_the_entry_of_another_supplier_is_refused() -> None:
    scene = shared("ask")
    consent = scene.make_consent(1).model_copy(update={"by": scene.suppliers[0].enrolment})
    assert check_that_refuses(scene, consent, scene.suppliers[0]) == "signer"


def test_a_consent_to_an_entry_that_is_not_there_is_refused() -> None:
    scene = shared("ask")
    consent = scene.make_consent(0).model_copy(update={"entry": 4})
    assert check_that_refuses(scene, consent, scene.suppliers[0]) == "entry"


def test_a_late_consent_is_refused() -> None:
    scene = shared("ask")
    scene.world.notary.now += DAY + 1
    assert check_that_refuses(scene, scene.make_consent(0), scene.suppliers[0]) == "deadline"


def test_a_consent_at_the_deadline_itself_is_in_time() -> None:
    scene = shared("ask")
    scene.world.notary.now += DAY
    scene.consent(0)


def test_a_consent_after_the_roster_is_refused() -> None:
    scene = shared("close")
    assert check_that_refuses(scene, scene.make_consent(0), scene.suppliers[0]) == "phase"


def test_a_consent_after_a_refusal_of_the_same_entry_is_refused() -> None:
    scene = shared("ask")
    scene.submit(refusal_by(scene, 0), scene.suppliers[0])
    assert check_that_refuses(scene, scene.make_consent(0), scene.suppliers[0]) == "consent"


def test_a_point_that_another_consent_carries_is_refused() -> None:
    scene = shared("ask")
    scene.consent(0)
    # Even a supplier that knows the other's secret, its accomplice, may not use the point again.
    consent = scene.make_consent(1, secret=scene.ephemerals[0])
    assert check_that_refuses(scene, consent, scene.suppliers[1]) == "ephemeral"


def test_a_supplier_may_consent_under_a_later_enrolment_of_the_same_entity() -> None:
    scene = shared("ask")
    renewed = enrol(scene.world, scene.chain.supplies[0].name, ["supplier"])
    scene.suppliers = [renewed, *scene.suppliers[1:]]
    scene.consent(0)


# --- refusal ---------------------------------------------------------------------------------------


def test_a_refusal_for_the_entry_of_another_is_refused() -> None:
    scene = shared("ask")
    assert check_that_refuses(scene, refusal_by(scene, 0, entry=1), scene.suppliers[0]) == "signer"


def test_a_second_answer_to_one_entry_is_refused() -> None:
    scene = shared("ask")
    scene.consent(0)
    assert check_that_refuses(scene, refusal_by(scene, 0), scene.suppliers[0]) == "consent"
    scene.submit(refusal_by(scene, 1), scene.suppliers[1])
    assert check_that_refuses(scene, refusal_by(scene, 1), scene.suppliers[1]) == "consent"


def test_a_refusal_after_the_roster_is_refused() -> None:
    scene = shared("close")
    assert check_that_refuses(scene, refusal_by(scene, 0), scene.suppliers[0]) == "phase"


# --- roster ----------------------------------------------------------------------------------------


def roster(scene: Scene, consents: list[str]) -> Roster:
    return Roster(**scene.header(scene.operator).fields(), request=scene.request_id, consents=tuple(consents))


def consent_ids(scene: Scene) -> list[str]:
    return [consent_id for consent_id, _, _ in scene.calculation.ordered_consents()]


def test_a_roster_while_a_consent_is_missing_is_refused() -> None:
    scene = shared("ask")
    scene.consent(0)
    assert check_that_refuses(scene, roster(scene, consent_ids(scene)), scene.operator) == "roster"
    with pytest.raises(PeerError, match="exactly one consent"):
        make_roster(scene.calculation, scene.header(scene.operator))


def test_a_roster_that_leaves_a_member_out_is_refused() -> None:
    scene = shared("consent_all")
    assert check_that_refuses(scene, roster(scene, consent_ids(scene)[1:]), scene.operator) == "roster"


def test_a_roster_out_of_order_is_refused() -> None:
    scene = shared("consent_all")
    assert check_that_refuses(scene, roster(scene, consent_ids(scene)[::-1]), scene.operator) == "roster"


def test_a_roster_that_names_a_consent_twice_is_refused() -> None:
    scene = shared("consent_all")
    ids = consent_ids(scene)
    assert check_that_refuses(scene, roster(scene, [ids[0], *ids]), scene.operator) == "roster"


def test_a_roster_with_the_consent_of_another_request_is_refused() -> None:
    scene = shared("consent_all")
    ids = consent_ids(scene)
    foreign = fork(scene)
    foreign.ask()
    other = foreign.consent(0).id
    mixed = sorted([*ids[1:], other])
    scene = fork(foreign)
    scene.request = next(logged for logged in scene.record.in_order() if logged.payload.type == "request")
    assert check_that_refuses(scene, roster(scene, mixed), scene.operator) == "roster"


def test_a_second_roster_is_refused() -> None:
    scene = shared("close")
    assert check_that_refuses(scene, roster(scene, consent_ids(scene)), scene.operator) == "roster"


# --- contribution ----------------------------------------------------------------------------------


def test_a_contribution_before_the_roster_is_refused() -> None:
    payload, _ = shared("close").make_contribution(0)
    early = shared("consent_all")
    assert check_that_refuses(early, payload, early.suppliers[0]) == "phase"


def test_a_contribution_that_names_another_roster_is_refused() -> None:
    scene = shared("close")
    payload, _ = scene.make_contribution(0)
    other = payload.model_copy(update={"roster": "cd" * 32})
    assert check_that_refuses(scene, other, scene.suppliers[0]) == "roster"


def test_a_late_contribution_is_refused() -> None:
    scene = shared("close")
    payload, _ = scene.make_contribution(0)
    scene.world.notary.now += 2 * DAY + 1
    assert check_that_refuses(scene, payload, scene.suppliers[0]) == "deadline"


def test_a_contribution_for_a_consent_that_is_not_there_is_refused() -> None:
    scene = shared("close")
    payload, _ = scene.make_contribution(0)
    other = payload.model_copy(update={"consent": "cd" * 32})
    assert check_that_refuses(scene, other, scene.suppliers[0]) == "consent"


def test_a_contribution_under_the_consent_of_another_is_refused() -> None:
    scene = shared("close")
    payload, _ = scene.make_contribution(0)
    other = payload.model_copy(update={"consent": scene.calculation.consents[1].id})
    assert check_that_refuses(scene, other, scene.suppliers[0]) == "signer"


def test_a_second_contribution_of_one_member_is_refused() -> None:
    scene = shared("close")
    scene.contribute(0)
    payload, _ = scene.make_contribution(0)
    assert check_that_refuses(scene, payload, scene.suppliers[0]) == "contribution"


def test_a_contribution_after_the_last_one_is_refused() -> None:
    scene = shared("contribute_all")
    payload, _ = scene.make_contribution(0)
    assert check_that_refuses(scene, payload, scene.suppliers[0]) == "phase"


def _with_two_models(payload: Contribution) -> Contribution:
    proofs = payload.proofs.model_copy(update={"models": payload.proofs.models * 2})
    return payload.model_copy(update={"models": payload.models * 2, "proofs": proofs})


def test_a_contribution_with_another_number_of_models_is_refused() -> None:
    scene = shared("close")
    payload, _ = scene.make_contribution(0)
    assert check_that_refuses(scene, _with_two_models(payload), scene.suppliers[0]) == "contribution"
    lame = payload.model_copy(update={"models": payload.models * 2})
    assert check_that_refuses(scene, lame, scene.suppliers[0]) == "contribution"


# --- result and certificate ------------------------------------------------------------------------


def test_a_result_before_every_contribution_is_in_is_refused() -> None:
    result = shared("contribute_all").make_result()
    scene = shared("close")
    assert check_that_refuses(scene, result, scene.maker) == "phase"


def test_a_result_that_names_another_roster_is_refused() -> None:
    scene = shared("contribute_all")
    result = scene.make_result().model_copy(update={"roster": "cd" * 32})
    assert check_that_refuses(scene, result, scene.maker) == "roster"


def test_a_result_by_another_requester_is_refused() -> None:
    scene = shared("contribute_all")
    stranger = enrol(scene.world, "Another maker", ["requester"])
    result = scene.make_result().model_copy(update={"by": stranger.enrolment})
    assert check_that_refuses(scene, result, stranger) == "signer"


def test_a_late_result_is_refused() -> None:
    scene = shared("contribute_all")
    result = scene.make_result()
    scene.world.notary.now += 3 * DAY + 1
    assert check_that_refuses(scene, result, scene.maker) == "deadline"


def test_a_result_with_another_number_of_models_is_refused() -> None:
    scene = shared("contribute_all")
    result = scene.make_result()
    doubled = result.model_copy(update={"models": result.models * 2})
    assert check_that_refuses(scene, doubled, scene.maker) == "result"


def test_a_second_result_is_refused() -> None:
    scene = shared("publish_result")
    first = scene.calculation.result
    assert first is not None and isinstance(first.payload, Result)
    again = first.payload.model_copy(update={"nonce": "ab" * 16})
    assert check_that_refuses(scene, again, scene.maker) == "phase"


def test_a_certificate_of_another_result_is_refused() -> None:
    scene = shared("publish_result")
    certificate = make_certificate(scene.calculation, scene.header(scene.operator))
    other = certificate.model_copy(update={"result": "cd" * 32})
    assert check_that_refuses(scene, other, scene.operator) == "result"


def test_a_certificate_before_the_result_is_refused() -> None:
    scene = shared("contribute_all")
    header = scene.header(scene.operator)
    early = Certificate(**header.fields(), request=scene.request_id, result="cd" * 32)
    assert check_that_refuses(scene, early, scene.operator) == "result"
    with pytest.raises(PeerError, match="no result yet"):
        make_certificate(scene.calculation, header)
