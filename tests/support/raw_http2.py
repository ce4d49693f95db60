"""A client of HTTP/2 that sends what it likes, for attacks on gRPC doors: calls begun, and answers never taken.

The one fact: it tells the server that it takes no byte of any message (a window of nothing), so of an answer it ever
sees the headers only.
"""

from __future__ import annotations

import socket
import ssl
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count

from hpack import Decoder, Encoder

from protos.tls import TlsIdentity
from tests.support.wiretap import DATA, END_HEADERS, HEADERS, PING, PREFACE, SETTINGS

END_STREAM, ACK = 0x1, 0x1
TRAILER_OF_BUSY = ("grpc-status", "8")
_NO_WINDOW = (4).to_bytes(2) + (0).to_bytes(4)


class RawConnection:
    """One connection; its calls are known by their streams' numbers."""

    def __init__(self, wire: ssl.SSLSocket) -> None:
        self._wire, self._reader = wire, wire.makefile("rb")
        self._encoder, self._decoder, self._streams = Encoder(), Decoder(), count(1, 2)
        self._headers: dict[int, dict[str, str]] = {}
        self._is_settled = True
        self._send(SETTINGS, 0, 0, _NO_WINDOW)

    def begin(self, path: str) -> int:
        """Send the header of a call, and nothing else."""
        stream = next(self._streams)
        headers = [(":method", "POST"), (":scheme", "https"), (":path", path), (":authority", "door")]
        headers += [("content-type", "application/grpc"), ("te", "trailers")]
        self._send(HEADERS, END_HEADERS, stream, self._encoder.encode(headers))
        return stream

    def ask(self, path: str, message: bytes = b"") -> int:
        """Make a whole call."""
        stream = self.begin(path)
        self._send(DATA, END_STREAM, stream, b"\0" + len(message).to_bytes(4) + message)
        return stream

    def answer(self, stream: int) -> dict[str, str]:
        """Wait for the headers with which the answer to a call begins; a refusal's hold its status already."""
        while stream not in self._headers:
            self._read_frame()
        return self._headers[stream]

    def is_busy(self, stream: int) -> bool:
        """Whether a call is refused because others are under way, once its answer begins."""
        return TRAILER_OF_BUSY in self.answer(stream).items()

    def settle(self) -> None:
        """Wait until the door has read everything that was sent."""
        self._send(PING, 0, 0, bytes(8))
        self._is_settled = False
        while not self._is_settled:
            self._read_frame()

    def wait_closed(self) -> None:
        """Wait until the door closes the connection; TimeoutError when it does not within half a minute."""
        while self._reader.read(65536):
            pass

    def _read_frame(self) -> None:
        head = self._reader.read(9)
        assert len(head) == 9, "the door has closed the connection"
        kind, flags, stream = head[3], head[4], int.from_bytes(head[5:9])
        payload = self._reader.read(int.from_bytes(head[:3]))
        if kind == HEADERS:
            self._headers.setdefault(stream, dict(self._decoder.decode(payload)))
        elif kind in (SETTINGS, PING) and not flags & ACK:
            self._send(kind, ACK, 0, payload if kind == PING else b"")
        elif kind == PING:
            self._is_settled = True

    def _send(self, kind: int, flags: int, stream: int, payload: bytes) -> None:
        frame = len(payload).to_bytes(3) + bytes((kind, flags)) + stream.to_bytes(4) + payload
        self._wire.sendall(frame)


@contextmanager
def raw_connection(
    address: str, identity: TlsIdentity | None = None, source: str = "127.0.0.1"
) -> Iterator[RawConnection]:
    """A connection to HOST:PORT while the block lasts, with a certificate where the door wants one."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.set_alpn_protocols(["h2"])
    if identity is not None:
        with tempfile.NamedTemporaryFile() as file:
            file.write(identity.certificate_pem + identity.key_pem)
            file.flush()
            context.load_cert_chain(file.name)
    host, _, port = address.rpartition(":")
    plain = socket.create_connection((host, int(port)), 30, (source, 0))
    with plain, context.wrap_socket(plain) as wire:
        wire.sendall(PREFACE)
        yield RawConnection(wire)
