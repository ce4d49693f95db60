"""Limits how often one address may fail at the door, in bounded memory.

The one fact: a token has 128 bits, so this is about work and log noise, not about guessing.
"""

from __future__ import annotations

import ipaddress
from collections import OrderedDict
from threading import Lock
from urllib.parse import unquote

FAILURES = 20
"""Refused applications of one address in one WINDOW; what succeeds is limited by tokens already."""
WINDOW_SECONDS = 60
ADDRESSES = 10_000
"""Addresses remembered; the one that failed longest ago is forgotten first."""


class RateLimit:
    """Counts failures per address in fixed windows. Safe to call from several threads."""

    def __init__(self, failures: int = FAILURES) -> None:
        self._failures = failures
        self._counts: OrderedDict[str, tuple[int, int]] = OrderedDict()
        self._lock = Lock()

    def is_within(self, peer: str, now: int) -> bool:
        """Whether `peer` (as gRPC names it) has failures left in this window."""
        window = now // WINDOW_SECONDS
        with self._lock:
            counted_in, count = self._counts.get(address_of(peer), (window, 0))
        return counted_in != window or count < self._failures

    def count_failure(self, peer: str, now: int) -> None:
        """Count one failure of `peer`."""
        address, window = address_of(peer), now // WINDOW_SECONDS
        with self._lock:
            counted_in, count = self._counts.pop(address, (window, 0))
            self._counts[address] = (window, count + 1 if counted_in == window else 1)
            if len(self._counts) > ADDRESSES:
                self._counts.popitem(last=False)


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
