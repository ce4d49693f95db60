"""A log over HTTP as C2SP tlog-tiles has it: checkpoint, tiles of hashes, bundles of leaves. Protocol section 5.

The one fact: nothing read here is believed: whoever reads holds it against a checkpoint that a pinned key signed.
"""

from __future__ import annotations

import http.client
import time
from urllib.parse import urlsplit

from protocol.errors import NetworkError, PeerError

TILE = 256
NOTE_LIMIT = 64 * 1024
LEAF_LIMIT = 1024
TIMEOUT_SECONDS = 30.0
ATTEMPTS = 4
_PAUSE_SECONDS = 0.25
_TRY_AGAIN = frozenset({408, 429, 500, 502, 503, 504})


class HttpLog:
    """One log behind one URL prefix, over one connection at a time."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise PeerError("url", f"expected http://HOST:PORT or https://..., found {url!r}")
        self.url = url.rstrip("/")
        self._prefix = parts.path.rstrip("/")
        make = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        self._connection = make(parts.hostname, parts.port, timeout=TIMEOUT_SECONDS)

    def close(self) -> None:
        """End the connection."""
        self._connection.close()

    def checkpoint(self) -> str:
        """The newest checkpoint, not yet verified."""
        try:
            return self._get("/checkpoint", NOTE_LIMIT).decode("utf-8")
        except UnicodeDecodeError as error:
            raise PeerError("checkpoint", "the checkpoint is no text") from error

    def tile(self, level: int, index: int, width: int) -> bytes:
        """The hashes of a tile of `width`."""
        data = self._get(f"/tile/{level}/{encode_place(index, width)}", 32 * TILE)
        if len(data) != 32 * width:
            raise PeerError("tiles", f"tile {level}/{index} has {len(data)} bytes, expected {32 * width}")
        return data

    def leaves(self, index: int, width: int) -> list[bytes]:
        """The leaves of a bundle of `width`."""
        data = self._get(f"/tile/entries/{encode_place(index, width)}", (LEAF_LIMIT + 2) * TILE)
        leaves, place = [], 0
        while place < len(data):
            end = place + 2 + int.from_bytes(data[place : place + 2], "big")
            leaves.append(data[place + 2 : end])
            place = end
        if place != len(data) or len(leaves) != width:
            raise PeerError("tiles", f"bundle {index} does not hold {width} leaves, each after its length")
        return leaves

    def _get(self, path: str, limit: int) -> bytes:
        for attempt in range(ATTEMPTS):
            try:
                self._connection.request("GET", self._prefix + path, headers={"Accept-Encoding": "identity"})
                response = self._connection.getresponse()
                data = response.read(limit + 1)
                if response.status == 200 and len(data) <= limit:
                    response.close()
                    return data
                self._connection.close()
                if response.status not in _TRY_AGAIN:
                    raise PeerError("http", f"{self.url}{path} answers {response.status}, {len(data)} bytes")
                why = str(response.status)
            except (OSError, http.client.HTTPException) as error:
                self._connection.close()
                why = str(error) or type(error).__name__
            time.sleep(_PAUSE_SECONDS * 2**attempt)
        raise NetworkError(
            f"{self.url}{path} cannot be read ({why}); try again, it goes on from here; a log's address is that of the "
            "coordinator's pages, not the one that nodes connect to"
        )


def encode_place(index: int, width: int) -> str:
    """A tile's number and width as its path."""
    groups = [f"{index % 1000:03d}"]
    while index >= 1000:
        index //= 1000
        groups.append(f"x{index % 1000:03d}")
    return "/".join(reversed(groups)) + ("" if width == TILE else f".p/{width}")
