"""Strict parsing of statements: round trips of every kind, one refusal per rule."""

import base64
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crypto.envelope import Envelope, encode_envelope, sign_envelope
from crypto.group import ORDER
from crypto.signing import make_signing_key
from protocol.errors import PeerError
from protocol.payloads import KINDS
from protocol.statements import (
    MAX_ENVELOPE,
    MAX_REQUEST_ENVELOPE,
    core_id_of,
    encode_payload,
    parse_statement,
    sign_statement,
)
from tests.support.payload_strategies import payloads

VECTORS = json.loads((Path(__file__).parents[1] / "vectors" / "statements.json").read_text("utf-8"))
PAYLOADS: dict[str, dict[str, Any]] = {
    known["type"]: json.loads(known["payload"]) for known in VECTORS["statements"]
}
NULLABLE = (
    "replaces", "valid_from", "valid_to", "cycles_per_year", "warranty_years", "warranty_km",
    "measured_cycles", "successor", "place",
)  # fmt: skip
KEY = make_signing_key()


def canonical(value: Any) -> bytes:
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()


def enveloped(payload: bytes) -> bytes:
    """An envelope around any bytes; parsing does not look at the signature."""
    return encode_envelope(Envelope(payload, b"\1" * 64, b"\2" * 32))


def refusal(payload: Any) -> PeerError:
    data = enveloped(payload if isinstance(payload, bytes) else canonical(payload))
    with pytest.raises(PeerError) as caught:
        parse_statement(data)
    return caught.value


def fields_of(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The path of every field of an object, at any depth."""
    if isinstance(value, dict):
        for name, part in value.items():
            yield (*path, name)
            yield from fields_of(part, (*path, name))
    if isinstance(value, list) and value:
        yield from fields_of(value[0], (*path, 0))


def changed(kind: str, path: tuple[Any, ...], change: Callable[[Any, Any], None]) -> Any:
    """A copy of the known payload with `change(container, key)` applied at the path."""
    copy = json.loads(canonical(PAYLOADS[kind]))
    place = copy
    for step in path[:-1]:
        place = place[step]
    change(place, path[-1])
    return copy


def put(value: Any) -> Callable[[Any, Any], None]:
    def change(place: Any, key: Any) -> None:
        place[key] = value

    return change


def drop(place: Any, key: Any) -> None:
    del place[key]


PLACES = [(kind, path) for kind in PAYLOADS for path in fields_of(PAYLOADS[kind])]
# The stages of a result are a table: which of them must be there is a rule of the figures, not of the schema.
FIELDS = [(kind, path) for kind, path in PLACES if path[-2:-1] not in (("stages",), ("shares",))]


@pytest.mark.parametrize("kind", KINDS)
@settings(deadline=None, max_examples=15, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_reading_undoes_signing_for_every_kind(kind: str, data: st.DataObject) -> None:
    payload = data.draw(payloads(kind))
    signed = sign_statement(payload, KEY)  # type: ignore[arg-type]
    again = parse_statement(signed.data)
    assert again == signed
    assert encode_payload(again.payload) == signed.envelope.payload


PROOFS: dict[str, tuple[Any, ...]] = {
    "enrolment": ("proofs", "rotation"),
    "declaration": ("proofs", "range"),
    "request": ("proofs", "ranges", 0),
    "consent": ("proofs", "possession"),
    "contribution": ("proofs", "models", 0, "relation"),
    "key_opening": ("proofs", "equality"),
    "vector_opening": ("proofs", "possession", 0),
    "seal_opening": ("proofs", "equality"),
}


@pytest.mark.parametrize(
    ("kind", "path"), [*PROOFS.items(), ("request", ("seals", 0, 0)), ("vector_opening", ("seals", 0))]
)
def test_a_changed_proof_or_seal_changes_the_id_and_not_the_core_id(kind: str, path: tuple[Any, ...]) -> None:
    before = parse_statement(enveloped(canonical(PAYLOADS[kind])))
    after = parse_statement(enveloped(canonical(changed(kind, path, put("AAAA")))))
    assert after.id != before.id and after.core_id == before.core_id == core_id_of(after.payload)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("path", "value"), [(("by",), "ab" * 32), (("saw", "size"), 8), (("nonce",), "cd" * 16)]
)
def test_any_other_change_changes_both_ids(kind: str, path: tuple[Any, ...], value: Any) -> None:
    before = parse_statement(enveloped(canonical(PAYLOADS[kind])))
    after = parse_statement(enveloped(canonical(changed(kind, path, put(value)))))
    assert after.id != before.id and after.core_id != before.core_id


@pytest.mark.parametrize("kind", KINDS)
def test_an_unknown_field_is_refused(kind: str) -> None:
    assert refusal({**PAYLOADS[kind], "extra": 1}).check == "schema"


@pytest.mark.parametrize(("kind", "path"), [place for place in PLACES if len(place[1]) > 1])
def test_an_unknown_field_of_a_part_is_refused(kind: str, path: tuple[Any, ...]) -> None:
    assert refusal(changed(kind, path, lambda place, _: place.update(extra="1"))).check == "schema"


@pytest.mark.parametrize(("kind", "path"), FIELDS)
def test_a_missing_field_is_refused(kind: str, path: tuple[Any, ...]) -> None:
    assert refusal(changed(kind, path, drop)).check == "schema"


@pytest.mark.parametrize(("kind", "path"), PLACES)
def test_a_field_of_another_json_type_is_refused(kind: str, path: tuple[Any, ...]) -> None:
    found = PAYLOADS[kind]
    for step in path:
        found = found[step]
    nullable = path[-1] in NULLABLE
    for wrong in (True, 3, "text!", None, [], {}):
        if type(wrong) is type(found) or (nullable and (wrong is None or isinstance(wrong, str))):
            continue  # the right type, or a null that is allowed
        assert refusal(changed(kind, path, put(wrong))).check == "schema", wrong


@pytest.mark.parametrize(
    "text", ["01", "+1", " 1", "1 ", "1.0", "-0", "1e3", "0x10", "", "-", "１", "9" * 92]
)
def test_an_integer_text_other_than_its_one_form_is_refused(text: str) -> None:
    payload = changed("result", ("models", 0, "cells", 0, "value"), put(text))
    assert refusal(payload).check == "schema"


def test_an_integer_text_written_as_a_json_number_is_refused() -> None:
    payload = changed("result", ("models", 0, "cells", 0, "value"), put(1000))
    assert refusal(payload).check == "schema"


@pytest.mark.parametrize(
    "text", ["1.", ".5", "1,5", "1e3", "+1", "01", "1" * 19, "1." + "1" * 19, "NaN", "1\n"]
)
def test_a_decimal_text_other_than_plain_digits_is_refused(text: str) -> None:
    assert refusal(changed("factor", ("total",), put(text))).check == "schema"


@pytest.mark.parametrize("text", ["1/0", "1/", "/2", "1/-2", "1/02", "0.5", "1/2/3"])
def test_a_rational_text_other_than_its_form_is_refused(text: str) -> None:
    assert refusal(changed("category", ("lines", 0, "coefficient"), put(text))).check == "schema"


def _point(change: Callable[[str], str]) -> Any:
    good = PAYLOADS["consent"]["ephemeral"]
    return changed("consent", ("ephemeral",), put(change(good)))


BAD_POINTS: dict[str, Callable[[str], str]] = {
    "uppercase hex": lambda good: good.upper(),
    "off the curve": lambda good: "02" + (5).to_bytes(32, "big").hex(),
    "coordinate not reduced": lambda good: "02" + "ff" * 32,
    "65 bytes": lambda good: "04" + good[2:] + good[2:],
    "hybrid prefix": lambda good: "06" + good[2:],
    "32 bytes": lambda good: good[2:],
    "infinity": lambda good: "00" * 33,
    "empty": lambda good: "",
    "space": lambda good: good[:-1] + " ",
}


@pytest.mark.parametrize("name", BAD_POINTS)
def test_a_bad_point_is_refused(name: str) -> None:
    assert refusal(_point(BAD_POINTS[name])).check == "schema"


@pytest.mark.parametrize("bad", ["AB" * 32, "ab" * 31, "ab" * 33, "zz" * 32, "ab" * 32 + "\n"])
def test_an_id_other_than_64_lowercase_hex_digits_is_refused(bad: str) -> None:
    assert refusal(changed("certificate", ("result",), put(bad))).check == "schema"


@pytest.mark.parametrize("bad", ["00" * 15, "00" * 17, "AA" * 16])
def test_a_nonce_of_another_length_or_case_is_refused(bad: str) -> None:
    assert refusal(changed("certificate", ("nonce",), put(bad))).check == "schema"


@pytest.mark.parametrize("bad", ["Bw", "Bw=", "Bx==", "B w=", "Bw==\n", "-_==", "Bw==Bw==", "é"])
def test_base64_other_than_the_one_standard_form_is_refused(bad: str) -> None:
    assert refusal(changed("consent", ("proofs", "possession"), put(bad))).check == "schema"


@pytest.mark.parametrize("bad", ["Power", "", "a" * 65, "-a", "a b", "é"])
def test_a_code_outside_its_alphabet_is_refused(bad: str) -> None:
    assert refusal(changed("declaration", ("product",), put(bad))).check == "schema"


@pytest.mark.parametrize("letter", ["\x1b", "\0", "\r", "\x7f", "\x9b", "\u202e", "\u2066"], ids=ascii)
def test_a_text_that_would_move_a_cursor_or_turn_its_readers_order_is_refused(letter: str) -> None:
    for kind, path in (("refusal", ("reason",)), ("consent", ("approval", "answer"))):
        assert refusal(changed(kind, path, put(f"no{letter}thing"))).check in ("schema", "encoding")


def test_a_line_break_may_stand_in_a_longer_text_and_not_in_a_name() -> None:
    parse_statement(enveloped(canonical(changed("factor", ("note",), put("one\ntwo")))))
    assert refusal(changed("factor", ("name_en",), put("one\ntwo"))).check == "schema"
    assert refusal(changed("refusal", ("reason",), put(""))).check == "schema"


@pytest.mark.parametrize("value", [-1, 2**53])
def test_a_count_outside_its_bounds_is_refused(value: int) -> None:
    assert refusal(changed("consent", ("entry",), put(value))).check in ("schema", "encoding")


def _twice(name: str) -> bytes:
    text = canonical(PAYLOADS["refusal"]).decode()
    return text.replace(f'"{name}":', f'"{name}":{json.dumps(PAYLOADS["refusal"][name])},"{name}":').encode()


BAD_ENCODINGS: dict[str, Callable[[], bytes]] = {
    "duplicate key": lambda: _twice("reason"),
    "float": lambda: canonical(changed("refusal", ("entry",), put(1.0))),
    "exponent": lambda: canonical(PAYLOADS["refusal"]).replace(b'"entry":1', b'"entry":1e0'),
    "huge integer": lambda: canonical(changed("refusal", ("entry",), put(2**53))),
    "NaN": lambda: canonical(PAYLOADS["refusal"]).replace(b'"entry":1', b'"entry":NaN'),
    "space": lambda: canonical(PAYLOADS["refusal"]).replace(b":", b": ", 1),
    "order of keys": lambda: json.dumps(
        dict(sorted(PAYLOADS["refusal"].items(), reverse=True)), separators=(",", ":")
    ).encode(),
    "escape": lambda: canonical(PAYLOADS["refusal"]).replace(b"not", b"\\u006eot"),
    "byte order mark": lambda: b"\xef\xbb\xbf" + canonical(PAYLOADS["refusal"]),
    "not UTF-8": lambda: canonical(PAYLOADS["refusal"]).replace(b"not", b"\xff"),
    "trailing byte": lambda: canonical(PAYLOADS["refusal"]) + b"\n",
    "truncated": lambda: canonical(PAYLOADS["refusal"])[:-1],
    "deep nesting": lambda: b"[" * 100_000 + b"]" * 100_000,
    "lone surrogate": lambda: canonical(PAYLOADS["refusal"]).replace(b"not", b"\\ud800"),
    "empty": lambda: b"",
}


@pytest.mark.parametrize("name", BAD_ENCODINGS)
def test_a_payload_that_is_not_canonical_is_refused(name: str) -> None:
    assert refusal(BAD_ENCODINGS[name]()).check == "encoding"


@pytest.mark.parametrize("payload", [[], "text", 1, None, {}, {"type": 5}, {"type": "invoice"}, {"type": []}])
def test_a_payload_of_no_known_kind_is_refused(payload: Any) -> None:
    assert refusal(payload).check == "schema"


def test_another_version_of_the_protocol_is_refused() -> None:
    assert refusal({**PAYLOADS["void"], "protocol": "sealsum/v2"}).check == "schema"


def test_the_payload_of_one_kind_under_the_name_of_another_is_refused() -> None:
    assert refusal({**PAYLOADS["consent"], "type": "refusal"}).check == "schema"


def _envelope(**changes: Any) -> bytes:
    return canonical({**json.loads(VECTORS["statements"][-1]["envelope"]), **changes})


BAD_ENVELOPES: dict[str, Callable[[], bytes]] = {
    "two signatures": lambda: _envelope(signatures=json.loads(_envelope())["signatures"] * 2),
    "no signature": lambda: _envelope(signatures=[]),
    "wrong payload type": lambda: _envelope(payloadType="application/json"),
    "unknown field": lambda: _envelope(extra=1),
    "truncated": lambda: _envelope()[:-2],
    "trailing byte": lambda: _envelope() + b" ",
    "empty": lambda: b"",
    "a list": lambda: b"[]",
    "payload not base64": lambda: _envelope(payload="!"),
    "payload base64url": lambda: _envelope(payload="-_8="),
}


@pytest.mark.parametrize("name", BAD_ENVELOPES)
def test_a_malformed_envelope_is_refused(name: str) -> None:
    with pytest.raises(PeerError) as caught:
        parse_statement(BAD_ENVELOPES[name]())
    assert caught.value.check == "encoding"


def test_more_than_256_kib_is_refused_for_every_kind_but_a_request() -> None:
    long = changed("consent", ("approval", "asked"), put(["宁" * 4000] * 18))
    assert len(enveloped(canonical(long))) > MAX_ENVELOPE
    assert refusal(long).check == "size"
    seals = [[PAYLOADS["request"]["seals"][0][0]] * 29] * 100
    request = changed("request", ("seals",), put(seals))
    assert len(enveloped(canonical(request))) > MAX_ENVELOPE
    parse_statement(enveloped(canonical(request)))


def test_more_than_2_mib_is_refused_unread() -> None:
    with pytest.raises(PeerError) as caught:
        parse_statement(b"x" * (MAX_REQUEST_ENVELOPE + 1))
    assert caught.value.check == "size"


def test_ids_differ_for_payloads_that_differ_in_one_letter() -> None:
    first = parse_statement(enveloped(canonical(PAYLOADS["refusal"])))
    second = parse_statement(enveloped(canonical({**PAYLOADS["refusal"], "reason": "not this Year"})))
    assert first.id != second.id and first.core_id != second.core_id


def test_signing_twice_gives_one_id_and_two_envelopes() -> None:
    payload = canonical(PAYLOADS["refusal"])
    first, second = (parse_statement(encode_envelope(sign_envelope(payload, KEY))) for _ in range(2))
    assert first.id == second.id and first.data != second.data


@settings(deadline=None, max_examples=60)
@given(st.binary(max_size=300))
def test_arbitrary_bytes_are_refused_and_crash_nothing(data: bytes) -> None:
    for attempt in (data, enveloped(data)):
        with pytest.raises(PeerError):
            parse_statement(attempt)


@settings(deadline=None, max_examples=60)
@given(st.sampled_from(sorted(PAYLOADS)), st.data())
def test_a_flipped_bit_of_a_payload_never_leaves_the_same_id(kind: str, data: st.DataObject) -> None:
    payload = canonical(PAYLOADS[kind])
    at = data.draw(st.integers(0, 8 * len(payload) - 1))
    flipped = bytes(byte ^ (1 << at % 8) if i == at // 8 else byte for i, byte in enumerate(payload))
    try:
        assert parse_statement(enveloped(flipped)).id != parse_statement(enveloped(payload)).id
    except PeerError as error:
        assert error.check in ("encoding", "schema")


def test_the_text_of_a_refusal_repeats_nothing_that_was_sent() -> None:
    secret = str(ORDER - 12345)
    error = refusal(changed("result", ("models", 0, "cells", 0, "blinding"), put("x" + secret)))
    assert secret not in str(error)
    assert base64.b64encode(secret.encode()).decode() not in str(error)
