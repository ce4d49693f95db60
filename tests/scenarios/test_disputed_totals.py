"""Section 8, a total that does not open: the result comes all the same, or whoever lied is named."""

from dataclasses import replace

import pytest

from crypto.group import ORDER, G, add, multiply_base, random_scalar
from crypto.linear import prove_linear
from crypto.sealing import seal_with
from protocol.calculation import Phase
from protocol.dispute_payloads import VectorProofs
from protocol.disputing import (
    possession_relation,
    possession_transcript,
)
from protocol.errors import PeerError, Refused
from protocol.library import enrolment_of
from protocol.opening import encode_vector, make_vector_opening, open_vectors
from protocol.statements import core_id_of
from protocol.transcripts import seal_context
from tests.support.audit import check_everything
from tests.support.disputes import (
    broken_seal,
    certified,
    dispute,
    mask_opening,
    named,
    publish_recovered,
    scene_with_lies,
    seal_opening,
    send_vectors,
    shifted,
    vector_opening,
)
from tests.support.lies import Lie
from tests.support.scene import Scene, check_that_refuses, shared

LIAR, PEER = 0, 1


def enrolments(scene: Scene, *entries: int) -> set[str]:
    return {scene.suppliers[entry].enrolment for entry in entries}


def other_ciphertext(residue: int = 0) -> Lie:
    def other(rows: list[list[int]]) -> list[list[int]]:
        row = list(rows[0])
        row[residue] = (row[residue] + 12345) % ORDER
        return [row, *rows[1:]]

    return Lie(encrypted=other)


def test_a_ciphertext_that_lies_costs_a_round_and_the_certificate_comes_all_the_same() -> None:
    scene = scene_with_lies({LIAR: other_ciphertext()})
    with pytest.raises(PeerError, match="does not open"):
        scene.make_result()
    dispute(scene, scene.maker)
    assert scene.calculation.phase is Phase.DISPUTING
    send_vectors(scene)
    assert scene.calculation.phase is Phase.COMPUTING
    publish_recovered(scene)
    assert certified(scene) and named(scene) == set()
    check_everything(scene.world.notary)


def test_a_coordinator_that_dropped_a_ciphertext_cannot_stop_the_result() -> None:
    scene = shared("contribute_all")
    del scene.ciphertexts[2]
    dispute(scene, scene.maker)
    send_vectors(scene)
    publish_recovered(scene)
    assert certified(scene)


def test_a_recovered_result_may_come_after_the_requests_own_deadline() -> None:
    scene = shared("contribute_all")
    scene.world.notary.now = scene.calculation.terms.deadlines.result_by
    dispute(scene, scene.maker)
    scene.world.notary.now += 60
    send_vectors(scene)
    publish_recovered(scene)
    assert certified(scene)


def test_the_certificate_of_a_recovered_result_holds_its_dispute() -> None:
    scene = scene_with_lies({LIAR: other_ciphertext()})
    dispute(scene, scene.maker)
    send_vectors(scene)
    publish_recovered(scene)
    report = scene.verify() if certified(scene) else None
    assert report is not None and report.bundle is not None
    kinds = [item.logged.payload.type for item in report.bundle.statements]
    assert kinds.count("dispute") == 1 and kinds.count("vector_opening") == len(scene.suppliers)


def lying_vector(scene: Scene, index: int) -> object:
    """Another vector than the one committed to, sealed and proven as if it were true."""
    honest = vector_opening(scene, index)
    supplier, member = scene.suppliers[index], scene.membership(index)
    secret = random_scalar(scene.random)
    core_id = core_id_of(honest)
    key = enrolment_of(scene.maker.enrolment, scene.record).sealing_key
    context = seal_context(core_id, (member.entry, 0), supplier.enrolment, scene.maker.enrolment)
    sealed = seal_with(secret, key, encode_vector([7] * 14), context, scene.random)
    transcript = possession_transcript(supplier.enrolment, core_id, honest, 0)
    point = multiply_base(secret)
    assert point is not None
    proof = prove_linear(possession_relation(point), (secret,), transcript, scene.random)
    return honest.model_copy(
        update={"seals": (sealed,), "proofs": VectorProofs(possession=(proof.encode(),))}
    )


def test_a_member_that_seals_another_vector_is_named_by_the_opened_seal() -> None:
    scene = scene_with_lies({LIAR: other_ciphertext()})
    dispute(scene, scene.maker)
    scene.submit(lying_vector(scene, LIAR), scene.suppliers[LIAR])  # type: ignore[arg-type]
    send_vectors(scene, but=[LIAR])
    broken = broken_seal(scene)
    assert broken == (scene.calculation.consents[LIAR].id, 0)
    scene.submit(seal_opening(scene, broken), scene.maker)
    assert named(scene) == enrolments(scene, LIAR) and scene.calculation.phase is Phase.ENDED
    check_everything(scene.world.notary)


def test_a_seal_that_does_not_open_at_all_names_its_member() -> None:
    scene = shared("contribute_all")
    dispute(scene, scene.maker)
    honest = vector_opening(scene, LIAR)
    garbled = honest.seals[0][:40] + bytes([honest.seals[0][40] ^ 1]) + honest.seals[0][41:]
    scene.submit(honest.model_copy(update={"seals": (garbled,)}), scene.suppliers[LIAR])
    broken = broken_seal(scene)
    assert broken is not None
    scene.submit(seal_opening(scene, broken), scene.maker)
    assert named(scene) == enrolments(scene, LIAR)


def test_a_requester_that_blames_an_honest_seal_is_named_itself() -> None:
    scene = shared("contribute_all")
    dispute(scene, scene.maker)
    send_vectors(scene)
    assert broken_seal(scene) is None
    scene.submit(seal_opening(scene, (scene.calculation.consents[PEER].id, 0)), scene.maker)
    assert named(scene) == {scene.maker.enrolment}
    check_everything(scene.world.notary)


def test_a_requester_cannot_open_a_seal_with_another_key() -> None:
    scene = shared("contribute_all")
    dispute(scene, scene.maker)
    send_vectors(scene)
    payload = seal_opening(scene, (scene.calculation.consents[PEER].id, 0))
    other = add(payload.key, G)
    forged = payload.model_copy(update={"key": other})
    assert check_that_refuses(scene, forged, scene.maker) == "proof"
    beyond = payload.model_copy(update={"model": 1})
    assert check_that_refuses(scene, beyond, scene.maker) == "opening"
    nobody = payload.model_copy(update={"consent": "ab" * 32})
    assert check_that_refuses(scene, nobody, scene.maker) == "opening"


def test_only_the_requester_can_open_a_seal() -> None:
    scene = shared("contribute_all")
    dispute(scene, scene.maker)
    send_vectors(scene)
    payload = seal_opening(scene, (scene.calculation.consents[PEER].id, 0))
    party = scene.suppliers[2]
    foreign = payload.model_copy(update={"by": party.enrolment})
    assert check_that_refuses(scene, foreign, party) in ("role", "signer")


def test_a_seal_under_somebody_elses_point_is_refused_so_opening_it_opens_nothing_else() -> None:
    """The point of the quantity's seal of another request, say: the requester would open that one, too."""
    scene = shared("contribute_all")
    dispute(scene, scene.maker)
    first, second = vector_opening(scene, 0), vector_opening(scene, 1)
    copied = second.seals[0][:33] + first.seals[0][33:]
    stolen = first.model_copy(update={"seals": (copied,)})
    assert check_that_refuses(scene, stolen, scene.suppliers[0]) == "proof"
    with_proof = stolen.model_copy(update={"proofs": second.proofs})
    assert check_that_refuses(scene, with_proof, scene.suppliers[0]) == "proof"


def test_vectors_are_sent_once_by_their_member_one_seal_a_model_of_one_length() -> None:
    scene = shared("contribute_all")
    dispute(scene, scene.maker)
    honest = vector_opening(scene, 1)
    for seals in ((*honest.seals, *honest.seals), (honest.seals[0] + b"\0",)):
        wrong = honest.model_copy(update={"seals": seals})
        assert check_that_refuses(scene, wrong, scene.suppliers[1]) == "opening"
    unproven = honest.model_copy(update={"proofs": VectorProofs(possession=honest.proofs.possession * 2)})
    assert check_that_refuses(scene, unproven, scene.suppliers[1]) == "opening"
    foreign = honest.model_copy(update={"by": scene.suppliers[2].enrolment})
    assert check_that_refuses(scene, foreign, scene.suppliers[2]) == "signer"
    scene.submit(honest, scene.suppliers[1])
    assert check_that_refuses(scene, vector_opening(scene, 1), scene.suppliers[1]) == "opening"
    assert check_that_refuses(scene, mask_opening_of(scene), scene.suppliers[1]) == "phase"


def mask_opening_of(scene: Scene) -> object:
    """A mask opening in a dispute about totals: it is not asked for."""
    totals, masks = scene.calculation, scene_with_lies({LIAR: shifted(0)})
    dispute(masks)
    opened = mask_opening(masks, 1)
    assert totals.dispute is not None
    update = {
        "request": scene.request_id,
        "dispute": totals.dispute.statement.id,
        "consent": totals.consents[1].id,
    }
    return opened.model_copy(update=update)


def test_a_node_whose_secrets_give_another_vector_sends_nothing() -> None:
    scene = shared("contribute_all")
    dispute(scene, scene.maker)
    secrets = replace(scene.secrets(0), node=b"\x01" * 32)
    with pytest.raises(Refused, match="do not give the vector"):
        make_vector_opening(scene.membership(0), secrets, scene.header(scene.suppliers[0]), scene.random)


def test_no_result_is_taken_while_vectors_are_awaited() -> None:
    scene = shared("contribute_all")
    dispute(scene, scene.maker)
    send_vectors(scene, but=[0])
    assert check_that_refuses(scene, scene.make_result(), scene.maker) == "phase"
    assert open_vectors(scene.calculation, scene.maker.sealing_secret, scene.random).broken is None
