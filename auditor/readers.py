"""Who reads the statements behind the leaves: nobody, an organisation's node, or the operator its own store.

The one fact: leaves are public, statements are not; what a reader may not see is missing from its answer and counted,
never guessed. Protocol section 5.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from node.organisation import Node, open_node
from protocol.auditing import glance
from protocol.errors import PeerError

if TYPE_CHECKING:
    from coordinator.store.contract import LogStore


class Reader(Protocol):
    """Gives envelopes."""

    def envelopes(self, start: int, ids: Sequence[str]) -> list[bytes | None]:
        """The envelopes of consecutive leaves from `start`, by their ids; None where it may not read."""

    def close(self) -> None:
        """Let go of what it holds."""


class PublicReader:
    """Reads nothing but leaves."""

    def envelopes(self, start: int, ids: Sequence[str]) -> list[bytes | None]:
        """None for each."""
        return [None] * len(ids)

    def close(self) -> None:
        """Nothing to let go of."""


class NodeReader:
    """Reads as an organisation does, over the coordinator's door; each question is in the node's egress ledger."""

    def __init__(self, folder: Path) -> None:
        self._node: Node = open_node(folder)

    def envelopes(self, start: int, ids: Sequence[str]) -> list[bytes | None]:
        """What the organisation may read of these."""
        found = {}
        for logged in self._node.egress.get([one for one in ids if one]):
            try:
                found[glance(logged.data).id] = logged.data
            except PeerError:
                continue  # it has no id, so it answers no question
        return [found.get(one) for one in ids]

    def close(self) -> None:
        """Close the node."""
        self._node.close()


class StoreReader:
    """Reads the coordinator's own store: everything, for its operator."""

    def __init__(self, log: LogStore) -> None:
        self._log = log

    def envelopes(self, start: int, ids: Sequence[str]) -> list[bytes | None]:
        """Every envelope that the store has at these places under these ids."""
        rows = {row.id: row.data for row in self._log.leaves(start, len(ids))}
        return [rows.get(one) for one in ids]

    def close(self) -> None:
        """Close the store."""
        self._log.close()


def open_store(folder: Path, url: str | None) -> StoreReader:
    """The reader of a coordinator's folder, or of the database that a URL names."""
    from coordinator.folder import open_folder
    from coordinator.service import open_existing_stores

    return StoreReader(open_existing_stores(url or open_folder(folder).database_url).log)
