"""Why a calculation ended without a result: who ended it, and in which words.

The one fact: what a program wrote word for word is told in the reader's language; a person's own words stay.
"""

from __future__ import annotations

import re

from coordinator.console.naming import PHASES, party_cell, statement_cell
from coordinator.console.waiting import find_unanswered
from coordinator.service import Service
from protocol.calculation import Calculation, Phase
from protocol.payloads import Refusal, Void, Withdrawal
from protocol.statements import Logged
from web.languages import mark
from web.reasons import say_superseded
from web.tables import Cell, Column, Table
from web.visits import Visit

PROGRAMS: dict[str, str] = {
    "a supplier refused to take part": mark("a supplier declined to take part"),
    "this node was restored from a backup, and the one-time key of this calculation is void": mark(
        "its node was restored from a backup, and the one-time key of this calculation is void"
    ),
}
_LATE = re.compile(r"the deadline of the phase '([a-z]+)' has passed, nothing was logged")


def say_words(visit: Visit, words: str) -> str:
    """A logged reason in the reader's language where a program chose it; anybody else's words as they are."""
    late = _LATE.fullmatch(words)
    if late is not None and late[1] in PHASES:
        phase = visit.say(PHASES[late[1]])
        return visit.say("the deadline passed while it was %(phase)s", phase=phase)
    return visit.say(PROGRAMS[words]) if words in PROGRAMS else say_superseded(visit, words)


def list_endings(visit: Visit, service: Service, state: Calculation) -> Table | None:
    """Who ended it and why; None unless it ended without a result."""
    if state.phase is not Phase.ENDED or state.ending is None:
        return None
    columns = (
        Column(visit.say("Organisation")),
        Column(visit.say("What it did")),
        Column(visit.say("In these words")),
        Column(visit.say("Logged"), "time"),
        Column(visit.say("Statement"), "id"),
    )
    rows = [
        (
            party_cell(visit, service, party),
            Cell(what, state="bad"),
            said,
            None if logged is None else logged.logged_at,
            "" if logged is None else statement_cell(visit, logged.id),
        )
        for party, what, said, logged in _say_endings(visit, state, state.ending)
    ]
    return Table("ending", visit.say("Why it ended without a result"), columns, rows)


def _say_endings(
    visit: Visit, state: Calculation, ending: Logged
) -> list[tuple[str, str, str, Logged | None]]:
    """(who, did what, in which words, where it is logged) of everyone by whom it ended."""
    payload = ending.payload
    if isinstance(payload, Withdrawal):
        return [(payload.by, visit.say("withdrew"), say_words(visit, payload.reason), ending)]
    if state.dispute is not None and state.dispute.liars:
        named = visit.say("the dispute named it")
        return [(state.suppliers[state.member(one)], named, "", ending) for one in state.dispute.liars]
    if isinstance(payload, Void) and payload.cause == "refused":
        return [
            (one.payload.by, visit.say("declined"), say_words(visit, one.payload.reason), one)
            for one in state.refusals.values()
            if isinstance(one.payload, Refusal)
        ]
    late = [(party, visit.say("did not answer in time"), "", None) for party in find_unanswered(state)]
    said = say_words(visit, payload.reason) if isinstance(payload, Void) else ""
    return [*late, (payload.by, visit.say("ended it"), said, ending)]
