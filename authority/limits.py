"""Limits how often one address may knock at the door, in bounded memory.

The one fact: a token has 128 bits, so this is about work and log noise, not about guessing.
"""

from __future__ import annotations

import ipaddress
from collections import OrderedDict
from threading import Lock
from urllib.parse import unquote

ATTEMPTS = 20
"""Applications of one address in one WINDOW."""
WINDOW_SECONDS = 60
ADDRESSES = 10_000
"""Addresses remembered; the one that knocked first is forgotten first."""


class RateLimit:
    """Counts attempts per address in fixed windows. Safe to call from several threads."""

    def __init__(self, attempts: int = ATTEMPTS) -> None:
        self._attempts = attempts
        self._counts: OrderedDict[str, tuple[int, int]] = OrderedDict()
        self._lock = Lock()

    def is_within(self, peer: str, now: int) -> bool:
        """Count one attempt of `peer` (as gRPC names it) and say whether it is within the limit."""
        address, window = address_of(peer), now // WINDOW_SECONDS
        with self._lock:
            counted_in, count = self._counts.pop(address, (window, 0))
            count = count + 1 if counted_in == window else 1
            self._counts[address] = (window, count)
            if len(self._counts) > ADDRESSES:
                self._counts.popitem(last=False)
        return count <= self._attempts


def address_of(peer: str) -> str:
    """The part of a gRPC peer name that one party holds: an IPv4 address, or an IPv6 network of 64 bits."""
    kind, _, rest = unquote(peer).partition(":")
    host = rest.rpartition(":")[0].strip("[]").partition("%")[0]
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return kind
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:
            return str(address.ipv4_mapped)
        return str(ipaddress.ip_network((address, 64), strict=False))
    return str(address)
