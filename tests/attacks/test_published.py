"""Attacks that were published on other secure aggregation, played here: they have no purchase.

Each test first plays the attack on the weak form it was published for, so that it is no straw man, then on this
protocol, with all that requester, coordinator and every peer but one know together. Protocol sections 4 and 6(5).
"""

from collections.abc import Callable

import pytest

from crypto.bfv import decrypt
from crypto.commitment import commit
from crypto.group import ORDER, multiply_base, random_scalar
from crypto.masks import DIGIT_BITS, decode_slots, encode_slots, make_mask, sign_of
from protocol.disputing import ephemeral_point, mask_info
from protocol.errors import Refused
from protocol.payloads import Contribution
from protocol.shapes import cells_of
from tests.support.example import seeded
from tests.support.scene import Scene, shared

VICTIM, HONEST = 1, 2


@pytest.fixture(scope="module")
def scene() -> Scene:
    return shared("contribute_all")


def ciphertext_of_the_victim(scene: Scene) -> list[int]:
    """A coordinator that hands single ciphertexts to the requester, which holds their key."""
    assert scene.he is not None
    return decode_slots(decrypt(scene.he[0], scene.ciphertexts[VICTIM]), 1)[0]


def opens_its_subtotal(scene: Scene, vector: list[int]) -> bool:
    payload = scene.calculation.contributions[scene.calculation.consents[VICTIM].id].payload
    assert isinstance(payload, Contribution)
    cell = cells_of(scene.calculation.terms.entries[VICTIM].stage)[0]
    found = commit(vector[2 * cell], vector[2 * cell + 1], scene.random)
    return found == payload.models[0].subtotals[0]


def without_masks(scene: Scene, vector: list[int], colluders: list[int]) -> list[int]:
    """The victim's vector less the masks that it shares with these, who tell them."""
    own, bare = scene.calculation.consents[VICTIM].id, list(vector)
    for entry in colluders:
        peer = scene.calculation.consents[entry].id
        secret, point = scene.ephemerals[entry], ephemeral_point(scene.calculation, own)
        mask = make_mask(secret, point, mask_info(scene.calculation, own, peer, 0))
        sign = sign_of(bytes.fromhex(own), bytes.fromhex(peer))
        bare = [(value - sign * residue) % ORDER for value, residue in zip(bare, mask, strict=True)]
    return bare


def test_single_ciphertexts_with_every_colluders_masks_open_nothing_while_one_peer_is_honest(
    scene: Scene,
) -> None:
    vector = ciphertext_of_the_victim(scene)
    everyone = [entry for entry in scene.calculation.consents if entry != VICTIM]
    colluders = [entry for entry in everyone if entry != HONEST]
    assert not opens_its_subtotal(scene, vector)
    assert not opens_its_subtotal(scene, without_masks(scene, vector, colluders))
    assert opens_its_subtotal(scene, without_masks(scene, vector, everyone)), "the attack itself is sound"


# --- seeds of few bits -----------------------------------------------------------------------------

FEW = 4096
"""A peer seeds its mask generator with few bits; here as many as are tried in a second, for the same search."""


def search(matches: Callable[[int], bool]) -> int | None:
    return next((seed for seed in range(1, FEW) if matches(seed)), None)


def test_no_mask_comes_from_a_seed_of_few_bits(scene: Scene) -> None:
    """Against a seed of 12 bits the search succeeds; e is drawn from all scalars, and nothing shortens what follows."""
    random = seeded("small seed")
    weak = int.from_bytes(random(2)) % (FEW - 1) + 1
    points = {seed: multiply_base(seed) for seed in range(1, FEW)}
    assert search(lambda seed: points[seed] == points[weak]) == weak
    shown = [ephemeral_point(scene.calculation, one.id) for one in scene.calculation.consents.values()]
    assert search(lambda seed: points[seed] in shown) is None
    asked: list[int] = []

    def watched(count: int) -> bytes:
        asked.append(count)
        return random(count)

    assert random_scalar(watched).bit_length() > 200 and sum(asked) >= 32


# --- masks of a bounded range ----------------------------------------------------------------------


def test_a_value_of_any_size_leaves_no_trace_in_what_is_masked(scene: Scene) -> None:
    """A mask of 32 bits shows the top of a value of 50; here every value has a mask that explains what is seen."""
    random = seeded("bounded")
    large, bounded = 2**50 + 12345, int.from_bytes(random(4))
    assert (large + bounded) >> 33 == large >> 33
    vector = ciphertext_of_the_victim(scene)
    for guess in (0, 1, large, 2**127):
        assert 0 <= (vector[0] - guess) % ORDER < ORDER
    tops = [residue >> 250 for residue in vector]
    assert len(set(tops)) > 3, "values below 2^128 have no bit there: what stands there is mask"


def test_digits_of_a_masked_value_are_as_large_as_digits_get(scene: Scene) -> None:
    """Slots of a small value would be mostly zero, and those of a bounded mask would end where it ends."""
    slots = encode_slots([ciphertext_of_the_victim(scene)])
    highest_of_each = [slots[start + 9] for start in range(0, len(slots), 10)]
    assert all(highest_of_each) and max(slots).bit_length() == DIGIT_BITS


# --- silent clipping -------------------------------------------------------------------------------


def test_a_value_out_of_range_is_refused_and_never_clipped(scene: Scene) -> None:
    """Peers clip a value to their range without a word, and the sum is wrong; here nothing is cut off silently."""
    supply = scene.chain.supplies[0]
    (factor, _), *rest = supply.lines
    lines = ((scene.published[factor], 2**40), *((scene.published[one], amount) for one, amount in rest))
    with pytest.raises(Refused, match="amount"):
        scene.make_declaration(0, lines=lines)
    with pytest.raises(ValueError, match="reduced by the group order"):
        encode_slots([[ORDER] + [0] * 13])
