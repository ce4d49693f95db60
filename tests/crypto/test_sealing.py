"""Seals: a vector computed apart from this code, and that nothing opens elsewhere or altered."""

import hashlib
import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crypto.errors import BadSeal
from crypto.group import Random, multiply_base, parse_point
from crypto.sealing import (
    OVERHEAD,
    SEAL_LIMIT,
    ephemeral_of,
    make_sealing_key,
    open_seal,
    open_seal_with,
    public_point,
    seal,
)

VECTOR = json.loads((Path(__file__).parents[1] / "vectors" / "sealing.json").read_text("utf-8"))
SECRET, PUBLIC = int(VECTOR["secret"], 16), parse_point(bytes.fromhex(VECTOR["public"]))
CONTEXT, PLAINTEXT = bytes.fromhex(VECTOR["context"]), bytes.fromhex(VECTOR["plaintext"])
SEALED, SHARED = bytes.fromhex(VECTOR["sealed"]), parse_point(bytes.fromhex(VECTOR["shared_point"]))


def stream(seed: bytes) -> Random:
    counter = iter(range(1 << 32))
    return lambda length: hashlib.shake_256(seed + next(counter).to_bytes(4)).digest(length)


RANDOM = stream(b"sealing")


def test_the_known_seal_opens() -> None:
    assert public_point(SECRET) == PUBLIC
    assert open_seal(SECRET, SEALED, CONTEXT, RANDOM) == PLAINTEXT


def test_the_known_seal_opens_with_the_shared_point_of_a_dispute() -> None:
    assert open_seal_with(SHARED, PUBLIC, SEALED, CONTEXT) == PLAINTEXT


def test_sealing_makes_the_known_seal_from_its_ephemeral_key() -> None:
    ephemeral = hashlib.sha256(b"ephemeral").digest()
    assert multiply_base(int.from_bytes(ephemeral)) == ephemeral_of(SEALED)
    draws = iter([ephemeral])
    assert seal(PUBLIC, PLAINTEXT, CONTEXT, lambda length: next(draws, None) or RANDOM(length)) == SEALED


@settings(deadline=None)
@given(st.binary(max_size=SEAL_LIMIT - OVERHEAD), st.binary(max_size=80), st.binary(max_size=8))
def test_opening_undoes_sealing(plaintext: bytes, context: bytes, seed: bytes) -> None:
    random = stream(seed)
    secret, point = make_sealing_key(random)
    sealed = seal(point, plaintext, context, random)
    assert len(sealed) == len(plaintext) + OVERHEAD
    assert open_seal(secret, sealed, context, random) == plaintext


def test_every_altered_byte_is_refused() -> None:
    for position in range(len(SEALED)):
        altered = bytearray(SEALED)
        altered[position] ^= 1
        with pytest.raises(BadSeal):
            open_seal(SECRET, bytes(altered), CONTEXT, RANDOM)


@pytest.mark.parametrize("context", [b"", CONTEXT[:-1], CONTEXT + b"\0", CONTEXT[::-1]])
def test_another_context_is_refused(context: bytes) -> None:
    with pytest.raises(BadSeal, match="another key or context"):
        open_seal(SECRET, SEALED, context, RANDOM)


def test_another_recipient_is_refused() -> None:
    other, point = make_sealing_key(RANDOM)
    with pytest.raises(BadSeal, match="another key or context"):
        open_seal(other, SEALED, CONTEXT, RANDOM)
    with pytest.raises(BadSeal, match="another key or context"):
        open_seal_with(SHARED, point, SEALED, CONTEXT)


@pytest.mark.parametrize("sealed", [b"", SEALED[: OVERHEAD - 1], SEALED + bytes(SEAL_LIMIT)])
def test_a_seal_of_impossible_length_is_refused(sealed: bytes) -> None:
    with pytest.raises(BadSeal, match="bytes, found"):
        open_seal(SECRET, sealed, CONTEXT, RANDOM)


@pytest.mark.parametrize("point", [bytes(33), b"\x04" + SEALED[1:33], b"\x02" + b"\xff" * 32])
def test_a_hostile_ephemeral_point_is_refused(point: bytes) -> None:
    with pytest.raises(BadSeal, match="start with a point"):
        open_seal(SECRET, point + SEALED[33:], CONTEXT, RANDOM)


def test_a_truncated_or_lengthened_seal_is_refused() -> None:
    for sealed in (SEALED[:-1], SEALED + b"\0"):
        with pytest.raises(BadSeal):
            open_seal(SECRET, sealed, CONTEXT, RANDOM)


def test_more_than_a_sealed_blob_holds_is_not_sealed() -> None:
    with pytest.raises(ValueError, match="bytes to seal"):
        seal(PUBLIC, bytes(SEAL_LIMIT - OVERHEAD + 1), b"", RANDOM)


def test_two_seals_of_one_plaintext_differ() -> None:
    assert seal(PUBLIC, PLAINTEXT, CONTEXT, RANDOM) != seal(PUBLIC, PLAINTEXT, CONTEXT, RANDOM)
