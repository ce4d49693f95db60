"""Migrations of the node's store, run by `node.store.database` through Alembic."""
