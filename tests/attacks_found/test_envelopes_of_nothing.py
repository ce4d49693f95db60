"""Envelopes full of nothing: one of 2 MiB was found to take 8 seconds and 700 MiB to refuse."""

import resource
from typing import Any

import pytest
from pydantic import ValidationError

from crypto.envelope import encode_envelope, sign_envelope
from crypto.signing import make_signing_key
from protocol.errors import PeerError
from protocol.payloads import KINDS
from protocol.statements import MAX_ITEMS, parse_statement

KEY = make_signing_key()
MANY = 20_000


@pytest.mark.parametrize("item", [b"{}", b"[]", b"0", b'""', b'{"a":0}'])
def test_more_items_than_any_statement_has_are_refused_before_they_are_read(item: bytes) -> None:
    payload = b'{"entries":[' + b",".join([item] * (MAX_ITEMS + 1)) + b'],"type":"request"}'
    data = encode_envelope(sign_envelope(payload, KEY))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(PeerError, match="items"):
        parse_statement(data)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 64 * 1024  # KiB


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        ("request", {"entries": [{"a": 0}] * MANY}),
        ("request", {"seals": [[0]] * MANY}),
        ("request", {"seals": [[0] * MANY]}),
        ("request", {"earlier": [0] * MANY}),
        ("consent", {"approval": {"asked": [0] * MANY}}),
        ("category", {"lines": [{"accepts": [0] * MANY}]}),
        ("contribution", {"models": [{"guards": [0] * MANY}]}),
        ("result", {"models": [{"figures": {"stages": {str(number): 0 for number in range(MANY)}}}]}),
    ],
)
def test_a_field_of_many_wrong_parts_is_one_error(kind: str, fields: dict[str, Any]) -> None:
    with pytest.raises(ValidationError) as caught:
        KINDS[kind].model_validate(fields)
    assert caught.value.error_count() < 50


@pytest.mark.parametrize("frame", ['{"saw":{%s},"type":"consent"}', '{%s,"type":"consent"}'])
def test_thousands_of_unknown_fields_are_not_named_one_by_one(frame: str) -> None:
    fields = frame % ",".join(f'"{number:05}":0' for number in range(MANY))
    with pytest.raises(PeerError, match="hardly a field"):
        parse_statement(encode_envelope(sign_envelope(fields.encode(), KEY)))
