"""Alembic's entry: runs the migrations on the connection that coordinator.store.migrating opened.

The one fact: each migration is a transaction of its own with its version, so one that breaks off is begun again; only
what PostgreSQL builds beside its writes commits in between, and can be repeated.
"""

from __future__ import annotations

from alembic import context

from coordinator.store.tables import metadata

connection = context.config.attributes["connection"]
context.configure(
    connection=connection, target_metadata=metadata, transactional_ddl=True, transaction_per_migration=True
)
with context.begin_transaction():
    context.run_migrations()
