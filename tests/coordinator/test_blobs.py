"""Uploads in pieces: resumed, checked, capped, and each owner's own."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from coordinator.blobs import BLOB_LIMIT, KEPT_SECONDS, QUOTA, UNUSED_SECONDS, YOUNG_SECONDS, Blobs, Piece
from coordinator.objects import FolderObjects, Objects
from coordinator.service import Stores, open_stores
from coordinator.store.contract import (
    Append,
    BlobUse,
    CalculationState,
    StoredAggregate,
    StoredCheckpoint,
    StoredStatement,
)
from coordinator.store.database import sqlite_url
from crypto.merkle import Frontier, leaf_hash
from protocol.errors import PeerError, Refused, StoreError
from protos.values import BlobState
from tests.coordinator.town import Clock


@pytest.fixture
def stores(tmp_path: Path) -> Stores:
    return open_stores(sqlite_url(tmp_path / "store.db"))


@pytest.fixture
def objects(tmp_path: Path) -> FailingObjects:
    return FailingObjects(FolderObjects(tmp_path / "blobs"))


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def blobs(objects: FailingObjects, stores: Stores, clock: Clock) -> Blobs:
    return Blobs(objects, stores.ledger, clock)


class FailingObjects:
    """A blob store whose next `put` fails, before or after the bytes are there."""

    def __init__(self, below: Objects) -> None:
        self.below = below
        self.fail_before = self.fail_after = False

    def put(self, name: str, data: bytes) -> None:
        if self.fail_before:
            self.fail_before = False
            raise StoreError("nobody answers")
        self.below.put(name, data)
        if self.fail_after:
            self.fail_after = False
            raise StoreError("the answer was lost")

    def get(self, name: str) -> bytes | None:
        return self.below.get(name)

    def size(self, name: str) -> int | None:
        return self.below.size(name)

    def delete(self, name: str) -> None:
        self.below.delete(name)

    def under(self, prefix: str) -> list[tuple[str, int]]:
        return self.below.under(prefix)


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def upload(blobs: Blobs, data: bytes, owner: str) -> BlobState:
    return blobs.write(Piece(sha256(data), len(data), 0, data), owner)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(min_size=1, max_size=300), st.data())
def test_pieces_of_any_size_make_the_blob(blobs: Blobs, data: bytes, draw: st.DataObject) -> None:
    name, owner, stored = sha256(data), os.urandom(8).hex(), 0
    while stored < len(data):
        count = draw.draw(st.integers(1, len(data) - stored))
        state = blobs.write(Piece(name, len(data), stored, data[stored : stored + count]), owner)
        stored += count
        assert state == blobs.state(name, owner) == BlobState(stored, stored == len(data))
    assert blobs.read(name, 0, 1000) == data
    assert blobs.read(name, 5, 7) == data[5:12]


def test_an_upload_goes_on_at_another_replica(objects: FailingObjects, stores: Stores, blobs: Blobs) -> None:
    data = os.urandom(1000)
    blobs.write(Piece(sha256(data), 1000, 0, data[:400]), "A")
    again = Blobs(objects, stores.ledger, Clock())
    assert again.state(sha256(data), "A") == BlobState(400, False)
    assert again.write(Piece(sha256(data), 1000, 400, data[400:]), "A").complete
    assert blobs.state(sha256(data), "A") == BlobState(1000, True)
    assert objects.under("pieces") == []


@pytest.mark.parametrize("when", ["fail_before", "fail_after"])
@pytest.mark.parametrize("cuts", [[0, 1000], [0, 400, 1000]])
def test_an_upload_survives_a_store_that_fails(
    objects: FailingObjects, blobs: Blobs, when: str, cuts: list[int]
) -> None:
    """Each piece fails once, before or after it was written; who goes on from what is stored gets there."""
    data = os.urandom(1000)
    name = sha256(data)
    for end in cuts[1:]:
        setattr(objects, when, True)
        start = blobs.state(name, "A").stored
        with pytest.raises(StoreError):
            blobs.write(Piece(name, 1000, start, data[start:end]), "A")
        state = blobs.state(name, "A")
        if state.stored < end:
            state = blobs.write(Piece(name, 1000, state.stored, data[state.stored : end]), "A")
        assert state == blobs.state(name, "A") == BlobState(end, end == 1000)
    assert blobs.read_own(name, 1000, "A", 1000) == data


def test_a_piece_that_does_not_continue_is_refused(blobs: Blobs) -> None:
    data = os.urandom(1000)
    blobs.write(Piece(sha256(data), 1000, 0, data[:400]), "A")
    for offset in (0, 300, 401):
        with pytest.raises(PeerError, match="stored are 400"):
            blobs.write(Piece(sha256(data), 1000, offset, data[offset:]), "A")


def test_bytes_of_another_hash_are_thrown_away(blobs: Blobs) -> None:
    data = os.urandom(1000)
    with pytest.raises(PeerError, match="do not hash"):
        blobs.write(Piece(sha256(b"other"), 1000, 0, data), "A")
    assert blobs.state(sha256(b"other"), "A") == BlobState(0, False)
    assert blobs.length(sha256(b"other")) is None


@pytest.mark.parametrize(("length", "offset"), [(0, 0), (BLOB_LIMIT + 1, 0), (5, 0), (20, 15)])
def test_a_piece_beyond_the_blob_or_a_blob_beyond_the_cap_is_refused(
    blobs: Blobs, length: int, offset: int
) -> None:
    with pytest.raises(PeerError) as caught:
        blobs.write(Piece(sha256(b"x"), length, offset, bytes(10)), "A")
    assert caught.value.check == "size"


def test_one_owner_cannot_spoil_or_use_the_upload_of_another(blobs: Blobs) -> None:
    data = os.urandom(1000)
    blobs.write(Piece(sha256(data), 1000, 0, os.urandom(900)), "hostile")
    assert upload(blobs, data, "A").complete
    assert blobs.state(sha256(data), "hostile") == BlobState(900, False)
    assert blobs.read_own(sha256(data), 1000, "A", 1000) == data
    with pytest.raises(PeerError, match="not uploaded"):
        blobs.read_own(sha256(data), 1000, "hostile", 1000)


def test_a_blob_is_used_under_its_length_and_its_cap(blobs: Blobs) -> None:
    data = os.urandom(1000)
    upload(blobs, data, "A")
    with pytest.raises(PeerError, match="not uploaded"):
        blobs.read_own(sha256(data), 999, "A", 1000)
    with pytest.raises(PeerError, match="at most 500"):
        blobs.read_own(sha256(data), 1000, "A", 500)


def test_a_claim_is_believed_while_no_sweep_can_have_taken_it(
    blobs: Blobs, stores: Stores, clock: Clock
) -> None:
    data = os.urandom(1000)
    upload(blobs, data, "A")
    stores.ledger.drop_blob(sha256(data), "A")  # as another replica does
    blobs.check_own(sha256(data), 1000, "A", 1000)
    clock.now += YOUNG_SECONDS
    with pytest.raises(PeerError, match="not uploaded"):
        blobs.check_own(sha256(data), 1000, "A", 1000)
    assert YOUNG_SECONDS < UNUSED_SECONDS


def test_claims_made_at_another_replica_are_looked_up_together(
    objects: FailingObjects, stores: Stores, blobs: Blobs, clock: Clock
) -> None:
    data = [os.urandom(100), os.urandom(100)]
    other = Blobs(objects, stores.ledger, clock)
    for item in data:
        upload(other, item, "A")
    blobs.look_up([(sha256(item), owner) for item in data for owner in ("A", "B")])
    for item in data:
        stores.ledger.drop_blob(sha256(item), "A")
        blobs.check_own(sha256(item), 100, "A", 100)
        with pytest.raises(PeerError, match="not uploaded"):
            blobs.check_own(sha256(item), 100, "B", 100)


def test_unused_bytes_count_against_the_quota_until_a_statement_uses_them(
    blobs: Blobs, stores: Stores
) -> None:
    data = [os.urandom(BLOB_LIMIT) for _ in range(QUOTA // BLOB_LIMIT)]
    for item in data[:-1]:
        upload(blobs, item, "A")
    blobs.write(Piece(sha256(data[-1]), BLOB_LIMIT, 0, data[-1][:-1]), "A")
    extra = os.urandom(BLOB_LIMIT)
    with pytest.raises(Refused) as caught:
        upload(blobs, extra, "A")
    assert caught.value.check == "quota"
    assert upload(blobs, extra, "B").complete
    item = StoredStatement("0" * 64, "request", "1" * 64, None, None, "A", b"x", 0, 1)
    _, subtrees = Frontier().append(leaf_hash(b"x"))
    use = BlobUse(sha256(data[0]), "2" * 64, "he_key")
    stores.log.append(Append((item,), subtrees, StoredCheckpoint(1, "note", 1), uses=(use,)))
    assert upload(blobs, extra, "A").complete


def test_what_we_keep_ourselves_is_kept_once(blobs: Blobs) -> None:
    assert blobs.keep(b"sum") == blobs.keep(b"sum") == sha256(b"sum")
    assert blobs.read(sha256(b"sum"), 0, 10) == b"sum"


def test_a_missing_blob_is_a_store_error(blobs: Blobs) -> None:
    with pytest.raises(StoreError):
        blobs.read(sha256(b"nothing"), 0, 10)


def test_uploads_left_for_a_week_are_swept(blobs: Blobs, clock: Clock, objects: FailingObjects) -> None:
    for name in (b"begun", b"x"):
        blobs.write(Piece(sha256(name), 100 if name == b"begun" else 1, 0, b"x"), "A")
    clock.now += UNUSED_SECONDS
    blobs.sweep()
    assert blobs.state(sha256(b"begun"), "A").stored == 1 and blobs.state(sha256(b"x"), "A").complete
    clock.now += 1
    blobs.sweep()
    assert blobs.state(sha256(b"begun"), "A").stored == 0
    assert blobs.state(sha256(b"x"), "A") == BlobState(0, False) and blobs.length(sha256(b"x")) is None
    assert objects.under("") == []


def test_what_a_calculation_rests_on_is_dropped_a_month_after_its_end(
    blobs: Blobs, clock: Clock, stores: Stores, objects: FailingObjects
) -> None:
    shared, own = os.urandom(10), os.urandom(10)
    for data in (shared, own):
        upload(blobs, data, "A")
    aggregate = StoredAggregate("c" * 64, blobs.keep(b"sum"), 3)
    stores.ledger.put_aggregate(aggregate)
    over, running = (
        CalculationState(name * 64, "A", phase, deadline, over_at)
        for name, phase, deadline, over_at in (("c", "certified", None, 1000), ("d", "contributing", 9, None))
    )
    uses = (
        BlobUse(sha256(own), over.id, "ciphertext"),
        BlobUse(sha256(shared), over.id, "he_key"),
        BlobUse(sha256(shared), running.id, "he_key"),
    )
    item = StoredStatement("0" * 64, "request", "1" * 64, None, None, "A", b"x", 0, 1)
    _, subtrees = Frontier().append(leaf_hash(b"x"))
    batch = Append((item,), subtrees, StoredCheckpoint(1, "note", 1), uses=uses, calculations=(over, running))
    stores.log.append(batch)
    clock.now = 1000 + KEPT_SECONDS
    blobs.sweep()
    assert blobs.length(sha256(own)) == 10 and stores.ledger.aggregate(over.id) == aggregate
    clock.now += 1
    blobs.sweep()
    assert blobs.length(sha256(own)) is None and blobs.length(sha256(b"sum")) is None
    assert stores.ledger.aggregate(over.id) is None and stores.ledger.blob(sha256(own), "A") is None
    assert blobs.length(sha256(shared)) == 10 and len(stores.ledger.uses(sha256(shared))) == 2
    assert [name for name, _ in objects.under("")] == [f"{sha256(shared)[:2]}/{sha256(shared)}"]
