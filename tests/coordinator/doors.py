"""Opens a town's real doors on loopback, for tests over sockets."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from queue import Queue

from coordinator.serving import Addresses, run_doors
from crypto.signing import encode_signing_key
from operation.metrics import Meters
from protos.client import Address, GatewayClient
from tests.coordinator.town import Member, Town


@contextmanager
def open_doors(town: Town, meters: Meters | None = None) -> Iterator[Addresses]:
    """Both doors of a started town, until the block ends."""
    opened: Queue[tuple[Addresses, asyncio.AbstractEventLoop, asyncio.Event]] = Queue()

    async def main() -> None:
        stop, loop = asyncio.Event(), asyncio.get_running_loop()
        listen = Addresses("127.0.0.1:0", "127.0.0.1:0")
        await run_doors(town.service, listen, lambda doors: opened.put((doors, loop, stop)), stop, meters)

    thread = threading.Thread(target=lambda: asyncio.run(main()))
    thread.start()
    doors, loop, stop = opened.get(timeout=120)
    try:
        yield doors
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(timeout=30)
    assert not thread.is_alive()


@contextmanager
def connected(town: Town, member: Member, doors: Addresses) -> Iterator[GatewayClient]:
    """A client with a member's certificate."""
    client = GatewayClient(
        Address(doors.grpc, town.root_pem, member.certificate_pem, encode_signing_key(member.key))
    )
    try:
        yield client
    finally:
        client.close()
