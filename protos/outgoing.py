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

    def unary_unary(self, method: str, *words: Any, **options: Any) -> Any:
        """One message, one answer."""
        return _one_message(self._begin, method, self._channel.unary_unary(method, *words, **options))

    def unary_stream(self, method: str, *words: Any, **options: Any) -> Any:
        """One message, a stream of answers."""
        return _one_message(self._begin, method, self._channel.unary_stream(method, *words, **options))

    def stream_unary(self, method: str, *words: Any, **options: Any) -> Any:
        """A stream of messages, one answer; each is announced when gRPC takes it."""
        call: Any = self._channel.stream_unary(method, *words, **options)

        def announced(messages: Iterable[Any], **given: Any) -> Any:
            return call(_announced(messages, self._begin(method)), **given)

        return announced


def _one_message(begin: Begin, method: str, call: Any) -> Any:
    def announced(message: Any, **given: Any) -> Any:
        begin(method)(message.SerializeToString())
        return call(message, **given)

    return announced


def _announced(messages: Iterable[Any], announce: Announce) -> Iterator[Any]:
    for message in messages:
        announce(message.SerializeToString())
        yield message
