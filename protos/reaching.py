"""Whether anything listens at an address, before something is spent on it. Blocking; nothing is sent."""

from __future__ import annotations

import socket

from protocol.errors import NetworkError

WAIT_SECONDS = 10.0


def need_listener(address: str, timeout: float = WAIT_SECONDS) -> None:
    """Raise NetworkError unless a connection to HOST:PORT is taken within so many seconds; it is closed at once."""
    host, _, port = address.rpartition(":")
    try:
        socket.create_connection((host.strip("[]"), int(port)), timeout).close()
    except OSError as error:
        raise NetworkError(f"{address} cannot be reached: {error}") from error
