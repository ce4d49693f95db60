import hashlib
import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crypto import range_proof
from crypto.batch import EquationBatch
from crypto.errors import CryptoError
from crypto.group import (
    ORDER,
    G,
    H,
    add,
    negate,
    random_scalar,
)
from crypto.inner_product import InnerProductProof
from crypto.range_proof import (
    RangeProof,
    check_range,
    parse_range_proof,
    prove_range,
    queue_range,
)
from crypto.transcript import Transcript
from crypto.vector_bases import vector_generators
from tests.support.range_proofs import (
    VALUES,
    WIDTHS,
    commitments,
    context,
    fields_of,
    prove,
    refused,
    seeded,
    zeros,
)

VECTORS = json.loads((Path(__file__).parents[1] / "vectors" / "range_proof.json").read_text())


@pytest.fixture(scope="module")
def honest() -> RangeProof:
    return prove()


def with_inner(proof: RangeProof, inner: InnerProductProof) -> RangeProof:
    return replace(proof, parts=(replace(proof.parts[0], inner=inner), *proof.parts[1:]))


def with_bits(proof: RangeProof, bits) -> RangeProof:
    return replace(proof, parts=(replace(proof.parts[0], bits=bits), *proof.parts[1:]))


def with_delta(proof: RangeProof, by: int) -> RangeProof:
    inner = proof.parts[0].inner
    responses = replace(inner.responses, delta=(inner.responses.delta + by) % ORDER)
    return with_inner(proof, replace(inner, responses=responses))


@pytest.mark.parametrize("case", VECTORS["cases"], ids=lambda case: case["name"])
def test_the_proof_is_the_published_one(case):
    values, blindings = map(int, case["values"]), map(int, case["blindings"])
    random = seeded(bytes.fromhex(case["seed"]))
    proof = prove_range(list(values), list(blindings), case["widths"], context(), random)
    assert proof.encode().hex() == case["proof"]
    points = commitments(map(int, case["values"]), map(int, case["blindings"]))
    assert [p.encode().hex() for p in points] == case["commitments"]
    check_range(
        points, case["widths"], parse_range_proof(bytes.fromhex(case["proof"]), case["widths"]), context()
    )


ranged = st.integers(min_value=0, max_value=24).flatmap(
    lambda width: st.tuples(st.just(width), st.integers(min_value=0, max_value=2**width - 1))
)


@settings(max_examples=25, deadline=None)
@given(st.lists(ranged, min_size=1, max_size=4), st.binary(max_size=4))
def test_a_proof_of_any_values_survives_the_wire_and_holds(pairs, seed):
    widths, values = [width for width, _ in pairs], [value for _, value in pairs]
    random = seeded(seed)
    blindings = [random_scalar(random) for _ in pairs]
    proof = prove(values, blindings, widths, seed)
    parsed = parse_range_proof(proof.encode(), widths)
    assert parsed == proof
    assert not refused(commitments(values, blindings), widths, parsed)


@pytest.mark.parametrize(
    ("widths", "values"),
    [
        ((1,), (0,)),
        ((1,), (1,)),
        ((0,), (0,)),
        ((0, 0, 0), (0, 0, 0)),
        ((64,), (2**64 - 1,)),
        ((64,), (0,)),
        ((40,) * 3, (0, 2**40 - 1, 1)),
        ((33,) * 2, (2**32, 2**33 - 1)),
        ((64, 64), (2**64 - 1,) * 2),
        ((0, 64, 0, 1), (0, 2**63, 0, 1)),
    ],
)
def test_values_at_the_ends_of_their_ranges_are_proven(widths, values):
    blindings = range(5, 5 + len(values))
    assert not refused(commitments(values, blindings), widths, prove(values, blindings, widths))


def test_a_commitment_may_be_infinity():
    widths, values, blindings = (3, 3), (0, 5), (0, 0)
    points = commitments(values, blindings)
    assert points[0] is None
    proof = prove(values, blindings, widths)
    assert not refused(points, widths, proof)
    assert refused((G, points[1]), widths, proof)


def test_the_largest_proof_holds():
    widths, values = (32,) * 64, [(1 << 32) - 1 - index for index in range(64)]
    proof = prove(values, [7] * 64, widths)
    assert len(proof.encode()) == 8 * (33 * 9 + 32 * 65)
    assert not refused(commitments(values, [7] * 64), widths, proof)


def test_parts_cannot_be_swapped_repeated_or_left_out():
    """Both parts are about the same widths, values and blindings: only their place tells them apart."""
    widths, values, blindings = (64,) * 8, (3, 1, 2, 5) * 2, (7, 8, 9, 10) * 2
    points = commitments(values, blindings)
    proof = prove(values, blindings, widths)
    assert not refused(points, widths, proof)
    first, second = proof.parts
    for parts in ((second, first), (first, first), (second, second), (first,), (first, second, second), ()):
        assert refused(points, widths, RangeProof(parts))


def test_a_lie_in_any_part_is_refused():
    widths, values, blindings = (64,) * 5, (3, 1, 2, 5, 9), (7, 8, 9, 10, 11)
    proof = prove(values, blindings, widths)
    for lie in range(5):
        lied = [value + (index == lie) for index, value in enumerate(values)]
        assert refused(commitments(lied, blindings), widths, proof)


# What does not fit


@pytest.mark.parametrize(
    ("value", "width"), [(2**4, 4), (-1, 4), (1, 0), (2**64, 64), (-(2**4), 4), (ORDER, 4), (ORDER - 1, 4)]
)
def test_a_value_that_does_not_fit_cannot_be_proven_and_is_not_named(value, width):
    with pytest.raises(ValueError) as refusal:
        prove((3, value), (1, 2), (4, width))
    assert "value 1 does not fit" in str(refusal.value)
    assert str(value) not in str(refusal.value).replace("value 1", "").replace(f"{width} bits", "")


@pytest.mark.parametrize("difference", [2**4, -(2**4), 1, -1, 2**256, ORDER // 2])
def test_a_proof_does_not_hold_for_another_value(difference, honest):
    lied = (VALUES[0] + difference, *VALUES[1:])
    assert refused(commitments(lied), WIDTHS, honest)


def test_the_transcript_holds_context_count_widths_generators_and_commitments(honest):
    transcript = context()
    transcript.absorb("range/count", b"4")
    for width in (b"30", b"0", b"23", b"7"):
        transcript.absorb("range/width", width)
    points = (*vector_generators("G", 64), *vector_generators("H", 64))
    transcript.absorb("range/generators", hashlib.sha512(b"".join(p.encode() for p in points)).digest())
    for point in commitments():
        transcript.absorb("range/V", point.encode())
    transcript.absorb("range/A", honest.parts[0].bits.encode())
    expected = transcript.challenge("range/y"), transcript.challenge("range/z")
    replayed = context()
    range_proof._absorb_statement(commitments(), WIDTHS, 64, replayed)
    challenges = range_proof._absorb_bits(honest.parts[0].bits, WIDTHS, 64, replayed)
    assert (challenges.y, challenges.z) == expected


def test_swapped_commitments_are_refused(honest):
    points = commitments()
    for i, j in ((0, 1), (0, 2), (2, 3)):
        swapped = list(points)
        swapped[i], swapped[j] = points[j], points[i]
        assert refused(swapped, WIDTHS, honest)


def test_swapped_commitments_to_one_value_are_refused():
    proof = prove((5, 5), (1, 2), (4, 4))
    points = commitments((5, 5), (1, 2))
    assert not refused(points, (4, 4), proof)
    assert refused(points[::-1], (4, 4), proof)


@pytest.mark.parametrize("replacement", [None, G, H, "negated", "one more", "another blinding"])
def test_another_commitment_is_refused(replacement, honest):
    for index, point in enumerate(commitments()):
        others = {"negated": negate(point), "one more": add(point, G), "another blinding": add(point, H)}
        points = list(commitments())
        points[index] = others[replacement] if isinstance(replacement, str) else replacement
        assert refused(points, WIDTHS, honest)


@pytest.mark.parametrize(
    "widths",
    [
        (31, 0, 23, 7),
        (30, 0, 23, 6),
        (30, 0, 22, 7),
        (30, 1, 23, 7),
        (29, 1, 23, 7),
        (30, 23, 0, 7),
        (30, 0, 23, 64),
    ],
)
def test_another_width_is_refused(widths, honest):
    assert refused(commitments(), widths, honest)


def test_a_wider_range_of_the_same_length_is_refused():
    """Each value fits both ranges, so only the transcript tells them apart."""
    proof = prove((3, 3), (1, 2), (5, 6))
    assert refused(commitments((3, 3), (1, 2)), (6, 5), proof)
    assert refused(commitments((3, 3), (1, 2)), (6, 6), proof)


def test_another_number_of_values_is_refused(honest):
    points = commitments()
    for widths, some in ((WIDTHS[:3], points[:3]), (WIDTHS, points[:3]), (WIDTHS[:3], points)):
        assert refused(some, widths, honest)
    assert refused((*points, None), (*WIDTHS, 0), honest)
    assert refused((), (), honest)


def test_a_proof_for_another_context_is_refused(honest):
    assert refused(commitments(), WIDTHS, honest, context(b"another declaration"))
    assert refused(commitments(), WIDTHS, honest, Transcript("range"))
    assert refused(commitments(), WIDTHS, honest, Transcript("guard"))


# What the proof itself holds


def test_every_field_of_a_proof_counts(honest):
    data = honest.encode()
    points, scalars = fields_of(data)
    for at in (*points, *(start + 1 for start in points), *(start + 31 for start in scalars)):
        altered = bytearray(data)
        altered[at] ^= 1
        try:
            proof = parse_range_proof(bytes(altered), WIDTHS)
        except CryptoError:
            continue
        assert refused(commitments(), WIDTHS, proof)


def test_every_point_of_a_proof_counts(honest):
    """A valid point in each place: here nothing is left to the parser."""
    inner = honest.parts[0].inner
    others = [with_bits(honest, G)]
    for index, (left, right) in enumerate(inner.rounds):
        for pair in ((G, right), (left, G), (right, left), (negate(left), right)):
            rounds = (*inner.rounds[:index], pair, *inner.rounds[index + 1 :])
            others.append(with_inner(honest, replace(inner, rounds=rounds)))
    first, second = inner.last_points
    for last in ((G, second), (first, G), (second, first)):
        others.append(with_inner(honest, replace(inner, last_points=last)))
    assert len(others) == 1 + 4 + 3
    for proof in others:
        assert refused(commitments(), WIDTHS, proof)


def test_every_response_has_its_own_place(honest):
    inner = honest.parts[0].inner
    r, s, delta = inner.responses.r, inner.responses.s, inner.responses.delta
    others = [
        replace(inner.responses, r=(r[1], r[0], *r[2:])),
        replace(inner.responses, s=(*s[:-2], s[-1], s[-2])),
        replace(inner.responses, r=s, s=r),
        replace(inner.responses, delta=delta + 1),
        replace(inner.responses, r=r[:-1]),
        replace(inner.responses, s=(*s, 0)),
        replace(inner.responses, r=(), s=()),
    ]
    for responses in others:
        assert refused(commitments(), WIDTHS, with_inner(honest, replace(inner, responses=responses)))


def test_no_point_can_be_chosen_after_its_challenges(honest):
    """Adding H to a point and what the equation makes of it to the open response must fail by the transcript."""
    points, part = commitments(), honest.parts[0]
    terms = range_proof._equation(points, WIDTHS, part, context()).terms
    coefficients = {point: scalar for scalar, point in terms}
    inner = part.inner

    def answered(point):
        return with_delta(honest, coefficients[point])

    for index, point in enumerate(points):
        others = (*points[:index], add(point, H), *points[index + 1 :])
        assert refused(others, WIDTHS, answered(point))
    assert refused(points, WIDTHS, with_bits(answered(part.bits), add(part.bits, H)))
    for index, pair in enumerate(inner.rounds):
        for moved, point in (((add(pair[0], H), pair[1]), pair[0]), ((pair[0], add(pair[1], H)), pair[1])):
            rounds = (*inner.rounds[:index], moved, *inner.rounds[index + 1 :])
            lie = answered(point)
            assert refused(points, WIDTHS, with_inner(lie, replace(lie.parts[0].inner, rounds=rounds)))
    first, second = inner.last_points
    for last, point in (((add(first, H), second), first), ((first, add(second, H)), second)):
        lie = answered(point)
        assert refused(points, WIDTHS, with_inner(lie, replace(lie.parts[0].inner, last_points=last)))


def test_rounds_in_another_order_or_number_are_refused():
    widths, values, blindings = (64, 64), (3, 1), (7, 8)
    points, proof = commitments(values, blindings), prove(values, blindings, widths)
    assert not refused(points, widths, proof)
    inner = proof.parts[0].inner
    assert len(inner.rounds) == 2
    for rounds in (
        inner.rounds[::-1],
        inner.rounds[1:],
        inner.rounds[:-1],
        (*inner.rounds, inner.rounds[0]),
        (),
    ):
        assert refused(points, widths, with_inner(proof, replace(inner, rounds=rounds)))


def test_lists_of_another_length_cannot_be_proven():
    for values, blindings in (((1, 2), (3,)), ((1,), (3,)), ((1, 2, 3), (1, 2, 3))):
        with pytest.raises(ValueError):
            prove(values, blindings, (4, 4))


# Batches


def batch_of(proofs, random) -> bool:
    batch = EquationBatch(random)
    for points, widths, proof in proofs:
        queue_range(batch, points, widths, proof, context())
    return batch.holds()


def test_one_bad_proof_among_many_fails_the_batch_and_is_found_singly(honest):
    members = [(commitments(), WIDTHS, honest)]
    for index in range(1, 6):
        widths, values, blindings = (index, 8), (1, index), (index, 3)
        members.append((commitments(values, blindings), widths, prove(values, blindings, widths)))
    assert batch_of(members, seeded(b"weights"))
    for bad in range(len(members)):
        points, widths, proof = members[bad]
        lied = [*members[:bad], ((add(points[0], G), *points[1:]), widths, proof), *members[bad + 1 :]]
        assert not batch_of(lied, seeded(b"weights"))
        assert [refused(*member) for member in lied] == [index == bad for index in range(len(members))]


def test_errors_that_cancel_between_proofs_are_caught_by_the_weights(honest):
    other = prove(seed=b"other")

    members = [(commitments(), WIDTHS, with_delta(honest, 1)), (commitments(), WIDTHS, with_delta(other, -1))]
    assert batch_of(members, zeros)  # one weight for both: the lie would pass
    assert not batch_of(members, seeded(b"weights"))
    assert all(refused(*member) for member in members)


# What the prover's work shows
