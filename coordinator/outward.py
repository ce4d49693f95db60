"""One HTTP call to a party outside, witness or mirror, that is over in time whatever the other side does.

The one fact: nobody is followed anywhere, and an answer is cut off at its limit; what it says is checked by the caller.
"""

from __future__ import annotations

import http.client
import socket
import threading
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import urlsplit

from protocol.errors import NetworkError

ASK_SECONDS = 10.0
"""How long the other side has for its whole answer."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What was answered: an HTTP status and a body."""

    status: int
    body: str


def ask_outside(url: str, limit: int, body: bytes | None = None) -> Asked:
    """GET, or POST a body; at most `limit` bytes of the answer. NetworkError when there is no whole answer in time."""
    parts = urlsplit(url)
    make = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    try:
        connection = make(parts.hostname or "", parts.port, timeout=ASK_SECONDS)
        # A timeout of a socket begins anew with each byte; this one does not.
        timer = threading.Timer(ASK_SECONDS, _cut, [connection])
        timer.start()
        try:
            connection.connect()
            if not timer.is_alive():
                raise TimeoutError("it took too long to connect")
            connection.request("GET" if body is None else "POST", parts.path or "/", body)
            answer = connection.getresponse()
            return Asked(answer.status, answer.read(limit).decode("utf-8", "replace"))
        finally:
            timer.cancel()
            connection.close()
    except (OSError, ValueError, http.client.HTTPException) as error:
        raise NetworkError(f"{parts.scheme}://{parts.netloc} gives no answer: {error}") from error


def _cut(connection: http.client.HTTPConnection) -> None:
    with suppress(OSError):
        if connection.sock is not None:
            connection.sock.shutdown(socket.SHUT_RDWR)
