"""One contract for wherever blobs may lie: our folder, and obstore's memory, folder and S3.

S3 is a door of ours that speaks it, or the bucket that SEALSUM_TEST_S3_URL names, with AWS_* in the environment.
"""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from obstore.store import LocalStore, MemoryStore

from coordinator.objects import VARIABLE, FolderObjects, Objects, StoredObjects, open_objects, place_of
from protocol.errors import StoreError
from tests.support.bucket import AFTER, BEFORE, Bucket

S3 = "SEALSUM_TEST_S3_URL"


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch) -> Iterator[Bucket]:
    bucket = Bucket()
    for name, value in bucket.environment.items():
        monkeypatch.setenv(name, value)
    yield bucket
    bucket.close()


@pytest.fixture(params=["folder", "memory", "local", "s3"])
def objects(request: pytest.FixtureRequest, tmp_path: Path) -> Objects:
    match request.param:
        case "folder":
            return FolderObjects(tmp_path / "blobs")
        case "memory":
            return StoredObjects(MemoryStore(), "memory://")
        case "local":
            return StoredObjects(LocalStore(tmp_path), "file://")
    if S3 in os.environ:
        return open_objects(f"{os.environ[S3]}/{uuid.uuid4().hex}", tmp_path)
    request.getfixturevalue("bucket")
    return open_objects(os.environ[VARIABLE], tmp_path)


def test_what_was_put_is_there_under_its_name(objects: Objects) -> None:
    data = os.urandom(200_000)
    objects.put("ab/one", data)
    assert objects.get("ab/one") == data and objects.size("ab/one") == len(data)
    objects.put("ab/one", data[:10])
    assert objects.get("ab/one") == data[:10]


def test_what_is_not_there_is_none(objects: Objects) -> None:
    assert objects.get("ab/none") is None and objects.size("ab/none") is None
    assert objects.under("ab") == []


def test_deleting_twice_is_no_error(objects: Objects) -> None:
    objects.put("ab/one", b"x")
    objects.delete("ab/one")
    objects.delete("ab/one")
    assert objects.get("ab/one") is None


def test_names_below_a_folder_come_in_order_with_their_lengths(objects: Objects) -> None:
    for name, length in (("p/a/000064", 2), ("p/a/000000", 1), ("p/b/000000", 3), ("pa/000000", 4)):
        objects.put(name, bytes(length))
    assert objects.under("p/a") == [("p/a/000000", 1), ("p/a/000064", 2)]
    assert [name for name, _ in objects.under("p")] == ["p/a/000000", "p/a/000064", "p/b/000000"]


@pytest.mark.parametrize("fault", [BEFORE, AFTER])
def test_what_an_object_store_did_not_confirm_is_put_again(
    bucket: Bucket, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    monkeypatch.setattr("coordinator.objects.RETRIES", 1)
    objects = open_objects(os.environ[VARIABLE], tmp_path)
    bucket.fault = fault
    with pytest.raises(StoreError, match="try again"):
        objects.put("ab/one", b"x" * 1000)
    assert (len(bucket.objects), bucket.failed[fault]) == (fault == AFTER, 2)
    bucket.fault = None
    objects.put("ab/one", b"x" * 1000)
    assert objects.under("ab") == [("ab/one", 1000)]


def test_a_url_decides(tmp_path: Path) -> None:
    assert isinstance(open_objects(None, tmp_path / "here"), FolderObjects)
    elsewhere = open_objects(f"file://{tmp_path}/else%20where", tmp_path)
    elsewhere.put("ab/one", b"x")
    assert (tmp_path / "else where" / "ab" / "one").read_bytes() == b"x"
    assert isinstance(open_objects("memory://", tmp_path), StoredObjects)


@pytest.mark.parametrize(
    ("url", "word"),
    [
        ("ftp://host/blobs", "expected one of"),
        ("s3://", "s3"),
        ("s3://user:secret@bucket/x?key=secret", "cannot be"),
    ],
)
def test_a_url_that_cannot_be_used_is_named_without_its_secrets(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, url: str, word: str
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    monkeypatch.setenv("AWS_ALLOW_HTTP", "true")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "nobody")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "nothing")
    monkeypatch.setattr("coordinator.objects.RETRIES", 0)
    with pytest.raises(StoreError, match=word) as caught:
        open_objects(url, tmp_path)
    assert "secret" not in str(caught.value)


def test_a_folder_that_cannot_be_written_is_a_store_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(StoreError, match="file"):
        FolderObjects(tmp_path / "file" / "blobs")


def test_a_place_is_named_without_user_and_password() -> None:
    assert place_of("s3://user:pass@bucket/folder?x=1") == "s3://bucket/folder"
