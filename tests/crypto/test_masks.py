"""Pairwise masks and slots: a vector computed apart from this code, and that the masks cancel."""

import hashlib
import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crypto.errors import BadEncoding
from crypto.group import ORDER, Random, multiply_base, parse_point
from crypto.masks import (
    DIGIT_BITS,
    MAX_MODELS,
    RESIDUES,
    SLOTS_PER_MODEL,
    MaskInfo,
    OwnKey,
    Peer,
    Session,
    decode_slots,
    encode_slots,
    make_mask,
    make_mask_from,
    mask_vectors,
    sign_of,
)
from crypto.sealing import make_sealing_key

VECTORS = json.loads((Path(__file__).parents[1] / "vectors" / "masks.json").read_text("utf-8"))
ROSTER, REQUEST = bytes.fromhex(VECTORS["roster_id"]), bytes.fromhex(VECTORS["request_id"])
LOWER, HIGHER = VECTORS["lower"], VECTORS["higher"]
LOWER_ID, HIGHER_ID = bytes.fromhex(LOWER["consent_id"]), bytes.fromhex(HIGHER["consent_id"])
LOWER_SECRET, HIGHER_SECRET = int(LOWER["secret"], 16), int(HIGHER["secret"], 16)
LOWER_POINT, HIGHER_POINT = (parse_point(bytes.fromhex(party["point"])) for party in (LOWER, HIGHER))
INFO = MaskInfo(ROSTER, REQUEST, 0, LOWER_ID, HIGHER_ID)
RESIDUE = st.integers(0, ORDER - 1)
ROWS = st.lists(st.lists(RESIDUE, min_size=RESIDUES, max_size=RESIDUES), min_size=1, max_size=3)


def stream(seed: bytes) -> Random:
    counter = iter(range(1 << 32))
    return lambda length: hashlib.shake_256(seed + next(counter).to_bytes(4)).digest(length)


@pytest.mark.parametrize("vector", VECTORS["masks"], ids=lambda vector: f"model {vector['model']}")
def test_both_members_and_a_dispute_derive_the_known_mask(vector: dict[str, object]) -> None:
    info = MaskInfo(ROSTER, REQUEST, int(str(vector["model"])), LOWER_ID, HIGHER_ID)
    expected = [int(str(residue), 16) for residue in vector["residues"]]  # type: ignore[attr-defined]
    assert make_mask(LOWER_SECRET, HIGHER_POINT, info) == expected
    assert make_mask(HIGHER_SECRET, LOWER_POINT, info) == expected
    assert make_mask_from(parse_point(bytes.fromhex(VECTORS["shared_point"])), info) == expected


def test_the_points_of_the_vector_belong_to_its_secrets() -> None:
    assert (multiply_base(LOWER_SECRET), multiply_base(HIGHER_SECRET)) == (LOWER_POINT, HIGHER_POINT)


@pytest.mark.parametrize(
    "info",
    [
        MaskInfo(REQUEST, REQUEST, 0, LOWER_ID, HIGHER_ID),
        MaskInfo(ROSTER, ROSTER, 0, LOWER_ID, HIGHER_ID),
        MaskInfo(ROSTER, REQUEST, 1, LOWER_ID, HIGHER_ID),
        MaskInfo(ROSTER, REQUEST, 0, bytes(32), HIGHER_ID),
        MaskInfo(ROSTER, REQUEST, 0, LOWER_ID, b"\xff" * 32),
    ],
)
def test_every_part_of_the_seed_changes_every_residue(info: MaskInfo) -> None:
    known = make_mask(LOWER_SECRET, HIGHER_POINT, INFO)
    other = make_mask(LOWER_SECRET, HIGHER_POINT, info)
    assert all(left != right for left, right in zip(known, other, strict=True))


def test_mask_info_refuses_what_section_12_cannot_encode() -> None:
    with pytest.raises(BadEncoding, match="lower consent id first"):
        MaskInfo(ROSTER, REQUEST, 0, HIGHER_ID, LOWER_ID)
    with pytest.raises(BadEncoding, match="lower consent id first"):
        MaskInfo(ROSTER, REQUEST, 0, LOWER_ID, LOWER_ID)
    with pytest.raises(BadEncoding, match="32 bytes"):
        MaskInfo(ROSTER[:-1], REQUEST, 0, LOWER_ID, HIGHER_ID)
    for model in (-1, MAX_MODELS):
        with pytest.raises(BadEncoding, match="model below"):
            MaskInfo(ROSTER, REQUEST, model, LOWER_ID, HIGHER_ID)


def test_the_lower_member_adds_and_the_higher_subtracts() -> None:
    assert (sign_of(LOWER_ID, HIGHER_ID), sign_of(HIGHER_ID, LOWER_ID)) == (1, -1)
    with pytest.raises(BadEncoding, match="two different"):
        sign_of(LOWER_ID, LOWER_ID)
    session = Session(ROSTER, REQUEST, 1)
    mask = make_mask(LOWER_SECRET, HIGHER_POINT, INFO)
    own, peer = OwnKey(LOWER_ID, LOWER_SECRET), Peer(HIGHER_ID, HIGHER_POINT)
    assert mask_vectors([[5] * RESIDUES], own, [peer], session) == [[(5 + m) % ORDER for m in mask]]
    own, peer = OwnKey(HIGHER_ID, HIGHER_SECRET), Peer(LOWER_ID, LOWER_POINT)
    assert mask_vectors([[5] * RESIDUES], own, [peer], session) == [[(5 - m) % ORDER for m in mask]]


@settings(max_examples=15, deadline=None)
@given(st.integers(1, 6), st.integers(1, 3), st.binary(max_size=8))
def test_masks_of_a_whole_roster_cancel_through_slots(members: int, models: int, seed: bytes) -> None:
    random = stream(seed)
    keys = [(random(32), *make_sealing_key(random)) for _ in range(members)]
    vectors = [
        [[int.from_bytes(random(32)) % ORDER for _ in range(RESIDUES)] for _ in range(models)] for _ in keys
    ]
    masked = []
    for (own_id, secret, _), vector in zip(keys, vectors, strict=True):
        peers = [Peer(peer_id, point) for peer_id, _, point in keys if peer_id != own_id]
        session = Session(ROSTER, REQUEST, models)
        masked.append(mask_vectors(vector, OwnKey(own_id, secret), peers, session))
    sums = [sum(column) for column in zip(*map(encode_slots, masked), strict=True)]
    for model, row in enumerate(decode_slots(sums, models)):
        assert row == [sum(vector[model][i] for vector in vectors) % ORDER for i in range(RESIDUES)]


def test_vectors_of_another_shape_are_refused() -> None:
    own, session = OwnKey(LOWER_ID, LOWER_SECRET), Session(ROSTER, REQUEST, 1)
    for vectors in ([], [[0] * 13], [[0] * 14] * 2):
        with pytest.raises(ValueError, match="1 vectors of 14"):
            mask_vectors(vectors, own, [], session)


def test_the_known_residues_are_written_into_the_known_slots() -> None:
    residues = [int(residue, 16) for residue in VECTORS["slots"]["residues"]]
    slots = encode_slots([residues])
    assert slots == VECTORS["slots"]["slots"]
    assert decode_slots(slots, 1) == [residues]


def test_slots_lie_where_section_12_puts_them() -> None:
    rows = [[0] * RESIDUES for _ in range(3)]
    rows[2][5] = 7 << DIGIT_BITS * 3
    slots = encode_slots(rows)
    assert [place for place, slot in enumerate(slots) if slot] == [2 * 140 + 5 * 10 + 3]
    assert slots[2 * 140 + 5 * 10 + 3] == 7


@settings(deadline=None)
@given(ROWS)
def test_reading_slots_undoes_writing_them(rows: list[list[int]]) -> None:
    slots = encode_slots(rows)
    assert len(slots) == len(rows) * SLOTS_PER_MODEL
    assert all(0 <= slot < 1 << DIGIT_BITS for slot in slots)
    assert decode_slots([*slots, *[0] * 10], len(rows)) == rows


@settings(deadline=None)
@given(ROWS, st.integers(1, 1024))
def test_many_members_slots_add_up_without_carrying(rows: list[list[int]], members: int) -> None:
    slots = [members * slot for slot in encode_slots(rows)]
    assert max(slots, default=0) < 1 << 36
    assert decode_slots(slots, len(rows)) == [[members * residue % ORDER for residue in row] for row in rows]


def test_slots_of_another_shape_or_size_are_refused() -> None:
    for rows in ([[0] * 13], [[0] * RESIDUES] * (MAX_MODELS + 1)):
        with pytest.raises(ValueError, match="models of"):
            encode_slots(rows)
    for residue in (-1, ORDER):
        with pytest.raises(ValueError, match="reduced"):
            encode_slots([[residue] + [0] * 13])
    with pytest.raises(ValueError, match="at least 280 slots"):
        decode_slots([0] * 279, 2)
    with pytest.raises(ValueError, match="30 models"):
        decode_slots([0] * 4200, MAX_MODELS + 1)


def test_the_secret_of_an_own_key_is_not_shown() -> None:
    text = repr(OwnKey(LOWER_ID, LOWER_SECRET))
    assert str(LOWER_SECRET) not in text
    assert "redacted" in text
