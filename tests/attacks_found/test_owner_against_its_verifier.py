"""What an owner that lies can do to a verifier that opens its answer: nothing unseen about how many records there are,
nothing to its screen, and no end to its program."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from crypto.canonical import encode_canonical, parse_canonical
from crypto.merkle import record_leaf, root_of
from node.commands.verifier import _as_fields, _readable
from node.verifying import Shown
from protocol import verifying
from protocol.errors import PeerError
from protocol.payloads import OpeningAnswer
from protocol.statements import Logged
from protocol.verifying import Evidence
from tests.support.visits import Visit, visit

RECORDS = tuple(b'{"amount":"%d"}' % number for number in range(8))
SALTS = tuple(bytes([number]) * 16 for number in range(8))


@pytest.fixture
def there() -> Visit:
    """An owner that declared over eight records."""
    found = visit()
    root = root_of([record_leaf(salt, record) for salt, record in zip(SALTS, RECORDS, strict=True)]).hex()
    payload, secrets = found.scene.make_declaration(0, evidence_root=root, product="of-eight-records")
    declaration = found.scene.submit(payload, found.owner)
    return replace(found, declaration=declaration, secrets=secrets, evidence=Evidence(RECORDS, SALTS))


def lie(there: Visit, asked: Logged, change: Callable[[dict[str, Any]], object]) -> OpeningAnswer:
    """The answer of an owner that writes its content by itself."""
    honest = verifying._encode_opened

    def encode(*given: Any) -> bytes:
        content = honest(*given)
        fields = parse_canonical(content[4 : 4 + int.from_bytes(content[:4])])
        change(fields)
        text = encode_canonical(fields)
        return len(text).to_bytes(4) + text + bytes(-(4 + len(text)) % verifying._BLOCK)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(verifying, "_encode_opened", encode)
        return there.answer(asked)


def test_a_number_of_records_that_a_path_fits_as_well_is_not_called_proven(there: Visit) -> None:
    """The path of a record in the front is the same in trees of five to eight leaves."""
    opened = there.open(lie(there, there.ask(records=(0,)), lambda fields: fields.update(size=5)))
    assert opened.size == 5 and not opened.is_size_proven


def test_the_last_record_proves_how_many_there_are(there: Visit) -> None:
    assert there.open(there.answer(there.ask(records=(0, 7)))).is_size_proven
    for size in (5, 6, 7):
        asked = there.ask(records=(size - 1,))
        with pytest.raises(PeerError, match="does not hold"):
            there.open(lie(there, asked, lambda fields, size=size: fields.update(size=size)))


@pytest.mark.parametrize("size", ["5\x1b[2J", -1, None, [8], True, 2**40])
def test_a_number_of_records_that_is_none_is_refused_also_where_no_record_is_opened(
    there: Visit, size: object
) -> None:
    with pytest.raises(PeerError, match="as a number"):
        there.open(lie(there, there.ask(records=()), lambda fields: fields.update(size=size)))


def test_no_record_ends_the_program_that_shows_it() -> None:
    for record in (b"[" * 100_000, b"9" * 5000, b"\xff", b'{"a":'):
        assert isinstance(_readable(record), str)
    assert _as_fields(Shown("a", "d", (), (), 0, False))["size_proven"] is False
