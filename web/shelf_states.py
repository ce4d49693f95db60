"""How far a submission to the factor library has come, in words: for the node's pages and the console's.

The one fact: a state follows from the log; beside it stands why, and what its provider may do or who is next.
"""

from __future__ import annotations

from typing import Literal

from protocol.shelf import OPEN, Item
from web.languages import mark
from web.reasons import say_reason
from web.tables import Cell
from web.visits import Visit

STATES: dict[str, str] = {
    "published": mark("published"),
    "in_review": mark("in review"),
    "submitted": mark("submitted"),
    "superseded": mark("superseded"),
    "withdrawn": mark("withdrawn"),
    "returned": mark("returned"),
}
DECISIONS: dict[str, str] = {
    "publish": mark("enough experts accept it: the operator publishes it next"),
    "return": mark("enough experts wrote, and one returns it: the operator decides next"),
}
Decision = Literal["publish", "return", ""]
_COLOURS = {"published": "good", "returned": "bad", "withdrawn": "bad"}
_MEND = mark("submit a corrected version")
_MEND_NOW = mark("you may submit a corrected version now")


def state_shown(item: Item, replaced: int | None) -> str:
    """The state that readers are told: superseded, too, where a higher version was submitted before any decision."""
    return "superseded" if replaced is not None and item.state in OPEN else item.state


def say_state(
    visit: Visit, item: Item, replaced: int | None, decision: Decision = "", is_own: bool = False
) -> Cell:
    """The state, with why and what is next beside it.

    `replaced`: the higher version that was submitted since; `decision`: what the operator may do; `is_own`: the reader
    submitted it.
    """
    if item.state in OPEN and state_shown(item, replaced) == "superseded":
        said = visit.say("version %(version)s was submitted in its place", version=replaced)
        return Cell(visit.say(STATES["superseded"]), note=said)
    mend = visit.say(_MEND_NOW if decision else _MEND) if is_own and replaced is None else ""
    if item.state in OPEN and item.objections and decision != "publish":
        why = [visit.say(DECISIONS[decision])] if decision else []
        why += item.objections if is_own or not decision else []
        return Cell(visit.say("returned by an expert"), note=_join(visit, *why, mend), state="bad")
    if item.state == "returned":
        return Cell(visit.say(STATES["returned"]), note=_join(visit, item.reason, mend), state="bad")
    note = visit.say(DECISIONS[decision]) if decision else say_reason(visit, item)
    return Cell(visit.say(STATES[item.state]), note=note, state=_COLOURS.get(item.state, ""))


def _join(visit: Visit, *parts: str) -> str:
    """The parts in one line; the stop that a person's words end with stands only at its end."""
    said = [part for part in parts if part]
    return visit.marks.semicolon.join([*(one.rstrip("。. ") for one in said[:-1]), *said[-1:]])
