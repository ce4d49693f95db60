"""`python -m benchmarks.loader LOAD PROFILE ADDRESS...`: plays the nodes of a load against coordinators.

PROFILE: burst (all at once, AT_ONCE under way at each coordinator), steady:RATE (as many a second, from a clock),
idle:STREAMS:SECONDS, or slow:STREAMS:SECONDS (listeners that read nothing). It prints one JSON line at the end. The one
fact: a steady profile sends when it is time, whether earlier ones were answered or not, so a slow coordinator makes
times long instead of making the load light. The first WARM contributions are sent before the clock starts, so that no
process is measured while it makes its tables; a line says when they are through.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import pickle
import statistics
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import grpc

from benchmarks.load_world import IDLE, Load, Ready
from protos import convert
from protos.sealsum.v1.gateway_pb2_grpc import GatewayStub
from protos.values import CHUNK_BYTES, BlobPart, Receipt

AT_ONCE = 96
WARM = 120
AGAIN_SECONDS = 0.2
AGAIN = (grpc.StatusCode.CANCELLED, grpc.StatusCode.UNAVAILABLE)
CALL_SECONDS = 60.0
OPENED_AT_ONCE = 32


@dataclass(frozen=True, slots=True)
class Message:
    """A contribution as it is sent, written in advance as the rest of it was made in advance."""

    node: int
    parts: tuple[Any, ...]
    envelope: Any


def write(ready: Ready) -> Message:
    """The messages of one contribution."""
    return Message(ready.node, tuple(_parts(ready.ciphertext)), convert.encode_submit([ready.data]))


class Player:
    """The nodes of a load, each with a connection of its own."""

    def __init__(self, load: Load, addresses: list[str]) -> None:
        self._load = load
        self._addresses = addresses
        self._stubs: dict[tuple[int, int], Any] = {}
        self.seconds: list[float] = []
        self.again = 0

    @property
    def coordinators(self) -> int:
        """How many there are."""
        return len(self._addresses)

    def channel(self, node: int, turn: int) -> Any:
        """A connection of this node to the coordinator whose turn it is."""
        who = self._load.nodes[node]
        credentials = grpc.ssl_channel_credentials(self._load.root, who.key, who.certificate)
        options = [("grpc.use_local_subchannel_pool", 1)]
        return grpc.aio.secure_channel(self._addresses[turn % len(self._addresses)], credentials, options)

    def stub(self, node: int, turn: int) -> Any:
        """The node's door at the coordinator whose turn it is, opened when it is first used."""
        place = (node, turn % len(self._addresses))
        if place not in self._stubs:
            self._stubs[place] = GatewayStub(self.channel(*place))
        return self._stubs[place]

    async def send(self, message: Message, turn: int) -> None:
        """Upload and submit, again until there is a receipt; its time counts from the first word to the receipt."""
        begun = time.monotonic()
        while not await self._try(message, turn):
            self.again += 1
            await asyncio.sleep(AGAIN_SECONDS)
        self.seconds.append(time.monotonic() - begun)

    async def _try(self, message: Message, turn: int) -> bool:
        stub = self.stub(message.node, turn)
        try:
            await stub.PutBlob(iter(message.parts), timeout=CALL_SECONDS)
            reply = await stub.Submit(message.envelope, timeout=CALL_SECONDS)
        except grpc.RpcError:
            return False
        (outcome,) = convert.parse_outcomes(reply, 1)
        if not isinstance(outcome, Receipt):
            raise SystemExit(f"a contribution of the benchmark was refused: {outcome}")
        return True


def _parts(data: bytes) -> Iterator[Any]:
    sha256 = hashlib.sha256(data).hexdigest()
    for offset in range(0, len(data), CHUNK_BYTES):
        name, length = (sha256, len(data)) if offset == 0 else ("", 0)
        yield convert.encode_blob_part(BlobPart(name, length, offset, data[offset : offset + CHUNK_BYTES]))


async def burst(player: Player, work: list[Message]) -> None:
    """As fast as they are taken: a coordinator that is free takes the next, as behind a balancer of connections."""
    waiting = iter(work)

    async def go(turn: int) -> None:
        for message in waiting:
            await player.send(message, turn)

    await asyncio.gather(*(go(turn) for turn in range(AT_ONCE * player.coordinators)))


async def steady(player: Player, work: list[Message], rate: float) -> None:
    """So many a second by the clock."""
    begun, tasks = time.monotonic(), []
    for number, message in enumerate(work):
        await asyncio.sleep(max(0.0, begun + number / rate - time.monotonic()))
        tasks.append(asyncio.create_task(player.send(message, message.node)))
    await asyncio.gather(*tasks)


async def listen(player: Player, streams: int, seconds: float, is_reading: bool) -> int:
    """Open streams, each on a connection of its own, and hold them; how many were held to the end."""
    turn, held = asyncio.Semaphore(OPENED_AT_ONCE), []

    async def open_one(number: int) -> None:
        async with turn:
            channel = player.channel(-1 - number % IDLE, number)
            held.append((channel, await _watch(GatewayStub(channel), is_reading)))

    await asyncio.gather(*(open_one(number) for number in range(streams)))
    print(json.dumps({"event": "held", "streams": len(held)}), flush=True)
    await asyncio.sleep(seconds)
    return sum(not call.done() for _, call in held)


async def _watch(stub: Any, is_reading: bool) -> Any:
    """An open stream, asked for again as a node does: gRPC cancels a call that a server leaves for 30 seconds."""
    while True:
        call = stub.Watch(convert.encode_watch(0))
        try:
            if is_reading:
                await call.read()
            return call
        except grpc.RpcError as error:
            if error.code() not in AGAIN:
                raise
            await asyncio.sleep(AGAIN_SECONDS)


async def play(load: Load, profile: str, addresses: list[str]) -> dict[str, float]:
    """Play a profile; what came of it."""
    player = Player(load, addresses)
    name, *numbers = profile.split(":")
    begun = time.monotonic()
    if name in ("idle", "slow"):
        held = await listen(player, int(numbers[0]), float(numbers[1]), name == "idle")
        return {"held": held, "seconds": time.monotonic() - begun}
    work = [write(ready) for ready in load.contributions]
    await burst(player, work[:WARM])
    player.seconds.clear()
    print(json.dumps({"event": "warm"}), flush=True)
    begun, cpu = time.monotonic(), time.process_time()
    await (burst(player, work[WARM:]) if name == "burst" else steady(player, work[WARM:], float(numbers[0])))
    wall = time.monotonic() - begun
    times = sorted(player.seconds)
    return {
        "sent": len(times),
        "seconds": wall,
        "again": player.again,
        "median_ms": 1000 * statistics.median(times),
        "p99_ms": 1000 * times[min(len(times) - 1, int(0.99 * len(times)))],
        "longest_ms": 1000 * times[-1],
        "cpu_s": time.process_time() - cpu,
    }


def main() -> None:
    """Read the load, play, print."""
    path, profile, *addresses = sys.argv[1:]
    load = pickle.loads(Path(path).read_bytes())  # noqa: S301 - written by the same run
    print(json.dumps(asyncio.run(play(load, profile, addresses))), flush=True)


if __name__ == "__main__":
    main()
