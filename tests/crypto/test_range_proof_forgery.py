import pytest

from crypto import range_proof
from crypto.group import (
    ORDER,
    H,
    multi_multiply,
    random_scalar,
)
from crypto.inner_product import Witness, prove_inner_product
from crypto.range_proof import (
    RangePart,
    RangeProof,
)
from crypto.range_widths import padded_length
from crypto.vector_bases import vector_generators
from tests.support.range_proofs import BLINDINGS, commitments, context, refused, seeded


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
        tuple((digit - z) % ORDER for digit in a_vector),
        tuple((digit + z + w) % ORDER for digit, w in zip(b_shift, weights, strict=True)),
        honest.alpha,
    )
    inner = prove_inner_product(witness, challenges.y, transcript, random)
    return RangeProof((RangePart(bits, inner),))


@pytest.mark.parametrize("width", [4, 64])
def test_the_forger_is_no_straw_man(width):
    digits = [1, 0, 0, 1] + [0] * (width - 4)  # 9 in so many bits: without rounds and with one
    proof = forge((9,), digits, [digit - 1 for digit in digits], (width,))
    assert not refused(commitments((9,), BLINDINGS[:1]), (width,), proof)


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


def test_digits_that_are_not_bits_do_not_prove_through_a_round_either():
    digits = [0] * 63 + [2]  # 2^64 in 64 bits
    proof = forge((2**64,), digits, [digit - 1 for digit in digits], (64,))
    assert refused(commitments((2**64,), BLINDINGS[:1]), (64,), proof)


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
