"""What a verifier's pages show is fresh: where no agent listens, a page takes in what is new itself."""

from __future__ import annotations

from node.agent import Agent
from node.guard import is_served
from node.library import fetch_kinds
from node.organisation import Node
from protocol.errors import NetworkError


def catch_up(node: Node) -> bool:
    """Take in what is new where no agent does; whether the coordinator answered."""
    if is_served(node.store.folder):
        return True
    try:
        Agent(node).catch_up()
    except NetworkError:
        return False
    return True


def look_up_opinions(node: Node) -> bool:
    """Take in what other verifiers signed, which no watch brings here; whether the coordinator answered."""
    try:
        fetch_kinds(node, ("verification",))
    except NetworkError:
        return False
    return True
