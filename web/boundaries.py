"""What the boundaries of a rule set are called, on a node's pages and on the console."""

from __future__ import annotations

from web.languages import mark
from web.visits import Visit

BOUNDARIES = {
    "partial": mark("partial life cycle, without end of life"),
    "full": mark("full life cycle"),
}


def say_boundary(visit: Visit, boundary: str) -> str:
    """A boundary in words."""
    return visit.say(BOUNDARIES[boundary])
