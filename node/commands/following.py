"""Waits at the command line until a calculation is certified or has ended, telling every change.

The one fact: it works for the agent when none serves the folder, so a command alone gets there too.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from node.agent import Agent
from node.guard import is_served
from node.maker.progress import Progress, read_progress
from node.organisation import Node
from protocol.calculation import Phase
from protocol.errors import NetworkError

FOLLOW_SECONDS = 0.5


def follow_progress(node: Node, request: str, timeout: float, hear: Callable[[Progress], None]) -> Progress:
    """Wait until a calculation is certified or has ended, telling every change; NetworkError when time is up.

    Works for the agent when none serves this folder.
    """
    until = time.monotonic() + timeout
    last: Progress | None = None
    while True:
        if not is_served(node.store.folder):
            Agent(node).catch_up(2.0)
        progress = read_progress(node, request)
        if progress != last:
            hear(progress)
        if progress.phase in (Phase.CERTIFIED.value, Phase.ENDED.value):
            return progress
        if time.monotonic() > until:
            raise NetworkError(f"still {progress.phase} after {timeout:g} seconds; ask again later")
        last = progress
        time.sleep(FOLLOW_SECONDS)
