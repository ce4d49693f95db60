"""Uploads in pieces: resumed, checked, capped, and each owner's own."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from coordinator.blobs import BLOB_LIMIT, PARTIAL_SECONDS, QUOTA, BlobFolder, Piece
from coordinator.service import Stores, open_stores
from coordinator.store.contract import Append, BlobUse, StoredCheckpoint, StoredStatement
from coordinator.store.database import sqlite_url
from crypto.merkle import Frontier, leaf_hash
from protocol.errors import PeerError, Refused, StoreError
from protos.values import BlobState
from tests.coordinator.town import Clock


@pytest.fixture
def stores(tmp_path: Path) -> Stores:
    return open_stores(sqlite_url(tmp_path / "store.db"))


@pytest.fixture
def blobs(tmp_path: Path, stores: Stores) -> BlobFolder:
    return BlobFolder(tmp_path / "blobs", stores.ledger, Clock())


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def upload(blobs: BlobFolder, data: bytes, owner: str) -> BlobState:
    return blobs.write(Piece(sha256(data), len(data), 0, data), owner)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(min_size=1, max_size=300), st.data())
def test_pieces_of_any_size_make_the_blob(blobs: BlobFolder, data: bytes, draw: st.DataObject) -> None:
    name, owner, stored = sha256(data), os.urandom(8).hex(), 0
    while stored < len(data):
        count = draw.draw(st.integers(1, len(data) - stored))
        state = blobs.write(Piece(name, len(data), stored, data[stored : stored + count]), owner)
        stored += count
        assert state == blobs.state(name, owner) == BlobState(stored, stored == len(data))
    assert blobs.read(name, 0, 1000) == data
    assert blobs.read(name, 5, 7) == data[5:12]


def test_an_upload_goes_on_after_a_restart(tmp_path: Path, stores: Stores, blobs: BlobFolder) -> None:
    data = os.urandom(1000)
    blobs.write(Piece(sha256(data), 1000, 0, data[:400]), "A")
    again = BlobFolder(tmp_path / "blobs", stores.ledger, Clock())
    assert again.state(sha256(data), "A") == BlobState(400, False)
    assert again.write(Piece(sha256(data), 1000, 400, data[400:]), "A").complete


def test_a_piece_that_does_not_continue_is_refused(blobs: BlobFolder) -> None:
    data = os.urandom(1000)
    blobs.write(Piece(sha256(data), 1000, 0, data[:400]), "A")
    for offset in (0, 300, 401):
        with pytest.raises(PeerError, match="stored are 400"):
            blobs.write(Piece(sha256(data), 1000, offset, data[offset:]), "A")


def test_bytes_of_another_hash_are_thrown_away(blobs: BlobFolder) -> None:
    data = os.urandom(1000)
    with pytest.raises(PeerError, match="do not hash"):
        blobs.write(Piece(sha256(b"other"), 1000, 0, data), "A")
    assert blobs.state(sha256(b"other"), "A") == BlobState(0, False)
    assert blobs.length(sha256(b"other")) is None


@pytest.mark.parametrize(("length", "offset"), [(0, 0), (BLOB_LIMIT + 1, 0), (5, 0), (20, 15)])
def test_a_piece_beyond_the_blob_or_a_blob_beyond_the_cap_is_refused(
    blobs: BlobFolder, length: int, offset: int
) -> None:
    with pytest.raises(PeerError) as caught:
        blobs.write(Piece(sha256(b"x"), length, offset, bytes(10)), "A")
    assert caught.value.check == "size"


def test_one_owner_cannot_spoil_or_use_the_upload_of_another(blobs: BlobFolder) -> None:
    data = os.urandom(1000)
    blobs.write(Piece(sha256(data), 1000, 0, os.urandom(900)), "hostile")
    assert upload(blobs, data, "A").complete
    assert blobs.state(sha256(data), "hostile") == BlobState(900, False)
    assert blobs.read_own(sha256(data), 1000, "A", 1000) == data
    with pytest.raises(PeerError, match="not uploaded"):
        blobs.read_own(sha256(data), 1000, "hostile", 1000)


def test_a_blob_is_used_under_its_length_and_its_cap(blobs: BlobFolder) -> None:
    data = os.urandom(1000)
    upload(blobs, data, "A")
    with pytest.raises(PeerError, match="not uploaded"):
        blobs.read_own(sha256(data), 999, "A", 1000)
    with pytest.raises(PeerError, match="at most 500"):
        blobs.read_own(sha256(data), 1000, "A", 500)


def test_unused_bytes_count_against_the_quota_until_a_statement_uses_them(
    blobs: BlobFolder, stores: Stores
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


def test_what_we_keep_ourselves_is_kept_once(blobs: BlobFolder) -> None:
    assert blobs.keep(b"sum") == blobs.keep(b"sum") == sha256(b"sum")
    assert blobs.read(sha256(b"sum"), 0, 10) == b"sum"


def test_a_missing_file_is_a_store_error(blobs: BlobFolder) -> None:
    with pytest.raises(StoreError):
        blobs.read(sha256(b"nothing"), 0, 10)


def test_uploads_left_for_a_week_are_swept(blobs: BlobFolder, tmp_path: Path) -> None:
    for name in (b"old", b"new"):
        blobs.write(Piece(sha256(name), 100, 0, b"x"), "A")
    (old,) = (path for path in tmp_path.glob("blobs/partial/*/*") if path.name == sha256(b"old"))
    os.utime(old, (0, Clock().now - PARTIAL_SECONDS - 1))
    (new,) = (path for path in tmp_path.glob("blobs/partial/*/*") if path.name == sha256(b"new"))
    os.utime(new, (0, Clock().now))
    blobs.sweep()
    assert blobs.state(sha256(b"old"), "A").stored == 0
    assert blobs.state(sha256(b"new"), "A").stored == 1
