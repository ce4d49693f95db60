"""Signatures: a published vector, and one refusal per rule of check_signature."""

import json
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519

from crypto.errors import BadEncoding, BadSignature
from crypto.signing import (
    P256_ORDER,
    check_signature,
    encode_public_key,
    encode_signing_key,
    key_id,
    make_signing_key,
    parse_public_key,
    parse_signing_key,
    sign,
)

VECTORS = json.loads((Path(__file__).parents[1] / "vectors" / "envelope.json").read_text("utf-8"))
SAMPLE = VECTORS["sample"]
MESSAGE = SAMPLE["message"].encode()
R, S = int(SAMPLE["r"], 16), P256_ORDER - int(SAMPLE["s"], 16)
KEY = parse_public_key(bytes.fromhex(VECTORS["envelope"]["public_key"]))


def _signature(r: int, s: int) -> bytes:
    return r.to_bytes(32, "big") + s.to_bytes(32, "big")


def test_the_vector_of_rfc_6979_holds() -> None:
    check_signature(KEY, MESSAGE, _signature(R, S))


def test_the_key_id_is_the_hash_of_the_vectors_key() -> None:
    assert key_id(KEY).hex() == VECTORS["envelope"]["key_id"]


def test_a_signature_holds_for_its_message_and_key_only() -> None:
    key, other = make_signing_key(), make_signing_key()
    signature = sign(key, b"message")
    check_signature(key.public_key(), b"message", signature)
    with pytest.raises(BadSignature, match="does not belong"):
        check_signature(key.public_key(), b"massage", signature)
    with pytest.raises(BadSignature, match="does not belong"):
        check_signature(other.public_key(), b"message", signature)


def test_signatures_always_have_the_low_s() -> None:
    key = make_signing_key()
    for number in range(32):
        assert int.from_bytes(sign(key, bytes([number]))[32:], "big") <= P256_ORDER // 2


def test_a_key_on_another_curve_is_refused() -> None:
    with pytest.raises(BadSignature, match="P-256"):
        check_signature(ec.generate_private_key(ec.SECP256K1()).public_key(), MESSAGE, _signature(R, S))


@pytest.mark.parametrize("length", [0, 63, 65, 128])
def test_a_signature_of_another_length_is_refused(length: int) -> None:
    with pytest.raises(BadSignature, match="64 bytes"):
        check_signature(KEY, MESSAGE, (_signature(R, S) * 2)[:length])


@pytest.mark.parametrize(("r", "s"), [(0, S), (R, 0), (P256_ORDER, S), (R, P256_ORDER), (2**256 - 1, S)])
def test_r_and_s_outside_the_order_are_refused(r: int, s: int) -> None:
    with pytest.raises(BadSignature, match="between 1"):
        check_signature(KEY, MESSAGE, _signature(r, s))


def test_the_higher_s_is_refused() -> None:
    with pytest.raises(BadSignature, match="higher"):
        check_signature(KEY, MESSAGE, _signature(R, P256_ORDER - S))


def test_a_public_key_is_read_back() -> None:
    key = make_signing_key().public_key()
    assert key_id(parse_public_key(encode_public_key(key))) == key_id(key)


@pytest.mark.parametrize("position", [0, 5, 23, 26, 40, 90])
def test_an_altered_public_key_is_refused(position: int) -> None:
    data = bytearray(encode_public_key(KEY))
    data[position] ^= 1
    with pytest.raises(BadEncoding):
        parse_public_key(bytes(data))


def test_the_hybrid_encoding_of_a_public_key_is_refused() -> None:
    data = bytearray(encode_public_key(KEY))
    data[26] = 6 | data[-1] & 1  # the library alone reads it
    with pytest.raises(BadEncoding, match="the one DER encoding"):
        parse_public_key(bytes(data))


def test_a_public_key_of_another_kind_is_refused() -> None:
    other = ec.generate_private_key(ec.SECP256K1()).public_key()
    with pytest.raises(BadEncoding):
        parse_public_key(encode_public_key(other))
    with pytest.raises(BadEncoding, match="91 bytes"):
        parse_public_key(encode_public_key(KEY) + b"\0")


def test_a_signing_key_is_read_back_under_its_password_only() -> None:
    key = make_signing_key()
    data = encode_signing_key(key, b"password")
    assert key_id(parse_signing_key(data, b"password").public_key()) == key_id(key.public_key())
    for password in (b"Password", None):
        with pytest.raises(BadEncoding):
            parse_signing_key(data, password)


def test_a_signing_key_of_another_kind_is_refused() -> None:
    data = ed25519.Ed25519PrivateKey.generate().private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    with pytest.raises(BadEncoding, match="P-256"):
        parse_signing_key(data)
