"""The bytes of a range proof: how values are packed into parts, and what is refused before any equation."""

import pytest

from crypto.errors import BadEncoding, BadProof
from crypto.group import ORDER, G
from crypto.range_proof import RangeProof, parse_range_proof
from crypto.range_widths import split_widths
from tests.support.range_proofs import WIDTHS, fields_of, prove, refused


@pytest.fixture(scope="module")
def honest() -> RangeProof:
    return prove()


@pytest.mark.parametrize(
    ("widths", "parts"),
    [
        ((64,) * 4, [4]),
        ((64, 64, 64, 63, 1, 1), [5, 1]),
        ((40,) * 20, [6, 6, 6, 2]),
        ((64, 64, 64, 63, 2), [4, 1]),
        ((0,) * 300, [300]),
        ((64,) * 4 + (0, 1), [5, 1]),
    ],
)
def test_values_are_packed_in_order_into_parts_of_at_most_256_bits(widths, parts):
    assert [part.stop - part.start for part in split_widths(widths)] == parts
    assert [index for part in split_widths(widths) for index in range(part.start, part.stop)] == list(
        range(len(widths))
    )


def test_a_proof_of_another_length_is_refused(honest):
    data = honest.encode()
    for wrong in (b"", data[:-1], data[:-32], data[66:], data + b"\x00", data + bytes(32), data + data[:66]):
        with pytest.raises(BadProof):
            parse_range_proof(wrong, WIDTHS)
    for widths in ((1,), (64,) * 4, (40,) * 20, (64, 64)):
        with pytest.raises(BadProof):
            parse_range_proof(data, widths)


@pytest.mark.parametrize("lie", [b"\x04" + bytes(32), b"\x02" + b"\xff" * 32, bytes(33), b"\x02" + bytes(32)])
def test_a_point_off_the_curve_is_refused_in_every_place(lie, honest):
    data = honest.encode()
    for at in fields_of(data)[0]:
        with pytest.raises(BadEncoding):
            parse_range_proof(data[:at] + lie + data[at + 33 :], WIDTHS)


@pytest.mark.parametrize("lie", [ORDER, ORDER + 1, 2**256 - 1])
def test_a_scalar_not_reduced_is_refused_in_every_place(lie, honest):
    data = honest.encode()
    for at in fields_of(data)[1]:
        with pytest.raises(BadEncoding):
            parse_range_proof(data[:at] + lie.to_bytes(32, "big") + data[at + 32 :], WIDTHS)


@pytest.mark.parametrize("widths", [(), (65,), (-1,), (4, 65), (64,) * 33, (0,) * 2049])
def test_widths_outside_the_rules_are_refused(widths, honest):
    with pytest.raises(ValueError):
        prove((0,) * len(widths), (1,) * len(widths), widths)
    with pytest.raises(BadProof):
        parse_range_proof(honest.encode(), widths)
    assert refused((G,) * len(widths), widths, honest)
