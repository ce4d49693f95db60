"""Counts of citations on the wire."""

import pytest

from protocol.errors import PeerError
from protos.citations import Citation, encode_citations, parse_citations

GOOD = Citation("grid", 3, "mee-2025-cff", "2026-11", 7)


def test_counts_survive_the_wire() -> None:
    counts = (GOOD, Citation("steel", 1, "eu-cfb-2024-draft", "2026-10", 1))
    assert parse_citations(encode_citations(counts)) == counts
    assert parse_citations(encode_citations(())) == ()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("code", "\x1b[2J"), ("code", ""), ("method", "a" * 65), ("month", "November"), ("version", 0),
        ("certificates", 0), ("certificates", 2**53),
    ],
)  # fmt: skip
def test_a_malformed_count_is_refused(field: str, value: object) -> None:
    message = encode_citations([GOOD])
    setattr(message.citations[0], field, value)
    with pytest.raises(PeerError):
        parse_citations(message)
