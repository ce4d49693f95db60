"""What each check that a statement can fail is about, in words, for the page of what was not accepted.

The one fact: the name of the check and what it found stay beside the words, since by them anybody repeats the check.
"""

from __future__ import annotations

from operation.checks import CHECKS
from web.tables import Cell
from web.visits import Visit


def check_cell(visit: Visit, check: str) -> Cell:
    """A check in words, with its name below."""
    return Cell(CHECKS[check].say(visit.language), note=check) if check in CHECKS else Cell(check)
