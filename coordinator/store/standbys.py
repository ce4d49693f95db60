"""Whether commits of a PostgreSQL wait for a second copy: what its settings demand, and who is attached.

The one fact: only a commit that waited for a synchronous standby outlives the loss of the primary's disk, so only then
nothing that was acknowledged is lost when the standby is promoted.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import text

from coordinator.store.database import open_engine, parse_url, place_of, store_errors
from protocol.errors import Refused

_ATTACHED = text(
    "SELECT count(*) FILTER (WHERE sync_state IN ('sync', 'quorum') AND state = 'streaming'), "
    "count(*) FILTER (WHERE sync_state IS NULL) FROM pg_stat_replication"
)
WAITING = frozenset({"on", "remote_apply"})
"""Values of synchronous_commit with which a commit waits until standbys have it on disk."""


@dataclass(frozen=True, slots=True)
class Standbys:
    """What the server says: whom commits wait for ("": nobody), how many of those are attached, how many connections
    of standbys this user may not look at, and what `synchronous_commit` and `fsync` are for us."""

    names: str
    attached: int
    hidden: int
    commit: str
    fsync: str

    @property
    def is_demanded(self) -> bool:
        """Whether a commit waits for a standby."""
        return bool(self.names) and self.commit in WAITING


def find_standbys(url: str) -> Standbys | None:
    """What a PostgreSQL says; None for SQLite, which has no standby; StoreError."""
    if parse_url(url).get_backend_name() == "sqlite":
        return None
    engine = open_engine(url, writer=False)
    try:
        with store_errors(), engine.connect() as connection:
            names, commit, fsync = (
                str(connection.execute(text(f"SHOW {name}")).scalar_one())
                for name in ("synchronous_standby_names", "synchronous_commit", "fsync")
            )
            attached, hidden = connection.execute(_ATTACHED).one()
            return Standbys(names, int(attached), int(hidden), commit, fsync)
    finally:
        engine.dispose()


def check_demanded(url: str) -> None:
    """Raise Refused("standby") unless commits wait for a synchronous standby, attached or not; StoreError."""
    found = find_standbys(url)
    if found is None or not found.is_demanded:
        raise Refused(
            "standby",
            f"the setting synchronous_standby asks for a second copy, and commits at {place_of(url)} wait for none: "
            "set synchronous_standby_names on a PostgreSQL with a streaming standby, or take the setting back",
        )
