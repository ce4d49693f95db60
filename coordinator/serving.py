"""Runs the doors: gRPC on an event loop, HTTP beside it, until the process is asked to stop.

The one fact: on SIGTERM and SIGINT streams are ended first, calls under way finish, then the sequencer writes out what
is queued; a kill -9 instead loses nothing that was acknowledged. Protocol section 8.
"""

from __future__ import annotations

import asyncio
import logging
import signal
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import grpc
import uvicorn

from coordinator.console.app import add_console
from coordinator.http import make_app
from coordinator.service import Service
from operation.metrics import Meters
from protocol.errors import SealsumError, StoreError
from protos.server import make_server
from protos.tls import renewing_credentials
from web.door import LOOPBACK_NAMES, listen_on

THREADS = 8
GRACE_SECONDS = 5.0
LOOK_SECONDS = 0.5
RENEW_SECONDS = 3600.0
_log = logging.getLogger("sealsum.coordinator.serving")


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where the two doors listen, HOST:PORT."""

    grpc: str
    http: str


class HttpDoor:
    """Uvicorn in a thread of its own, on a socket that is bound at once."""

    def __init__(self, service: Service, listen: str) -> None:
        host, _, port = listen.rpartition(":")
        try:
            self._socket = listen_on(host.strip("[]"), int(port))
        except OSError as error:
            raise StoreError(f"cannot listen on {listen}: {error.strerror}; choose another --http") from error
        self.address = f"{host}:{self._socket.getsockname()[1]}"
        app = make_app(service)
        is_secure = service.public_url.startswith("https:") or host not in LOOPBACK_NAMES
        add_console(app, service, is_secure)
        config = uvicorn.Config(app, log_level="warning", access_log=False, timeout_graceful_shutdown=2)
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._run, name="http", daemon=True)

    def _run(self) -> None:
        self._server.run(sockets=[self._socket])

    def start(self) -> None:
        """Answer from now on."""
        self._thread.start()

    def stop(self) -> None:
        """Finish the answers under way."""
        self._server.should_exit = True
        self._thread.join()


async def serve(
    service: Service, listen: Addresses, is_open: Callable[[Addresses], None], meters: Meters | None = None
) -> None:
    """Open both doors and return once a signal asks to stop; StoreError as `run_doors`."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    await run_doors(service, listen, is_open, stop, meters)


async def run_doors(
    service: Service,
    listen: Addresses,
    is_open: Callable[[Addresses], None],
    stop: asyncio.Event,
    meters: Meters | None = None,
) -> None:
    """Keep both doors open until `stop` is set; StoreError when an address is taken or the sequencer died."""
    http = HttpDoor(service, listen.http)
    with ThreadPoolExecutor(THREADS, thread_name_prefix="door") as pool:
        server, grpc_address = _make_grpc(service, listen.grpc, pool, meters)
        await server.start()
        http.start()
        renewing = asyncio.create_task(_keep_renewed(service))
        is_open(Addresses(grpc_address, http.address))
        service.ahead.start()
        try:
            await _until(stop, service)
        finally:
            renewing.cancel()
            service.watching.stop()
            await server.stop(GRACE_SECONDS)
            http.stop()
    if not stop.is_set():
        raise StoreError("the sequencer ended by a mistake of ours; see the log, then start again")


async def _keep_renewed(service: Service) -> None:
    """See every hour that the doors' certificate is a young one; what fails is tried again in an hour."""
    while True:
        try:
            if await asyncio.to_thread(service.folder.party.renew, service.clock()):
                _log.info("the certificate for connections was renewed")
        except SealsumError as error:
            _log.warning("the certificate for connections was not renewed: %s", error)
        await asyncio.sleep(RENEW_SECONDS)


def _make_grpc(
    service: Service, listen: str, pool: ThreadPoolExecutor, meters: Meters | None
) -> tuple[grpc.aio.Server, str]:
    credentials = renewing_credentials(lambda: service.folder.party.tls, is_mutual=True)
    try:
        server, port = make_server(
            service.gateway, credentials, listen, pool, None if meters is None else meters.call
        )
    except OSError as error:
        raise StoreError(f"{error}; choose another --listen") from error
    return server, f"{listen.rpartition(':')[0]}:{port}"


async def _until(stop: asyncio.Event, service: Service) -> None:
    while not stop.is_set() and service.sequencer.is_running:
        try:
            async with asyncio.timeout(LOOK_SECONDS):
                await stop.wait()
        except TimeoutError:
            continue
