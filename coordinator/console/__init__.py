"""The console: the coordinator's pages for operators, verifiers, factor providers and experts."""
