"""BFV: sums come out, the wire format is exact, and hostile bytes are refused before SEAL sees them."""

import random as deterministic
import tempfile
from pathlib import Path

import pytest
import tenseal.sealapi as seal
from hypothesis import given, settings
from hypothesis import strategies as st

from crypto.bfv import (
    CIPHERTEXT_LENGTH,
    COEFFICIENT_MODULI,
    DEGREE,
    PLAIN_MODULUS,
    PUBLIC_KEY_LENGTH,
    SLOTS,
    Aggregate,
    BfvSecret,
    _load,
    _parse_ciphertext,
    _seal_stream,
    check_ciphertext,
    check_public_key,
    decrypt,
    encrypt,
    make_key_pair,
    parse_bfv_secret,
    resume_aggregate,
)
from crypto.errors import BadCiphertext

SECRET, PUBLIC = make_key_pair()
VALUES = [deterministic.Random(7).getrandbits(26) for _ in range(SLOTS)]
CIPHERTEXT = encrypt(PUBLIC, VALUES)
POLYNOMIAL = DEGREE * 5
HALF = CIPHERTEXT_LENGTH // 2


def _with_residue(data: bytes, place: int, value: int) -> bytes:
    return data[: 5 * place] + value.to_bytes(5) + data[5 * place + 5 :]


def _residues(data: bytes) -> list[int]:
    return [int.from_bytes(data[place : place + 5]) for place in range(0, len(data), 5)]


def _negated(ciphertext: bytes) -> bytes:
    moduli = [COEFFICIENT_MODULI[place // DEGREE % 2] for place in range(4 * DEGREE)]
    return b"".join((-r % q).to_bytes(5) for r, q in zip(_residues(ciphertext), moduli, strict=True))


def test_what_is_encrypted_is_decrypted() -> None:
    assert decrypt(SECRET, CIPHERTEXT) == VALUES


def test_few_slots_are_followed_by_zeros() -> None:
    assert decrypt(SECRET, encrypt(PUBLIC, [5, PLAIN_MODULUS - 1])) == [
        5,
        PLAIN_MODULUS - 1,
        *[0] * (SLOTS - 2),
    ]


def test_the_sum_of_1024_members_comes_out() -> None:
    ciphertexts = [encrypt(PUBLIC, VALUES) for _ in range(4)]
    aggregate = Aggregate()
    for number in range(1024):
        aggregate.add(ciphertexts[number % 4])
    assert decrypt(SECRET, aggregate.encode()) == [1024 * value for value in VALUES]


def test_a_sum_resumes_where_it_was_stored() -> None:
    whole, first = Aggregate(), Aggregate()
    ciphertexts = [encrypt(PUBLIC, [number]) for number in range(4)]
    for ciphertext in ciphertexts:
        whole.add(ciphertext)
    for ciphertext in ciphertexts[:2]:
        first.add(ciphertext)
    second = resume_aggregate(first.encode())
    for ciphertext in ciphertexts[2:]:
        second.add(ciphertext)
    assert second.encode() == whole.encode()


def test_the_order_of_adding_does_not_matter() -> None:
    ciphertexts = [encrypt(PUBLIC, [number]) for number in range(3)]
    forward, backward = Aggregate(), Aggregate()
    for ciphertext in ciphertexts:
        forward.add(ciphertext)
    for ciphertext in reversed(ciphertexts):
        backward.add(ciphertext)
    assert forward.encode() == backward.encode()


def test_adding_residues_is_what_seals_own_evaluator_does() -> None:
    other = encrypt(PUBLIC, VALUES[::-1])
    context = _make_context()
    left, right = (_to_seal(context, data) for data in (CIPHERTEXT, other))
    seal.Evaluator(context).add_inplace(left, right)
    aggregate = Aggregate()
    aggregate.add(CIPHERTEXT)
    aggregate.add(other)
    array = left.dyn_array()
    assert [array.at(place) for place in range(4 * DEGREE)] == _residues(aggregate.encode())


def test_sizes_stay_below_the_caps_of_section_11() -> None:
    assert len(CIPHERTEXT) == CIPHERTEXT_LENGTH == 81920 < 96 * 1024
    assert len(PUBLIC) == PUBLIC_KEY_LENGTH == 122880 < 192 * 1024


def test_an_empty_sum_has_no_encoding() -> None:
    with pytest.raises(ValueError, match="at least one"):
        Aggregate().encode()


@pytest.mark.parametrize(
    "slots", [[-1], [PLAIN_MODULUS], [0] * (SLOTS + 1)], ids=["negative", "too big", "too many"]
)
def test_slots_that_do_not_fit_are_not_encrypted(slots: list[int]) -> None:
    with pytest.raises(ValueError, match="slots between"):
        encrypt(PUBLIC, slots)


@pytest.mark.parametrize("data", [b"", CIPHERTEXT[:-1], CIPHERTEXT + b"\0", PUBLIC], ids=len)
def test_a_ciphertext_of_another_length_is_refused(data: bytes) -> None:
    with pytest.raises(BadCiphertext, match="expected 81920 bytes"):
        check_ciphertext(data)


@pytest.mark.parametrize("data", [b"", PUBLIC[:-1], PUBLIC + b"\0", CIPHERTEXT], ids=len)
def test_a_public_key_of_another_length_is_refused(data: bytes) -> None:
    with pytest.raises(BadCiphertext, match="expected 122880 bytes"):
        check_public_key(data)


@pytest.mark.parametrize("part", range(4))
def test_a_residue_that_reaches_its_modulus_is_refused(part: int) -> None:
    modulus = COEFFICIENT_MODULI[part % 2]
    for place in (part * DEGREE, (part + 1) * DEGREE - 1):
        check_ciphertext(_with_residue(CIPHERTEXT, place, modulus - 1))
        for value in (modulus, 2**40 - 1):
            with pytest.raises(BadCiphertext, match="below the coefficient moduli"):
                check_ciphertext(_with_residue(CIPHERTEXT, place, value))


@pytest.mark.parametrize("part", range(6))
def test_a_public_keys_residue_that_reaches_its_modulus_is_refused(part: int) -> None:
    modulus = COEFFICIENT_MODULI[part % 3]
    check_public_key(_with_residue(PUBLIC, part * DEGREE, modulus - 1))
    with pytest.raises(BadCiphertext, match="below the coefficient moduli"):
        check_public_key(_with_residue(PUBLIC, part * DEGREE, modulus))


@pytest.mark.parametrize(
    "zeroed", [(HALF, 2 * HALF), (HALF, HALF + POLYNOMIAL), (HALF + POLYNOMIAL, 2 * HALF)]
)
def test_a_transparent_ciphertext_is_refused(zeroed: tuple[int, int]) -> None:
    start, end = zeroed
    data = CIPHERTEXT[:start] + bytes(end - start) + CIPHERTEXT[end:]
    with pytest.raises(BadCiphertext, match="transparent"):
        check_ciphertext(data)
    with pytest.raises(BadCiphertext, match="transparent"):
        decrypt(SECRET, data)


def test_a_sum_that_cancels_on_the_way_goes_on() -> None:
    aggregate = Aggregate()
    aggregate.add(CIPHERTEXT)
    aggregate.add(_negated(CIPHERTEXT))
    resumed = resume_aggregate(aggregate.encode())
    for each in (aggregate, resumed):
        with pytest.raises(BadCiphertext, match="transparent"):
            decrypt(SECRET, each.encode())
        each.add(CIPHERTEXT)
        assert each.encode() == CIPHERTEXT


def test_a_malformed_summand_leaves_the_sum() -> None:
    aggregate = Aggregate()
    aggregate.add(CIPHERTEXT)
    with pytest.raises(BadCiphertext):
        aggregate.add(CIPHERTEXT[:-1])
    assert aggregate.encode() == CIPHERTEXT


@pytest.mark.parametrize("part", range(6))
def test_a_public_key_with_a_zero_polynomial_is_refused(part: int) -> None:
    data = PUBLIC[: part * POLYNOMIAL] + bytes(POLYNOMIAL) + PUBLIC[(part + 1) * POLYNOMIAL :]
    with pytest.raises(BadCiphertext, match="zero polynomials"):
        check_public_key(data)
    with pytest.raises(BadCiphertext, match="zero polynomials"):
        encrypt(data, [1])


def test_a_ciphertext_under_another_key_has_no_noise_budget() -> None:
    _, other = make_key_pair()
    with pytest.raises(BadCiphertext, match="noise"):
        decrypt(SECRET, encrypt(other, VALUES))


def test_a_sum_with_one_foreign_ciphertext_has_no_noise_budget() -> None:
    _, other = make_key_pair()
    aggregate = Aggregate()
    aggregate.add(CIPHERTEXT)
    aggregate.add(encrypt(other, VALUES))
    with pytest.raises(BadCiphertext, match="noise"):
        decrypt(SECRET, aggregate.encode())


def test_random_residues_are_well_formed_and_do_not_decrypt() -> None:
    random = deterministic.Random(11)
    data = b"".join(
        random.randrange(COEFFICIENT_MODULI[place // DEGREE % 2]).to_bytes(5) for place in range(4 * DEGREE)
    )
    check_ciphertext(data)
    with pytest.raises(BadCiphertext, match="noise"):
        decrypt(SECRET, data)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, CIPHERTEXT_LENGTH - 1), st.binary(min_size=1, max_size=64)), max_size=8)
)
def test_no_alteration_of_a_ciphertext_does_more_than_raise(edits: list[tuple[int, bytes]]) -> None:
    data = bytearray(CIPHERTEXT)
    for place, patch in edits:
        data[place : place + len(patch)] = patch
    try:
        aggregate = resume_aggregate(bytes(data))
        aggregate.add(CIPHERTEXT)
        decrypt(SECRET, aggregate.encode())
    except BadCiphertext:
        pass


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, PUBLIC_KEY_LENGTH - 1), st.binary(min_size=1, max_size=64)), max_size=8)
)
def test_no_alteration_of_a_public_key_does_more_than_raise(edits: list[tuple[int, bytes]]) -> None:
    data = bytearray(PUBLIC)
    for place, patch in edits:
        data[place : place + len(patch)] = patch
    try:
        ciphertext = encrypt(bytes(data), [1])
    except BadCiphertext:
        return
    check_ciphertext(ciphertext)


@settings(max_examples=100, deadline=None)
@given(
    st.binary(max_size=2000)
    | st.binary(max_size=64).map(lambda start: start.ljust(CIPHERTEXT_LENGTH, b"\xff"))
)
def test_arbitrary_bytes_are_refused(data: bytes) -> None:
    with pytest.raises(BadCiphertext):
        check_ciphertext(data)
    with pytest.raises(BadCiphertext):
        check_public_key(data)


def test_a_secret_key_is_read_back_and_decrypts() -> None:
    assert decrypt(parse_bfv_secret(SECRET.encode()), CIPHERTEXT) == VALUES


@pytest.mark.parametrize(
    "data", [b"", b"no key", SECRET.encode()[:-1], bytes(200000)], ids=["empty", "text", "cut off", "zeros"]
)
def test_a_damaged_secret_key_is_refused(data: bytes) -> None:
    with pytest.raises(BadCiphertext):
        parse_bfv_secret(data)


def test_a_secret_key_does_not_show_itself() -> None:
    assert repr(BfvSecret(b"secret bytes")) == "BfvSecret(<redacted>)"


def test_without_files_in_memory_a_temporary_file_serves_and_goes(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delattr("os.memfd_create")
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    assert decrypt(SECRET, encrypt(PUBLIC, VALUES)) == VALUES
    assert list(tmp_path.iterdir()) == []


def _make_context() -> seal.SEALContext:
    parameters = seal.EncryptionParameters(seal.SCHEME_TYPE.BFV)
    parameters.set_poly_modulus_degree(DEGREE)
    parameters.set_coeff_modulus([seal.Modulus(modulus) for modulus in COEFFICIENT_MODULI])
    parameters.set_plain_modulus(seal.Modulus(PLAIN_MODULUS))
    return seal.SEALContext(parameters, True, seal.SEC_LEVEL_TYPE.TC128)


def _to_seal(context: seal.SEALContext, data: bytes) -> seal.Ciphertext:
    ciphertext = seal.Ciphertext(context)
    _load(ciphertext, _seal_stream(_parse_ciphertext(data), context.first_parms_id(), is_ntt_form=False))
    return ciphertext
