"""A TCP proxy that ends TLS on both sides and keeps every plaintext byte that a node sends; and reads HTTP/2 in it.

The one fact: it has the node's own key for the other side, so the coordinator sees the node; nothing is told to the
node, which sees an authority's certificate for the address.
"""

from __future__ import annotations

import select
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from hpack import Decoder

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
DATA, HEADERS, RST, SETTINGS, PING, GOAWAY, WINDOW, CONTINUATION = 0, 1, 3, 4, 6, 7, 8, 9
PADDED, END_HEADERS, PRIORITY = 0x8, 0x4, 0x20


@dataclass
class Tap:
    """What was sent through: one byte string per connection."""

    address: str
    connections: list[bytearray] = field(default_factory=list)


@dataclass(frozen=True)
class Ends:
    """Files of PEM: the proxy's own certificate with key, the node's, and the authority's root."""

    proxy: Path
    node: Path
    root: Path


@contextmanager
def tapped(target: str, ends: Ends) -> Iterator[Tap]:
    """A proxy before `target` while the block lasts."""
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(ends.proxy)
    server.load_verify_locations(ends.root)
    server.verify_mode = ssl.CERT_REQUIRED
    server.set_alpn_protocols(["h2"])
    listener = socket.create_server(("127.0.0.1", 0))
    tap = Tap(f"127.0.0.1:{listener.getsockname()[1]}")
    sockets: list[socket.socket] = [listener]
    accepting = threading.Thread(target=_accept, args=(listener, server, (target, ends), (tap, sockets)))
    accepting.start()
    try:
        yield tap
    finally:
        for one in sockets:
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()
        accepting.join(timeout=10)


def _accept(
    listener: socket.socket,
    server: ssl.SSLContext,
    there: tuple[str, Ends],
    kept: tuple[Tap, list[socket.socket]],
) -> None:
    target, ends = there
    tap, sockets = kept
    with suppress(OSError):
        while True:
            plain, _ = listener.accept()
            inner = server.wrap_socket(plain, server_side=True)
            client = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
            client.check_hostname = False
            client.load_cert_chain(ends.node)
            client.load_verify_locations(ends.root)
            client.set_alpn_protocols(["h2"])
            host, _, port = target.rpartition(":")
            outer = client.wrap_socket(socket.create_connection((host, int(port))))
            sockets += [inner, outer]
            sent = bytearray()
            tap.connections.append(sent)
            threading.Thread(target=_pump, args=(inner, outer, sent), daemon=True).start()


def _pump(inner: ssl.SSLSocket, outer: ssl.SSLSocket, sent: bytearray) -> None:
    """Carry both directions until one end closes, in one thread: OpenSSL corrupts a connection that two threads use."""
    with suppress(OSError, ValueError):
        while True:
            both = (inner, outer)
            waiting = [one for one in both if one.pending()] or select.select(both, (), ())[0]
            for source in waiting:
                data = _take(source)
                if data == b"":
                    return
                if data is not None:
                    if source is inner:
                        sent.extend(data)
                    (outer if source is inner else inner).sendall(data)


def _take(source: ssl.SSLSocket) -> bytes | None:
    """What is there; None when it was a record of TLS itself, b"" when the other end has closed."""
    source.setblocking(False)
    try:
        return source.recv(65536)
    except (ssl.SSLWantReadError, ssl.SSLWantWriteError):
        return None
    finally:
        source.setblocking(True)


# --- reading it ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Captured:
    """Every call of a connection: its headers, its messages; and what else was in the stream of bytes."""

    headers: tuple[dict[str, str], ...]
    messages: tuple[tuple[str, bytes], ...]
    rest: tuple[tuple[int, bytes], ...]


def read_connection(data: bytes) -> Captured:
    """Take apart every byte of a client's half of an HTTP/2 connection; AssertionError where one is not understood."""
    assert data.startswith(PREFACE)
    decoder, headers, blocks = Decoder(), {}, {}
    streams: dict[int, bytearray] = {}
    rest = []
    for kind, flags, stream, payload in _frames(data[len(PREFACE) :]):
        if kind in (HEADERS, CONTINUATION):
            assert not flags & PADDED
            if kind == HEADERS and flags & PRIORITY:
                payload = payload[5:]
            blocks[stream] = blocks.get(stream, b"") + payload
            if flags & END_HEADERS:
                headers[stream] = dict(decoder.decode(blocks.pop(stream)))
        elif kind == DATA:
            assert not flags & PADDED
            streams.setdefault(stream, bytearray()).extend(payload)
        else:
            rest.append((kind, payload))
    assert not blocks and set(streams) <= set(headers)
    messages = [
        (headers[number][":path"], one) for number, body in streams.items() for one in _messages(bytes(body))
    ]
    return Captured(tuple(headers.values()), tuple(messages), tuple(rest))


def _frames(data: bytes) -> Iterator[tuple[int, int, int, bytes]]:
    place = 0
    while place < len(data):
        length = int.from_bytes(data[place : place + 3])
        kind, flags = data[place + 3], data[place + 4]
        stream = int.from_bytes(data[place + 5 : place + 9]) & 0x7FFFFFFF
        payload = data[place + 9 : place + 9 + length]
        assert len(payload) == length, "the capture ends within a frame"
        yield kind, flags, stream, payload
        place += 9 + length


def _messages(body: bytes) -> Iterator[bytes]:
    place = 0
    while place < len(body):
        assert body[place] == 0, "no message is compressed"
        length = int.from_bytes(body[place + 1 : place + 5])
        yield body[place + 5 : place + 5 + length]
        place += 5 + length
    assert place == len(body)
