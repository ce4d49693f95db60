"""Uploads, messages and connections that no client of ours would make, at the real door."""

from __future__ import annotations

import hashlib
import json
import os
import random
import socket
import threading
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from typing import Any

import grpc
import pytest

from crypto.certificates import (
    Grant,
    Issuer,
    Subject,
    Usage,
    Validity,
    encode_certificate,
    issue,
    make_root,
)
from crypto.signing import encode_signing_key, make_signing_key
from protocol.errors import NetworkError, Refused
from protos.client import Address, GatewayClient
from protos.sealsum.v1 import gateway_pb2 as pb
from protos.values import CHUNK_BYTES
from tests.support.house import COORDINATOR, House
from tests.support.insider import Insider, address_of, status_of
from tests.support.waiting import LIAR, Waiting, log_unchanged

METHODS = ("Submit", "Watch", "Get", "Find", "StatBlob", "PutBlob", "GetBlob", "Aggregate", "Bundle", "Checkpoint",
           "ProveInclusion", "ProveConsistency")  # fmt: skip
INVALID = grpc.StatusCode.INVALID_ARGUMENT


@pytest.fixture(autouse=True)
def unchanged(waiting: Waiting) -> Iterator[None]:
    with log_unchanged(waiting):
        yield


# --- uploads -----------------------------------------------------------------------------------------


def upload(insider: Insider, *chunks: pb.BlobChunk) -> bytes:
    """A stream of any chunks."""
    method = insider.client._channel.stream_unary(
        "/sealsum.v1.Gateway/PutBlob", request_serializer=pb.BlobChunk.SerializeToString
    )
    return bytes(method(iter(chunks), timeout=20))


def chunk(whole: bytes, start: int, end: int, **changes: Any) -> pb.BlobChunk:
    """A piece of a blob, as the first of its stream."""
    fields = {
        "sha256": hashlib.sha256(whole).digest(),
        "length": len(whole),
        "offset": start,
        "data": whole[start:end],
    }
    return pb.BlobChunk(**{**fields, **changes})


BLOB = bytes(range(256)) * 400
UPLOADS: dict[str, tuple[Callable[[bytes], list[pb.BlobChunk]], str]] = {
    "an oversized chunk": (lambda b: [chunk(b, 0, CHUNK_BYTES + 1)], "message"),
    "an oversized blob": (lambda b: [chunk(b, 0, 100, length=192 * 1024 + 1)], "size"),
    "a blob of no length": (lambda b: [chunk(b, 0, 0, length=0)], "size"),
    "more than it says": (lambda b: [chunk(b, 0, 2000, length=1000)], "size"),
    "a length beyond all numbers": (lambda b: [chunk(b, 0, 100, length=2**64 - 1)], "message"),
    "a gap": (lambda b: [chunk(b, 500, 600)], "offset"),
    "an offset beyond all numbers": (lambda b: [chunk(b, 0, 100, offset=2**63)], "message"),
    "a hash cut short": (lambda b: [chunk(b, 0, 100, sha256=b"short")], "message"),
    "no hash": (lambda b: [chunk(b, 0, 100, sha256=b"")], "message"),
    "the wrong hash": (
        lambda b: [chunk(b, 0, CHUNK_BYTES, sha256=b"\x07" * 32),
                   chunk(b, CHUNK_BYTES, len(b), sha256=b"", length=0)], "hash",
    ),
    "another blob in the middle": (lambda b: [chunk(b, 0, 100), chunk(b, 100, 200, sha256=b"\x08" * 32)], "message"),
    "no chunk": (lambda _: [], "message"),
}  # fmt: skip


@pytest.mark.parametrize("bad", UPLOADS.values(), ids=UPLOADS.keys())
def test_a_bad_upload_is_refused_and_a_good_one_of_the_same_blob_taken(
    waiting: Waiting, bad: tuple[Callable[[bytes], list[pb.BlobChunk]], str]
) -> None:
    make, check = bad
    blob = os.urandom(8) + BLOB
    code, found = status_of(lambda: upload(waiting.liar, *make(blob)))
    assert (code, found) == (INVALID, check)
    waiting.liar.client.put_blob(blob)
    assert waiting.liar.client.get_blob(hashlib.sha256(blob).hexdigest(), len(blob)) == blob


def test_an_upload_goes_on_where_it_broke_off(waiting: Waiting) -> None:
    blob = os.urandom(100_000)
    upload(waiting.liar, chunk(blob, 0, 30_000))
    state = waiting.liar.client.stat_blob(hashlib.sha256(blob).hexdigest())
    assert (state.stored, state.complete) == (30_000, False)
    assert waiting.bystander.client.stat_blob(hashlib.sha256(blob).hexdigest()).stored == 0
    waiting.liar.client.put_blob(blob)
    assert waiting.liar.client.stat_blob(hashlib.sha256(blob).hexdigest()).complete


def test_two_processes_of_one_node_may_upload_the_same_blob_at_once(waiting: Waiting, house: House) -> None:
    """An agent and a command do, when the command is slow; either may meet the other's half."""
    twin = Insider.of(house, LIAR)
    failed: list[BaseException] = []

    def work(insider: Insider, blob: bytes) -> None:
        try:
            insider.client.put_blob(blob)
        except Refused as error:
            failed.append(error)

    try:
        for _ in range(8):
            blob = os.urandom(180_000)
            threads = [threading.Thread(target=work, args=(one, blob)) for one in (waiting.liar, twin)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            assert waiting.liar.client.stat_blob(hashlib.sha256(blob).hexdigest()).complete
    finally:
        twin.close()
    assert not failed


def test_a_blob_cannot_be_read_from_behind_its_end(waiting: Waiting) -> None:
    blob = os.urandom(5000)
    waiting.liar.client.put_blob(blob)
    message = pb.GetBlobRequest(sha256=hashlib.sha256(blob).digest(), offset=5001).SerializeToString()
    assert status_of(lambda: waiting.liar.call("GetBlob", message))[1] == "size"


# --- any bytes to any method -------------------------------------------------------------------------


@pytest.mark.parametrize("method", METHODS)
def test_random_bytes_crash_nothing(waiting: Waiting, method: str) -> None:
    dice = random.Random(method)
    for length in (1, 2, 7, 33, 200, 5000):
        data = dice.randbytes(length)
        try:
            waiting.liar.call(method, data, seconds=5)
        except grpc.RpcError as error:
            assert error.code() is not grpc.StatusCode.UNAVAILABLE, error
    assert waiting.bystander.client.checkpoint()


MESSAGES: dict[str, tuple[str, bytes]] = {
    "an id cut short": ("Get", pb.GetRequest(ids=[b"short"]).SerializeToString()),
    "too many ids": ("Get", pb.GetRequest(ids=[bytes(32)] * 300).SerializeToString()),
    "a kind that is private": ("Find", pb.FindRequest(kind="request", limit=10).SerializeToString()),
    "a size from the future": (
        "ProveInclusion", pb.InclusionRequest(id=bytes(32), size=10**9).SerializeToString(),
    ),
    "a log that shrinks": (
        "ProveConsistency", pb.ConsistencyRequest(old_size=5, new_size=2).SerializeToString(),
    ),
    "a proof from nothing": (
        "ProveConsistency", pb.ConsistencyRequest(old_size=0, new_size=10**9).SerializeToString(),
    ),
    "no envelopes": ("Submit", b""),
    "too many envelopes": ("Submit", pb.SubmitRequest(envelopes=[b"{}"] * 129).SerializeToString()),
    "a certificate nobody has": ("Bundle", pb.BundleRequest(request=bytes(32)).SerializeToString()),
    "a certificate before its time": ("Bundle", b""),
}  # fmt: skip


@pytest.mark.parametrize("bad", MESSAGES.values(), ids=MESSAGES.keys())
def test_a_message_that_asks_for_what_there_is_not_is_refused_by_name(
    waiting: Waiting, bad: tuple[str, bytes]
) -> None:
    method, data = bad
    code, check = status_of(lambda: waiting.liar.call(method, data))
    assert check and code not in (grpc.StatusCode.UNKNOWN, grpc.StatusCode.INTERNAL)


def test_a_message_beyond_the_limit_is_not_read(waiting: Waiting) -> None:
    code, _ = status_of(lambda: waiting.liar.call("Submit", b"x" * (7 * 1024 * 1024), seconds=20))
    assert code is grpc.StatusCode.RESOURCE_EXHAUSTED


def test_a_watch_from_the_far_future_ends_or_waits_and_harms_nobody(waiting: Waiting) -> None:
    message = pb.WatchRequest(cursor=2**53 - 1).SerializeToString()
    try:
        waiting.liar.call("Watch", message, seconds=3)
    except grpc.RpcError as error:
        assert error.code() is not grpc.StatusCode.UNKNOWN


# --- strangers ---------------------------------------------------------------------------------------


def test_a_client_without_a_certificate_is_not_let_in(waiting: Waiting) -> None:
    address = address_of(waiting.liar.node)
    with grpc.secure_channel(address.target, grpc.ssl_channel_credentials(address.root_pem)) as channel:
        for method in METHODS[-3:]:
            call = channel.unary_unary(f"/sealsum.v1.Gateway/{method}")
            assert status_of(lambda call=call: call(b"", timeout=5))[0] is grpc.StatusCode.UNAVAILABLE


def foreign_address(waiting: Waiting, root_pem: bytes) -> Address:
    """A certificate with a real company's name, issued by somebody else's authority."""
    key, own = make_signing_key(), make_signing_key()
    validity = Validity(1_600_000_000, 2_000_000_000)
    root = make_root(key, "Example enrolment authority", "Example enrolment authority", 1, validity)
    name = waiting.liar.node.identity.entity.legal_entity
    grant = Grant(2, validity, Usage(client=True))
    issued = issue(Issuer(key, root), own.public_key(), Subject(name, name), grant)
    return Address(
        address_of(waiting.liar.node).target, root_pem, encode_certificate(issued), encode_signing_key(own)
    )


def test_a_certificate_of_another_authority_is_not_let_in(waiting: Waiting) -> None:
    address = foreign_address(waiting, address_of(waiting.liar.node).root_pem)
    client = GatewayClient(address)
    try:
        client._stopped.set()  # no second try
        with pytest.raises(NetworkError):
            client.submit([waiting.contribution.data])
    finally:
        client.close()


NO_TLS = {
    "plain HTTP": b"GET / HTTP/1.1\r\n\r\n",
    "noise": random.Random(1).randbytes(4096),
    "half a handshake": b"\x16\x03\x01\xff\xff" + bytes(500),
    "nothing": b"",
}


@pytest.mark.parametrize("data", NO_TLS.values(), ids=NO_TLS.keys())
def test_bytes_that_are_no_tls_harm_nobody(waiting: Waiting, data: bytes) -> None:
    host, _, port = waiting.house.chain.coordinator.rpartition(":")
    for _ in range(20):
        with socket.create_connection((host, int(port)), timeout=5) as plain:
            plain.sendall(data)


@pytest.mark.parametrize(
    "path", ["/", "/tile/../../etc/passwd", "/tile/0/x999", "/api/v1/statements/zz", "/%00", "/log/proof"]
)
def test_odd_paths_on_the_http_door_are_answered(waiting: Waiting, path: str) -> None:
    where = json.loads((waiting.house.out / COORDINATOR / "serving.json").read_text())["http"]
    try:
        with urllib.request.urlopen(f"http://{where}{path}", timeout=10) as answer:
            assert answer.status < 400
    except urllib.error.HTTPError as error:
        assert 400 <= error.code < 500
        error.close()
