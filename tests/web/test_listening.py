"""A door's socket: answers leave at once."""

from __future__ import annotations

import socket

from web.door import listen_on


def test_what_a_door_answers_waits_for_no_acknowledgement() -> None:
    with listen_on("127.0.0.1", 0) as listener, socket.create_connection(listener.getsockname()):
        accepted, _ = listener.accept()
        with accepted:
            assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
