"""A gRPC channel that tells of each message before it is sent: what a caller's ledger is complete by.

The one fact: stubs made on this channel cannot send a message without `begin` having been called for its call and the
returned function for its bytes; when either raises, nothing is sent. Protocol section 10.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import grpc

Announce = Callable[[bytes], None]
"""Told of one message: exactly the bytes that gRPC frames and sends."""
Begin = Callable[[str], Announce]
"""Told of one call, in the thread that makes it: the method's path. Returns what its messages are announced to."""

Serialise = Callable[[Any], bytes]
"""What a generated stub makes bytes of a message with; without one the message is bytes."""


def silent(_method: str) -> Announce:
    """For callers that keep no ledger: the operator's own commands."""
    return lambda _data: None


class AnnouncedChannel:
    """The calls of a channel, each announced; has what a generated stub asks of a channel."""

    def __init__(self, channel: grpc.Channel, begin: Begin) -> None:
        self._channel = channel
        self._begin = begin

    def close(self) -> None:
        """Close the channel."""
        self._channel.close()

    def unary_unary(self, method: str, request_serializer: Serialise | None = None, **options: Any) -> Any:
        """One message, one answer."""
        call = self._channel.unary_unary(method, request_serializer=request_serializer, **options)
        return self._one_message(method, request_serializer, call)

    def unary_stream(self, method: str, request_serializer: Serialise | None = None, **options: Any) -> Any:
        """One message, a stream of answers."""
        call = self._channel.unary_stream(method, request_serializer=request_serializer, **options)
        return self._one_message(method, request_serializer, call)

    def stream_unary(self, method: str, request_serializer: Serialise | None = None, **options: Any) -> Any:
        """A stream of messages, one answer; each is announced when gRPC takes it."""
        call: Any = self._channel.stream_unary(method, request_serializer=request_serializer, **options)
        serialise = request_serializer or bytes

        def announced(messages: Iterable[Any], **given: Any) -> Any:
            return call(_announced(messages, serialise, self._begin(method)), **given)

        return announced

    def _one_message(self, method: str, serialiser: Serialise | None, call: Any) -> Any:
        serialise = serialiser or bytes

        def announced(message: Any, **given: Any) -> Any:
            self._begin(method)(serialise(message))
            return call(message, **given)

        return announced


def _announced(messages: Iterable[Any], serialise: Serialise, announce: Announce) -> Iterator[Any]:
    for message in messages:
        announce(serialise(message))
        yield message
