"""Tells an observer of every call at a gRPC door: which, with what status, how long.

The one fact: it sees names and times only; messages pass through untouched and unread. Its place is before
protos.entering, behind which every method reads a stream.
"""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import grpc

Observe = Callable[[str, str, float], None]
"""Call, status, seconds."""
LISTENING = frozenset({"Watch"})
"""Streams that stay open for days; their length says nothing."""


class Observing(grpc.aio.ServerInterceptor):
    """A server interceptor over one observer."""

    def __init__(self, observe: Observe) -> None:
        self._observe = observe

    async def intercept_service(
        self,
        continuation: Callable[[grpc.HandlerCallDetails], Awaitable[Any]],
        details: grpc.HandlerCallDetails,
    ) -> Any:
        """The handler, with a clock around it."""
        handler = await continuation(details)
        name = details.method.rsplit("/", 1)[-1]
        if handler is None or name in LISTENING:
            return handler
        made = (handler.request_deserializer, handler.response_serializer)
        if handler.response_streaming:
            return grpc.stream_stream_rpc_method_handler(self._stream(name, handler.stream_stream), *made)
        return grpc.stream_unary_rpc_method_handler(self._call(name, handler.stream_unary), *made)

    def _call(
        self, name: str, inner: Callable[[Any, Any], Awaitable[Any]]
    ) -> Callable[[Any, Any], Awaitable[Any]]:
        async def call(request: Any, context: Any) -> Any:
            started = time.perf_counter()
            try:
                return await inner(request, context)
            finally:
                self._observe(name, _status(context), time.perf_counter() - started)

        return call

    def _stream(
        self, name: str, inner: Callable[[Any, Any], AsyncIterator[Any]]
    ) -> Callable[[Any, Any], AsyncIterator[Any]]:
        async def stream(request: Any, context: Any) -> AsyncIterator[Any]:
            started = time.perf_counter()
            try:
                async for message in inner(request, context):
                    yield message
            finally:
                self._observe(name, _status(context), time.perf_counter() - started)

        return stream


def _status(context: Any) -> str:
    """The status a call ends with; the library has no code yet where all went well."""
    code = context.code()
    if isinstance(code, grpc.StatusCode):
        return str(code.name)
    return grpc.StatusCode.OK.name if not code else str(code)
