"""Hostile bytes and fields in statements, by an enrolled company with its real keys, at the real door.

The one fact: each refusal names its check, log and projections stay as they were, and in the end the same calculation
is completed and certified by the same process.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from crypto.signing import P256_ORDER
from tests.support.waiting import Waiting, log_unchanged, put


@pytest.fixture(autouse=True)
def unchanged(waiting: Waiting) -> Iterator[None]:
    with log_unchanged(waiting):
        yield


# --- envelopes ---------------------------------------------------------------------------------------


def fields_of(data: bytes) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(data)
    return found


def compact(fields: dict[str, Any]) -> bytes:
    """Canonical for what these tests write: ASCII, sorted, no spaces."""
    return json.dumps(fields, separators=(",", ":"), sort_keys=True).encode()


def resigned(alter: Callable[[bytearray], object]) -> Callable[[bytes], bytes]:
    """An envelope with its signature's 64 bytes altered."""

    def change(data: bytes) -> bytes:
        fields = fields_of(data)
        signature = bytearray(base64.b64decode(fields["signatures"][0]["sig"]))
        alter(signature)
        fields["signatures"][0]["sig"] = base64.b64encode(bytes(signature)).decode()
        return compact(fields)

    return change


def refielded(alter: Callable[[dict[str, Any]], object]) -> Callable[[bytes], bytes]:
    """An envelope with its own fields altered."""

    def change(data: bytes) -> bytes:
        fields = fields_of(data)
        alter(fields)
        return compact(fields)

    return change


def raise_s(signature: bytearray) -> None:
    signature[32:] = (P256_ORDER - int.from_bytes(signature[32:])).to_bytes(32)


ENVELOPES: dict[str, tuple[Callable[[bytes], bytes], str]] = {
    "nothing": (lambda _: b"", "encoding"),
    "one byte short": (lambda data: data[:-1], "encoding"),
    "half": (lambda data: data[: len(data) // 2], "encoding"),
    "a byte more": (lambda data: data + b"\n", "encoding"),
    "twice": (lambda data: data * 2, "encoding"),
    "oversized for its kind": (lambda data: data[:-1] + b" " * (257 * 1024) + data[-1:], "encoding"),
    "oversized for any kind": (lambda data: data + b" " * (2 * 1024 * 1024), "size"),
    "with a space": (lambda data: data.replace(b",", b", ", 1), "encoding"),
    "with its keys in another order": (
        lambda data: json.dumps(dict(reversed(fields_of(data).items())), separators=(",", ":")).encode(), "encoding",
    ),
    "with a key twice": (lambda data: data[:-1] + b',"payloadType":"x"}', "encoding"),
    "with a byte order mark": (lambda data: b"\xef\xbb\xbf" + data, "encoding"),
    "in another encoding": (lambda data: data.decode().encode("utf-16"), "encoding"),
    "with another key": (refielded(lambda fields: fields.update(note="hello")), "encoding"),
    "of another type": (refielded(lambda fields: fields.update(payloadType="text/plain")), "encoding"),
    "unsigned": (refielded(lambda fields: fields["signatures"].clear()), "encoding"),
    "signed twice": (refielded(lambda fields: fields["signatures"].append(fields["signatures"][0])), "encoding"),
    "with another base64": (
        refielded(lambda fields: fields.update(payload=fields["payload"].rstrip("=") + "\n")), "encoding",
    ),
    "with a payload that is no text": (refielded(lambda fields: fields.update(payload=7)), "encoding"),
    "nested without end": (lambda _: b"[" * 100_000, "encoding"),
    "with a flipped bit in its signature": (resigned(lambda sig: sig.__setitem__(5, sig[5] ^ 1)), "signature"),
    "with the higher s": (resigned(raise_s), "signature"),
    "with a signature of zeros": (resigned(lambda sig: sig.__setitem__(slice(0, 64), bytes(64))), "signature"),
    "with a signature cut short": (resigned(lambda sig: sig.__delitem__(63)), "encoding"),
    "under another key's name": (
        refielded(lambda fields: fields["signatures"][0].update(keyid="0" * 64)), "signature",
    ),
}  # fmt: skip


@pytest.mark.parametrize("bad", ENVELOPES.values(), ids=ENVELOPES.keys())
def test_an_envelope_that_is_not_exactly_right_is_refused(
    waiting: Waiting, bad: tuple[Callable[[bytes], bytes], str]
) -> None:
    spoil, check = bad
    assert waiting.liar.refusal(spoil(waiting.contribution.data)) == check


POINT = ("models", 0, "masked", 0)
PAYLOADS: dict[str, tuple[Callable[[dict[str, Any]], object], str]] = {
    "a number as text": (put("ciphertext", "length", "70000"), "schema"),
    "a text as number": (put("nonce", 7), "schema"),
    "true for a number": (put("ciphertext", "length", True), "schema"),
    "a negative length": (put("ciphertext", "length", -1), "schema"),
    "a list for a table": (put("saw", []), "schema"),
    "no models": (put("models", []), "schema"),
    "more models than asked": (lambda fields: fields["models"].append(fields["models"][0]), "contribution"),
    "a field nobody knows": (put("colour", "blue"), "schema"),
    "a field left out": (lambda fields: fields.pop("roster"), "schema"),
    "a type nobody knows": (put("type", "confession"), "schema"),
    "the type of another statement": (put("type", "consent"), "schema"),
    "an id in capitals": (put("consent", "A" * 64), "schema"),
    "an id cut short": (put("consent", "a" * 63), "schema"),
    "infinity as a point": (put(*POINT, "00" * 33), "schema"),
    "a point off the curve": (put(*POINT, "02" + "00" * 31 + "05"), "schema"),
    "a point beyond the field": (put(*POINT, "02" + "ff" * 32), "schema"),
    "an uncompressed point": (put(*POINT, "04" + "11" * 64), "schema"),
    "a point of another prefix": (put(*POINT, "05" + "11" * 32), "schema"),
    "a point in capitals": (put(*POINT, "02" + "AB" * 32), "schema"),
    "a point that is no text": (put(*POINT, None), "schema"),
    "another roster": (put("roster", "1" * 64), "roster"),
    "another's consent": (put("consent", "2" * 64), "consent"),
    "another signer": (put("by", "3" * 64), "signer"),
    "a checkpoint of a log that never was": (put("saw", "root", "4" * 64), "saw"),
}  # fmt: skip


@pytest.mark.parametrize("bad", PAYLOADS.values(), ids=PAYLOADS.keys())
def test_a_rightly_signed_statement_with_a_wrong_field_is_refused(
    waiting: Waiting, bad: tuple[Callable[[dict[str, Any]], object], str]
) -> None:
    alter, check = bad
    envelope = waiting.liar.sign_altered(waiting.contribution, lambda fields: (alter(fields), None)[1])
    assert waiting.liar.refusal(envelope) == check


NOT_CANONICAL = {
    "a space": lambda payload: payload.replace(b",", b", ", 1),
    "a key twice": lambda payload: payload[:-1] + b',"type":"contribution"}',
    "a float": lambda payload: payload.replace(b'"length":', b'"length":1.0,"x":', 1),
    "an exponent": lambda payload: payload.replace(b'"length":', b'"length":7e4,"x":', 1),
    "not a number": lambda payload: payload.replace(b'"length":', b'"length":NaN,"x":', 1),
    "an escape that is not needed": lambda payload: payload.replace(
        b'"contribution"', b'"\\u0063ontribution"'
    ),
    "bytes that are no text": lambda payload: payload.replace(b"contribution", b"contribution\xff"),
    "half a character": lambda payload: payload.replace(b'"contribution"', b'"\\ud800"'),
    "a number too long": lambda payload: payload.replace(
        b'"length":', b'"length":99999999999999999999,"x":', 1
    ),
    "nothing": lambda _: b"",
    "a list": lambda _: b"[]",
}


@pytest.mark.parametrize("spoil", NOT_CANONICAL.values(), ids=NOT_CANONICAL.keys())
def test_a_rightly_signed_payload_that_is_not_canonical_is_refused(
    waiting: Waiting, spoil: Callable[[bytes], bytes]
) -> None:
    payload = spoil(waiting.contribution.envelope.payload)
    assert payload != waiting.contribution.envelope.payload
    assert waiting.liar.refusal(waiting.liar.sign_bytes(payload)) in ("encoding", "schema")
