"""The enrolment authority's gRPC service: what arrives becomes a plain value, errors become status codes.

The one fact: the door accepts small messages only, before they are parsed. Protocol section 11.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Protocol, TypeVar

import grpc

from protocol.errors import SealsumError
from protos.enrolment import APPLICATION_LIMIT, Application, Enrolled, encode_enrolled, parse_application
from protos.renewal import Renewal, Rotated, Rotation, encode_rotated, parse_renewal, parse_rotation
from protos.sealsum.v1 import gateway_pb2 as pb
from protos.sealsum.v1 import gateway_pb2_grpc as services
from protos.status import CHECK_KEY, status_of

R = TypeVar("R")
THREADS = 4
WAITING = 32
"""Calls in progress or waiting; beyond that the door says RESOURCE_EXHAUSTED at once."""


class Porter(Protocol):
    """What the service asks of whoever runs it. A peer is named as gRPC names it."""

    def admit(self, peer: str) -> None:
        """Raise Refused for a peer that is over its limit."""

    def answer(self, application: Application, peer: str) -> Enrolled:
        """Enrol, or raise a SealsumError."""

    def renew(self, renewal: Renewal, peer: str) -> str:
        """Issue a certificate for connections, or raise a SealsumError."""

    def rotate(self, rotation: Rotation, peer: str) -> Rotated:
        """Draft or finish a rotation, or raise a SealsumError."""

    def note_refusal(self, peer: str, error: SealsumError) -> None:
        """Take notice of an application that led to `error`, whichever part raised it."""


class _EnrolmentService:
    def __init__(self, porter: Porter) -> None:
        self._porter = porter

    def Enrol(self, request: pb.EnrolRequest, context: grpc.ServicerContext) -> pb.EnrolReply:
        def answer(peer: str) -> pb.EnrolReply:
            return encode_enrolled(self._porter.answer(parse_application(request), peer))

        return self._serve(context, answer)

    def Renew(self, request: pb.RenewRequest, context: grpc.ServicerContext) -> pb.RenewReply:
        def answer(peer: str) -> pb.RenewReply:
            return pb.RenewReply(certificate_pem=self._porter.renew(parse_renewal(request), peer))

        return self._serve(context, answer)

    def Rotate(self, request: pb.RotateRequest, context: grpc.ServicerContext) -> pb.RotateReply:
        def answer(peer: str) -> pb.RotateReply:
            return encode_rotated(self._porter.rotate(parse_rotation(request), peer))

        return self._serve(context, answer)

    def _serve(self, context: grpc.ServicerContext, answer: Callable[[str], R]) -> R:
        peer = context.peer()
        try:
            self._porter.admit(peer)
            return answer(peer)
        except SealsumError as error:
            self._porter.note_refusal(peer, error)
            code, check, message = status_of(error)
            context.set_trailing_metadata(((CHECK_KEY, check),))
            context.abort(code, message)
            raise AssertionError("abort raises") from error


def make_enrolment_server(porter: Porter) -> grpc.Server:
    """Make a server with the enrolment service and no port yet."""
    server = grpc.server(
        ThreadPoolExecutor(THREADS),
        maximum_concurrent_rpcs=WAITING,
        options=[
            ("grpc.max_receive_message_length", APPLICATION_LIMIT),
            ("grpc.max_metadata_size", 8 * 1024),
            ("grpc.so_reuseport", 0),  # a second server on this port fails instead of sharing it
        ],
    )
    service: Any = _EnrolmentService(porter)
    services.add_EnrolmentServicer_to_server(service, server)
    return server
