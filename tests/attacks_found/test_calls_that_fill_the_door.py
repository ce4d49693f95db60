"""An enrolled party begins calls without end, or takes no answer: places for calls belong to all. Protocol 11."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import grpc
import pytest

from coordinator.serving import Addresses
from crypto.signing import encode_signing_key
from protos import server
from protos.tls import TlsIdentity, client_credentials
from tests.coordinator.doors import connected, open_doors
from tests.coordinator.town import Member, Town
from tests.support.raw_http2 import raw_connection

OF_ALL, OF_ONE = 100, 60
"""Calls under way, in this test: the real numbers take longer to fill."""
STREAMS = 64
"""As many calls as one connection may carry."""
METHODS = ("Get", "PutBlob", "Watch")


@pytest.fixture
def town(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Town]:
    monkeypatch.setattr(server, "CALLS", OF_ALL)
    monkeypatch.setattr(server, "CALLS_A_PARTY", OF_ONE)
    town = Town(tmp_path).start()
    town.publish()
    yield town
    town.stop()


def begin_calls(stack: ExitStack, doors: Addresses, town: Town, who: Member, count: int) -> list[grpc.Future]:
    """So many calls of which only the header is ever sent, over as many connections as that takes."""
    ended = threading.Event()
    stack.callback(ended.set)
    identity = TlsIdentity(town.root_pem, who.certificate_pem, encode_signing_key(who.key))

    def nothing() -> Iterator[bytes]:
        ended.wait()
        yield from ()

    calls: list[grpc.Future] = []
    while len(calls) < count:
        options = [("grpc.use_local_subchannel_pool", 1)]
        channel = grpc.secure_channel(doors.grpc, client_credentials(identity), options)
        stack.callback(channel.close)
        for number in range(min(STREAMS, count - len(calls))):
            method = channel.stream_unary(f"/sealsum.v1.Gateway/{METHODS[number % len(METHODS)]}")
            calls.append(method.future(nothing()))
    return calls


def test_calls_that_one_party_begins_and_never_ends_leave_the_others_theirs(town: Town) -> None:
    greedy, honest = town.member("Greedy", "supplier"), town.member("Honest", "supplier")
    with open_doors(town) as doors, ExitStack() as stack:
        calls = begin_calls(stack, doors, town, greedy, OF_ALL + OF_ONE)
        refused = [call for call in calls if _is_refused(call)]
        with connected(town, honest, doors) as client:
            for _ in range(5):
                assert client.checkpoint()
    assert len(refused) >= len(calls) - OF_ONE


def test_answers_that_one_party_never_takes_leave_the_others_theirs(town: Town) -> None:
    greedy, honest = town.member("Greedy", "supplier"), town.member("Honest", "supplier")
    identity = TlsIdentity(town.root_pem, greedy.certificate_pem, encode_signing_key(greedy.key))
    refused = 0
    with open_doors(town) as doors, ExitStack() as stack:
        for number in range(OF_ALL):
            if number % STREAMS == 0:
                connection = stack.enter_context(raw_connection(doors.grpc, identity))
            refused += connection.is_busy(connection.ask("/sealsum.v1.Gateway/Checkpoint"))
        with connected(town, honest, doors) as client:
            for _ in range(5):
                assert client.checkpoint()
    assert refused == OF_ALL - OF_ONE


def _is_refused(call: grpc.Future) -> bool:
    try:
        error = call.exception(timeout=0.05)
    except grpc.FutureTimeoutError:
        return False
    return isinstance(error, grpc.RpcError) and error.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
