"""What identities have handed in at all replicas together. Contract: Spending in coordinator.store.contract.

The one fact: totals only grow; each replica adds its own and reads the sum, so nobody counts for the others.
"""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import delete, select, text
from sqlalchemy.dialects import postgresql, sqlite

from coordinator.store.contract import Spent
from coordinator.store.database import Database
from coordinator.store.tables import spent


class SqlSpending:
    """A Spending behind the same database as the log."""

    def __init__(self, database: Database) -> None:
        self._database = database
        build = postgresql.insert if database.is_postgres else sqlite.insert
        added = build(spent)
        self._add = added.on_conflict_do_update(
            index_elements=[spent.c.identity],
            set_={
                "statements": spent.c.statements + added.excluded.statements,
                "bytes": spent.c.bytes + added.excluded.bytes,
                "refusals": spent.c.refusals + added.excluded.refusals,
                "spent_at": added.excluded.spent_at,
            },
        )

    def add(self, spendings: Mapping[str, Spent], now: int) -> dict[str, Spent]:
        """Add what was spent here; the totals of these identities everywhere."""
        rows = [
            {"identity": identity, "statements": one.statements, "bytes": one.bytes, "refusals": one.refusals}
            for identity, one in sorted(
                spendings.items()
            )  # in one order, so that two replicas do not wait crosswise
        ]
        columns = (spent.c.identity, spent.c.statements, spent.c.bytes, spent.c.refusals)
        with self._database.write() as connection:
            if self._database.is_postgres:  # a power cut may forget the last second's
                connection.execute(text("SET LOCAL synchronous_commit = off"))
            connection.execute(self._add, [{**row, "spent_at": now} for row in rows])
            found = connection.execute(select(*columns).where(spent.c.identity.in_(spendings)))
            return {identity: Spent(*numbers) for identity, *numbers in found}

    def forget(self, before: int) -> None:
        """Remove identities that have handed in nothing since."""
        with self._database.write() as connection:
            connection.execute(delete(spent).where(spent.c.spent_at < before))
