"""A member that sealed rubbish left once every vector was in, and was never named."""

from protocol.calculation import Phase
from protocol.payloads import Withdrawal
from tests.scenarios.test_disputed_totals import LIAR, lying_vector
from tests.support.disputes import broken_seal, dispute, named, seal_opening, send_vectors
from tests.support.endings import withdrawal_by
from tests.support.scene import Scene, check_that_refuses, shared


def all_vectors_sent() -> Scene:
    scene = shared("contribute_all")
    dispute(scene, scene.maker)
    scene.submit(lying_vector(scene, LIAR), scene.suppliers[LIAR])  # type: ignore[arg-type]
    send_vectors(scene, but=[LIAR])
    assert scene.calculation.phase is Phase.COMPUTING
    return scene


def test_whoever_sent_a_broken_seal_cannot_leave_before_it_is_opened() -> None:
    scene = all_vectors_sent()
    assert check_that_refuses(scene, withdrawal_by(scene, LIAR), scene.suppliers[LIAR]) == "phase"
    broken = broken_seal(scene)
    assert broken is not None
    scene.submit(seal_opening(scene, broken), scene.maker)
    assert named(scene) == {scene.suppliers[LIAR].enrolment}


def test_the_requester_may_still_give_up_what_it_disputed() -> None:
    scene = all_vectors_sent()
    header = scene.header(scene.maker).fields()
    scene.submit(Withdrawal(**header, request=scene.request_id, reason="no longer"), scene.maker)
    assert scene.calculation.phase is Phase.ENDED and named(scene) == set()
