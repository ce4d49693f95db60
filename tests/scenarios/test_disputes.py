"""Section 8, row by row: the liar is named, the honest are neither unmasked nor framed, silence charges nobody."""

import pytest

from crypto.group import G, add, multiply, multiply_base, random_scalar
from crypto.linear import prove_linear
from protocol.calculation import Phase
from protocol.dispute_payloads import Dispute, OpeningProofs, Place
from protocol.disputing import (
    ANSWER_SECONDS,
    ephemeral_point,
    equality_relation,
    equality_transcript,
)
from protocol.errors import Refused
from protocol.opening import make_dispute
from protocol.statements import core_id_of
from tests.support.audit import check_everything
from tests.support.disputes import (
    dispute,
    fitting_mask_opening,
    key_opening,
    mask_opening,
    named,
    open_masks,
    scene_with_lies,
    shifted,
)
from tests.support.endings import void, withdrawal_by
from tests.support.scene import Scene, check_that_refuses, shared

LIAR, PEER = 0, 1


def enrolments(scene: Scene, *entries: int) -> set[str]:
    return {scene.suppliers[entry].enrolment for entry in entries}


# --- masks that do not cancel ----------------------------------------------------------------------


@pytest.mark.parametrize("cell", [0, 1, 3, 6])
def test_a_member_that_committed_to_something_else_than_it_masked_is_named(cell: int) -> None:
    """Also where it is no member of the cell: there D is infinity."""
    scene = scene_with_lies({LIAR: shifted(cell)})
    logged = dispute(scene)
    assert logged.payload.place == Place(model=0, cell=cell)  # type: ignore[union-attr]
    assert scene.calculation.phase is Phase.DISPUTING
    for entry in (1, 2, 3, 0):
        assert named(scene) == set()
        scene.submit(mask_opening(scene, entry), scene.suppliers[entry])
    assert named(scene) == enrolments(scene, LIAR)
    assert scene.calculation.phase is Phase.ENDED
    check_everything(scene.world.notary)


@pytest.mark.parametrize("opener", [LIAR, PEER])
def test_a_member_that_blames_a_mask_is_named_by_the_key_of_that_pair(opener: int) -> None:
    scene = scene_with_lies({LIAR: shifted(0)})
    dispute(scene)
    scene.submit(fitting_mask_opening(scene, LIAR, PEER), scene.suppliers[LIAR])
    open_masks(scene, but=[LIAR])
    assert named(scene) == set() and scene.calculation.dispute is not None
    pair = {scene.calculation.consents[entry].id for entry in (LIAR, PEER)}
    assert set(scene.calculation.dispute.pair or ()) == pair
    scene.submit(key_opening(scene, opener), scene.suppliers[opener])
    assert named(scene) == enrolments(scene, LIAR)
    assert scene.calculation.phase is Phase.ENDED
    check_everything(scene.world.notary)


def test_two_members_that_each_blame_a_mask_are_named_one_by_one_and_nobody_else() -> None:
    scene = scene_with_lies({0: shifted(0), 2: shifted(0, delta=77)})
    dispute(scene)
    scene.submit(fitting_mask_opening(scene, 0, PEER), scene.suppliers[0])
    scene.submit(fitting_mask_opening(scene, 2, PEER, delta=77), scene.suppliers[2])
    open_masks(scene, but=[0, 2])
    scene.submit(key_opening(scene, PEER), scene.suppliers[PEER])
    assert len(named(scene)) == 1 and named(scene) < enrolments(scene, 0, 2)


def test_two_liars_that_blame_each_other_are_both_named() -> None:
    scene = scene_with_lies({0: shifted(0), 1: shifted(0, delta=77)})
    dispute(scene)
    scene.submit(fitting_mask_opening(scene, 0, 1), scene.suppliers[0])
    scene.submit(fitting_mask_opening(scene, 1, 0, delta=77), scene.suppliers[1])
    open_masks(scene, but=[0, 1])
    scene.submit(key_opening(scene, 0), scene.suppliers[0])
    assert named(scene) == enrolments(scene, 0, 1)


def blamed() -> Scene:
    """The liar has blamed its mask with the peer; their key is asked for."""
    scene = scene_with_lies({LIAR: shifted(0)})
    dispute(scene)
    scene.submit(fitting_mask_opening(scene, LIAR, PEER), scene.suppliers[LIAR])
    open_masks(scene, but=[LIAR])
    return scene


def test_no_key_but_that_of_the_pair_is_asked_for_or_taken() -> None:
    scene = blamed()
    with pytest.raises(Refused, match="no key of this member"):
        key_opening(scene, 2)
    honest = key_opening(scene, PEER)
    third = scene.calculation.consents[2].id
    for changes in ({"peer": third}, {"consent": third}, {"consent": honest.peer, "peer": honest.consent}):
        refused = check_that_refuses(scene, honest.model_copy(update=changes), scene.suppliers[PEER])
        assert refused == ("signer" if "peer" in changes and "consent" in changes else "opening")


def test_a_liar_cannot_frame_its_peer_with_another_key() -> None:
    scene = blamed()
    payload = key_opening(scene, LIAR)
    other = add(payload.key, G)
    assert other is not None
    forged = payload.model_copy(update={"key": other})
    assert check_that_refuses(scene, forged, scene.suppliers[LIAR]) == "proof"
    # Proven as well as it can be: with the secret of another point.
    secret = random_scalar(scene.random)
    own, peer = (ephemeral_point(scene.calculation, one) for one in (payload.consent, payload.peer))
    wrong = multiply(peer, secret)
    assert wrong is not None
    bare = payload.model_copy(update={"key": wrong})
    transcript = equality_transcript(bare.by, core_id_of(bare), bare)
    proof = prove_linear(equality_relation(own, peer, wrong), (secret,), transcript, scene.random)
    forged = bare.model_copy(update={"proofs": OpeningProofs(equality=proof.encode())})
    assert check_that_refuses(scene, forged, scene.suppliers[LIAR]) == "proof"
    assert named(scene) == set()


def test_a_proof_of_another_dispute_or_signer_proves_nothing() -> None:
    scene, again = blamed(), blamed()
    payload, copied = key_opening(scene, PEER), key_opening(again, PEER)
    moved = payload.model_copy(update={"key": copied.key, "proofs": copied.proofs})
    assert payload.dispute != copied.dispute
    assert check_that_refuses(scene, moved, scene.suppliers[PEER]) == "proof"


def test_masks_are_opened_once_by_their_member_and_for_every_peer() -> None:
    scene = scene_with_lies({LIAR: shifted(0)})
    dispute(scene)
    honest = mask_opening(scene, 1)
    few = honest.model_copy(update={"masks": honest.masks[:-1]})
    assert check_that_refuses(scene, few, scene.suppliers[1]) == "opening"
    foreign = honest.model_copy(update={"by": scene.suppliers[2].enrolment})
    assert check_that_refuses(scene, foreign, scene.suppliers[2]) == "signer"
    other = honest.model_copy(update={"dispute": "ab" * 32})
    assert check_that_refuses(scene, other, scene.suppliers[1]) == "dispute"
    scene.submit(honest, scene.suppliers[1])
    again = mask_opening(scene, 1)
    assert check_that_refuses(scene, again, scene.suppliers[1]) == "opening"


def test_what_is_opened_says_nothing_of_other_cells_or_of_secrets() -> None:
    """One cell's masks as commitments, one key: the honest member's other masks stay with it."""
    scene = blamed()
    opened = key_opening(scene, PEER)
    assert (
        set(type(opened).model_fields) >= {"key", "proofs"} and "ephemeral" not in type(opened).model_fields
    )
    masks = mask_opening(scene, PEER)
    assert len(masks.masks) == len(scene.suppliers) - 1
    assert multiply_base(scene.ephemerals[PEER]) not in (*masks.masks, opened.key)


# --- what may be disputed --------------------------------------------------------------------------


def test_nothing_is_disputed_where_everything_adds_up() -> None:
    scene = shared("contribute_all")
    claim = make_dispute(scene.calculation, scene.header(scene.operator))
    assert claim.cause == "totals"
    assert check_that_refuses(scene, claim, scene.operator) == "signer"
    masks = claim.model_copy(update={"cause": "masks", "place": Place(model=0, cell=0)})
    assert check_that_refuses(scene, masks, scene.operator) == "dispute"
    for place in (None, Place(model=1, cell=0)):
        wrong = masks.model_copy(update={"place": place})
        assert check_that_refuses(scene, wrong, scene.operator) == "dispute"


def test_a_dispute_about_totals_cannot_be_had_where_the_masks_do_not_cancel() -> None:
    """Masks and vectors of one calculation are never both opened."""
    scene = scene_with_lies({LIAR: shifted(0)})
    header = scene.header(scene.maker).fields()
    assert scene.calculation.roster is not None
    claim = Dispute(
        **header, request=scene.request_id, roster=scene.calculation.roster.id, cause="totals", place=None
    )
    assert check_that_refuses(scene, claim, scene.maker) == "dispute"
    dispute(scene)
    again = make_dispute(scene.calculation, scene.header(scene.operator))
    assert check_that_refuses(scene, again, scene.operator) == "phase"


def test_a_dispute_before_every_contribution_under_another_roster_or_too_late_is_refused() -> None:
    scene = scene_with_lies({LIAR: shifted(0)})
    claim = make_dispute(scene.calculation, scene.header(scene.operator))
    other = claim.model_copy(update={"roster": "ab" * 32})
    assert check_that_refuses(scene, other, scene.operator) == "roster"
    scene.world.notary.now = scene.calculation.terms.deadlines.result_by + 1
    assert check_that_refuses(scene, claim, scene.operator) == "deadline"
    early = shared("close")
    assert early.calculation.roster is not None
    claim = claim.model_copy(update={"request": early.request_id, "roster": early.calculation.roster.id})
    assert check_that_refuses(early, claim, early.operator) == "phase"


def test_a_member_may_open_the_dispute_itself_and_cannot_leave_it() -> None:
    scene = scene_with_lies({LIAR: shifted(0)})
    dispute(scene, scene.suppliers[2])
    assert check_that_refuses(scene, withdrawal_by(scene, LIAR), scene.suppliers[LIAR]) == "phase"


def test_silence_ends_the_calculation_at_the_disputes_deadline_and_charges_nobody() -> None:
    scene = scene_with_lies({LIAR: shifted(0)})
    dispute(scene)
    open_masks(scene, but=[LIAR])
    assert check_that_refuses(scene, void(scene, "deadline"), scene.operator) == "void"
    scene.world.notary.now += ANSWER_SECONDS + 1
    assert check_that_refuses(scene, mask_opening(scene, LIAR), scene.suppliers[LIAR]) == "deadline"
    scene.submit(void(scene, "deadline"), scene.operator)
    assert scene.calculation.phase is Phase.ENDED and named(scene) == set()
    check_everything(scene.world.notary)
