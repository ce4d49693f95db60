"""Known statements: payload bytes, ids, envelope and leaf of one statement of each kind."""

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from crypto.envelope import check_envelope
from crypto.merkle import leaf_hash
from crypto.signing import parse_public_key
from protocol.payloads import CALCULATION_KINDS, KINDS
from protocol.statements import calculation_of, core_id_of, encode_leaf, encode_payload, parse_statement

VECTORS = json.loads((Path(__file__).parents[1] / "vectors" / "statements.json").read_text("utf-8"))
STATEMENTS: dict[str, dict[str, Any]] = {known["type"]: known for known in VECTORS["statements"]}


def test_there_is_a_known_statement_of_every_kind() -> None:
    assert set(STATEMENTS) == set(KINDS)


@pytest.mark.parametrize("kind", STATEMENTS)
def test_a_known_statement_is_read_identified_and_written_back(kind: str) -> None:
    known = STATEMENTS[kind]
    signed = parse_statement(known["envelope"].encode())
    assert signed.payload.type == kind
    assert (signed.id, signed.core_id) == (known["id"], known["core_id"])
    assert core_id_of(signed.payload) == known["core_id"]
    assert encode_payload(signed.payload) == known["payload"].encode()
    check_envelope(signed.envelope, parse_public_key(bytes.fromhex(VECTORS["public_key"])))


@pytest.mark.parametrize("kind", STATEMENTS)
def test_a_known_statement_has_its_leaf(kind: str) -> None:
    known = STATEMENTS[kind]
    leaf = encode_leaf(known["id"], known["envelope"].encode(), known["logged_at"])
    assert leaf == known["leaf"].encode()
    assert leaf_hash(leaf).hex() == known["leaf_hash"] == hashlib.sha256(b"\0" + leaf).hexdigest()


@pytest.mark.parametrize("kind", STATEMENTS)
def test_a_statement_belongs_to_the_calculation_it_names(kind: str) -> None:
    signed = parse_statement(STATEMENTS[kind]["envelope"].encode())
    named = hashlib.sha256(b"request").hexdigest() if kind in CALCULATION_KINDS else None
    assert calculation_of(signed) == (signed.id if kind == "request" else named)
