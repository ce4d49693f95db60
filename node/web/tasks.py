"""What waits for somebody: a sentence and where it is done. Each part of the app tells its own.

The one fact: a task is derived from the store each time, so what was done anywhere is gone from here.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from node.web.desk import Desk
from web.visits import Visit


@dataclass(frozen=True, slots=True)
class Task:
    """One thing to do; `is_late`: it should not wait longer; `is_news`: it is only to be known."""

    text: str
    path: str
    is_late: bool = False
    is_news: bool = False


Tell = Callable[[Visit, Desk], Sequence[Task]]
