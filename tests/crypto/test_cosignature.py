"""Cosignatures of witnesses: what holds, what counts, and one refusal per rule."""

import base64
import hashlib
import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crypto.cosignature import (
    Cosignature,
    add_cosignatures,
    check_cosignatures,
    cosign,
    find_cosignature,
    make_witness_key,
    parse_witness_key,
    parse_witness_signer,
)
from crypto.errors import BadEncoding, BadSignature
from crypto.note import Checkpoint, check_checkpoint, make_log_key, sign_checkpoint

VECTOR = json.loads((Path(__file__).parents[1] / "vectors" / "cosignature.json").read_text("utf-8"))


def draw(name: str):
    return lambda length: hashlib.shake_256(name.encode()).digest(length)


LOG_SKEY, LOG_VKEY = make_log_key("log.example", draw("log"))
W1, W1_KEY = make_witness_key("w1.example", draw("w1"))
W2, W2_KEY = make_witness_key("w2.example", draw("w2"))
NOTE = sign_checkpoint(Checkpoint("log.example", 8, bytes(range(32)), 1_700_000_000), LOG_SKEY)
LINE = cosign(NOTE, W1, 1_700_000_001)


def test_the_vector_is_cosigned_alike_and_holds() -> None:
    assert cosign(VECTOR["note"], VECTOR["skey"], VECTOR["time"]) == VECTOR["line"]
    found = find_cosignature(VECTOR["note"] + VECTOR["line"], VECTOR["vkey"])
    assert found == Cosignature("witness.example/w1", VECTOR["time"])


@settings(deadline=None)
@given(st.integers(0, 2**63 - 1))
def test_a_cosignature_says_when_it_was_made(time: int) -> None:
    assert find_cosignature(NOTE + cosign(NOTE, W1, time), W1_KEY) == Cosignature("w1.example", time)


def test_a_cosigned_checkpoint_still_opens_under_the_log_key() -> None:
    both = add_cosignatures(NOTE, [LINE, cosign(NOTE, W2, 7)])
    assert check_checkpoint(both, LOG_VKEY).size == 8
    assert [item.name for item in check_cosignatures(both, [W1_KEY, W2_KEY], 2)] == [
        "w1.example",
        "w2.example",
    ]


def test_a_note_without_the_witness_has_none() -> None:
    assert find_cosignature(NOTE + LINE, W2_KEY) is None


def altered(change: int) -> str:
    data = bytearray(base64.b64decode(LINE.split(" ")[2]))
    data[change] ^= 1
    return f"— w1.example {base64.b64encode(bytes(data)).decode()}\n"


REFUSED = {
    "2 twice": LINE + LINE,
    "2 shorter": f"— w1.example {base64.b64encode(base64.b64decode(LINE.split(' ')[2])[:-1]).decode()}\n",
    "3 another time": altered(11),
    "3 another signature": altered(20),
    "3 of another checkpoint": cosign(
        sign_checkpoint(Checkpoint("log.example", 9, bytes(range(32)), 1_700_000_000), LOG_SKEY),
        W1,
        1_700_000_001,
    ),
}


@pytest.mark.parametrize("lines", REFUSED.values(), ids=REFUSED)
def test_a_cosignature_that_does_not_hold_is_refused_and_counts_for_nothing(lines: str) -> None:
    with pytest.raises(BadSignature):
        find_cosignature(NOTE + lines, W1_KEY)
    with pytest.raises(BadSignature, match="found 0"):
        check_cosignatures(NOTE + lines, [W1_KEY], 1)
    assert check_cosignatures(NOTE + lines + cosign(NOTE, W2, 7), [W1_KEY, W2_KEY], 1)


def test_the_name_belongs_to_the_key() -> None:
    renamed = LINE.replace("w1.example", "w2.example")
    assert (
        find_cosignature(NOTE + renamed, W1_KEY) is None and find_cosignature(NOTE + renamed, W2_KEY) is None
    )


def test_too_few_witnesses_are_named() -> None:
    with pytest.raises(BadSignature, match=r"2 of 2 pinned witnesses, found 1 \(w1\.example\)"):
        check_cosignatures(NOTE + LINE, [W1_KEY, W2_KEY], 2)


def test_one_witness_pinned_twice_is_one() -> None:
    with pytest.raises(BadSignature):
        check_cosignatures(NOTE + LINE, [W1_KEY, W1_KEY], 2)


def test_only_a_checkpoint_is_cosigned() -> None:
    skey, _ = make_log_key("log.example", draw("log"))
    from crypto.note import sign_note

    with pytest.raises(BadEncoding):
        cosign(sign_note("pay Mallory\n", skey), W1, 7)


BAD_KEYS = {
    "a log key": LOG_VKEY,
    "another hash": W1_KEY.replace("+", "+00000000", 1)[: len(W1_KEY)],
    "two parts": "w1.example+00000000",
    "no base64": "w1.example+00000000+!!",
}


@pytest.mark.parametrize("text", BAD_KEYS.values(), ids=BAD_KEYS)
def test_a_malformed_witness_key_is_refused(text: str) -> None:
    with pytest.raises(BadEncoding):
        parse_witness_key(text)


def test_a_malformed_private_key_is_refused_without_being_repeated() -> None:
    secret = W1.rsplit("+", 1)[1]
    for text in (W1.replace("w1", "w3"), LOG_SKEY, "PRIVATE+KEY+w1.example"):
        with pytest.raises(BadEncoding) as refused:
            parse_witness_signer(text)
        assert secret not in str(refused.value)
    assert secret not in repr(parse_witness_signer(W1))


def test_a_note_takes_at_most_a_hundred_signatures() -> None:
    with pytest.raises(BadEncoding):
        add_cosignatures(NOTE, [LINE] * 100)
