"""Alembic migrations of the coordinator's tables, run by `sealsum coordinator migrate` and on start."""
