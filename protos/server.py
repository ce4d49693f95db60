"""The coordinator's gRPC service over a plain interface: messages become values, errors become status codes.

The one fact: nothing here decides anything. Who calls is settled before a message is looked at, sizes are bounded by
gRPC before they are parsed and by protos.convert after; the Door sees plain values only. Protocol section 11.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator, Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import asynccontextmanager, nullcontext
from functools import partial
from typing import Any, Protocol, TypeVar

import grpc

from protocol.errors import PeerError, SealsumError
from protos import convert
from protos.citations import Citation, encode_citations
from protos.entering import Entrance, refuse
from protos.observing import Observe, Observing
from protos.refused import RefusedStatement, encode_refused, parse_refused_request
from protos.sealsum.v1 import gateway_pb2 as pb
from protos.sealsum.v1 import gateway_pb2_grpc as services
from protos.tls import party_of, peer_certificate
from protos.turns import Turns
from protos.values import (
    CHUNK_BYTES,
    MESSAGE_BYTES,
    AggregateBlob,
    BlobPart,
    BlobState,
    Fetched,
    FindQuery,
    Inclusion,
    Outcome,
    Page,
    WatchBatch,
)

CALLS = 8192
"""Calls under way, watchers included; beyond that the door says RESOURCE_EXHAUSTED."""
CALLS_A_PARTY = 256
"""Calls of one party under way: also those that wait, say nothing or do not take their answer, and streams."""
PART_SECONDS = 60
"""How long an upload may pause."""
PIECE_BYTES = 256 * 1024
"""What one upload may hold in memory; no blob is longer."""

C = TypeVar("C")
R = TypeVar("R")


class Door(Protocol[C]):
    """What the service stands on. Methods may block unless they say otherwise, and raise SealsumError only."""

    def identify(self, certificate_pem: bytes) -> C:
        """Who presents this certificate; Refused("identity") for nobody we talk to."""

    def submit(self, caller: C, envelopes: tuple[bytes, ...]) -> Future[tuple[Outcome, ...]]:
        """Hand in envelopes; one outcome each."""

    def watch(self, caller: C, cursor: int) -> AsyncIterator[WatchBatch]:
        """Batches from `cursor` on, then live, until the caller goes. Does not block."""

    def get(self, caller: C, ids: tuple[str, ...]) -> Fetched:
        """Statements by id, as far as they may be read."""

    def find(self, caller: C, query: FindQuery) -> Page:
        """Public statements of a kind."""

    def stat_blob(self, caller: C, sha256: str) -> BlobState:
        """How much of a blob the caller has uploaded."""

    def put_part(self, caller: C, part: BlobPart) -> BlobState:
        """Take a piece of an upload; every part carries hash and length here."""

    def read_part(self, caller: C, sha256: str, offset: int) -> BlobPart:
        """A piece of a blob from `offset`, with hash and length."""

    def aggregate(self, caller: C, request: str) -> AggregateBlob:
        """Where the sum of a calculation's ciphertexts lies."""

    def citations(self, caller: C) -> tuple[Citation, ...]:
        """How often the caller's factors were cited."""

    def refused(self, caller: C, statement_id: str) -> RefusedStatement:
        """A refused envelope, and why."""

    def bundle(self, caller: C, request: str) -> bytes:
        """The certificate bundle of a calculation."""

    def checkpoint(self, caller: C) -> str:
        """The newest signed checkpoint."""

    def prove_inclusion(self, caller: C, statement_id: str, size: int) -> Inclusion:
        """A leaf and its proof."""

    def prove_consistency(self, caller: C, old_size: int, new_size: int) -> tuple[bytes, ...]:
        """The proof that one tree extends another."""


class GatewayService(services.GatewayServicer):
    """The generated service, translated onto a Door."""

    def __init__(self, door: Door[Any], pool: ThreadPoolExecutor, turns: Turns) -> None:
        self._door = door
        self._pool = pool
        self._turns = turns

    # --- statements

    async def Submit(self, request: pb.SubmitRequest, context: Any) -> pb.SubmitReply:
        def submit(caller: Any) -> Future[tuple[Outcome, ...]]:
            return self._door.submit(caller, convert.parse_submit(request))

        async with self._in_turn(context) as certificate:
            future = await self._as_caller(certificate, submit)
            outcomes = await asyncio.wrap_future(future)
            return convert.encode_outcomes(outcomes)
        raise AssertionError("abort raises")

    async def Watch(self, request: pb.WatchRequest, context: Any) -> AsyncIterator[pb.WatchReply]:
        async with self._admitted(context, is_listening=True) as caller:
            async for batch in self._door.watch(caller, convert.parse_watch(request)):
                yield convert.encode_batch(batch)

    async def Get(self, request: pb.GetRequest, context: Any) -> pb.GetReply:
        def answer(caller: Any) -> pb.GetReply:
            return convert.encode_fetched(self._door.get(caller, convert.parse_ids(request)))

        return await self._answer(context, answer)

    async def Find(self, request: pb.FindRequest, context: Any) -> pb.FindReply:
        def answer(caller: Any) -> pb.FindReply:
            return convert.encode_page(self._door.find(caller, convert.parse_find(request)))

        return await self._answer(context, answer)

    # --- blobs

    async def StatBlob(self, request: pb.StatBlobRequest, context: Any) -> pb.StatBlobReply:
        def answer(caller: Any) -> pb.StatBlobReply:
            state = self._door.stat_blob(caller, convert.parse_stat_blob(request))
            return convert.encode_blob_state(state)

        return await self._answer(context, answer)

    async def PutBlob(self, request_iterator: AsyncIterator[pb.BlobChunk], context: Any) -> pb.StatBlobReply:
        async with self._admitted(context) as caller:
            return convert.encode_blob_state(await self._take_parts(caller, request_iterator))
        raise AssertionError("abort raises")

    async def _take_parts(self, caller: Any, messages: AsyncIterator[pb.BlobChunk]) -> BlobState:
        """Hand over in one piece what came without a pause: an upload that breaks off is kept as far as it got."""
        first: BlobPart | None = None
        held = bytearray()
        iterator = aiter(messages)
        try:
            while first is None or first.offset + len(held) < first.length:
                async with asyncio.timeout(PART_SECONDS):
                    message = await anext(iterator)
                part = convert.parse_blob_part(message, first=first is None)
                first = first or part
                if part.offset != first.offset + len(held):
                    raise PeerError(
                        "offset", f"a chunk at {part.offset} follows {first.offset + len(held)} bytes"
                    )
                held += part.data
                if len(held) > PIECE_BYTES:
                    raise PeerError("size", f"more than {PIECE_BYTES} bytes in one upload")
        except (StopAsyncIteration, TimeoutError):
            pass
        except asyncio.CancelledError:
            if first is not None and held:
                self._pool.submit(self._door.put_part, caller, _piece(first, held))
            raise
        if first is None:
            raise PeerError("message", "an upload without a single chunk")
        return await self._run(partial(self._door.put_part, caller, _piece(first, held)))

    async def GetBlob(self, request: pb.GetBlobRequest, context: Any) -> AsyncIterator[pb.BlobChunk]:
        async with self._admitted(context) as caller:
            sha256, offset = convert.parse_get_blob(request)
            part = await self._run(lambda: self._door.read_part(caller, sha256, offset))
            yield convert.encode_blob_part(part)
            offset += len(part.data)
            while offset < part.length:
                more = await self._run(partial(self._door.read_part, caller, sha256, offset))
                yield convert.encode_blob_part(BlobPart("", 0, offset, more.data))
                offset += len(more.data)

    async def Aggregate(self, request: pb.AggregateRequest, context: Any) -> pb.AggregateReply:
        def answer(caller: Any) -> pb.AggregateReply:
            return convert.encode_aggregate(self._door.aggregate(caller, convert.parse_request_id(request)))

        return await self._answer(context, answer)

    async def Citations(self, request: pb.CitationsRequest, context: Any) -> pb.CitationsReply:
        return await self._answer(context, lambda caller: encode_citations(self._door.citations(caller)))

    async def Refused(self, request: pb.RefusedRequest, context: Any) -> pb.RefusedReply:
        def answer(caller: Any) -> pb.RefusedReply:
            return encode_refused(self._door.refused(caller, parse_refused_request(request)))

        return await self._answer(context, answer)

    async def Bundle(self, request: pb.BundleRequest, context: Any) -> AsyncIterator[pb.BlobChunk]:
        async with self._admitted(context) as caller:
            request_id = convert.parse_request_id(request)
            data, sha256 = await self._run(lambda: _with_hash(self._door.bundle(caller, request_id)))
            for offset in range(0, len(data), CHUNK_BYTES):
                name, length = (sha256, len(data)) if offset == 0 else ("", 0)
                piece = data[offset : offset + CHUNK_BYTES]
                yield convert.encode_blob_part(BlobPart(name, length, offset, piece))

    # --- the log

    async def Checkpoint(self, request: pb.CheckpointRequest, context: Any) -> pb.CheckpointReply:
        return await self._answer(
            context, lambda caller: convert.encode_checkpoint(self._door.checkpoint(caller))
        )

    async def ProveInclusion(self, request: pb.InclusionRequest, context: Any) -> pb.InclusionReply:
        def answer(caller: Any) -> pb.InclusionReply:
            statement_id, size = convert.parse_inclusion_request(request)
            return convert.encode_inclusion(self._door.prove_inclusion(caller, statement_id, size))

        return await self._answer(context, answer)

    async def ProveConsistency(self, request: pb.ConsistencyRequest, context: Any) -> pb.ConsistencyReply:
        def answer(caller: Any) -> pb.ConsistencyReply:
            old_size, new_size = convert.parse_consistency_request(request)
            return convert.encode_consistency(self._door.prove_consistency(caller, old_size, new_size))

        return await self._answer(context, answer)

    # --- beneath

    async def _run(self, work: Callable[[], R]) -> R:
        return await asyncio.get_running_loop().run_in_executor(self._pool, work)

    async def _as_caller(self, certificate: bytes, work: Callable[[Any], R]) -> R:
        """Settle who calls and work for it, in one go: to another thread and back costs more than many a call."""
        return await self._run(lambda: work(self._door.identify(certificate)))

    async def _answer(self, context: Any, work: Callable[[Any], R]) -> R:
        async with self._in_turn(context) as certificate:
            return await self._as_caller(certificate, work)
        raise AssertionError("abort raises")

    @asynccontextmanager
    async def _admitted(self, context: Any, is_listening: bool = False) -> AsyncIterator[Any]:
        """Settle who calls before what it streams is looked at; otherwise as `_in_turn`."""
        async with self._in_turn(context, is_listening) as certificate:
            yield await self._run(lambda: self._door.identify(certificate))

    @asynccontextmanager
    async def _in_turn(self, context: Any, is_listening: bool = False) -> AsyncIterator[bytes]:
        """The caller's certificate, in its turn; the call ends with any error of ours."""
        try:
            certificate = peer_certificate(context.auth_context())
            # A stream that listens works now and then for days: it is counted elsewhere and takes no turn.
            async with nullcontext() if is_listening else self._turns.take(party_of(certificate)):
                yield certificate
        except SealsumError as error:
            await refuse(context, error)


def _party(context: Any) -> bytes:
    return party_of(peer_certificate(context.auth_context()))


def _piece(first: BlobPart, held: bytearray) -> BlobPart:
    return BlobPart(first.sha256, first.length, first.offset, bytes(held))


def _with_hash(data: bytes) -> tuple[bytes, str]:
    return data, hashlib.sha256(data).hexdigest()


def make_server(
    door: Door[Any],
    credentials: grpc.ServerCredentials,
    address: str,
    pool: ThreadPoolExecutor,
    observe: Observe | None = None,
) -> tuple[grpc.aio.Server, int]:
    """A server on HOST:PORT, not started, and its port; OSError when the address cannot be taken."""
    turns = Turns(CALLS_A_PARTY)
    server = grpc.aio.server(
        interceptors=[*([] if observe is None else [Observing(observe)]), Entrance(turns, _party)],
        maximum_concurrent_rpcs=CALLS,
        options=[
            ("grpc.max_receive_message_length", MESSAGE_BYTES),
            ("grpc.max_send_message_length", MESSAGE_BYTES),
            ("grpc.max_metadata_size", 8 * 1024),
            ("grpc.max_concurrent_streams", 64),
            ("grpc.keepalive_time_ms", 60_000),
            ("grpc.keepalive_timeout_ms", 20_000),
            ("grpc.keepalive_permit_without_calls", 1),
            ("grpc.http2.min_ping_interval_without_data_ms", 20_000),
            ("grpc.so_reuseport", 0),
        ],
    )
    services.add_GatewayServicer_to_server(GatewayService(door, pool, turns), server)
    try:
        port = server.add_secure_port(address, credentials)
    except RuntimeError as error:
        raise OSError(f"cannot listen on {address}: {error}") from error
    return server, port
