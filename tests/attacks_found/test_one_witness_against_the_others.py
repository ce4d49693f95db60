"""One witness of several answers what it should not, or for ever: the others' cosignatures come all the same."""

from __future__ import annotations

import os
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from coordinator import outward
from coordinator.outward import Asked
from coordinator.witnessing import Witness, Witnessing, ask_over_http
from crypto.cosignature import check_cosignatures, make_witness_key
from protocol.errors import NetworkError
from tests.coordinator.town import Town
from witness.cosigning import add_checkpoint
from witness.store import Store, make_witness

SECONDS = 1.0
Serve = Callable[[socket.socket, threading.Event], None]


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    (tmp_path / "town").mkdir()
    town = Town(tmp_path / "town").start()
    yield town
    town.stop()


@pytest.fixture
def honest(town: Town, tmp_path: Path) -> Iterator[Store]:
    make_witness(tmp_path / "honest", "honest.example", os.urandom)
    store = Store(tmp_path / "honest")
    store.unlock()
    store.add_log(town.log_vkey)
    yield store
    store.close()


def key() -> str:
    return make_witness_key("liar.example", os.urandom)[1]


@contextmanager
def listening(serve: Serve) -> Iterator[str]:
    """A server that does to every connection what it likes."""
    stopped = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as server:

        def accept() -> None:
            with suppress(OSError):
                while True:
                    threading.Thread(target=take, args=(server.accept()[0],), daemon=True).start()

        def take(connection: socket.socket) -> None:
            with connection, suppress(OSError):
                serve(connection, stopped)

        threading.Thread(target=accept, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.getsockname()[1]}"
        finally:
            stopped.set()
            server.shutdown(socket.SHUT_RDWR)


@pytest.mark.parametrize(
    "size", ["\N{SUPERSCRIPT TWO}", "9" * 5000, "\N{ARABIC-INDIC DIGIT ONE}", "-1", "999999"]
)
def test_no_size_that_a_witness_claims_ends_the_collecting(town: Town, honest: Store, size: str) -> None:
    liar = Witness("http://liar.example", key())

    def ask(witness: Witness, body: bytes) -> Asked:
        if witness is liar:
            return Asked(409, size)
        answer = add_checkpoint(honest, body, town.clock)
        return Asked(answer.status, answer.body)

    asking = Witnessing(
        town.service.journal, town.log, [liar, Witness("http://honest.example", honest.public_key)], ask
    )
    for _ in range(2):
        asking.collect()
        assert check_cosignatures(asking.newest(), [honest.public_key], 1)
        town.member(os.urandom(4).hex(), "supplier")


def drip(connection: socket.socket, stopped: threading.Event) -> None:
    connection.recv(65536)
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 10000\r\n\r\n")
    while not stopped.wait(SECONDS / 5):
        connection.sendall(b"x")


def drip_headers(connection: socket.socket, stopped: threading.Event) -> None:
    connection.recv(65536)
    connection.sendall(b"HTTP/1.1 200 OK\r\n")
    while not stopped.wait(SECONDS / 5):
        connection.sendall(b"X-A: b\r\n")


@pytest.mark.parametrize("serve", [drip, drip_headers])
def test_a_witness_that_answers_byte_by_byte_is_not_waited_for(
    monkeypatch: pytest.MonkeyPatch, serve: Serve
) -> None:
    monkeypatch.setattr(outward, "ASK_SECONDS", SECONDS)
    with listening(serve) as url:
        started = time.monotonic()
        with suppress(NetworkError):
            assert len(ask_over_http(Witness(url, key()), b"").body) < 100
        assert time.monotonic() - started < 10 * SECONDS


def test_a_witness_sends_the_coordinator_nowhere(monkeypatch: pytest.MonkeyPatch) -> None:
    visited: list[bytes] = []

    def inner(connection: socket.socket, _stopped: threading.Event) -> None:
        visited.append(connection.recv(65536))

    with listening(inner) as inside:

        def send_on(connection: socket.socket, _stopped: threading.Event) -> None:
            connection.recv(65536)
            head = f"HTTP/1.1 302 Found\r\nLocation: {inside}/delete-all\r\nContent-Length: 0\r\n\r\n"
            connection.sendall(head.encode())

        with listening(send_on) as url:
            assert ask_over_http(Witness(url, key()), b"").status == 302
    assert visited == []
