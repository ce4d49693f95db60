"""Refused envelopes on the wire: from the coordinator to whoever may repeat the check that failed. Protocol section 8.

The one fact: the envelope is the evidence; the check and the message that come with it are the coordinator's word.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from protocol.errors import PeerError
from protos.sealsum.v1 import gateway_pb2 as pb
from protos.values import ENVELOPE_LIMIT

_CHECK = re.compile(r"[a-z][a-z0-9-]{0,63}")
_ID_BYTES, _MESSAGE_CHARACTERS = 32, 2000


@dataclass(frozen=True, slots=True)
class RefusedStatement:
    """An envelope that was refused at a time (Unix seconds), by which check, in words."""

    data: bytes = field(repr=False)
    check: str
    message: str
    refused_at: int


def encode_refused_request(statement_id: str) -> pb.RefusedRequest:
    """Ask for one by its id."""
    return pb.RefusedRequest(id=bytes.fromhex(statement_id))


def parse_refused_request(message: pb.RefusedRequest) -> str:
    """Whose envelope is asked for; PeerError("message")."""
    if len(message.id) != _ID_BYTES:
        raise PeerError("message", f"expected a statement id of {_ID_BYTES} bytes")
    return message.id.hex()


def encode_refused(refused: RefusedStatement) -> pb.RefusedReply:
    """Write one; what others wrote may be quoted in its message, so only printable signs are left."""
    words = "".join(sign if sign.isprintable() else " " for sign in refused.message)
    return pb.RefusedReply(
        envelope=refused.data,
        check=refused.check,
        message=words[:_MESSAGE_CHARACTERS],
        refused_at=refused.refused_at,
    )


def parse_refused(message: pb.RefusedReply) -> RefusedStatement:
    """Read one; PeerError("message") unless its parts have their forms."""
    sizes_fit = 0 < len(message.envelope) <= ENVELOPE_LIMIT
    if not sizes_fit or len(message.message) > _MESSAGE_CHARACTERS or message.refused_at >= 2**53:
        raise PeerError("message", "a refused envelope is malformed; ask the operator")
    if _CHECK.fullmatch(message.check) is None or not message.message.isprintable():
        raise PeerError("message", "the reason of a refusal is no text")
    return RefusedStatement(message.envelope, message.check, message.message, message.refused_at)
