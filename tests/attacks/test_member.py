"""A member that hands in what is not its own, or what should break others' arithmetic. Protocol sections 4 to 6.

It signs everything rightly and makes every other number fit. Each thing is refused by name, or costs it a round.
"""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import pytest

from crypto import group
from crypto.bfv import PLAIN_MODULUS, SLOTS, encrypt
from crypto.errors import CryptoError
from protocol import contributing
from protocol.certificate import verify_bundle
from protocol.errors import PeerError
from protocol.payloads import Contribution, ContributionProofs
from tests.support.disputes import certified, dispute, publish_recovered, send_vectors
from tests.support.example import SUPPLIES, UNIT, seeded
from tests.support.scene import Chain, Scene, check_that_refuses, play, scene_at, shared

TWO_MODELS = Chain(units=(UNIT, UNIT.model_copy(update={"model": "T-101"})), scale=(1, 1))


# --- what belongs to another place -----------------------------------------------------------------


def test_the_parts_of_two_models_cannot_be_exchanged() -> None:
    """The same quantity in both models: nothing but the model's number tells the parts apart."""
    scene = scene_at("close", TWO_MODELS)
    payload, _ = scene.make_contribution(0)
    turned = payload.model_copy(update={"models": payload.models[::-1]})
    assert check_that_refuses(scene, turned, scene.suppliers[0]) == "proof"
    proofs = ContributionProofs(models=payload.proofs.models[::-1])
    moved = payload.model_copy(update={"proofs": proofs})
    assert check_that_refuses(scene, moved, scene.suppliers[0]) == "proof"


def test_the_contribution_of_another_cannot_be_handed_in_as_ones_own() -> None:
    """Its points and proofs under one's own name, consent and signature."""
    scene = shared("close")
    payload, _ = scene.make_contribution(0)
    header = scene.header(scene.suppliers[1]).fields()
    own = payload.model_copy(update={**header, "consent": scene.calculation.consents[1].id})
    assert check_that_refuses(scene, own, scene.suppliers[1]) == "proof"


def test_the_commitments_of_another_declaration_cannot_be_declared_as_ones_own() -> None:
    """Copied points: who cannot open them cannot prove their range, and the proof beside them names its signer."""
    scene = shared("declare")
    copied = scene.declarations[0].payload.model_copy(update=scene.header(scene.suppliers[1]).fields())
    assert check_that_refuses(scene, copied, scene.suppliers[1]) == "proof"  # type: ignore[arg-type]


# --- ciphertexts that should break the sum ---------------------------------------------------------


@pytest.mark.parametrize("slot", [PLAIN_MODULUS - 1, PLAIN_MODULUS // 2])
def test_slots_near_the_plain_modulus_wrap_into_a_round_more_and_nothing_else(
    slot: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene = shared("close")
    with monkeypatch.context() as patched:
        patched.setattr(contributing, "encrypt", lambda key, _slots: encrypt(key, [slot] * SLOTS))
        scene.contribute(0)
    play(scene, "contribute_all")
    with pytest.raises(PeerError, match=r"^(totals|opening):"):
        scene.make_result()
    dispute(scene, scene.maker)
    send_vectors(scene)
    publish_recovered(scene)
    assert certified(scene)


def test_a_slot_beyond_the_plain_modulus_cannot_even_be_encrypted() -> None:
    scene = shared("close")
    with pytest.raises(ValueError, match="slots between"):
        encrypt(scene.he_key, [PLAIN_MODULUS])


# --- what time tells -------------------------------------------------------------------------------


class Counted:
    """Counts multiplications of points and sums of many of them; clocks would count the neighbours as well."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.calls: dict[str, int] = {}
        for name in ("_multiplied", "_bucket_sum"):
            patch.setattr(group, name, partial(self._count, name, getattr(group, name)))

    def _count(self, name: str, work: Callable[..., Any], *given: Any) -> Any:
        self.calls[name] = self.calls.get(name, 0) + 1
        return work(*given)


def other_numbers(scene: Chain) -> Chain:
    """The same chain with amounts and quantities of other sizes."""
    supplies = tuple(
        replace(
            supply,
            lines=tuple(
                (factor, amount // 7 + number) for number, (factor, amount) in enumerate(supply.lines)
            ),
        )
        for supply in scene.supplies
    )
    return replace(scene, supplies=supplies)


def work_of(scene: Scene, monkeypatch: pytest.MonkeyPatch, what: Callable[[Scene], object]) -> dict[str, int]:
    with monkeypatch.context() as patched:
        counted = Counted(patched)
        try:
            what(scene)
        except (PeerError, CryptoError):
            counted.calls["refused"] = 1
    return counted.calls


def verify(scene: Scene) -> object:
    return verify_bundle(scene.bundle(), scene.world.pins, seeded("verify"))


def refuse(scene: Scene) -> object:
    """A contribution whose proofs are those of nothing."""
    payload = scene.calculation.contribution_of(0)
    assert isinstance(payload, Contribution)
    empty = payload.proofs.models[0].model_copy(
        update={"relation": bytes(len(payload.proofs.models[0].relation))}
    )
    scene.world.notary.calculations[scene.request_id] = replace(
        scene.calculation, contributions={}, result=None, certificate=None
    )
    altered = payload.model_copy(update={"proofs": ContributionProofs(models=(empty,)), "nonce": "0" * 32})
    return scene.submit(altered, scene.suppliers[0])


@pytest.mark.parametrize("what", [verify, refuse])
def test_the_work_of_verifying_and_of_refusing_is_the_same_whatever_the_numbers_are(
    what: Callable[[Scene], object], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who measures how long `verify` or a refusal takes learns the shape of a calculation, which is public."""
    one, two = scene_at("certify"), scene_at("certify", other_numbers(Chain()))
    if what is verify:  # tables of generators are made once a process
        verify(scene_at("certify"))
    first, second = work_of(one, monkeypatch, what), work_of(two, monkeypatch, what)
    assert first == second and (sum(first.values()) > 0)
    assert SUPPLIES[0].lines != other_numbers(Chain()).supplies[0].lines
