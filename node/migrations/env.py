"""Runs the node's migrations on the connection that `node.store.database` opened."""

from __future__ import annotations

from alembic import context

from node.store.tables import METADATA

context.configure(
    connection=context.config.attributes["connection"], target_metadata=METADATA, transactional_ddl=False
)
context.run_migrations()
