"""What another host may do to whoever asks it: nothing but answer, in time and at a length that is expected."""

from __future__ import annotations

import socket
import threading
import time

import pytest

from protocol.errors import NetworkError
from tests.attacks_found.test_one_witness_against_the_others import SECONDS, Serve, drip_headers, listening
from web import fetching
from web.fetching import LONGEST_ANSWER, TooLong, fetch


def drip_body(connection: socket.socket, stopped: threading.Event) -> None:
    connection.recv(65536)
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n")
    while not stopped.wait(SECONDS / 5):
        connection.sendall(b"x")


@pytest.mark.parametrize("serve", [drip_headers, drip_body])
def test_a_host_that_answers_byte_by_byte_is_not_waited_for(
    monkeypatch: pytest.MonkeyPatch, serve: Serve
) -> None:
    monkeypatch.setattr(fetching, "MOST_SECONDS", SECONDS)
    with listening(serve) as url:
        started = time.monotonic()
        with pytest.raises(NetworkError, match="does not answer"):
            fetch("GET", url)
        assert time.monotonic() - started < 60 * SECONDS


def test_an_answer_that_does_not_end_is_not_read_to_its_end() -> None:
    def endless(connection: socket.socket, stopped: threading.Event) -> None:
        connection.recv(65536)
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        while not stopped.is_set():
            connection.sendall(b"x" * 65536)

    with listening(endless) as url, pytest.raises(TooLong):
        fetch("GET", url)
    assert LONGEST_ANSWER < 1024 * 1024


def test_a_redirect_is_an_answer_and_leads_nowhere() -> None:
    visited: list[bytes] = []

    def inner(connection: socket.socket, _stopped: threading.Event) -> None:
        visited.append(connection.recv(65536))

    with listening(inner) as inside:

        def send_on(connection: socket.socket, _stopped: threading.Event) -> None:
            connection.recv(65536)
            connection.sendall(f"HTTP/1.1 307 x\r\nLocation: {inside}/\r\nContent-Length: 0\r\n\r\n".encode())

        with listening(send_on) as url:
            assert fetch("POST", url, content=b"x").status == 307
    assert visited == []
