"""An HTTP door: uvicorn in a thread of its own, on a socket that is bound at once, with TLS where it is asked for.

The one fact: a door on another address than loopback opens with TLS only, for what passes through it is private.
"""

from __future__ import annotations

import ipaddress
import socket
import threading
import time
from dataclasses import dataclass
from pathlib import Path

import uvicorn
from starlette.types import ASGIApp

from protocol.errors import Refused, StoreError

_LOOK_SECONDS = 0.01
LOOPBACK_NAMES = ("127.0.0.1", "localhost", "::1", "[::1]")


CONTAINED = "SEALSUM_IN_CONTAINER"
"""Set by an image of ours, and by nobody else."""


@dataclass(frozen=True, slots=True)
class Listen:
    """Where a door opens: HOST:PORT, TLS files, and the names it goes by besides its own address.

    `published`: HOST:PORT of the machine around a container, which passes on to the door what comes to it there;
    `is_contained`: the image said that it is one.
    """

    address: str
    certificate: Path | None = None
    key: Path | None = None
    names: tuple[str, ...] = ()
    may_be_remote: bool = False
    published: str = ""
    is_contained: bool = False

    @property
    def host(self) -> str:
        """The host without the brackets of an IPv6 address."""
        return _host_of(self.address)

    @property
    def port(self) -> int:
        """The port; 0 takes a free one."""
        return int(self.address.rpartition(":")[2])

    @property
    def is_loopback(self) -> bool:
        """Whether only this machine can reach it; of a container, the machine around it."""
        return _is_loopback(_host_of(self.published or self.address))

    @property
    def hosts(self) -> tuple[str, ...]:
        """The names a request may call it by."""
        own = _host_of(self.published or self.address)
        return (*LOOPBACK_NAMES, *self.names) if self.is_loopback else (own, f"[{own}]", *self.names)


def _host_of(address: str) -> str:
    return address.rpartition(":")[0].strip("[]")


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def check_listen(listen: Listen) -> None:
    """Raise Refused unless the door may open there.

    1. It is HOST:PORT, and so is where it is published.
    2. What is published is a container's: elsewhere its own address is the one that others reach.
    3. Another address than loopback was asked for twice: by address and by flag.
    4. Such an address has TLS; so a password or a number never passes in the clear.
    """
    for address in (listen.address, listen.published or listen.address):
        if not address.rpartition(":")[2].isdigit() or not _host_of(address):  # 1
            raise Refused("listen", f"{address!r}: expected HOST:PORT, for example 127.0.0.1:7450")
    if listen.published and not listen.is_contained:  # 2
        raise Refused(
            "listen",
            f"--published is for a container, whose image sets {CONTAINED}; leave it out, and --listen says where "
            "the pages open",
        )
    if listen.is_loopback:
        return
    reached = listen.published or listen.address
    if not listen.may_be_remote:  # 3
        raise Refused(
            "listen", f"{reached} can be reached from other machines; add --allow-remote if that is meant"
        )
    if listen.certificate is None or listen.key is None:  # 4
        raise Refused("listen", f"{reached} needs TLS: name --tls-certificate and --tls-key")


def listen_on(host: str, port: int) -> socket.socket:
    """A bound socket whose connections send at once; OSError when the address is taken."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.create_server((host, port), family=family)
    # asyncio does this for sockets of its own making only; without it the body of an answer waits 40 ms for the
    # browser to acknowledge its head.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listener


class Door:
    """Uvicorn over an application."""

    def __init__(self, app: ASGIApp, listen: Listen) -> None:
        check_listen(listen)
        try:
            self._socket = listen_on(listen.host, listen.port)
        except OSError as error:
            raise StoreError(
                f"cannot listen on {listen.address}: {error.strerror}; choose another with --listen HOST:PORT"
            ) from error
        shown = listen.published or f"{listen.address.rpartition(':')[0]}:{self._socket.getsockname()[1]}"
        scheme = "http" if listen.certificate is None else "https"
        self.url = f"{scheme}://{shown}"
        config = uvicorn.Config(
            app,
            log_level="warning",
            access_log=False,
            server_header=False,
            proxy_headers=False,  # nobody before us may say who asks
            timeout_graceful_shutdown=2,
            ssl_certfile=listen.certificate,
            ssl_keyfile=listen.key,
        )
        self._server = uvicorn.Server(config)
        self._failure: OSError | None = None
        self._thread = threading.Thread(target=self._run, name="web", daemon=True)

    def _run(self) -> None:
        try:
            self._server.run(sockets=[self._socket])
        except OSError as error:  # of TLS: a file that is no certificate or no key
            self._failure = error

    def start(self) -> None:
        """Answer from now on; Refused("listen") when it cannot, which its TLS files decide."""
        self._thread.start()
        while not self._server.started and self._thread.is_alive():
            time.sleep(_LOOK_SECONDS)
        if self._failure is not None:
            raise Refused("listen", f"cannot open {self.url}: {self._failure}; check the TLS files")

    def stop(self) -> None:
        """Finish the answers under way."""
        self._server.should_exit = True
        if self._thread.is_alive():
            self._thread.join()
        self._socket.close()
