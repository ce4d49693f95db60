"""A door's socket: answers leave at once."""

from __future__ import annotations

import socket

import pytest

from protocol.errors import StoreError
from web.door import Door, Listen, listen_on


def test_what_a_door_answers_waits_for_no_acknowledgement() -> None:
    with listen_on("127.0.0.1", 0) as listener, socket.create_connection(listener.getsockname()):
        accepted, _ = listener.accept()
        with accepted:
            assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


def test_a_door_that_is_taken_says_which_option_names_another() -> None:
    with listen_on("127.0.0.1", 0) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        with pytest.raises(StoreError, match=f"cannot listen on {address}: .*--listen HOST:PORT"):
            Door(lambda scope, receive, send: None, Listen(address))  # type: ignore[arg-type, return-value]
