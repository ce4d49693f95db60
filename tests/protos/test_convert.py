"""Every message survives the wire, and what is too long, too short or misplaced is refused by name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.errors import PeerError
from protos import convert
from protos.sealsum.v1 import gateway_pb2 as pb
from protos.values import (
    BUNDLE_LIMIT,
    CHECKPOINT_LIMIT,
    CHUNK_BYTES,
    ENVELOPE_LIMIT,
    FIND_LIMIT,
    IDS_LIMIT,
    PROOF_LIMIT,
    SUBMIT_LIMIT,
    AggregateBlob,
    BlobPart,
    BlobState,
    Fetched,
    FindQuery,
    Inclusion,
    LoggedData,
    Page,
    Receipt,
    Refusal,
    WatchBatch,
)

IDS = st.binary(min_size=32, max_size=32).map(bytes.hex)
NUMBERS = st.integers(0, 2**53 - 1)
HASHES = st.lists(st.binary(min_size=32, max_size=32), max_size=PROOF_LIMIT).map(tuple)
NOTES = st.text(max_size=200)
LOGGED = st.builds(LoggedData, st.binary(min_size=1, max_size=50), NUMBERS, NUMBERS)
RECEIPTS = st.builds(Receipt, IDS, NUMBERS, NUMBERS, IDS, NOTES, HASHES)
REFUSALS = st.builds(Refusal, st.text(max_size=200), st.text(max_size=300))


@given(RECEIPTS)
def test_a_receipt_survives_the_wire(receipt: Receipt) -> None:
    message = pb.Receipt.FromString(convert.encode_receipt(receipt).SerializeToString())
    assert convert.parse_receipt(message) == receipt


@given(st.lists(RECEIPTS | REFUSALS, max_size=5).map(tuple))
def test_outcomes_survive_the_wire(outcomes: tuple[Receipt | Refusal, ...]) -> None:
    message = pb.SubmitReply.FromString(convert.encode_outcomes(outcomes).SerializeToString())
    assert convert.parse_outcomes(message, len(outcomes)) == outcomes


@given(st.lists(LOGGED, max_size=5, unique_by=lambda item: item.index), NOTES)
def test_a_batch_survives_the_wire(items: list[LoggedData], note: str) -> None:
    items.sort(key=lambda item: item.index)
    cursor = items[-1].index + 1 if items else 7
    if cursor < 2**53:
        batch = WatchBatch(cursor, tuple(items), note)
        assert (
            convert.parse_batch(pb.WatchReply.FromString(convert.encode_batch(batch).SerializeToString()))
            == batch
        )


@given(st.lists(LOGGED, max_size=5).map(tuple), st.lists(IDS, max_size=5).map(tuple), NUMBERS)
def test_answers_to_get_and_find_survive_the_wire(
    items: tuple[LoggedData, ...], left: tuple[str, ...], next_index: int
) -> None:
    fetched, page = Fetched(items, left), Page(items, next_index)
    assert convert.parse_fetched(convert.encode_fetched(fetched)) == fetched
    assert convert.parse_page(convert.encode_page(page)) == page


@given(IDS, NUMBERS, NUMBERS, st.integers(0, BUNDLE_LIMIT), st.binary(max_size=100))
def test_small_messages_survive_the_wire(item: str, one: int, two: int, place: int, data: bytes) -> None:
    assert convert.parse_watch(convert.encode_watch(one)) == one
    assert convert.parse_ids(convert.encode_ids([item])) == (item,)
    assert convert.parse_stat_blob(convert.encode_stat_blob(item)) == item
    assert convert.parse_get_blob(convert.encode_get_blob(item, one)) == (item, one)
    assert convert.parse_blob_state(convert.encode_blob_state(BlobState(one, True))) == BlobState(one, True)
    first, later = BlobPart(item, place, place, data), BlobPart("", 0, place, data)
    assert convert.parse_blob_part(convert.encode_blob_part(first), first=True) == first
    assert convert.parse_blob_part(convert.encode_blob_part(later), first=False) == later
    assert convert.parse_request_id(convert.encode_request_id(item)) == item
    assert convert.parse_request_id(convert.encode_bundle_request(item)) == item
    aggregate = AggregateBlob(item, one)
    assert convert.parse_aggregate(convert.encode_aggregate(aggregate)) == aggregate
    assert convert.parse_inclusion_request(convert.encode_inclusion_request(item, two)) == (item, two)
    assert convert.parse_consistency_request(convert.encode_consistency_request(one, two)) == (one, two)


@given(st.builds(Inclusion, NUMBERS, NUMBERS, IDS, HASHES, NOTES))
def test_proofs_survive_the_wire(inclusion: Inclusion) -> None:
    assert convert.parse_inclusion(convert.encode_inclusion(inclusion)) == inclusion
    assert convert.parse_consistency(convert.encode_consistency(inclusion.proof)) == inclusion.proof
    note = convert.encode_checkpoint(inclusion.checkpoint)
    assert convert.parse_checkpoint(note) == inclusion.checkpoint


@pytest.mark.parametrize("asked,expected", [(0, FIND_LIMIT), (7, 7), (10**6, FIND_LIMIT)])
def test_a_page_has_a_limit_whatever_is_asked(asked: int, expected: int) -> None:
    query = convert.parse_find(convert.encode_find(FindQuery("factor", 3, asked)))
    assert query == FindQuery("factor", 3, expected)


ID, LONG = bytes(32), 2**53
RULES: list[tuple[str, Callable[[Any], Any], Any]] = [
    ("no envelopes", convert.parse_submit, pb.SubmitRequest()),
    ("too many envelopes", convert.parse_submit, pb.SubmitRequest(envelopes=[b"x"] * (SUBMIT_LIMIT + 1))),
    ("empty envelope", convert.parse_logged, pb.Logged()),
    ("long envelope", convert.parse_logged, pb.Logged(envelope=bytes(ENVELOPE_LIMIT + 1))),
    ("index beyond JSON", convert.parse_logged, pb.Logged(envelope=b"x", index=LONG)),
    ("time beyond JSON", convert.parse_logged, pb.Logged(envelope=b"x", logged_at=LONG)),
    ("short receipt id", convert.parse_receipt, pb.Receipt(id=b"x", envelope_sha256=ID)),
    ("short envelope hash", convert.parse_receipt, pb.Receipt(id=ID, envelope_sha256=b"")),
    (
        "long checkpoint",
        convert.parse_receipt,
        pb.Receipt(id=ID, envelope_sha256=ID, checkpoint="x" * (CHECKPOINT_LIMIT + 1)),
    ),
    (
        "long proof",
        convert.parse_receipt,
        pb.Receipt(id=ID, envelope_sha256=ID, inclusion=[ID] * (PROOF_LIMIT + 1)),
    ),
    ("short proof hash", convert.parse_receipt, pb.Receipt(id=ID, envelope_sha256=ID, inclusion=[b"x"])),
    ("empty outcome", lambda m: convert.parse_outcomes(m, 1), pb.SubmitReply(outcomes=[pb.Outcome()])),
    ("missing outcome", lambda m: convert.parse_outcomes(m, 1), pb.SubmitReply()),
    (
        "long check",
        lambda m: convert.parse_outcomes(m, 1),
        pb.SubmitReply(outcomes=[pb.Outcome(refusal=pb.Refusal(check="x" * 201))]),
    ),
    ("cursor beyond JSON", convert.parse_watch, pb.WatchRequest(cursor=LONG)),
    (
        "batch out of order",
        convert.parse_batch,
        pb.WatchReply(
            cursor=9, statements=[pb.Logged(envelope=b"x", index=5), pb.Logged(envelope=b"x", index=4)]
        ),
    ),
    (
        "statement twice in a batch",
        convert.parse_batch,
        pb.WatchReply(
            cursor=9, statements=[pb.Logged(envelope=b"x", index=5), pb.Logged(envelope=b"x", index=5)]
        ),
    ),
    (
        "statement behind the cursor",
        convert.parse_batch,
        pb.WatchReply(cursor=5, statements=[pb.Logged(envelope=b"x", index=5)]),
    ),
    ("too many ids", convert.parse_ids, pb.GetRequest(ids=[ID] * (IDS_LIMIT + 1))),
    ("short id", convert.parse_ids, pb.GetRequest(ids=[b"x"])),
    ("long kind", convert.parse_find, pb.FindRequest(kind="x" * 65)),
    (
        "long chunk",
        lambda m: convert.parse_blob_part(m, True),
        pb.BlobChunk(sha256=ID, data=bytes(CHUNK_BYTES + 1)),
    ),
    (
        "first chunk without hash",
        lambda m: convert.parse_blob_part(m, True),
        pb.BlobChunk(length=5, data=b"x"),
    ),
    (
        "later chunk with hash",
        lambda m: convert.parse_blob_part(m, False),
        pb.BlobChunk(sha256=ID, data=b"x"),
    ),
    (
        "later chunk with length",
        lambda m: convert.parse_blob_part(m, False),
        pb.BlobChunk(length=5, data=b"x"),
    ),
    (
        "huge blob",
        lambda m: convert.parse_blob_part(m, True),
        pb.BlobChunk(sha256=ID, length=BUNDLE_LIMIT + 1),
    ),
    (
        "far offset",
        lambda m: convert.parse_blob_part(m, True),
        pb.BlobChunk(sha256=ID, offset=BUNDLE_LIMIT + 1),
    ),
    ("short request id", convert.parse_request_id, pb.AggregateRequest(request=b"x")),
    ("size beyond JSON", convert.parse_inclusion_request, pb.InclusionRequest(id=ID, size=LONG)),
    ("old size beyond JSON", convert.parse_consistency_request, pb.ConsistencyRequest(old_size=LONG)),
]


@pytest.mark.parametrize("parse,message", [rule[1:] for rule in RULES], ids=[rule[0] for rule in RULES])
def test_a_message_that_breaks_a_rule_is_refused(parse: Callable[[Any], Any], message: Any) -> None:
    with pytest.raises(PeerError) as caught:
        parse(message)
    assert caught.value.check in ("message", "size")
