"""How long pages take with ten thousand requests, a million statements and five thousand factors stored.

The one fact: every page is asked for at its beginning, deep inside and searched, from a server that runs as it is
installed, and one that misses the limit is told by its name.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from benchmarks import pages_of_console, pages_of_node
from benchmarks.figures import Figure

PARTS: tuple[Callable[[], Sequence[Figure]], ...] = (
    pages_of_console.measure,
    pages_of_node.measure,
)
"""Who measures pages: each starts a server of its own, and ends it."""


def measure_pages() -> Sequence[Figure]:
    """The pages of every server, one server after the other."""
    return [figure for measure in PARTS for figure in measure()]
