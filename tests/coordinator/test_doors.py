"""The real doors over loopback sockets: gRPC with mutual TLS, and HTTP."""

import base64
import hashlib
import os
import threading
from pathlib import Path

import grpc
import httpx
import pytest
from prometheus_client import generate_latest

from coordinator.metrics import make_meters
from crypto.merkle import check_inclusion, leaf_hash, root_of
from crypto.note import check_checkpoint
from protocol.errors import NetworkError, Refused
from protocol.statements import encode_leaf, parse_statement
from protos.client import GatewayClient
from protos.values import FindQuery, Receipt, Refusal
from tests.coordinator.doors import connected, open_doors
from tests.coordinator.town import Town


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory):
    town = Town(tmp_path_factory.mktemp("coordinator")).start()
    yield town
    town.stop()


@pytest.fixture(scope="module")
def doors(town: Town):
    with open_doors(town) as doors:
        yield doors


def test_a_newcomer_may_submit_its_own_enrolment_and_nothing_else(town: Town, doors) -> None:
    newcomer, other = town.enrol("Newcomer", ["supplier"]), town.enrol("Other", ["supplier"])
    with connected(town, newcomer, doors) as client:
        (refused,) = client.submit([other.enrolment.data])
        assert isinstance(refused, Refusal) and refused.check == "identity"
        with pytest.raises(Refused, match="not enrolled"):
            client.find(FindQuery("enrolment", 0, 10))
        with pytest.raises(Refused, match="not enrolled"):
            client.put_blob(b"bytes")
        (receipt,) = client.submit([newcomer.enrolment.data])
        assert isinstance(receipt, Receipt)
        found = client.find(FindQuery("enrolment", 0, 10))
        assert newcomer.id in {parse_statement(item.data).id for item in found.statements}


def test_a_receipt_proves_that_the_log_holds_the_statement(town: Town, doors) -> None:
    member = town.enrol("Receipted", ["supplier"])
    with connected(town, member, doors) as client:
        (receipt,) = client.submit([member.enrolment.data])
        assert isinstance(receipt, Receipt)
        checkpoint = check_checkpoint(receipt.checkpoint, town.log_vkey)
        leaf = leaf_hash(encode_leaf(member.id, member.enrolment.data, receipt.logged_at))
        check_inclusion(leaf, receipt.index, checkpoint.size, receipt.inclusion, checkpoint.root)
        again = client.submit([member.enrolment.data])[0]
        assert isinstance(again, Receipt) and (again.id, again.index) == (receipt.id, receipt.index)


def test_one_submission_may_hold_statements_that_rest_on_each_other_and_junk_between(
    town: Town, doors
) -> None:
    first, second = town.enrol("First", ["supplier"]), town.enrol("Second", ["supplier"])
    with connected(town, town.member("Carrier", "supplier"), doors) as client:
        outcomes = client.submit([first.enrolment.data, b"{}", second.enrolment.data, b"\xff" * 100])
    assert [type(outcome) for outcome in outcomes] == [Receipt, Refusal, Receipt, Refusal]


def test_a_certificate_of_another_authority_does_not_get_in(town: Town, doors, tmp_path: Path) -> None:
    stranger = Town(tmp_path)
    member = stranger.enrol("Stranger", ["supplier"])
    with connected(town, member, doors) as client, pytest.raises(NetworkError):
        client._call(client.checkpoint, attempts=1)


def test_a_connection_without_a_certificate_does_not_get_in(town: Town, doors) -> None:
    with grpc.secure_channel(doors.grpc, grpc.ssl_channel_credentials(town.root_pem)) as channel:
        call = channel.unary_unary("/sealsum.v1.Gateway/Checkpoint")
        with pytest.raises(grpc.RpcError) as caught:
            call(b"", timeout=5)
        assert caught.value.code() is grpc.StatusCode.UNAVAILABLE


@pytest.mark.parametrize("method", ["Submit", "Get", "Find", "StatBlob", "Aggregate", "ProveInclusion"])
def test_bytes_that_are_no_message_are_refused_and_the_door_stays_open(
    town: Town, doors, method: str
) -> None:
    with connected(town, town.operator, doors) as client:
        call = client._channel._channel.unary_unary(f"/sealsum.v1.Gateway/{method}")
        for junk in (b"\xff" * 40, b"\x0a\x05abc", b"\xff" + os.urandom(200)):
            with pytest.raises(grpc.RpcError) as caught:
                call(junk, timeout=10)
            assert caught.value.code() is grpc.StatusCode.INVALID_ARGUMENT
        assert client.checkpoint()


def test_an_oversized_message_is_refused_before_it_is_read(town: Town, doors) -> None:
    with connected(town, town.operator, doors) as client:
        with pytest.raises(grpc.RpcError) as caught:
            client._channel._channel.unary_unary("/sealsum.v1.Gateway/Submit")(
                b"x" * (7 * 1024 * 1024), timeout=20
            )
        assert caught.value.code() is grpc.StatusCode.RESOURCE_EXHAUSTED


def test_a_blob_arrives_in_pieces_and_comes_back_whole(town: Town, doors) -> None:
    member, data = town.member("Uploader", "supplier"), os.urandom(150_000)
    with connected(town, member, doors) as client:
        client.put_blob(data)
        client.put_blob(data)
        assert client.get_blob(hashlib.sha256(data).hexdigest(), len(data)) == data
    with connected(town, town.member("Curious", "supplier"), doors) as client, pytest.raises(Refused):
        client.get_blob(hashlib.sha256(data).hexdigest(), len(data))


def _collect(client: GatewayClient, cursor: int, until: str, found: list[str]) -> int:
    """Watch until a statement arrives; returns the last cursor."""
    stream = client.watch(cursor)
    for batch in stream:
        found += [parse_statement(item.data).id for item in batch.statements]
        cursor = batch.cursor
        if until in found:
            stream.cancel()
            break
    return cursor


def test_watching_loses_nothing_across_reconnects(town: Town, doors) -> None:
    watcher, gone = town.member("Watcher", "supplier"), town.member("Gone", "supplier")
    revocations = [town.revocation(gone) for _ in range(30)]
    found: list[str] = []
    with connected(town, watcher, doors) as client:
        done = threading.Thread(
            target=lambda: [town.hand_in(town.operator, [signed.data]) for signed in revocations]
        )
        done.start()
        cursor = 0
        for signed in revocations[4::5]:
            cursor = _collect(client, cursor, signed.id, found)
        done.join()
    assert [item for item in found if item in {signed.id for signed in revocations}] == [
        signed.id for signed in revocations
    ]
    assert watcher.id in found and len(set(found)) == len(found)


def test_a_revoked_party_is_turned_away(town: Town, doors) -> None:
    member = town.member("Revoked", "supplier")
    with connected(town, member, doors) as client:
        assert client.checkpoint()
        town.hand_in(town.operator, [town.revocation(member).data])
        with pytest.raises(Refused, match=r"revoked on \d{4}-\d\d-\d\d \d\d:\d\d UTC \(reason: ended\);"):
            client.checkpoint()


def test_the_log_can_be_read_as_tiles_and_adds_up_to_the_checkpoint(town: Town, doors) -> None:
    with httpx.Client(base_url=f"http://{doors.http}") as http:
        checkpoint = check_checkpoint(http.get("/checkpoint").text, town.log_vkey)
        width = checkpoint.size
        assert width < 256
        hashes = http.get(f"/tile/0/000.p/{width}").content
        leaves = [hashes[place : place + 32] for place in range(0, len(hashes), 32)]
        assert root_of(leaves) == checkpoint.root
        entries = http.get(f"/tile/entries/000.p/{width}").content
        for leaf in leaves:
            length = int.from_bytes(entries[:2], "big")
            assert leaf_hash(entries[2 : 2 + length]) == leaf
            entries = entries[2 + length :]
        assert entries == b""
        assert http.get(f"/tile/0/000.p/{width + 1}").status_code == 404


@pytest.mark.parametrize(
    "place", ["0/0000", "0/000.p/0", "0/000.p/256", "0/x000/000", "9/000", "0/../x", "0/1"]
)
def test_a_tile_that_is_named_otherwise_is_not_found(doors, place: str) -> None:
    assert httpx.get(f"http://{doors.http}/tile/{place}").status_code in (404, 422)


def test_proofs_over_http_hold(town: Town, doors) -> None:
    with httpx.Client(base_url=f"http://{doors.http}") as http:
        leaf = http.get(f"/api/v1/statements/{town.operator.id}").json()
        proof = http.get("/log/proof", params={"id": town.operator.id}).json()
        nodes = [bytes.fromhex(node) for node in proof["proof"]]
        hashed = leaf_hash(base64.b64decode(leaf["leaf"]))
        check_inclusion(hashed, proof["index"], proof["size"], nodes, bytes.fromhex(proof["root"]))
        assert http.get("/log/consistency", params={"old": 1, "new": proof["size"]}).status_code == 200
        assert http.get("/log/proof", params={"id": "0" * 64}).status_code == 404
        assert http.get("/log/consistency", params={"old": 1, "new": 10**6}).status_code == 404
        assert http.get("/health").json()["status"] == "ok"
        assert "/checkpoint" in http.get("/openapi.json").json()["paths"]


def test_the_public_calls_answer_problems_and_bring_no_page_of_another_host(doors) -> None:
    asked = {
        "/api/v1/statements/" + "0" * 64: 404,
        "/api/v1/statements/abc": 422,
        "/api/v1/factors?limit=0": 422,
        "/checkpoint/of/nothing": 404,
        "/docs": 404,
    }
    for path, status in asked.items():
        answer = httpx.get(f"http://{doors.http}{path}")
        assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
        assert answer.json()["type"].startswith("urn:sealsum:problem:")


def test_http_says_nothing_of_what_a_statement_holds(town: Town, doors) -> None:
    text = httpx.get(f"http://{doors.http}/api/v1/statements/{town.operator.id}").text
    assert "Operator" not in text and "enrolment" not in text


def test_every_call_is_measured_by_name_and_status(town: Town) -> None:
    member, data = town.member("Measured", "supplier"), os.urandom(1000)
    meters = make_meters(town.service)
    with open_doors(town, meters) as doors, connected(town, member, doors) as client:
        client.checkpoint()
        client.put_blob(data)
        assert client.get_blob(hashlib.sha256(data).hexdigest(), len(data)) == data
    counted = generate_latest(meters.registry).decode()
    for call in ("Checkpoint", "PutBlob", "GetBlob"):
        assert f'sealsum_coordinator_call_seconds_count{{call="{call}",status="OK"}} 1.0' in counted
