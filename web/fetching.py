"""One HTTP request to another host, for whoever has to make one: bounded in time and length, no redirect followed.

The one fact: only addresses that an operator configured are asked, and an answer leads nowhere else.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from protocol.errors import NetworkError

if TYPE_CHECKING:
    import httpx

LONGEST_ANSWER = 512 * 1024
STEP_SECONDS, MOST_SECONDS = 10.0, 30.0
"""How long each step may take, and the whole."""
_LOOPBACK = ("127.0.0.1", "localhost", "::1")
_PLAIN = re.compile(r"[!-~]{1,400}")


@dataclass(frozen=True, slots=True)
class Fetched:
    """What came back."""

    status: int
    data: bytes = field(repr=False)


class TooLong(Exception):
    """An answer of more than LONGEST_ANSWER bytes."""


def is_safe_url(url: object) -> bool:
    """https, or http on this machine; a host, and no credential in it."""
    if not isinstance(url, str) or _PLAIN.fullmatch(url) is None:
        return False
    try:
        parts = urlsplit(url)
        _ = parts.port  # ValueError when it is none
    except ValueError:
        return False
    if not parts.hostname or "@" in parts.netloc:
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOOPBACK)


def fetch(method: str, url: str, **options: Any) -> Fetched:
    """Ask, and read the whole answer; NetworkError when none comes in time, TooLong when it does not end."""
    import httpx  # most nodes never ask another host

    host, data = urlsplit(url).netloc, bytearray()
    try:
        with (
            httpx.Client(timeout=STEP_SECONDS, follow_redirects=False) as client,
            _cut_after(client),
            client.stream(method, url, **options) as response,
        ):
            for piece in response.iter_bytes():
                data += piece
                if len(data) > LONGEST_ANSWER:
                    raise TooLong
    except httpx.HTTPError as error:
        raise NetworkError(f"{host} does not answer ({type(error).__name__}); try again") from error
    return Fetched(response.status_code, bytes(data))


@contextmanager
def _cut_after(client: httpx.Client) -> Iterator[None]:
    """Close the connection after MOST_SECONDS: a timeout of a socket begins anew with each byte, this one does not."""
    timer = threading.Timer(MOST_SECONDS, client.close)
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
