"""Certificate bundles, made from the log when asked for.

The one fact: a bundle is bound to the first checkpoint that covers its certificate and what verifiers said since, the
first cosigned one as soon as there is any, so from then on it is the same bytes whenever and by whomever it is made,
until a verifier says something more. Protocol section 7.
"""

from __future__ import annotations

from coordinator.journal import Journal
from coordinator.record import Folds, Recent
from coordinator.store.contract import LogStore
from protocol.bundle import Bundle, Proven, encode_bundle, needed_statements, verifications_in
from protocol.calculation import Calculation, Phase
from protocol.errors import Refused, StoreError
from protocol.statements import Record

BYTES_KEPT = 32 * 1024 * 1024


class Bundles:
    """Makes bundles and keeps the last few."""

    def __init__(self, log: LogStore, journal: Journal, record: Record, folds: Folds, root_pem: str) -> None:
        self._log = log
        self._journal = journal
        self._record = record
        self._folds = folds
        self._root_pem = root_pem
        self._recent: Recent[bytes] = Recent(BYTES_KEPT, len)

    def make(self, request: str) -> bytes:
        """The bundle of a certified calculation; Refused("not-ready") before that, Refused("unknown")."""
        calculation = self._folds.read(request)
        if calculation is None:
            raise Refused("unknown", f"the log has no request {request}")
        if calculation.phase is not Phase.CERTIFIED or calculation.certificate is None:
            raise Refused("not-ready", f"the calculation is {calculation.phase.value}, not certified")
        said = verifications_in(calculation, self._record)
        size = max(logged.index for logged in (calculation.certificate, *said)) + 1
        final = self._recent.get(f"{request}/{size}", lambda: None)
        if final is not None:
            return final
        newest = self._log.newest_cosigned()
        # Until witnesses have seen the last of it, a bundle is good for as long as they see nothing new.
        name = f"{request}/{size}/{0 if newest is None else newest.size}"
        made = self._recent.get(name, lambda: self._make(calculation, size))
        assert made is not None
        return made

    def _make(self, calculation: Calculation, size: int) -> bytes:
        """The bundle under the first checkpoint over at least `size` leaves, a cosigned one if there is any."""
        request = calculation.request.id
        cosigned = self._log.cosigned_covering(size)
        checkpoint = cosigned or self._log.checkpoint_covering(size)
        if checkpoint is None:
            raise StoreError("the certificate's checkpoint is missing from the store")
        proven = tuple(
            Proven(logged, self._journal.prove(logged.index, checkpoint.size))
            for logged in needed_statements(calculation, self._record)
        )
        bundle = encode_bundle(Bundle(request, "", self._root_pem, checkpoint.note, proven))
        if cosigned is not None:
            self._recent.put(f"{request}/{size}", bundle)
        return bundle
