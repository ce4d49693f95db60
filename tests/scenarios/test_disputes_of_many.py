"""Any number of liars, each blaming whom it likes: a liar is named, never anybody else."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from protocol.calculation import Phase
from protocol.opening import make_mask_opening
from protocol.run import enrol
from tests.support.disputes import (
    dispute,
    fitting_mask_opening,
    key_opening,
    mask_opening,
    named,
    scene_with_lies,
    shifted,
)

MEMBERS = 4
BLAMES = st.dictionaries(
    st.integers(0, MEMBERS - 1), st.integers(1, MEMBERS - 1), min_size=1, max_size=MEMBERS
)
"""Liar -> how many seats further the member sits that it blames."""


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(BLAMES, st.permutations(range(MEMBERS)))
def test_whoever_is_named_lied_and_somebody_is(blames: dict[int, int], order: list[int]) -> None:
    deltas = {liar: 10**9 + 7**liar for liar in blames}  # positive, so they never cancel
    scene = scene_with_lies({liar: shifted(0, delta=deltas[liar]) for liar in blames})
    dispute(scene)
    for entry in order:
        if entry in blames:
            peer = (entry + blames[entry]) % MEMBERS
            payload = fitting_mask_opening(scene, entry, peer, delta=deltas[entry])
        else:
            payload = mask_opening(scene, entry)
        scene.submit(payload, scene.suppliers[entry])
    assert scene.calculation.dispute is not None and scene.calculation.dispute.pair is not None
    pair = [scene.calculation.member(one) for one in scene.calculation.dispute.pair]
    opener = next(entry for entry in order if entry in pair)
    scene.submit(key_opening(scene, opener), scene.suppliers[opener])
    assert scene.calculation.phase is Phase.ENDED
    assert named(scene) and named(scene) <= {scene.suppliers[liar].enrolment for liar in blames}


def test_a_member_may_answer_under_keys_that_were_replaced_meanwhile() -> None:
    scene = scene_with_lies({0: shifted(0)})
    dispute(scene)
    later = enrol(scene.world, scene.chain.supplies[2].name, ["supplier"])
    header = scene.header(later)
    payload = make_mask_opening(scene.membership(2), scene.ephemerals[2], header, scene.random)
    scene.submit(payload, later)
    assert scene.calculation.dispute is not None
    assert scene.calculation.consents[2].id in scene.calculation.dispute.masks
