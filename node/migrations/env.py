"""Runs the node's migrations on the connection that `node.store` opened."""

from __future__ import annotations

from alembic import context

from node.tables import METADATA

context.configure(
    connection=context.config.attributes["connection"], target_metadata=METADATA, transactional_ddl=False
)
context.run_migrations()
