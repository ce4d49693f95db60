"""Checks and generators of the repository itself; nothing here is installed."""
