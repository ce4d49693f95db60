import hashlib
import json
from pathlib import Path

import pytest

from crypto.group import ORDER, B, G, H
from crypto.transcript import Transcript

VECTORS = json.loads((Path(__file__).parents[1] / "vectors" / "transcript.json").read_text())


def item(label: bytes, data: bytes) -> bytes:
    return len(label).to_bytes(4, "big") + label + len(data).to_bytes(4, "big") + data


def opening(kind: bytes) -> bytes:
    generators = b"".join(
        item(b"generator/" + name, p.encode()) for name, p in ((b"B", B), (b"G", G), (b"H", H))
    )
    return item(b"protocol", b"sealsum/v1") + item(b"kind", kind) + generators


def replay(case):
    transcript = Transcript(case["kind"])
    for step in case["absorbed"]:
        transcript.absorb(step["label"], bytes.fromhex(step["data"]))
    return transcript


@pytest.mark.parametrize("case", VECTORS["cases"], ids=lambda case: case["kind"])
def test_challenges_are_the_published_ones(case):
    transcript = replay(case)
    assert [f"{transcript.challenge(label):064x}" for label in case["labels"]] == case["challenges"]


def test_a_challenge_is_the_hash_of_every_item_so_far_and_becomes_one():
    transcript = Transcript("test")
    transcript.absorb("id", b"\x01\x02")
    transcript.absorb_point("P", G)
    transcript.absorb_point("infinity", None)
    transcript.absorb_int("count", -12)
    text = opening(b"test") + item(b"id", b"\x01\x02") + item(b"P", G.encode())
    text += item(b"infinity", b"") + item(b"count", b"-12")
    first = int.from_bytes(hashlib.sha512(text).digest(), "big") % ORDER
    assert transcript.challenge("e") == first
    text += item(b"e", first.to_bytes(32, "big"))
    assert transcript.challenge("f") == int.from_bytes(hashlib.sha512(text).digest(), "big") % ORDER


def variants():
    def absorbing(*steps, kind="test"):
        transcript = Transcript(kind)
        for label, data in steps:
            transcript.absorb(label, data)
        return transcript.challenge("e")

    return {
        "plain": absorbing(("a", b"bc")),
        "another kind": absorbing(("a", b"bc"), kind="tesu"),
        "another label": absorbing(("b", b"bc")),
        "another value": absorbing(("a", b"bd")),
        "a byte moved from data to label": absorbing(("ab", b"c")),
        "a longer value": absorbing(("a", b"bc\x00")),
        "no item": absorbing(),
        "an empty item more": absorbing(("a", b"bc"), ("", b"")),
        "two items for one": absorbing(("a", b"b"), ("", b"c")),
        "the same twice": absorbing(("a", b"bc"), ("a", b"bc")),
    }


def test_transcripts_that_differ_anywhere_give_other_challenges():
    challenges = variants()
    assert len(set(challenges.values())) == len(challenges)


def test_a_copy_continues_by_itself():
    transcript = Transcript("test")
    copy = transcript.copy()
    copy.absorb("more", b"1")
    assert copy.challenge("e") != Transcript("test").challenge("e")
    assert transcript.challenge("e") == Transcript("test").challenge("e")


class ZeroFirst:
    """A hash whose first digest is a multiple of the order, which real ones are once in 2^256."""

    def __init__(self):
        self.absorbed = []

    def update(self, data):
        self.absorbed.append(data)

    def digest(self):
        return (ORDER if not self.absorbed else 5 + len(self.absorbed)).to_bytes(64, "big")


def test_a_zero_challenge_is_drawn_again():
    transcript = Transcript("test")
    transcript._hash = ZeroFirst()
    assert transcript.challenge("e") == 6
    assert transcript._hash.absorbed == [
        item(b"e", ORDER.to_bytes(64, "big")),
        item(b"e", (6).to_bytes(32, "big")),
    ]


def stuck(length: int) -> bytes:
    return bytes(length)


def test_nonces_depend_on_statement_witness_and_randomness():
    def draw(context=b"1", secrets=(5,), random=stuck):
        transcript = Transcript("test")
        transcript.absorb("context", context)
        return transcript.nonces(secrets, random)(32)

    streams = [
        draw(),
        draw(context=b"2"),
        draw(secrets=(6,)),
        draw(secrets=(5, 0)),
        draw(random=lambda length: b"\x01" * length),
    ]
    assert len(set(streams)) == len(streams)
    assert draw() == draw()


def test_nonces_leave_the_transcript_alone_and_never_repeat():
    transcript = Transcript("test")
    draw = transcript.nonces([1], stuck)
    assert len({draw(32) for _ in range(100)}) == 100
    assert len(draw(100_000)) == 100_000
    assert transcript.challenge("e") == Transcript("test").challenge("e")
