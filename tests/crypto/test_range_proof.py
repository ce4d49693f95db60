import hashlib
import json
from dataclasses import replace
from itertools import count
from pathlib import Path

import pytest
from coincurve import PublicKey
from hypothesis import given, settings
from hypothesis import strategies as st

from crypto import inner_product, range_proof
from crypto.batch import EquationBatch
from crypto.commitment import commit
from crypto.errors import BadEncoding, BadProof, CryptoError
from crypto.group import (
    ORDER,
    G,
    H,
    add,
    multi_multiply,
    multiply,
    multiply_base,
    negate,
    random_scalar,
    sum_points,
)
from crypto.inner_product import Bases, Witness, prove_inner_product, vector_generators
from crypto.range_proof import (
    RangeProof,
    check_range,
    padded_length,
    parse_range_proof,
    prove_range,
    queue_range,
)
from crypto.secret_vector import BitRow, BitVector, Residues
from crypto.transcript import Transcript

VECTORS = json.loads((Path(__file__).parents[1] / "vectors" / "range_proof.json").read_text())
WIDTHS = (4, 0, 7, 5)
VALUES = (9, 0, 127, 1)
BLINDINGS = (11, 12, 13, ORDER - 14)


def seeded(seed: bytes):
    counter = count()
    return lambda length: hashlib.shake_256(seed + next(counter).to_bytes(8)).digest(length)


def zeros(length: int) -> bytes:
    return bytes(length)


def context(name=b"declaration") -> Transcript:
    transcript = Transcript("range")
    transcript.absorb("context", name)
    return transcript


def commitments(values=VALUES, blindings=BLINDINGS):
    return tuple(commit(v, b, seeded(b"commit")) for v, b in zip(values, blindings, strict=True))


def prove(values=VALUES, blindings=BLINDINGS, widths=WIDTHS, seed=b"prove") -> RangeProof:
    return prove_range(values, blindings, widths, context(), seeded(seed))


def refused(points, widths, proof, transcript=None) -> bool:
    """Whether both doors refuse, which must agree."""
    transcript = transcript or context()
    batch = EquationBatch(seeded(b"weights"))
    try:
        queue_range(batch, points, widths, proof, transcript.copy())
        queued = not batch.holds()
    except BadProof:
        queued = True
    try:
        check_range(points, widths, proof, transcript.copy())
    except BadProof:
        assert queued
        return True
    assert not queued
    return False


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


def forge(values, a_vector, b_shift, widths) -> RangeProof:
    """Run the prover on digits of the liar's choice: `a_vector` for bits, `b_shift` for bits - 1."""
    length = padded_length(widths)
    transcript, random = context(), seeded(b"forge")
    range_proof._absorb_statement(commitments(values, BLINDINGS[: len(values)]), widths, length, transcript)
    g, h = vector_generators("G", length), vector_generators("H", length)
    alpha = random_scalar(random)
    bits = multi_multiply([*zip(a_vector, g, strict=True), *zip(b_shift, h, strict=True), (alpha, H)])
    challenges = range_proof._absorb_bits(bits, widths, length, transcript)
    z = challenges.z
    weights = challenges.bit_weights(1)
    honest = range_proof._shifted_witness((False,) * length, BLINDINGS[: len(values)], alpha, challenges)
    witness = Witness(
        Residues(tuple((digit - z) % ORDER for digit in a_vector)),
        Residues(tuple((digit + z + w) % ORDER for digit, w in zip(b_shift, weights, strict=True))),
        honest.alpha,
    )
    inner = prove_inner_product(witness, Bases(g, h, 1, 1, challenges.y), transcript, random)
    return RangeProof(bits, inner)


def test_the_forger_is_no_straw_man():
    digits = [1, 0, 0, 1]  # 9 in 4 bits
    proof = forge((9,), digits, [digit - 1 for digit in digits], (4,))
    assert not refused(commitments((9,), BLINDINGS[:1]), (4,), proof)


@pytest.mark.parametrize(
    ("value", "digits", "shift"),
    [
        (16, [0, 0, 0, 2], [-1, -1, -1, 1]),
        (16, [0, 0, 0, 2], [-1, -1, -1, 0]),
        (-1, [-1, 0, 0, 0], [-2, -1, -1, -1]),
        (-1, [-1, 0, 0, 0], [0, -1, -1, -1]),
        (17, [1, 0, 0, 2], [0, -1, -1, -1]),
    ],
)
def test_digits_that_are_not_bits_do_not_prove(value, digits, shift):
    proof = forge((value,), digits, shift, (4,))
    assert refused(commitments((value,), BLINDINGS[:1]), (4,), proof)


def test_padding_carries_no_value():
    """A set padding bit must not count: 3 bits are padded to 4, and 8 is not in 3 bits."""
    digits = [0, 0, 0, 1]
    proof = forge((8,), digits, [digit - 1 for digit in digits], (3,))
    assert refused(commitments((8,), BLINDINGS[:1]), (3,), proof)


def test_one_value_cannot_make_up_for_another():
    """16 and -1 have the sum of 15 and 0; the weights of the values keep them apart."""
    digits = [1, 1, 1, 1, 0, 0, 0, 0]
    proof = forge((16, -1), digits, [digit - 1 for digit in digits], (4, 4))
    assert refused(commitments((16, -1), BLINDINGS[:2]), (4, 4), proof)


# What is bound


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


def library_calls(monkeypatch, values, widths) -> tuple[int, list[int]]:
    multiplied, combined = PublicKey.multiply, PublicKey.combine_keys
    scalars, sizes = [], []
    with monkeypatch.context() as patch:
        patch.setattr(
            PublicKey,
            "multiply",
            lambda key, data: (scalars.append(int.from_bytes(data, "big")), multiplied(key, data))[1],
        )
        patch.setattr(PublicKey, "combine_keys", lambda keys: (sizes.append(len(keys)), combined(keys))[1])
        prove(values, [3] * len(values), widths)
    return scalars, sizes


def test_the_work_of_proving_does_not_depend_on_the_values(monkeypatch):
    widths = (40,) * 3 + (8,)
    results = [
        library_calls(monkeypatch, values, widths)
        for values in ((0, 0, 0, 0), (2**40 - 1,) * 3 + (255,), (1, 0, 2**39, 77), (0, 2**40 - 1, 0, 0))
    ]
    assert len({len(scalars) for scalars, _ in results}) == 1
    # The two sides of a choice add up to the same work, whichever is larger.
    assert len({sum(sizes) for _, sizes in results}) == 1
    assert len({len(sizes) for _, sizes in results}) == 1


def test_a_secret_vector_gives_the_same_sum_whichever_way_it_is_held():
    random = seeded(b"vector")
    points = vector_generators("G", 16)
    bits = tuple(bool(byte & 1) for byte in random(16))
    public = tuple(random_scalar(random) for _ in range(16))
    vector = BitVector((BitRow(5, bits), BitRow(7, bits[::-1])), 9, public)
    plain = Residues(tuple(vector.residues()))
    assert plain.values == tuple(
        (5 * b + 7 * c + 9 + p) % ORDER for b, c, p in zip(bits, bits[::-1], public, strict=True)
    )
    while len(points) > 1:
        wanted = multiply(multi_multiply(zip(plain.residues(), points, strict=True)), 3)
        assert multi_multiply(vector.safe_terms(3, points, random)) == wanted
        assert multi_multiply(plain.safe_terms(3, points, random)) == wanted
        low, high = random_scalar(random), random_scalar(random)
        vector, plain, points = vector.fold(low, high), plain.fold(low, high), points[: len(points) // 2]
        assert vector.residues() == plain.residues()
    assert isinstance(vector, Residues)


def test_no_secret_of_a_round_reaches_the_library_unsplit(monkeypatch):
    random = seeded(b"round")
    g, h = vector_generators("G", 4), vector_generators("H", 4)
    a, b = (tuple(random_scalar(random) for _ in range(4)) for _ in range(2))
    left = (a[0] * b[2] * 3 + a[1] * b[3] * 9) % ORDER
    right = (a[2] * b[0] * 27 + a[3] * b[1] * 81) % ORDER
    seen, multiplied = set(), PublicKey.multiply
    witness, bases = Witness(Residues(a), Residues(b), 1), Bases(g, h, 1, 1, 3)
    with monkeypatch.context() as patch:
        patch.setattr(
            PublicKey,
            "multiply",
            lambda key, data: (seen.add(int.from_bytes(data, "big")), multiplied(key, data))[1],
        )
        pair = inner_product._cross_terms(witness, bases, (515151, 616161), random)
    factor = pow(9, -1, ORDER)
    wanted = [
        (a[0] * factor, g[2]),
        (a[1] * factor, g[3]),
        (b[2], h[0]),
        (b[3], h[1]),
        (left, G),
        (515151, H),
    ]
    assert multi_multiply(wanted) == pair[0]
    opposite = [(a[2] * 9, g[0]), (a[3] * 9, g[1]), (b[0], h[2]), (b[1], h[3]), (right, G), (616161, H)]
    assert multi_multiply(opposite) == pair[1]
    assert len(seen) == 2 * len(wanted + opposite)
    assert not seen & {scalar % ORDER for scalar, _ in wanted + opposite}


def test_a_prover_whose_randomness_is_stuck_does_not_repeat_its_blindings():
    def stuck(length: int) -> bytes:
        return b"\x01" * length

    proofs = [prove_range((5,), (7,), (4,), context(name), stuck) for name in (b"1", b"2")]
    assert proofs[0].bits != proofs[1].bits


def test_secrets_do_not_show_in_a_representation():
    row = BitRow(1, (True, False))
    shown = [repr(row), repr(BitVector((row,), 1, (2, 3))), repr(Residues((424242,)))]
    shown.append(repr(Witness(Residues((424242,)), Residues((424242,)), 424242)))
    assert not any("424242" in text or "True" in text for text in shown)


def test_proofs_of_the_same_values_differ():
    assert prove(seed=b"1").bits != prove(seed=b"2").bits


def test_the_generators_of_the_proof_are_unrelated_to_the_others():
    points = {*vector_generators("G", 64), *vector_generators("H", 64), G, H}
    assert len(points) == 130
    assert sum_points(points) is not None
    assert multiply_base(1) not in points
