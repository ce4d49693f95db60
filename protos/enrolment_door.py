"""The enrolment authority's gRPC service: what arrives becomes a plain value, errors become status codes.

The one fact: anyone may call, so a party is an address here, and whatever a caller leaves undone ends by itself: a call
that says nothing, an answer that nobody takes, a connection. Protocol section 11.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Protocol, TypeVar

import grpc

from protocol.errors import SealsumError
from protos.enrolment import APPLICATION_LIMIT, Application, Enrolled, encode_enrolled, parse_application
from protos.entering import Entrance, refuse
from protos.renewal import Renewal, Rotated, Rotation, encode_rotated, parse_renewal, parse_rotation
from protos.sealsum.v1 import gateway_pb2 as pb
from protos.sealsum.v1 import gateway_pb2_grpc as services
from protos.turns import Turns

R = TypeVar("R")
CALLS = 1024
"""Calls under way; beyond that the door says RESOURCE_EXHAUSTED at once."""
CALLS_AN_ADDRESS = 32
CONNECTION_SECONDS, GRACE_SECONDS = 60, 30
"""How long a connection lives, and how much longer what is under way on it then; enrolling takes a second."""


class Porter(Protocol):
    """What the service asks of whoever runs it. A peer is named as gRPC names it."""

    def admit(self, peer: str) -> bytes:
        """Whose calls this peer's are counted with; Refused for one that is over its limit. Does not block."""

    def answer(self, application: Application, peer: str) -> Enrolled:
        """Enrol, or raise a SealsumError."""

    def renew(self, renewal: Renewal, peer: str) -> str:
        """Issue a certificate for connections, or raise a SealsumError."""

    def rotate(self, rotation: Rotation, peer: str) -> Rotated:
        """Draft or finish a rotation, or raise a SealsumError."""

    def note_refusal(self, peer: str, error: SealsumError) -> None:
        """Take notice of an application that led to `error`, whichever part raised it."""


class _EnrolmentService:
    def __init__(self, porter: Porter, pool: ThreadPoolExecutor) -> None:
        self._porter, self._pool = porter, pool

    async def Enrol(self, request: pb.EnrolRequest, context: Any) -> pb.EnrolReply:
        def answer(peer: str) -> pb.EnrolReply:
            return encode_enrolled(self._porter.answer(parse_application(request), peer))

        return await self._serve(context, answer)

    async def Renew(self, request: pb.RenewRequest, context: Any) -> pb.RenewReply:
        def answer(peer: str) -> pb.RenewReply:
            return pb.RenewReply(certificate_pem=self._porter.renew(parse_renewal(request), peer))

        return await self._serve(context, answer)

    async def Rotate(self, request: pb.RotateRequest, context: Any) -> pb.RotateReply:
        def answer(peer: str) -> pb.RotateReply:
            return encode_rotated(self._porter.rotate(parse_rotation(request), peer))

        return await self._serve(context, answer)

    async def _serve(self, context: Any, answer: Callable[[str], R]) -> R:
        peer = context.peer()
        try:
            return await asyncio.get_running_loop().run_in_executor(self._pool, answer, peer)
        except SealsumError as error:
            self._porter.note_refusal(peer, error)
            await refuse(context, error)
        raise AssertionError("abort raises")


def make_enrolment_server(
    porter: Porter, credentials: grpc.ServerCredentials, address: str, pool: ThreadPoolExecutor
) -> tuple[grpc.aio.Server, int]:
    """A server on HOST:PORT, not started, and its port; OSError when the address cannot be taken."""
    turns = Turns(CALLS_AN_ADDRESS)
    server = grpc.aio.server(
        interceptors=[Entrance(turns, lambda context: porter.admit(context.peer()))],
        maximum_concurrent_rpcs=CALLS,
        options=[
            ("grpc.max_receive_message_length", APPLICATION_LIMIT),
            ("grpc.max_metadata_size", 8 * 1024),
            ("grpc.max_concurrent_streams", CALLS_AN_ADDRESS),
            ("grpc.max_connection_age_ms", CONNECTION_SECONDS * 1000),
            ("grpc.max_connection_age_grace_ms", GRACE_SECONDS * 1000),
            ("grpc.so_reuseport", 0),  # a second server on this port fails instead of sharing it
        ],
    )
    service: Any = _EnrolmentService(porter, pool)
    services.add_EnrolmentServicer_to_server(service, server)
    try:
        port = server.add_secure_port(address, credentials)
    except RuntimeError as error:
        raise OSError(f"cannot listen on {address}: {error}") from error
    return server, port
