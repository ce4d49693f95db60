"""DSSE envelopes: the specification's example, a known statement, and one refusal per rule of parse_envelope."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crypto.canonical import encode_canonical
from crypto.envelope import (
    PAYLOAD_TYPE,
    Envelope,
    check_envelope,
    encode_envelope,
    parse_envelope,
    pre_authentication_encoding,
    sign_envelope,
)
from crypto.errors import BadEncoding, BadSignature
from crypto.signing import key_id, make_signing_key, parse_public_key

VECTORS = json.loads((Path(__file__).parents[1] / "vectors" / "envelope.json").read_text("utf-8"))
KNOWN = VECTORS["envelope"]
TEXT = KNOWN["text"].encode()
LIMIT = 4096


def _altered(**changes: Any) -> bytes:
    return encode_canonical({**json.loads(TEXT), **changes})


def _with_signature(**changes: Any) -> bytes:
    return _altered(signatures=[{**json.loads(TEXT)["signatures"][0], **changes}])


def test_the_example_of_the_dsse_specification_is_encoded() -> None:
    example = VECTORS["pae"]
    encoding = pre_authentication_encoding(example["type"], example["payload"].encode())
    assert encoding == example["encoding"].encode()


def test_lengths_are_counted_in_bytes() -> None:
    assert pre_authentication_encoding("é", "宁".encode()) == "DSSEv1 2 é 3 宁".encode()


def test_the_known_envelope_is_read_checked_and_written_back() -> None:
    envelope = parse_envelope(TEXT, LIMIT)
    assert envelope.payload == KNOWN["payload"].encode()
    assert (envelope.signature.hex(), envelope.key_id.hex()) == (KNOWN["signature"], KNOWN["key_id"])
    assert envelope.id.hex() == KNOWN["id"]
    check_envelope(envelope, parse_public_key(bytes.fromhex(KNOWN["public_key"])))
    assert encode_envelope(envelope) == TEXT


@settings(deadline=None)
@given(st.binary(max_size=200), st.binary(min_size=64, max_size=64), st.binary(min_size=32, max_size=32))
def test_reading_undoes_writing(payload: bytes, signature: bytes, signer: bytes) -> None:
    envelope = Envelope(payload, signature, signer)
    assert parse_envelope(encode_envelope(envelope), LIMIT) == envelope


def test_two_signatures_of_one_payload_are_one_statement() -> None:
    key = make_signing_key()
    first, second = sign_envelope(b"payload", key), sign_envelope(b"payload", key)
    assert first.signature != second.signature
    assert first.id == second.id


REFUSED = {
    "1 too long": (TEXT + b" " * LIMIT, "at most"),
    "2 not canonical": (TEXT + b"\n", "canonical"),
    "2 not JSON": (TEXT[:-1], "JSON"),
    "3 not an object": (b"[]", "exactly payload"),
    "3 a key missing": (b'{"payload":"","signatures":[]}', "exactly payload"),
    "3 a key more": (_altered(extra=1), "exactly payload"),
    "4 another type": (_altered(payloadType=PAYLOAD_TYPE + "1"), "payloadType"),
    "5 signatures no list": (_altered(signatures={}), "exactly one"),
    "5 no signature": (_altered(signatures=[]), "exactly one"),
    "5 two signatures": (_altered(signatures=json.loads(TEXT)["signatures"] * 2), "exactly one"),
    "5 signature no object": (_altered(signatures=["sig"]), "exactly keyid"),
    "5 a key more in it": (_with_signature(extra=1), "exactly keyid"),
    "5 keyid in capitals": (_with_signature(keyid=KNOWN["key_id"].upper()), "lowercase hex"),
    "5 keyid too short": (_with_signature(keyid=KNOWN["key_id"][:-1]), "lowercase hex"),
    "5 keyid no text": (_with_signature(keyid=1), "lowercase hex"),
    "6 payload no text": (_altered(payload=1), "base64"),
    "6 payload without padding": (_altered(payload="YQ"), "base64"),
    "6 payload url-safe": (_altered(payload="_-__"), "base64"),
    "6 payload with spare bits": (_altered(payload="YR=="), "base64"),
    "6 payload with a newline": (_altered(payload="YQ==\n"), "base64"),
    "6 payload beyond ASCII": (_altered(payload="ÿ==="), "base64"),
    "6 sig with spare bits": (_with_signature(sig="A" * 85 + "B=="), "base64"),
    "7 signature too short": (_with_signature(sig="YQ=="), "64 bytes"),
}


@pytest.mark.parametrize(("data", "message"), REFUSED.values(), ids=REFUSED.keys())
def test_each_rule_refuses_its_envelope(data: bytes, message: str) -> None:
    with pytest.raises(BadEncoding, match=message):
        parse_envelope(data, LIMIT)


def test_an_envelope_may_be_exactly_as_long_as_the_limit() -> None:
    parse_envelope(TEXT, len(TEXT))
    with pytest.raises(BadEncoding, match="at most"):
        parse_envelope(TEXT, len(TEXT) - 1)


def test_an_envelope_that_names_another_key_is_refused() -> None:
    key = make_signing_key()
    envelope = replace(sign_envelope(b"payload", key), key_id=bytes(32))
    with pytest.raises(BadSignature, match="expected a signature by key"):
        check_envelope(envelope, key.public_key())


def test_an_envelope_signed_by_another_key_is_refused() -> None:
    key, other = make_signing_key(), make_signing_key()
    envelope = replace(sign_envelope(b"payload", other), key_id=key_id(key.public_key()))
    with pytest.raises(BadSignature, match="does not belong"):
        check_envelope(envelope, key.public_key())


def test_an_altered_payload_is_refused() -> None:
    key = make_signing_key()
    envelope = replace(sign_envelope(b"payload", key), payload=b"payloae")
    with pytest.raises(BadSignature, match="does not belong"):
        check_envelope(envelope, key.public_key())
