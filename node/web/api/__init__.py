"""The node's REST API under /api/v1: what the command line does, for the owner's own programs."""
