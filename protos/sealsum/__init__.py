"""Interface definitions, by version."""
