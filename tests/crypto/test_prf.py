import hashlib
import hmac

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crypto.group import ORDER
from crypto.prf import prf, prf_below, prf_scalar

KEY = bytes(range(32))


def test_the_output_is_hmac_over_length_prefixed_items():
    message = b"\x00\x00\x00\x05guard" + b"\x00\x00\x00\x02ab" + b"\x00\x00\x00\x00"
    assert prf(KEY, "guard", b"ab", b"") == hmac.new(KEY, message, hashlib.sha512).digest()


def test_the_output_is_the_published_one():
    assert prf(KEY, "guard", b"declaration", (7).to_bytes(4, "big")).hex() == (
        "147e5edc08ca9106154702395e3ee774db5a4aea1d4b12d1ffc47e3b834a0eb6"
        "16cef8944cdbfdaa063e65f0ab2227e0346db32fd1d254ff537b7f885abe9b3d"
    )


def test_inputs_that_differ_anywhere_give_other_outputs():
    outputs = [
        prf(KEY, "guard", b"ab", b"c"),
        prf(KEY, "guard", b"a", b"bc"),
        prf(KEY, "guard", b"abc"),
        prf(KEY, "guard", b"ab", b"c", b""),
        prf(KEY, "guar", b"dab", b"c"),
        prf(KEY[::-1], "guard", b"ab", b"c"),
    ]
    assert len(set(outputs)) == len(outputs)


@given(st.binary(max_size=20), st.integers(min_value=0, max_value=512))
def test_bounded_outputs_are_the_top_bits(part, bits):
    value = prf_below(bits, KEY, "guard", part)
    assert 0 <= value < 2**bits or (bits == 0 and value == 0)
    assert value == int.from_bytes(prf(KEY, "guard", part), "big") // 2 ** (512 - bits)


def test_bounded_outputs_reach_both_ends():
    assert {prf_below(2, KEY, "guard", bytes([index])) for index in range(64)} == {0, 1, 2, 3}
    assert prf_below(0, KEY, "guard") == 0


@pytest.mark.parametrize("bits", [-1, 513])
def test_more_bits_than_there_are_is_refused(bits):
    with pytest.raises(ValueError):
        prf_below(bits, KEY, "guard")


@given(st.binary(max_size=20))
def test_scalars_are_the_reduced_output(part):
    assert prf_scalar(KEY, "blinding", part) == int.from_bytes(prf(KEY, "blinding", part), "big") % ORDER
