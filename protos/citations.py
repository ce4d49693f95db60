"""Counts of citations on the wire, from the coordinator to the owner of the factors."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from protocol.errors import PeerError
from protos.sealsum.v1 import gateway_pb2 as pb

MOST = 20_000
_CODE = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
_MONTH = re.compile(r"[0-9]{4}-[0-9]{2}")


@dataclass(frozen=True, slots=True)
class Citation:
    """So many certificates of a month (YYYY-MM, UTC) under a method cite a version of a factor."""

    code: str
    version: int
    method: str
    month: str
    certificates: int


def encode_citations(citations: Sequence[Citation]) -> pb.CitationsReply:
    """Write counts."""
    return pb.CitationsReply(
        citations=[
            pb.Citation(
                code=one.code,
                version=one.version,
                method=one.method,
                month=one.month,
                certificates=one.certificates,
            )
            for one in citations
        ]
    )


def parse_citations(message: pb.CitationsReply) -> tuple[Citation, ...]:
    """Read counts; PeerError("message") unless codes, months and numbers are of their forms."""
    if len(message.citations) > MOST:
        raise PeerError("message", f"{len(message.citations)} counts of citations; expected at most {MOST}")
    for one in message.citations:
        named = all(_CODE.fullmatch(text) for text in (one.code, one.method)) and _MONTH.fullmatch(one.month)
        if not named or not 0 < one.version <= 10**6 or not 0 < one.certificates < 2**53:
            raise PeerError("message", "a count of citations is malformed; ask the operator")
    return tuple(
        Citation(one.code, one.version, one.method, one.month, one.certificates) for one in message.citations
    )
