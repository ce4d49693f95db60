"""Where a calculation stands, at the command line: shown, or waited for until it is certified or has ended.

The one fact: it works for the agent when none serves the folder, so a command alone gets there too.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any

from node.agent import Agent
from node.commands.output import say, show_lines, show_stage, show_table, show_time
from node.guard import is_served
from node.maker.opened import find_unopened
from node.maker.progress import Progress, describe_request, read_progress
from node.maker.requesting import list_requests
from node.maker.standings import refresh_standings
from node.organisation import Node
from operation.told import tell, tell_name
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


def tell_requests(node: Node) -> list[dict[str, Any]]:
    """Every own request and its phase; `is_new`: its result came lately and nobody opened it yet."""
    refresh_standings(node)
    new = {one.request for one in find_unopened(node)}
    return [
        {
            "id": one.id,
            "model": one.model,
            "created": one.created,
            "phase": describe_request(node, one.id),
            "is_new": one.id in new,
        }
        for one in list_requests(node)
    ]


def show_progress(progress: Progress, reminded: Mapping[int, int]) -> None:
    """Show it; `reminded`: by entry, when its supplier was last reminded."""
    pairs = [("request", progress.request), ("model", progress.model), ("phase", progress.phase)]
    if progress.deadline is not None:
        pairs.append(("awaited until", show_time(progress.deadline)))
    if progress.ending:
        pairs.append(("ended because", progress.ending))
    show_lines(pairs)
    rows = [
        (str(one.entry), one.item, show_stage(one.stage), one.supplier, one.state) for one in progress.entries
    ]
    show_table(("entry", "item", "stage", "supplier", "state"), rows)
    show_lines([(tell("entry {} reminded", entry), show_time(at)) for entry, at in sorted(reminded.items())])


def show_step(progress: Progress, as_json: bool) -> None:
    """One line of a calculation that is waited for; a program hears of the end only."""
    if not as_json:
        say(
            tell(
                "{} {}: {} of {} consented, {} contributed",
                time.strftime("%H:%M:%S"),
                tell_name(progress.phase),
                progress.consented,
                len(progress.entries),
                progress.contributed,
            )
        )
