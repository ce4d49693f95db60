"""How a calculation ends without a result, and what of one calculation is worth nothing in another."""

import pytest

from crypto.group import G, multiply
from protocol.calculation import Phase
from protocol.errors import PeerError
from protocol.payloads import Consent
from protocol.run import DAY, enrol
from tests.support.audit import check_everything
from tests.support.endings import refusal_by, void, withdrawal_by
from tests.support.scene import Scene, check_that_refuses, shared

# --- endings ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("step", ["ask", "consent_all", "close", "contribute_all"])
def test_a_party_may_withdraw_before_the_result_and_that_ends_it(step: str) -> None:
    scene = shared(step)
    scene.submit(withdrawal_by(scene, 2), scene.suppliers[2])
    assert scene.calculation.phase is Phase.ENDED
    check_everything(scene.world.notary)
    consent = scene.make_consent(3).model_copy()
    assert isinstance(consent, Consent)
    assert check_that_refuses(scene, consent, scene.suppliers[3]) == "ended"


def test_nobody_withdraws_after_the_result() -> None:
    scene = shared("publish_result")
    assert check_that_refuses(scene, withdrawal_by(scene, 0), scene.suppliers[0]) == "phase"


def test_an_outsider_cannot_withdraw() -> None:
    scene = shared("ask")
    stranger = enrol(scene.world, "Stranger", ["supplier"])
    payload = withdrawal_by(scene, 0).model_copy(update={"by": stranger.enrolment})
    assert check_that_refuses(scene, payload, stranger) == "signer"


def test_nothing_is_taken_after_the_certificate() -> None:
    scene = shared("certify")
    assert check_that_refuses(scene, withdrawal_by(scene, 0), scene.suppliers[0]) == "ended"
    assert check_that_refuses(scene, void(scene, "check_failed"), scene.operator) == "ended"


def test_a_withdrawn_calculation_gives_no_bundle() -> None:
    scene = shared("contribute_all")
    scene.submit(withdrawal_by(scene, 0), scene.suppliers[0])
    assert check_that_refuses(scene, scene.make_result(), scene.maker) == "ended"
    with pytest.raises(PeerError, match="no certificate"):
        scene.bundle()


def test_a_void_for_a_refusal_needs_a_refusal() -> None:
    scene = shared("consent_all")
    assert check_that_refuses(scene, void(scene, "refused"), scene.operator) == "void"
    scene = shared("ask")
    scene.submit(refusal_by(scene, 1), scene.suppliers[1])
    scene.submit(void(scene, "refused"), scene.operator)
    assert scene.calculation.phase is Phase.ENDED
    check_everything(scene.world.notary)


@pytest.mark.parametrize(("step", "days"), [("ask", 1), ("close", 2), ("contribute_all", 3)])
def test_a_void_for_a_deadline_needs_one_that_has_passed(step: str, days: int) -> None:
    scene = shared(step)
    scene.world.notary.now += days * DAY
    assert check_that_refuses(scene, void(scene, "deadline"), scene.operator) == "void"
    scene.world.notary.now += 1
    scene.submit(void(scene, "deadline"), scene.operator)
    assert scene.calculation.phase is Phase.ENDED


def test_a_void_for_a_failed_check_is_refused_while_the_masks_cancel() -> None:
    scene = shared("contribute_all")
    assert check_that_refuses(scene, void(scene, "check_failed"), scene.operator) == "void"
    scene = shared("close")
    assert check_that_refuses(scene, void(scene, "check_failed"), scene.operator) == "void"


def test_a_published_result_cannot_be_voided() -> None:
    scene = shared("publish_result")
    scene.world.notary.now += 5 * DAY
    for cause in ("refused", "deadline", "check_failed"):
        assert check_that_refuses(scene, void(scene, cause), scene.operator) == "void"


# --- replay ----------------------------------------------------------------------------------------


def second_request(scene: Scene) -> tuple[str, str]:
    first = scene.request_id
    scene.request = None
    return first, scene.ask().id


def test_a_consent_replayed_into_another_request_is_refused() -> None:
    scene = shared("consent_all")
    consent = scene.calculation.consents[0].payload
    _, second = second_request(scene)
    replayed = consent.model_copy(update={"request": second})
    assert check_that_refuses(scene, replayed, scene.suppliers[0]) == "proof"


def test_the_proof_of_possession_of_another_supplier_is_refused() -> None:
    scene = shared("ask")
    theirs = scene.make_consent(0)
    stolen = scene.make_consent(1).model_copy(update={"ephemeral": theirs.ephemeral, "proofs": theirs.proofs})
    assert check_that_refuses(scene, stolen, scene.suppliers[1]) == "proof"


def test_a_point_made_from_anothers_point_has_no_proof() -> None:
    scene = shared("ask")
    theirs = scene.make_consent(0)
    shifted = scene.make_consent(1).model_copy(update={"ephemeral": multiply(G, 5), "proofs": theirs.proofs})
    assert check_that_refuses(scene, shifted, scene.suppliers[1]) == "proof"


def test_a_contribution_replayed_into_another_request_is_refused() -> None:
    scene = shared("close")
    payload, _ = scene.make_contribution(0)
    _, second = second_request(scene)
    scene.consent_all()
    closed = scene.close()
    consent = scene.calculation.consents[0].id
    replayed = payload.model_copy(update={"request": second, "roster": closed.id, "consent": consent})
    assert check_that_refuses(scene, replayed, scene.suppliers[0]) == "proof"
    half = payload.model_copy(update={"request": second})
    assert check_that_refuses(scene, half, scene.suppliers[0]) == "roster"
