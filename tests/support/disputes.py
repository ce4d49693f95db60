"""Disputes played in a scene: who disputes, who opens what, honestly or not."""

from __future__ import annotations

from collections.abc import Sequence

from crypto.group import ORDER, G, add, multiply
from crypto.masks import sign_of
from protocol.dispute_payloads import KeyOpening, MaskOpening, SealOpening, VectorOpening
from protocol.disputing import others
from protocol.opening import (
    make_dispute,
    make_key_opening,
    make_mask_opening,
    make_seal_opening,
    make_vector_opening,
    open_vectors,
)
from protocol.resulting import make_result_of
from protocol.run import Party
from protocol.statements import Logged
from tests.support.lies import Lie, Vectors, lying_contribution
from tests.support.scene import Scene, play, shared

DELTA = 1_000_003


def shifted(cell: int, delta: int = DELTA, times: int = 1) -> Lie:
    """A member whose masked vector is off in one cell; `times` -1 takes it back."""

    def shift(rows: Vectors) -> Vectors:
        row = list(rows[0])
        row[2 * cell] = (row[2 * cell] + times * delta) % ORDER
        return [row, *rows[1:]]

    return Lie(masked=shift)


def scene_with_lies(lies: dict[int, Lie]) -> Scene:
    """All contributions are in; some members lied."""
    scene = shared("close")
    for index in range(len(scene.suppliers)):
        payload, ciphertext = lying_contribution(scene, index, lies.get(index, Lie()))
        scene.submit(payload, scene.suppliers[index])
        scene.ciphertexts[index] = ciphertext
    return scene


def dispute(scene: Scene, party: Party | None = None) -> Logged:
    """The coordinator, or somebody else, disputes what does not add up."""
    by = party or scene.operator
    return scene.submit(make_dispute(scene.calculation, scene.header(by)), by)


def mask_opening(scene: Scene, index: int) -> MaskOpening:
    header = scene.header(scene.suppliers[index])
    return make_mask_opening(scene.membership(index), scene.ephemerals[index], header, scene.random)


def fitting_mask_opening(scene: Scene, index: int, peer: int, delta: int = DELTA) -> MaskOpening:
    """Masks that explain a shifted Y: the one toward `peer` is claimed to be off by as much."""
    honest = mask_opening(scene, index)
    own, other = (scene.calculation.consents[entry].id for entry in (index, peer))
    at = others(scene.calculation, own).index(other)
    sign = sign_of(bytes.fromhex(own), bytes.fromhex(other))
    moved = add(honest.masks[at], multiply(G, sign * delta))
    assert moved is not None
    return honest.model_copy(update={"masks": (*honest.masks[:at], moved, *honest.masks[at + 1 :])})


def open_masks(scene: Scene, but: Sequence[int] = ()) -> None:
    for index in range(len(scene.suppliers)):
        if index not in but:
            scene.submit(mask_opening(scene, index), scene.suppliers[index])


def key_opening(scene: Scene, index: int) -> KeyOpening:
    header = scene.header(scene.suppliers[index])
    return make_key_opening(scene.membership(index), scene.ephemerals[index], header, scene.random)


def vector_opening(scene: Scene, index: int) -> VectorOpening:
    header = scene.header(scene.suppliers[index])
    return make_vector_opening(scene.membership(index), scene.secrets(index), header, scene.random)


def send_vectors(scene: Scene, but: Sequence[int] = ()) -> None:
    for index in range(len(scene.suppliers)):
        if index not in but:
            scene.submit(vector_opening(scene, index), scene.suppliers[index])


def broken_seal(scene: Scene) -> tuple[str, int] | None:
    return open_vectors(scene.calculation, scene.maker.sealing_secret, scene.random).broken


def seal_opening(scene: Scene, broken: tuple[str, int]) -> SealOpening:
    header = scene.header(scene.maker)
    return make_seal_opening(scene.calculation, broken, scene.maker.sealing_secret, header, scene.random)


def publish_recovered(scene: Scene) -> Logged:
    """The requester adds up the vectors that it was sent, and goes on as usual."""
    found = open_vectors(scene.calculation, scene.maker.sealing_secret, scene.random)
    header = scene.header(scene.maker)
    result = make_result_of(scene.calculation, found.residues, header, scene.record)
    return scene.submit(result, scene.maker)


def certified(scene: Scene) -> bool:
    play(scene, "certify")
    return scene.verify().is_good


def named(scene: Scene) -> set[str]:
    """The enrolments that the dispute named."""
    proceedings = scene.calculation.dispute
    return set() if proceedings is None else set(proceedings.liars)
