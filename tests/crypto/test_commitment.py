import hashlib
from itertools import count

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crypto.commitment import check_opening, commit
from crypto.errors import WrongOpening
from crypto.group import ORDER, G, H, add, multiply

residues = st.integers(min_value=-(2**257), max_value=2**257)


def seeded(seed: bytes):
    counter = count()
    return lambda length: hashlib.shake_256(seed + next(counter).to_bytes(8)).digest(length)


@settings(max_examples=30, deadline=None)
@given(residues, residues, st.binary(max_size=4))
def test_a_commitment_opens_to_what_was_committed(value, blinding, seed):
    commitment = commit(value, blinding, seeded(seed))
    assert commitment == add(multiply(G, value), multiply(H, blinding))
    check_opening(commitment, value, blinding)
    check_opening(commitment, value + ORDER, blinding - ORDER)


@settings(max_examples=20, deadline=None)
@given(residues, residues, residues, residues)
def test_commitments_add(value, blinding, other, another):
    random = seeded(b"add")
    total = add(commit(value, blinding, random), commit(other, another, random))
    check_opening(total, value + other, blinding + another)


def test_the_commitment_to_nothing_is_infinity():
    assert commit(0, 0, seeded(b"0")) is None
    check_opening(None, 0, 0)


@pytest.mark.parametrize(("value", "blinding"), [(6, 7), (5, 8), (7, 5), (0, 0), (-5, -7)])
def test_another_opening_is_refused(value, blinding):
    with pytest.raises(WrongOpening):
        check_opening(commit(5, 7, seeded(b"5")), value, blinding)
    with pytest.raises(WrongOpening):
        check_opening(None, 5, 7)


def test_the_refusal_names_no_number():
    with pytest.raises(WrongOpening) as refusal:
        check_opening(commit(5, 7, seeded(b"5")), 424242, 767676)
    assert not any(character.isdigit() for character in str(refusal.value))
