"""Suppliers that lie, and colluders that use a dispute to unmask somebody. Protocol sections 3, 8 and 9.

The attackers have full power over their own keys and everything that is logged; where they collude with requester and
coordinator they also know every single vector. Each test says what they learned: nothing that the total does not say.
"""

from dataclasses import replace

import pytest

from crypto.commitment import commit
from crypto.group import ORDER
from crypto.masks import make_mask, make_mask_from, sign_of
from protocol.contributing import masked_vectors
from protocol.disputing import ephemeral_point, mask_info, mask_row, share_of
from protocol.errors import PeerError
from protocol.opening import make_dispute
from protocol.payloads import Dispute
from protocol.shapes import STAGE_CELLS
from tests.support.disputes import (
    dispute,
    fitting_mask_opening,
    key_opening,
    mask_opening,
    named,
    open_masks,
    scene_with_lies,
    shifted,
    vector_opening,
)
from tests.support.scene import Scene, check_that_refuses, shared

LIAR, VICTIM = 0, 1


def unmask(scene: Scene, vector: list[int], masks: dict[str, list[int]]) -> list[int]:
    """The victim's vector with the masks toward some peers taken off."""
    own, bare = scene.calculation.consents[VICTIM].id, list(vector)
    for peer, mask in masks.items():
        sign = sign_of(bytes.fromhex(own), bytes.fromhex(peer))
        bare = [(value - sign * residue) % ORDER for value, residue in zip(bare, mask, strict=True)]
    return bare


def opens_subtotal(scene: Scene, bare: list[int]) -> bool:
    """Whether a vector shows the victim's own subtotal of its stage."""
    dispute_of = scene.calculation.dispute
    assert dispute_of is not None
    _, subtotal = share_of(scene.calculation, VICTIM, dispute_of.place)
    return commit(bare[0], bare[1], scene.random) == subtotal


def test_a_dispute_about_masks_unmasks_nobody_even_for_a_requester_that_knows_every_vector() -> None:
    """The liar has the key of its pair with the victim opened; two honest peers' masks stay on."""
    scene = scene_with_lies({LIAR: shifted(0)})
    victim = masked_vectors(scene.membership(VICTIM), scene.secrets(VICTIM))[0]
    dispute(scene)
    scene.submit(fitting_mask_opening(scene, LIAR, VICTIM), scene.suppliers[LIAR])
    open_masks(scene, but=[LIAR])
    opened = key_opening(scene, VICTIM)
    scene.submit(opened, scene.suppliers[VICTIM])
    own, liar = (scene.calculation.consents[entry].id for entry in (VICTIM, LIAR))
    pair = {liar: make_mask_from(opened.key, mask_info(scene.calculation, own, liar, 0))}
    assert not opens_subtotal(scene, unmask(scene, victim, pair))
    # The attack itself is sound: with the masks of all peers it would succeed.
    everyone = {
        consent.id: make_mask(
            scene.ephemerals[VICTIM],
            ephemeral_point(scene.calculation, consent.id),
            mask_info(scene.calculation, own, consent.id, 0),
        )
        for entry, consent in scene.calculation.consents.items()
        if entry != VICTIM
    }
    assert opens_subtotal(scene, unmask(scene, victim, everyone))


def test_two_kinds_of_share_are_never_asked_of_one_calculation() -> None:
    """As against schemes that give out self-masks and pairwise keys: whoever gets both unmasks a member."""
    scene = scene_with_lies({LIAR: shifted(0)})
    dispute(scene)
    open_masks(scene, but=[LIAR])
    assert check_that_refuses(scene, vector_opening(scene, VICTIM), scene.suppliers[VICTIM]) == "phase"
    other = shared("contribute_all")
    dispute(other, other.maker)
    second = Dispute(
        **other.header(other.operator).fields(),
        request=other.request_id,
        roster=other.calculation.roster.id,  # type: ignore[union-attr]
        cause="masks",
        place={"model": 0, "cell": 0},  # type: ignore[arg-type]
    )
    assert check_that_refuses(other, second, other.operator) == "phase"


def test_the_dispute_of_one_calculation_cannot_be_carried_into_the_next() -> None:
    """Openings name their dispute, and masks depend on request and roster."""
    scene, again = scene_with_lies({LIAR: shifted(0)}), scene_with_lies({LIAR: shifted(0, delta=5)})
    dispute(scene)
    dispute(again)
    opened = mask_opening(scene, VICTIM)
    assert check_that_refuses(again, opened, again.suppliers[VICTIM]) == "dispute"


def test_a_coordinator_that_logs_a_false_opening_names_nobody() -> None:
    """It may put any statement into its log; who folds it does the arithmetic again and leaves it out."""
    scene = scene_with_lies({LIAR: shifted(0)})
    dispute(scene)
    scene.submit(fitting_mask_opening(scene, LIAR, VICTIM), scene.suppliers[LIAR])
    open_masks(scene, but=[LIAR])
    truth, forged = key_opening(scene, LIAR), key_opening(scene, VICTIM)
    wrong = truth.model_copy(update={"key": ephemeral_point(scene.calculation, forged.consent)})
    with pytest.raises(PeerError, match=r"^proof:"):
        scene.force(wrong, scene.suppliers[LIAR])
    assert named(scene) == set()


def test_a_coordinator_cannot_ask_for_masks_of_a_second_cell() -> None:
    """Each further cell would give another equation over the same secrets; one dispute is one cell."""
    scene = scene_with_lies({LIAR: shifted(0), 2: shifted(5)})
    first = dispute(scene)
    assert first.payload.place.cell == 0  # type: ignore[union-attr]
    more = make_dispute(replace(scene.calculation, dispute=None), scene.header(scene.operator))
    more = more.model_copy(update={"place": first.payload.place.model_copy(update={"cell": 5})})  # type: ignore[union-attr]
    with pytest.raises(PeerError, match=r"^phase:"):
        scene.force(more, scene.operator)


def test_what_masks_of_a_cell_show_are_points_that_fit_no_guess() -> None:
    """A published mask hides its value: the guess that it is 0, or what another cell's is, opens none."""
    scene = scene_with_lies({LIAR: shifted(0)})
    dispute(scene)
    open_masks(scene, but=[LIAR])
    proceedings = scene.calculation.dispute
    assert proceedings is not None
    own = scene.calculation.consents[VICTIM].id
    for peer, point in mask_row(scene.calculation, proceedings, own).items():
        info = mask_info(scene.calculation, own, peer, 0)
        true = make_mask(scene.ephemerals[VICTIM], ephemeral_point(scene.calculation, peer), info)
        assert commit(true[0], true[1], scene.random) == point
        for cell in range(1, STAGE_CELLS):
            assert commit(true[2 * cell], true[2 * cell + 1], scene.random) != point
        assert commit(true[0], 0, scene.random) != point
