"""Canonical JSON: what is accepted, what each rule refuses, and that reading undoes writing."""

import json
from pathlib import Path
from typing import Any

import pytest
import rfc8785
from hypothesis import given, settings
from hypothesis import strategies as st

from crypto.canonical import MAX_INTEGER, encode_canonical, parse_canonical
from crypto.errors import BadEncoding

VECTORS = json.loads((Path(__file__).parents[1] / "vectors" / "canonical.json").read_text("utf-8"))
MESSAGES = {
    1: "expected UTF-8",
    2: "nested at most",
    3: "expected JSON, found|expected integers only",
    4: "found a duplicate",
    5: "within",
    6: "other bytes|lone surrogates",
}
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-MAX_INTEGER, MAX_INTEGER) | st.text(),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(), inner, max_size=5),
    max_leaves=20,
)


def _input_of(vector: dict[str, Any]) -> bytes:
    if "hex" in vector:
        return bytes.fromhex(vector["hex"])
    text = vector["text"] if "text" in vector else vector["repeat"][0] * vector["repeat"][1]
    return str(text).encode("utf-8")


@pytest.mark.parametrize("vector", VECTORS["accepted"], ids=lambda vector: vector["name"])
def test_canonical_text_is_read_and_written_back(vector: dict[str, Any]) -> None:
    data = vector["text"].encode("utf-8")
    assert encode_canonical(parse_canonical(data)) == data


@pytest.mark.parametrize("vector", VECTORS["refused"], ids=lambda vector: vector["name"])
def test_each_rule_refuses_its_vector(vector: dict[str, Any]) -> None:
    with pytest.raises(BadEncoding, match=MESSAGES[vector["rule"]]):
        parse_canonical(_input_of(vector))


@settings(deadline=None)
@given(VALUES)
def test_reading_undoes_writing(value: Any) -> None:
    assert parse_canonical(encode_canonical(value)) == value


@settings(deadline=None)
@given(VALUES)
def test_writing_agrees_with_rfc8785(value: Any) -> None:
    assert encode_canonical(value) == rfc8785.dumps(value)


@settings(deadline=None)
@given(st.binary(max_size=60) | st.text(alphabet='[]{}:,"\\u0019aeE.-+ \n', max_size=60).map(str.encode))
def test_whatever_is_accepted_is_its_own_encoding(data: bytes) -> None:
    try:
        value = parse_canonical(data)
    except BadEncoding:
        return
    assert encode_canonical(value) == data


@pytest.mark.parametrize(
    "value",
    [1.0, float("nan"), b"bytes", {1: "one"}, {"a": {"b"}}, 2**53, -(2**53), "\ud800", {"\ud800": 1}],
    ids=repr,
)
def test_what_json_cannot_hold_exactly_is_not_written(value: Any) -> None:
    with pytest.raises(BadEncoding):
        encode_canonical(value)


def test_what_nests_too_deep_is_not_written() -> None:
    value: list[Any] = []
    for _ in range(32):
        value = [value]
    with pytest.raises(BadEncoding, match="nested"):
        encode_canonical(value)


def test_tuples_are_written_as_lists() -> None:
    assert encode_canonical({"b": (1, 2), "a": ()}) == b'{"a":[],"b":[1,2]}'
