"""The one table between our errors and gRPC status codes, for both ends of the door.

The one fact: a code alone never says what failed; the failing check travels in the trailing metadata `sealsum-check`.
What is worth another try is UNAVAILABLE and its kin; everything else would fail again. Architecture, "Errors".
"""

from __future__ import annotations

import grpc

from protocol.errors import NetworkError, PeerError, Refused, SealsumError

CHECK_KEY = "sealsum-check"

_CODES: dict[str, grpc.StatusCode] = {
    "identity": grpc.StatusCode.UNAUTHENTICATED,
    "unknown": grpc.StatusCode.NOT_FOUND,
    "readers": grpc.StatusCode.PERMISSION_DENIED,
    "role": grpc.StatusCode.PERMISSION_DENIED,
    "quota": grpc.StatusCode.RESOURCE_EXHAUSTED,
    "busy": grpc.StatusCode.RESOURCE_EXHAUSTED,
    "not-ready": grpc.StatusCode.FAILED_PRECONDITION,
}
_TRY_AGAIN = frozenset(
    {
        grpc.StatusCode.UNAVAILABLE,
        grpc.StatusCode.DEADLINE_EXCEEDED,
        grpc.StatusCode.CANCELLED,
        grpc.StatusCode.ABORTED,
        grpc.StatusCode.INTERNAL,
        grpc.StatusCode.UNKNOWN,
    }
)


_HANDSHAKE = {
    "certificate is not yet valid": "its certificate is not valid yet by this machine's clock: set the clock",
    "Hostname Verification Check failed": "its certificate is not for this host name: ask the operator which to use",
    "certificate has expired": "its certificate has ended by this machine's clock: set the clock, or ask the operator",
}
"""What TLS says in the midst of a longer message, and what to do."""
_NOT_SAID = "OK"
"""gRPC's last word where the other side speaks something else than a coordinator does."""


def status_of(error: SealsumError) -> tuple[grpc.StatusCode, str, str]:
    """The code, failing check and message with which the door answers `error`."""
    match error:
        case PeerError():
            return _CODES.get(error.check, grpc.StatusCode.INVALID_ARGUMENT), error.check, error.message
        case Refused():
            return _CODES.get(error.check, grpc.StatusCode.FAILED_PRECONDITION), error.check, error.message
        case _:
            return grpc.StatusCode.UNAVAILABLE, "try-again", str(error)


def error_of(code: grpc.StatusCode, check: str, message: str) -> SealsumError:
    """What the caller raises for an answer: NetworkError when another try may help, else Refused with its check."""
    if code in _TRY_AGAIN:
        # gRPC's words for "nobody answers" name every layer it tried; the last part says why.
        unreachable = message.startswith("failed to connect to all addresses")
        why = message.rpartition(": ")[2] if unreachable else f"{code.name}: {message}"
        why = "is this the port of its door for nodes?" if why == _NOT_SAID else why
        why = next((words for phrase, words in _HANDSHAKE.items() if phrase in message), why)
        return NetworkError(f"no answer from the coordinator ({why})" if unreachable else why)
    return Refused(check or code.name.lower(), message)
