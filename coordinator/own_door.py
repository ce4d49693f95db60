"""The coordinator's door in its own process, as its operator comes in. A coordinator.publishing.Library.

The one fact: the operator is a party like any other here: what it signs goes through the same checks.
"""

from __future__ import annotations

from collections.abc import Sequence

from coordinator.service import Service
from protos.citations import Citation
from protos.values import FindQuery, LoggedData, Outcome, Page


class OwnDoor:
    """The calls that publishing needs, of a started service."""

    def __init__(self, service: Service) -> None:
        self._gateway = service.gateway
        self._caller = service.gateway.identify(service.folder.party.certificate_pem.encode())

    def submit(self, envelopes: Sequence[bytes]) -> tuple[Outcome, ...]:
        """Hand in envelopes in order; one outcome each."""
        return self._gateway.submit(self._caller, tuple(envelopes)).result()

    def find(self, query: FindQuery) -> Page:
        """One page of public statements of a kind."""
        return self._gateway.find(self._caller, query)

    def get(self, ids: Sequence[str]) -> tuple[LoggedData, ...]:
        """Statements by id."""
        return self._gateway.get(self._caller, tuple(ids)).statements

    def checkpoint(self) -> str:
        """The newest signed checkpoint."""
        return self._gateway.checkpoint(self._caller)

    def citations(self) -> tuple[Citation, ...]:
        """How often the operator's own factors were cited in certificates."""
        return self._gateway.citations(self._caller)
