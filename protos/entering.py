"""Lets calls in at a door: each is counted by party from its header on, until its caller has the answer.

The one fact: gRPC keeps a place for a call that has sent a header only, or does not take its answer, for as long as its
caller likes. So every method is answered as one that reads a stream: the door sees who calls first, waits for its
message only so long, and counts the call until gRPC has done with it.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import grpc
from google.protobuf.message import DecodeError

from protocol.errors import PeerError, SealsumError
from protos.status import CHECK_KEY, status_of
from protos.turns import Turns

MESSAGE_SECONDS = 20
"""How long a call may take to say what it asks."""
DETAIL_CHARACTERS = 1000


class Entrance(grpc.aio.ServerInterceptor):
    """Stands before every method of a door. `recognise` names a call's party, or raises a SealsumError."""

    def __init__(self, turns: Turns, recognise: Callable[[Any], bytes]) -> None:
        self._turns, self._recognise = turns, recognise

    async def intercept_service(
        self, continuation: Callable[[Any], Awaitable[Any]], handler_call_details: Any
    ) -> Any:
        """The method's handler, behind the count."""
        handler = await continuation(handler_call_details)
        if handler is None:
            return None
        made = (_strict(handler.request_deserializer), handler.response_serializer)
        if handler.response_streaming:
            return grpc.stream_stream_rpc_method_handler(self._stream(handler), *made)
        return grpc.stream_unary_rpc_method_handler(self._unary(handler), *made)

    def _unary(self, handler: Any) -> Callable[[AsyncIterator[Any], Any], Awaitable[Any]]:
        async def answer(messages: AsyncIterator[Any], context: Any) -> Any:
            asked = await self._enter(handler, messages, context)
            behaviour = handler.stream_unary if handler.request_streaming else handler.unary_unary
            return await behaviour(asked, context)

        return answer

    def _stream(self, handler: Any) -> Callable[[AsyncIterator[Any], Any], AsyncIterator[Any]]:
        async def answer(messages: AsyncIterator[Any], context: Any) -> AsyncIterator[Any]:
            asked = await self._enter(handler, messages, context)
            async for reply in handler.unary_stream(asked, context):
                yield reply

        return answer

    async def _enter(self, handler: Any, messages: AsyncIterator[Any], context: Any) -> Any:
        """Count the call until it is over; its one message, or the stream where the method takes one."""
        try:
            party = self._recognise(context)
            self._turns.enter(party)
            context.add_done_callback(lambda _: self._turns.leave(party))
            return messages if handler.request_streaming else await _only(messages)
        except SealsumError as error:
            await refuse(context, error)
        raise AssertionError("abort raises")


async def refuse(context: Any, error: SealsumError) -> None:
    """End a call with an error of ours: the door's one table. Does not return."""
    code, check, message = status_of(error)
    context.set_trailing_metadata(((CHECK_KEY, check),))
    await context.abort(code, message[:DETAIL_CHARACTERS])


def _strict(parse: Callable[[bytes], Any]) -> Callable[[bytes], Any]:
    def read(data: bytes) -> Any:
        try:
            return parse(data)
        except DecodeError as error:
            raise PeerError("message", "expected a message of this call, found other bytes") from error

    return read


async def _only(messages: AsyncIterator[Any]) -> Any:
    try:
        async with asyncio.timeout(MESSAGE_SECONDS):
            return await anext(aiter(messages))
    except (TimeoutError, StopAsyncIteration) as error:
        raise PeerError("message", f"expected one message within {MESSAGE_SECONDS} seconds") from error
