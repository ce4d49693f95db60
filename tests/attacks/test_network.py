"""An enrolled party, or anyone on the network, that takes what belongs to all. Protocol section 11.

It sends and receives over the real doors whatever it likes: garbage without end, streams that it never reads, halves
of requests. What it may not do is keep an honest calculation from its end.
"""

import hashlib
import socket
import threading
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, closing, suppress
from pathlib import Path
from typing import Any

import pytest

from coordinator import outcomes
from coordinator.folder import open_folder
from coordinator.limits import PARTY
from coordinator.watching import STREAMS_A_PARTY
from node.maker.progress import read_progress
from protocol.errors import NetworkError, Refused
from protos.client import GatewayClient
from protos.values import FindQuery
from tests.coordinator.doors import connected
from tests.coordinator.office import open_office, run
from tests.coordinator.test_process import client_of, start
from tests.node.test_agent import wait_for
from tests.node.village import Village, ask, open_village


@pytest.fixture
def village(tmp_path: Path) -> Iterator[Village]:
    with open_village(tmp_path) as opened:
        opened.suppliers()
        opened.settle("Pack maker", "requester")
        yield opened


def finishes(village: Village, request: str) -> bool:
    village.run()
    return read_progress(village.nodes["Pack maker"], request).phase == "certified"


class Flood:
    """Hands in garbage, a hundred at a time, from several threads, until it is stopped."""

    def __init__(self, client: GatewayClient) -> None:
        self.client, self.stopped = client, threading.Event()
        self.turned_away = threading.Event()
        self.threads = [threading.Thread(target=self._pour) for _ in range(3)]

    def _pour(self) -> None:
        garbage = [hashlib.sha256(bytes([number])).digest() * 40 for number in range(100)]
        while not self.stopped.is_set():
            try:
                self.client.submit(garbage)
            except Refused as error:
                assert error.check == "busy"
                self.turned_away.set()

    def __enter__(self) -> "Flood":
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stopped.set()
        for thread in self.threads:
            thread.join(timeout=30)


def test_garbage_from_an_enrolled_party_is_not_even_read_while_a_calculation_goes_on(
    village: Village, monkeypatch: pytest.MonkeyPatch
) -> None:
    read, honest = [], outcomes.parse_statement

    def parse(data: bytes) -> Any:
        if not data.startswith(b"{"):
            read.append(data)
        return honest(data)

    monkeypatch.setattr(outcomes, "parse_statement", parse)
    flooder = village.town.member("Flooder", "supplier")
    with connected(village.town, flooder, village.doors) as client, Flood(client) as flood:
        assert finishes(village, ask(village.nodes["Pack maker"]))
    assert flood.turned_away.is_set()
    # Three threads may be inside before the first of them is charged.
    assert 0 < len(read) <= PARTY.refusals + 300


def test_readers_that_never_read_hold_up_nobody(village: Village) -> None:
    """As many open streams as a party may have, none of them ever read, and the one beyond is refused."""
    idler = village.town.member("Idler", "supplier")
    with ExitStack() as stack:
        client = stack.enter_context(connected(village.town, idler, village.doors))
        streams = [client.watch(0) for _ in range(STREAMS_A_PARTY)]
        for stream in streams:
            stack.callback(stream.cancel)
            next(iter(stream))
        with pytest.raises(Refused, match="streams of yours"):
            next(iter(client.watch(0)))
        assert finishes(village, ask(village.nodes["Pack maker"]))


def test_half_a_request_keeps_nobody_from_the_log(village: Village) -> None:
    """A hundred connections to the door for people, each with a request that never ends."""
    host, port = village.doors.http.rsplit(":", 1)
    with ExitStack() as stack:
        for _ in range(100):
            connection = stack.enter_context(socket.create_connection((host, int(port))))
            connection.sendall(b"GET /checkpoint HTTP/1.1\r\nHost: x\r\nX-Slow: ")
        with urllib.request.urlopen(f"http://{village.doors.http}/checkpoint", timeout=10) as answer:
            assert answer.read().startswith(b"log.example\n")


def test_connections_that_say_nothing_keep_nobody_from_the_door(village: Village) -> None:
    host, port = village.doors.grpc.rsplit(":", 1)
    with ExitStack() as stack:
        for _ in range(100):
            stack.enter_context(socket.create_connection((host, int(port))))
        assert finishes(village, ask(village.nodes["Pack maker"]))


def is_answered(client: GatewayClient) -> bool:
    with suppress(NetworkError):
        return client.checkpoint().startswith("log.example\n")
    return False


@pytest.mark.timeout(240)
def test_many_connections_at_once_end_no_coordinator(tmp_path: Path) -> None:
    """Without a certificate: a real process, 4000 connections from two sides that come and go a hundred at a time."""
    with open_office(tmp_path / "authority") as office:
        folder = tmp_path / "coordinator"
        made = run("init", folder, "--token", office.token("Operator", "operator"), "--name", "log.example")
        assert made.exit_code == 0, made.output
    process, address = start(folder)
    host, port = address.rsplit(":", 1)

    def come_and_go() -> None:
        for _ in range(20):
            with ExitStack() as stack:
                for _ in range(100):
                    stack.enter_context(socket.create_connection((host, int(port))))

    try:
        threads = [threading.Thread(target=come_and_go) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert process.poll() is None
        with closing(client_of(open_folder(folder).party, address)) as client:
            wait_for(lambda: is_answered(client))  # after whatever is left of the flood
    finally:
        process.terminate()
        process.wait()


@pytest.mark.timeout(90)
def test_questions_without_end_leave_the_others_threads_free(
    village: Village, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A hundred questions at once, none of which is ever answered: the door has eight threads, others need some."""
    asker = village.town.member("Asker", "supplier")
    service, released = village.town.service.gateway, threading.Event()
    honest = service.find

    def find(caller: Any, query: Any) -> Any:
        if caller.enrolment == asker.id:
            released.wait(60)
        return honest(caller, query)

    monkeypatch.setattr(service, "find", find)
    with connected(village.town, asker, village.doors) as client:
        threads = [
            threading.Thread(target=client.find, args=(FindQuery("factor", 0, 1),)) for _ in range(100)
        ]
        for thread in threads:
            thread.start()
        try:
            assert finishes(village, ask(village.nodes["Pack maker"]))
        finally:
            released.set()
            for thread in threads:
                thread.join(timeout=30)
    assert not any(thread.is_alive() for thread in threads)
