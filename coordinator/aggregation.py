"""Adds the ciphertexts of a calculation as contributions are accepted; it holds no key.

The one fact: the running sum follows from the log and the blobs, so it is kept in memory only, one ciphertext a
calculation, and computed again after a restart; the finished sum is a blob. Protocol section 6(6).
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from itertools import islice

from coordinator.blobs import CIPHERTEXT_LIMIT, Blobs
from coordinator.store.contract import Ledger, StoredAggregate
from crypto.bfv import Aggregate
from protocol.calculation import Calculation
from protocol.payloads import Contribution

SUMS_KEPT = 64


@dataclass(slots=True)
class _Running:
    """The sum of the first `count` contributions in log order."""

    total: Aggregate
    count: int


class Aggregation:
    """The running sums; called by the sequencer's thread only."""

    def __init__(self, blobs: Blobs, ledger: Ledger) -> None:
        self._blobs = blobs
        self._ledger = ledger
        self._running: OrderedDict[str, _Running] = OrderedDict()

    def catch_up(self, calculation: Calculation) -> None:
        """Add every accepted contribution that is not in the running sum yet."""
        self._sum_of(calculation)

    def finish(self, calculation: Calculation) -> StoredAggregate:
        """The sum of all contributions, stored as a blob; doing it again changes nothing."""
        request = calculation.request.id
        stored = self._ledger.aggregate(request)
        if stored is not None and self._blobs.length(stored.sha256) == stored.length:
            return stored
        data = self._sum_of(calculation).total.encode()
        stored = StoredAggregate(request, self._blobs.keep(data), len(data))
        self._ledger.put_aggregate(stored)
        self._running.pop(request, None)
        return stored

    def _sum_of(self, calculation: Calculation) -> _Running:
        request = calculation.request.id
        running = self._running.pop(request, None) or _Running(Aggregate(), 0)
        # A fold keeps contributions in the order of the log, so the first `count` of them are in the sum.
        for logged in islice(calculation.contributions.values(), running.count, None):
            assert isinstance(logged.payload, Contribution)
            running.total.add(self._blobs.read(logged.payload.ciphertext.sha256, 0, CIPHERTEXT_LIMIT))
            running.count += 1
        self._running[request] = running
        if len(self._running) > SUMS_KEPT:
            self._running.popitem(last=False)
        return running
