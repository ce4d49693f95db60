"""One address before several replicas: passes bytes through, each new connection to the next one that answers."""

from __future__ import annotations

import socket
import threading
from collections import Counter
from contextlib import suppress
from itertools import count

CONNECT_SECONDS = 1.0
BYTES = 1 << 16


class Balancer:
    """Listens on a port of `address`; `targets` may be changed at any time. Knows nothing of what it carries."""

    def __init__(self, address: str = "127.0.0.1") -> None:
        self.targets: dict[str, str] = {}
        self.passed: Counter[str] = Counter()
        self._turns = count()
        self._listening = socket.create_server((address, 0), backlog=256)
        self.address = f"{address}:{self._listening.getsockname()[1]}"
        threading.Thread(target=self._accept, name="balancer", daemon=True).start()

    def close(self) -> None:
        """Take no more connections."""
        self._listening.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self._listening.accept()
                threading.Thread(target=self._carry, args=(connection,), daemon=True).start()

    def _carry(self, outside: socket.socket) -> None:
        with outside:
            inside = self._choose()
            if inside is None:
                return
            with inside:
                back = threading.Thread(target=_pour, args=(inside, outside), daemon=True)
                back.start()
                _pour(outside, inside)
                back.join()

    def _choose(self) -> socket.socket | None:
        names = sorted(self.targets)
        turn = next(self._turns)
        for place in range(len(names)):
            name = names[(turn + place) % len(names)]
            host, _, port = self.targets[name].rpartition(":")
            with suppress(OSError):
                found = socket.create_connection((host, int(port)), CONNECT_SECONDS)
                found.settimeout(None)
                self.passed[name] += 1
                return found
        return None


def _pour(source: socket.socket, sink: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(BYTES):
            sink.sendall(data)
    for end in (source, sink):
        with suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)
