"""The nodes' end of the coordinator's door: every call over mutual TLS, outbound only.

The one fact: nothing received is trusted here beyond its shape; blobs alone are checked, against their hash.
A call that cannot reach the other side raises NetworkError and is safe to repeat. Protocol 5, 6 and 11.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar, cast

import grpc

from protocol.errors import NetworkError, PeerError, Refused, SealsumError
from protos import convert
from protos.citations import Citation, parse_citations
from protos.outgoing import AnnouncedChannel, Begin, silent
from protos.refused import RefusedStatement, encode_refused_request, parse_refused
from protos.sealsum.v1 import gateway_pb2 as pb
from protos.sealsum.v1.gateway_pb2_grpc import GatewayStub
from protos.status import CHECK_KEY, error_of
from protos.values import (
    BUNDLE_LIMIT,
    CHUNK_BYTES,
    IDS_LIMIT,
    MESSAGE_BYTES,
    AggregateBlob,
    BlobPart,
    BlobState,
    Fetched,
    FindQuery,
    Inclusion,
    LoggedData,
    Outcome,
    Page,
    WatchBatch,
)

T = TypeVar("T")
CALL_SECONDS = 60.0
BUNDLE_SECONDS = 300.0
ATTEMPTS = 4
_BACKOFF_SECONDS = 0.2
_LONGEST_BACKOFF_SECONDS = 20.0


@dataclass(frozen=True, slots=True)
class Address:
    """Where the coordinator listens, and with what this node proves who it is. PEM throughout."""

    target: str
    root_pem: bytes
    certificate_pem: bytes
    key_pem: bytes

    def __repr__(self) -> str:
        return f"Address(target={self.target!r}, <key redacted>)"


class GatewayClient:
    """One channel to one coordinator; may be used from several threads. `begin` hears of each call before it goes."""

    def __init__(self, address: Address, begin: Begin = silent) -> None:
        credentials = grpc.ssl_channel_credentials(address.root_pem, address.key_pem, address.certificate_pem)
        self.target = address.target
        self._stopped = threading.Event()
        self.certificate_pem = address.certificate_pem
        channel = grpc.secure_channel(address.target, credentials, options=_options())
        self._channel = AnnouncedChannel(channel, begin)
        self._stub = GatewayStub(cast(grpc.Channel, self._channel))

    def close(self) -> None:
        """End every call under way and the channel."""
        self._stopped.set()
        self._channel.close()

    # --- statements --------------------------------------------------------------------------------

    def submit(self, envelopes: Sequence[bytes]) -> tuple[Outcome, ...]:
        """Submit envelopes in order; one outcome each. Raises NetworkError, Refused."""
        message = convert.encode_submit(envelopes)
        reply = self._ask(self._stub.Submit, message)
        return convert.parse_outcomes(reply, len(envelopes))

    def watch(self, cursor: int) -> WatchStream:
        """Open the stream of statements after `cursor`; iterate it, cancel it from any thread."""
        return WatchStream(self._stub.Watch(convert.encode_watch(cursor)))

    def get(self, ids: Sequence[str]) -> tuple[LoggedData, ...]:
        """Statements by id, as far as this node may read them; asks again for what did not fit."""
        found: list[LoggedData] = []
        wanted = tuple(ids)
        while wanted:
            fetched = self._get_some(wanted[:IDS_LIMIT])
            found.extend(fetched.statements)
            left = fetched.left + wanted[IDS_LIMIT:]
            if len(left) >= len(wanted):
                raise PeerError("message", "an answer to Get makes no progress")
            wanted = left
        return tuple(found)

    def _get_some(self, ids: Sequence[str]) -> Fetched:
        message = convert.encode_ids(ids)
        return convert.parse_fetched(self._ask(self._stub.Get, message))

    def find(self, query: FindQuery) -> Page:
        """One page of public statements of a kind."""
        message = convert.encode_find(query)
        return convert.parse_page(self._ask(self._stub.Find, message))

    # --- blobs -------------------------------------------------------------------------------------

    def stat_blob(self, sha256: str) -> BlobState:
        """How much of a blob the coordinator holds."""
        message = convert.encode_stat_blob(sha256)
        return convert.parse_blob_state(self._ask(self._stub.StatBlob, message))

    def put_blob(self, data: bytes) -> None:
        """Store a blob; resumes where an earlier upload broke off."""
        sha256 = hashlib.sha256(data).hexdigest()
        state = BlobState(0, False)  # nearly always so, and asking first would cost a journey a blob
        for _ in range(ATTEMPTS):
            if state.complete:
                return
            try:
                state = self._put_parts(_parts_of(data, sha256, state.stored))
            except NetworkError:
                state = self.stat_blob(sha256)
            except Refused as error:
                # Another process of this node, the agent or a command, is uploading the same blob.
                if error.check != "offset":
                    raise
                state = self.stat_blob(sha256)
        if not state.complete:
            raise NetworkError(f"the upload of blob {sha256[:12]} broke off {ATTEMPTS} times; try again")

    def _put_parts(self, parts: Iterator[pb.BlobChunk]) -> BlobState:
        # One attempt: a stream that broke is not the same stream again; put_blob goes on from what is stored.
        reply = self._call(lambda: self._stub.PutBlob(parts, timeout=CALL_SECONDS), attempts=1)
        return convert.parse_blob_state(reply)

    def get_blob(self, sha256: str, length: int) -> bytes:
        """Fetch a blob of at most `length` bytes, resuming when cut off; PeerError("blob") if altered."""

        def open_at(offset: int) -> Any:
            return self._stub.GetBlob(convert.encode_get_blob(sha256, offset), timeout=CALL_SECONDS)

        data = self._download(open_at, length)
        if hashlib.sha256(data).hexdigest() != sha256:
            raise PeerError("blob", f"blob {sha256[:12]} arrived with other content than its address says")
        return data

    def bundle(self, request: str) -> bytes:
        """Fetch the certificate bundle of a finished calculation; its verifier checks what it says."""
        message = convert.encode_bundle_request(request)

        def read_all() -> bytes:
            stream = self._stub.Bundle(message, timeout=BUNDLE_SECONDS)
            return b"".join(self._read_parts(stream, BUNDLE_LIMIT))

        return self._call(read_all)

    # --- results and the log -----------------------------------------------------------------------

    def aggregate(self, request: str) -> AggregateBlob:
        """Where the sum of all ciphertexts lies; Refused("not-ready") before the last one is in."""
        message = convert.encode_request_id(request)
        return convert.parse_aggregate(self._ask(self._stub.Aggregate, message))

    def citations(self) -> tuple[Citation, ...]:
        """How often this party's factors were cited in certificates."""
        return parse_citations(self._ask(self._stub.Citations, pb.CitationsRequest()))

    def refused(self, statement_id: str) -> RefusedStatement:
        """A refused envelope, and why; Refused("unknown") when there is none for this party."""
        return parse_refused(self._ask(self._stub.Refused, encode_refused_request(statement_id)))

    def checkpoint(self) -> str:
        """The newest signed checkpoint, not yet verified."""
        return convert.parse_checkpoint(self._ask(self._stub.Checkpoint, pb.CheckpointRequest()))

    def prove_inclusion(self, statement_id: str, size: int = 0) -> Inclusion:
        """A leaf and its proof in the tree of `size` (0: the newest), not yet verified."""
        message = convert.encode_inclusion_request(statement_id, size)
        return convert.parse_inclusion(self._ask(self._stub.ProveInclusion, message))

    def prove_consistency(self, old_size: int, new_size: int) -> tuple[bytes, ...]:
        """The proof that the tree of `new_size` extends that of `old_size`, not yet verified."""
        message = convert.encode_consistency_request(old_size, new_size)
        return convert.parse_consistency(self._ask(self._stub.ProveConsistency, message))

    # --- beneath -----------------------------------------------------------------------------------

    def _ask(self, method: Callable[..., T], message: object) -> T:
        return self._call(lambda: method(message, timeout=CALL_SECONDS))

    def _call(self, call: Callable[[], T], attempts: int = ATTEMPTS) -> T:
        """Make a call that is safe to repeat; again, after growing pauses, when unreachable."""
        for attempt in range(attempts):
            try:
                return call()
            except grpc.RpcError as error:
                translated = translate(error)
                if not isinstance(translated, NetworkError) or attempt == attempts - 1:
                    raise translated from error
            if self._stopped.wait(backoff(attempt)):
                raise NetworkError("this connection was ended here; try again")
        raise NetworkError("no attempt was made")

    def _download(self, open_at: Callable[[int], Any], limit: int) -> bytes:
        """Read a stream of parts; after a break, `open_at` continues behind what has arrived."""
        data = bytearray()

        def go_on() -> bytes:
            for piece in self._read_parts(open_at(len(data)), limit - len(data)):
                data.extend(piece)
            return bytes(data)

        return self._call(go_on)

    @staticmethod
    def _read_parts(stream: Any, limit: int) -> Iterator[bytes]:
        received = 0
        for number, message in enumerate(stream):
            part = convert.parse_blob_part(message, first=number == 0)
            received += len(part.data)
            if received > limit:
                stream.cancel()
                raise PeerError("size", f"more than {limit} bytes arrived; expected at most that")
            yield part.data


class WatchStream:
    """A live stream of batches. Iterating raises NetworkError when the connection breaks: open it again."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream

    def __iter__(self) -> Iterator[WatchBatch]:
        try:
            for message in self._stream:
                yield convert.parse_batch(message)
        except grpc.RpcError as error:
            raise translate(error) from error

    def cancel(self) -> None:
        """End the stream; whoever iterates it gets NetworkError."""
        self._stream.cancel()


def backoff(attempt: int) -> float:
    """Seconds to wait after the attempt with this number, from 0: doubling, at most 20."""
    return min(_BACKOFF_SECONDS * 2.0**attempt, _LONGEST_BACKOFF_SECONDS)


def translate(error: grpc.RpcError) -> SealsumError:
    """What a gRPC failure means here, by the door's one table."""
    # Every error of a call carries these; the stubs do not say so.
    call = cast(Any, error)
    check: str | bytes = dict(call.trailing_metadata() or ()).get(CHECK_KEY, "")
    name = check.decode("ascii", "replace") if isinstance(check, bytes) else check
    return error_of(call.code(), name, call.details() or "no further word")


def _parts_of(data: bytes, sha256: str, offset: int) -> Iterator[pb.BlobChunk]:
    first = True
    while first or offset < len(data):
        piece = data[offset : offset + CHUNK_BYTES]
        name, length = (sha256, len(data)) if first else ("", 0)
        yield convert.encode_blob_part(BlobPart(name, length, offset, piece))
        offset += len(piece)
        first = False


def _options() -> list[tuple[str, int | str]]:
    return [
        ("grpc.max_receive_message_length", MESSAGE_BYTES),
        ("grpc.max_send_message_length", MESSAGE_BYTES),
        ("grpc.keepalive_time_ms", 30_000),
        ("grpc.keepalive_timeout_ms", 20_000),
        ("grpc.initial_reconnect_backoff_ms", 200),
        ("grpc.min_reconnect_backoff_ms", 200),
        ("grpc.max_reconnect_backoff_ms", 20_000),
        ("grpc.use_local_subchannel_pool", 1),
    ]
