import hashlib
import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crypto import range_proof
from crypto.batch import EquationBatch
from crypto.errors import BadEncoding, BadProof, CryptoError
from crypto.group import (
    ORDER,
    G,
    H,
    add,
    negate,
    random_scalar,
)
from crypto.inner_product import vector_generators
from crypto.range_proof import (
    RangeProof,
    check_range,
    parse_range_proof,
    prove_range,
    queue_range,
)
from crypto.transcript import Transcript
from tests.support.range_proofs import (
    VALUES,
    WIDTHS,
    commitments,
    context,
    prove,
    refused,
    seeded,
    zeros,
)

VECTORS = json.loads((Path(__file__).parents[1] / "vectors" / "range_proof.json").read_text())


@pytest.fixture(scope="module")
def honest() -> RangeProof:
    return prove()


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
    assert len(proof.encode()) == 33 * 25 + 96
    assert not refused(commitments(values, [7] * 64), widths, proof)


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
    for width in (b"4", b"0", b"7", b"5"):
        transcript.absorb("range/width", width)
    points = (*vector_generators("G", 16), *vector_generators("H", 16))
    transcript.absorb("range/generators", hashlib.sha512(b"".join(p.encode() for p in points)).digest())
    for point in commitments():
        transcript.absorb("range/V", point.encode())
    transcript.absorb("range/A", honest.bits.encode())
    expected = transcript.challenge("range/y"), transcript.challenge("range/z")
    replayed = context()
    range_proof._absorb_statement(commitments(), WIDTHS, 16, replayed)
    challenges = range_proof._absorb_bits(honest.bits, WIDTHS, 16, replayed)
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
    [(5, 0, 7, 5), (4, 0, 7, 4), (4, 0, 6, 5), (4, 1, 7, 5), (3, 1, 7, 5), (4, 7, 0, 5), (4, 0, 7, 64)],
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
    fields = [*range(0, len(data) - 96, 33), *range(len(data) - 96, len(data), 32)]
    for start, end in zip(fields, [*fields[1:], len(data)], strict=True):
        for at in (start, start + 1, end - 1):
            altered = bytearray(data)
            altered[at] ^= 1
            try:
                proof = parse_range_proof(bytes(altered), WIDTHS)
            except CryptoError:
                continue
            assert refused(commitments(), WIDTHS, proof)


def test_every_point_of_a_proof_counts(honest):
    """A valid point in each place: here nothing is left to the parser."""
    inner = honest.inner
    others = [replace(honest, bits=G)]
    for index, (left, right) in enumerate(inner.rounds):
        for pair in ((G, right), (left, G), (right, left), (negate(left), right)):
            rounds = (*inner.rounds[:index], pair, *inner.rounds[index + 1 :])
            others.append(replace(honest, inner=replace(inner, rounds=rounds)))
    first, second = inner.last_points
    for last in ((G, second), (first, G), (second, first)):
        others.append(replace(honest, inner=replace(inner, last_points=last)))
    for index in range(3):
        responses = tuple(value + (place == index) for place, value in enumerate(inner.responses))
        others.append(replace(honest, inner=replace(inner, responses=responses)))
    assert len(others) == 1 + 4 * 4 + 3 + 3
    for proof in others:
        assert refused(commitments(), WIDTHS, proof)


def test_no_point_can_be_chosen_after_its_challenges(honest):
    """Adding H to a point and what the equation makes of it to the open response must fail by the transcript."""
    points = commitments()
    coefficients = {
        point: scalar for scalar, point in range_proof._equation(points, WIDTHS, honest, context())
    }
    inner = honest.inner

    def answered(point):
        r, s, delta = inner.responses
        return replace(inner, responses=(r, s, (delta + coefficients[point]) % ORDER))

    for index, point in enumerate(points):
        others = (*points[:index], add(point, H), *points[index + 1 :])
        assert refused(others, WIDTHS, replace(honest, inner=answered(point)))
    lie = replace(honest, bits=add(honest.bits, H), inner=answered(honest.bits))
    assert refused(points, WIDTHS, lie)
    for index, pair in enumerate(inner.rounds):
        for moved, point in (((add(pair[0], H), pair[1]), pair[0]), ((pair[0], add(pair[1], H)), pair[1])):
            rounds = (*inner.rounds[:index], moved, *inner.rounds[index + 1 :])
            assert refused(points, WIDTHS, replace(honest, inner=replace(answered(point), rounds=rounds)))
    first, second = inner.last_points
    for last, point in (((add(first, H), second), first), ((first, add(second, H)), second)):
        assert refused(points, WIDTHS, replace(honest, inner=replace(answered(point), last_points=last)))


def test_rounds_in_another_order_or_number_are_refused(honest):
    inner = honest.inner
    for rounds in (
        inner.rounds[::-1],
        inner.rounds[1:],
        inner.rounds[:-1],
        (*inner.rounds, inner.rounds[0]),
        (),
    ):
        assert refused(commitments(), WIDTHS, replace(honest, inner=replace(inner, rounds=rounds)))


def test_a_proof_of_another_length_is_refused(honest):
    data = honest.encode()
    for wrong in (b"", data[:-1], data[:-32], data[66:], data + b"\x00", data + bytes(32), data + data[:66]):
        with pytest.raises(BadProof):
            parse_range_proof(wrong, WIDTHS)
    for widths in ((1,), (64,) * 4, (40,) * 20):
        with pytest.raises(BadProof):
            parse_range_proof(data, widths)


@pytest.mark.parametrize("lie", [b"\x04" + bytes(32), b"\x02" + b"\xff" * 32, bytes(33), b"\x02" + bytes(32)])
def test_a_point_off_the_curve_is_refused_in_every_place(lie, honest):
    data = honest.encode()
    for at in range(0, len(data) - 96, 33):
        with pytest.raises(BadEncoding):
            parse_range_proof(data[:at] + lie + data[at + 33 :], WIDTHS)


@pytest.mark.parametrize("lie", [ORDER, ORDER + 1, 2**256 - 1])
def test_a_scalar_not_reduced_is_refused_in_every_place(lie, honest):
    data = honest.encode()
    for at in range(len(data) - 96, len(data), 32):
        with pytest.raises(BadEncoding):
            parse_range_proof(data[:at] + lie.to_bytes(32, "big") + data[at + 32 :], WIDTHS)


@pytest.mark.parametrize("widths", [(), (65,), (-1,), (4, 65), (64,) * 33, (0,) * 2049])
def test_widths_outside_the_rules_are_refused(widths, honest):
    with pytest.raises(ValueError):
        prove((0,) * len(widths), (1,) * len(widths), widths)
    with pytest.raises(BadProof):
        parse_range_proof(honest.encode(), widths)
    assert refused((G,) * len(widths), widths, honest)


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

    def shifted(proof, by):
        r, s, delta = proof.inner.responses
        return replace(proof, inner=replace(proof.inner, responses=(r, s, delta + by)))

    members = [(commitments(), WIDTHS, shifted(honest, 1)), (commitments(), WIDTHS, shifted(other, -1))]
    assert batch_of(members, zeros)  # one weight for both: the lie would pass
    assert not batch_of(members, seeded(b"weights"))
    assert all(refused(*member) for member in members)


# What the prover's work shows
