"""Tokens, applications and answers of the enrolment door: vectors, round trips, one refusal per rule."""

import json
import random
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crypto.certificates import make_csr
from crypto.group import Random, encode_scalar
from crypto.sealing import make_sealing_key
from crypto.signing import make_signing_key
from protocol.errors import PeerError
from protos.enrolment import (
    Application,
    Enrolled,
    EnrolmentToken,
    check_possession,
    encode_application,
    encode_enrolled,
    encode_token,
    find_token,
    make_application,
    parse_application,
    parse_enrolled,
    parse_token,
)

VECTORS = json.loads((Path(__file__).parent.parent / "vectors/enrolment_token.json").read_text("utf-8"))
SECRET = bytes(range(16))


def seeded(seed: int) -> Random:
    return random.Random(seed).randbytes


@pytest.fixture(scope="module")
def csr_pem() -> str:
    return make_csr(make_signing_key(), "A", "A").decode()


@pytest.fixture(scope="module")
def application(csr_pem: str) -> Application:
    return make_application(SECRET, csr_pem, make_sealing_key(seeded(1))[0], seeded(2))


@pytest.mark.parametrize("vector", VECTORS["valid"], ids=lambda vector: vector["address"])
def test_a_token_is_written_and_read_as_the_vector_says(vector: dict[str, str]) -> None:
    fingerprint, secret = bytes.fromhex(vector["fingerprint"]), bytes.fromhex(vector["secret"])
    token = EnrolmentToken(vector["address"], fingerprint, secret)
    assert encode_token(token) == vector["token"]
    assert parse_token(vector["token"]) == token


@pytest.mark.parametrize("vector", VECTORS["refused"], ids=lambda vector: vector["lie"])
def test_a_token_that_is_not_the_one_encoding_is_refused(vector: dict[str, str]) -> None:
    with pytest.raises(PeerError) as caught:
        parse_token(vector["token"])
    assert caught.value.check == "token"
    assert "8PHy" not in str(caught.value)


def test_a_token_is_found_in_the_message_that_it_came_in() -> None:
    token = VECTORS["valid"][0]["token"]
    for message in (f"您的邀请码：\n\n{token}\n\n三天内有效。", f"{token}，请尽快", f"Use {token}.", token):
        assert find_token(message) == token
    assert find_token("nothing of the kind") == "nothing of the kind"


@given(
    port=st.integers(1, 65535),
    fingerprint=st.binary(min_size=32, max_size=32),
    secret=st.binary(min_size=16, max_size=16),
)
def test_any_token_reads_back(port: int, fingerprint: bytes, secret: bytes) -> None:
    token = EnrolmentToken(f"host:{port}", fingerprint, secret)
    assert parse_token(f"  {encode_token(token)}\n") == token


@given(st.text(max_size=200))
def test_any_text_is_a_token_or_refused(text: str) -> None:
    with pytest.raises(PeerError):
        parse_token(text)


def test_a_very_long_text_is_refused_unread() -> None:
    with pytest.raises(PeerError, match="paste the whole token"):
        parse_token(VECTORS["valid"][0]["token"] + " " * 2000)


def test_neither_token_nor_application_shows_its_secret(application: Application) -> None:
    shown = repr(EnrolmentToken("a:1", bytes(32), SECRET)) + repr(application)
    assert repr(SECRET) not in shown
    assert SECRET.hex() not in shown


def test_an_application_proves_its_sealing_key(application: Application) -> None:
    check_possession(application)


@pytest.mark.parametrize("part", ["token", "csr", "sealing key", "proof"])
def test_a_proof_of_possession_holds_for_its_own_application_only(
    application: Application, part: str
) -> None:
    changed = {
        "token": replace(application, token_secret=bytes(16)),
        "csr": replace(application, csr_pem=make_csr(make_signing_key(), "A", "A").decode()),
        "sealing key": replace(application, sealing_key=make_sealing_key(seeded(3))[1]),
        "proof": replace(application, possession=application.possession[:33] + encode_scalar(5)),
    }
    with pytest.raises(PeerError) as caught:
        check_possession(changed[part])
    assert caught.value.check == "possession"


def test_an_application_survives_the_wire(application: Application) -> None:
    assert parse_application(encode_application(application)) == application


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("token_secret", b""),
        ("token_secret", bytes(17)),
        ("csr_pem", ""),
        ("csr_pem", "x" * 4097),
        ("sealing_key", bytes(33)),
        ("sealing_key", b"\x02" + b"\xff" * 32),
        ("sealing_key", b""),
        ("possession", bytes(64)),
        ("possession", bytes(66)),
    ],
)
def test_an_application_with_a_part_of_the_wrong_size_is_refused(
    application: Application, field: str, value: bytes | str
) -> None:
    message = encode_application(application)
    setattr(message, field, value)
    with pytest.raises(PeerError) as caught:
        parse_application(message)
    assert caught.value.check == "message"


def test_an_answer_survives_the_wire() -> None:
    for enrolled in (
        Enrolled(b"envelope", "certificate", "root"),
        Enrolled(b"envelope", "certificate", "root", bytes(32)),
    ):
        assert parse_enrolled(encode_enrolled(enrolled)) == enrolled
        assert "key" not in repr(enrolled)


@pytest.mark.parametrize(
    "enrolled",
    [
        Enrolled(b"", "certificate", "root"),
        Enrolled(bytes(256 * 1024 + 1), "certificate", "root"),
        Enrolled(b"envelope", "", "root"),
        Enrolled(b"envelope", "certificate", "r" * 8193),
        Enrolled(b"envelope", "certificate", "root", bytes(31)),
    ],
)
def test_an_answer_with_a_part_missing_or_too_long_is_refused(enrolled: Enrolled) -> None:
    with pytest.raises(PeerError):
        parse_enrolled(encode_enrolled(enrolled))
