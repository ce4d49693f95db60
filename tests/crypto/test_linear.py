import hashlib
import json
from dataclasses import replace
from itertools import count
from pathlib import Path

import pytest
from coincurve import PublicKey
from hypothesis import given, settings
from hypothesis import strategies as st

from crypto.batch import EquationBatch
from crypto.commitment import commit
from crypto.errors import BadEncoding, BadProof, CryptoError
from crypto.group import (
    ORDER,
    B,
    G,
    H,
    add,
    make_generator,
    multi_multiply,
    multiply,
    multiply_base,
    negate,
    parse_point,
)
from crypto.linear import (
    LinearProof,
    LinearRelation,
    check_linear,
    parse_linear_proof,
    prove_linear,
    queue_linear,
)
from crypto.transcript import Transcript

VECTORS = json.loads((Path(__file__).parents[1] / "vectors" / "linear.json").read_text())
FOOTPRINTS = tuple(make_generator(f"test/{index}") for index in range(3))
WITNESS = (1500, 77, 101, 202, 303)


def seeded(seed: bytes):
    counter = count()
    return lambda length: hashlib.shake_256(seed + next(counter).to_bytes(8)).digest(length)


def zeros(length: int) -> bytes:
    return bytes(length)


def contribution(witness=WITNESS) -> LinearRelation:
    """Q = q*G + u*H and D[k] - M[k] = q*P[k] + d[k]*H for three k."""
    matrix = [(G, H, None, None, None)]
    for index, footprint in enumerate(FOOTPRINTS):
        matrix.append((footprint, None, *(H if column == index else None for column in range(3))))
    return relation_of(tuple(matrix), witness)


def relation_of(matrix, witness) -> LinearRelation:
    images = tuple(multi_multiply(zip(witness, row, strict=True)) for row in matrix)
    return LinearRelation(matrix, images)


def context(name=b"roster") -> Transcript:
    transcript = Transcript("contribution")
    transcript.absorb("context", name)
    return transcript


def prove(relation=None, witness=WITNESS, seed=b"prove") -> LinearProof:
    return prove_linear(relation or contribution(), witness, context(), seeded(seed))


def challenge_of(relation, proof) -> int:
    """The challenge of a proof of one row and column, absorbed by hand."""
    transcript = context()
    transcript.absorb_int("linear/rows", 1)
    transcript.absorb_int("linear/columns", 1)
    transcript.absorb_point("linear/A", relation.matrix[0][0])
    transcript.absorb_point("linear/Y", relation.images[0])
    transcript.absorb_point("linear/announcement", proof.announcements[0])
    return transcript.challenge("linear/challenge")


def refused(relation, proof, transcript):
    """Whether both doors refuse, which must agree."""
    batch = EquationBatch(seeded(b"weights"))
    try:
        queue_linear(batch, relation, proof, transcript.copy())
        queued = not batch.holds()
    except BadProof:
        queued = True
    try:
        check_linear(relation, proof, transcript.copy())
    except BadProof:
        assert queued
        return True
    assert not queued
    return False


def test_the_proof_is_the_published_one():
    case = VECTORS["contribution"]
    proof = prove_linear(
        contribution(), [int(x) for x in case["witness"]], context(), seeded(bytes.fromhex(case["seed"]))
    )
    assert proof.encode().hex() == case["proof"]
    assert [p.encode().hex() for p in contribution().images] == case["images"]
    parsed = parse_linear_proof(bytes.fromhex(case["proof"]), 4, 5)
    check_linear(contribution(), parsed, context())


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.integers(min_value=-(2**80), max_value=2**257), min_size=5, max_size=5), st.binary(max_size=4)
)
def test_a_proof_of_any_witness_survives_the_wire_and_holds(witness, seed):
    relation = contribution(witness)
    proof = prove(relation, witness, seed)
    parsed = parse_linear_proof(proof.encode(), 4, 5)
    assert parsed == proof
    assert not refused(relation, parsed, context())


def test_possession_of_a_key_is_proven():
    relation = LinearRelation(((B,),), (multiply_base(9),))
    assert not refused(relation, prove(relation, (9,)), context())
    assert refused(relation, prove(relation, (10,)), context())


def test_equal_discrete_logarithms_are_proven():
    peer = multiply_base(1234)
    relation = LinearRelation(((B,), (peer,)), (multiply_base(9), multiply(peer, 9)))
    assert not refused(relation, prove(relation, (9,)), context())
    other = LinearRelation(((B,), (peer,)), (multiply_base(9), multiply(peer, 8)))
    assert refused(other, prove(other, (9,)), context())


def test_an_image_may_be_infinity():
    relation = relation_of(((G, negate(G)),), (5, 5))
    assert relation.images == (None,)
    assert not refused(relation, prove(relation, (5, 5)), context())
    assert refused(relation, prove(relation, (5, 6)), context())


def test_a_secret_of_zero_is_proven():
    assert not refused(contribution((0,) * 5), prove(contribution((0,) * 5), (0,) * 5), context())


@pytest.mark.parametrize("column", range(5))
def test_a_witness_that_is_wrong_in_one_number_does_not_prove(column):
    witness = [value + (index == column) for index, value in enumerate(WITNESS)]
    assert refused(contribution(), prove(witness=witness), context())


def test_the_same_quantity_must_be_in_every_row():
    """Another quantity in one D is what a contribution would cheat with."""
    honest = contribution()
    images = list(honest.images)
    images[2] = add(multiply(FOOTPRINTS[1], WITNESS[0] + 1), multiply(H, WITNESS[3]))
    cheated = LinearRelation(honest.matrix, tuple(images))
    assert refused(cheated, prove(cheated), context())
    with pytest.raises(BadProof, match="row 2"):
        check_linear(cheated, prove(cheated), context())


@pytest.mark.parametrize("row", range(4))
def test_another_image_is_refused(row):
    honest = contribution()
    for replacement in (G, None, negate(honest.images[row])):
        images = tuple(replacement if index == row else image for index, image in enumerate(honest.images))
        assert refused(LinearRelation(honest.matrix, images), prove(), context())


def test_another_matrix_is_refused_even_where_the_equations_would_agree():
    honest = contribution()
    (first, *rest) = honest.matrix
    assert refused(LinearRelation(((H, G, *first[2:]), *rest), honest.images), prove(), context())
    # Rows and images swapped together: every equation is the same, the transcript is not.
    swapped = LinearRelation(
        (honest.matrix[1], honest.matrix[0], *honest.matrix[2:]),
        (honest.images[1], honest.images[0], *honest.images[2:]),
    )
    proof = prove()
    announcements = (proof.announcements[1], proof.announcements[0], *proof.announcements[2:])
    assert refused(swapped, replace(proof, announcements=announcements), context())


def test_nothing_can_be_chosen_after_the_challenge():
    """Each lie keeps the equation true under the honest challenge, so only the transcript tells."""
    relation = LinearRelation(((G,),), (multiply(G, 9),))
    proof = prove(relation, (9,))
    (announcement,), (response,) = proof.announcements, proof.responses
    challenge = challenge_of(relation, proof)

    def holds(base, response, announcement, image):
        return multi_multiply([(response, base), (-1, announcement), (-challenge, image)]) is None

    lies = [
        (G, response + 1, add(announcement, G), relation.images[0]),
        (G, response + challenge, announcement, add(relation.images[0], G)),
        (multiply(G, 2), response * pow(2, -1, ORDER), announcement, relation.images[0]),
    ]
    for base, answer, point, image in lies:
        assert holds(base, answer, point, image)
        assert refused(LinearRelation(((base,),), (image,)), LinearProof((point,), (answer,)), context())


def test_a_proof_for_another_context_is_refused():
    assert refused(contribution(), prove(), context(b"other roster"))
    assert refused(contribution(), prove(), Transcript("contribution"))
    assert refused(contribution(), prove(), Transcript("opening"))


def test_every_byte_of_a_proof_counts():
    data = prove().encode()
    for at in range(len(data)):
        altered = bytearray(data)
        altered[at] ^= 1
        try:
            proof = parse_linear_proof(bytes(altered), 4, 5)
        except CryptoError:
            continue
        with pytest.raises(BadProof):
            check_linear(contribution(), proof, context())


def test_a_proof_of_another_length_is_refused():
    data = prove().encode()
    for wrong in (b"", data[:-1], data[:-32], data + b"\x00", data + bytes(32), data + data):
        with pytest.raises(BadProof):
            parse_linear_proof(wrong, 4, 5)


def test_a_proof_with_a_point_off_the_curve_or_a_scalar_not_reduced_is_refused():
    data = prove().encode()
    for lie in (b"\x04" + data[1:33], b"\x02" + b"\xff" * 32, bytes(33)):
        with pytest.raises(BadEncoding):
            parse_linear_proof(lie + data[33:], 4, 5)
    with pytest.raises(BadEncoding):
        parse_linear_proof(data[:-32] + ORDER.to_bytes(32, "big"), 4, 5)


def test_a_proof_of_another_size_is_refused():
    proof = prove()
    assert refused(contribution(), replace(proof, responses=proof.responses[:-1]), context())
    assert refused(contribution(), replace(proof, announcements=proof.announcements[:-1]), context())
    assert refused(contribution(), replace(proof, responses=(*proof.responses, 0)), context())


@pytest.mark.parametrize(
    ("matrix", "images"),
    [
        ((), ()),
        (((),), (None,)),
        (((G, H), (G,)), (G, G)),
        (((G, H),), ()),
        (((G, H),), (G, G)),
        (((G, H), (None, None)), (G, None)),
    ],
    ids=["no row", "no column", "ragged", "image missing", "image more", "empty row"],
)
def test_a_relation_without_meaning_cannot_be_stated(matrix, images):
    with pytest.raises(ValueError):
        LinearRelation(matrix, images)


def test_a_witness_of_another_length_cannot_be_proven():
    with pytest.raises(ValueError) as refusal:
        prove_linear(contribution(), (424242,), context(), seeded(b""))
    assert "424242" not in str(refusal.value)


def test_one_bad_proof_among_many_fails_the_batch_and_is_found_singly():
    relations = [contribution((index, 2, 3, 4, 5)) for index in range(8)]
    proofs = [prove(relation, (index, 2, 3, 4, 5)) for index, relation in enumerate(relations)]
    batch = EquationBatch(seeded(b"weights"))
    for relation, proof in zip(relations, proofs, strict=True):
        queue_linear(batch, relation, proof, context())
    assert batch.holds()
    proofs[5] = replace(proofs[5], responses=(*proofs[5].responses[:4], proofs[5].responses[4] ^ 1))
    batch = EquationBatch(seeded(b"weights"))
    for relation, proof in zip(relations, proofs, strict=True):
        queue_linear(batch, relation, proof, context())
    assert not batch.holds()
    assert [refused(r, p, context()) for r, p in zip(relations, proofs, strict=True)] == [
        index == 5 for index in range(8)
    ]


def test_errors_that_cancel_between_proofs_are_caught_by_the_weights():
    relation = LinearRelation(((G, H),), (commit(5, 6, seeded(b"")),))
    first, second = prove(relation, (5, 6), b"1"), prove(relation, (5, 6), b"2")
    first = replace(first, responses=(first.responses[0] + 1, first.responses[1]))
    second = replace(second, responses=(second.responses[0] - 1, second.responses[1]))

    def holds(random):
        batch = EquationBatch(random)
        queue_linear(batch, relation, first, context())
        queue_linear(batch, relation, second, context())
        return batch.holds()

    assert holds(zeros)  # one weight for both: the lie would pass
    assert not holds(seeded(b"weights"))


def test_a_prover_whose_randomness_is_stuck_does_not_give_its_witness_away():
    relation = LinearRelation(((B,),), (multiply_base(9),))
    first = prove_linear(relation, (9,), context(b"1"), zeros)
    second = prove_linear(relation, (9,), context(b"2"), zeros)
    assert first.announcements != second.announcements


def test_responses_hide_the_witness_behind_fresh_nonces():
    assert prove(seed=b"1").announcements != prove(seed=b"2").announcements
    assert not set(prove().responses) & set(WITNESS)


def test_nonces_reach_the_library_in_shares_only(monkeypatch):
    seen = []
    multiplied = PublicKey.multiply
    monkeypatch.setattr(
        PublicKey,
        "multiply",
        lambda key, data: (seen.append(int.from_bytes(data, "big")), multiplied(key, data))[1],
    )
    relation = LinearRelation(((B,),), (parse_point(multiply_base(9).encode()),))
    proof = prove_linear(relation, (9,), context(), seeded(b"shares"))
    nonce = (proof.responses[0] - challenge_of(relation, proof) * 9) % ORDER
    assert multiply_base(nonce) == proof.announcements[0]
    assert len(seen) == 2
    assert nonce not in seen
    assert sum(seen) % ORDER == nonce
