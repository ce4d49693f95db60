"""For whom a calculation waits, since when, whether their nodes are heard here, and what to tell them.

The one fact: who owes the next statement follows from the fold; whether a node is connected is what this process has
heard itself (coordinator.presence), and no more.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from coordinator.console.naming import find_enrolment, party_cell
from coordinator.console.paging import cut
from coordinator.readers import key_of_entity
from coordinator.service import Service
from protocol.calculation import Calculation, Phase
from web.languages import mark
from web.numbers import show_time
from web.tables import Cell, Column, Table
from web.visits import Visit

ADVICE: dict[Phase, tuple[str, str]] = {
    Phase.CONSENTING: (
        mark("Somebody there has to answer: it lies under Requests on their node. Ask them to."),
        mark("It has not got the request. Ask them to start it, and to answer under Requests."),
    ),
    Phase.CONTRIBUTING: (
        mark("Their node contributes by itself. Ask them what stops it: its overview says."),
        mark("Ask them to start it: it then contributes by itself."),
    ),
    Phase.COMPUTING: (
        mark("Their node computes by itself. Ask them what stops it: its overview says."),
        mark("Ask them to start it: it then computes by itself."),
    ),
    Phase.DISPUTING: (
        mark("Their node answers by itself. Ask them what stops it: its overview says."),
        mark("Ask them to start it: it then answers by itself."),
    ),
}
"""What to tell whom a calculation waits for: where the node is connected, and where it is not."""


@dataclass(frozen=True, slots=True)
class Awaited:
    """Enrolments that owe the next statement, each once, and since when (Unix seconds)."""

    parties: tuple[str, ...]
    since: int


def find_awaited(state: Calculation) -> Awaited | None:
    """For whom a calculation waits; None when it is over, or only the coordinator has something to do."""
    entries = range(len(state.suppliers))
    sent = [one.logged_at for one in state.contributions.values()]
    match state.phase:
        case Phase.CONSENTING:
            owing = [
                entry for entry in entries if entry not in state.consents and entry not in state.refusals
            ]
            since = state.request.logged_at
        case Phase.CONTRIBUTING if state.roster is not None:
            owing = [entry for entry in entries if state.consents[entry].id not in state.contributions]
            since = state.roster.logged_at
        case Phase.DISPUTING if state.dispute is not None:
            owing = [entry for entry in entries if state.consents[entry].id not in state.dispute.vectors]
            since = state.dispute.statement.logged_at
        case Phase.COMPUTING:
            vectors = () if state.dispute is None else state.dispute.vectors.values()
            return Awaited((state.terms.by,), max(*sent, *(one.logged_at for one in vectors)))
        case _:
            return None
    return Awaited(tuple(dict.fromkeys(state.suppliers[entry] for entry in owing)), since)


def find_unanswered(state: Calculation) -> tuple[str, ...]:
    """Who had not done its part when a deadline ended the calculation."""
    awaited = find_awaited(replace(state, ending=None))
    return () if awaited is None else awaited.parties


def list_awaited(visit: Visit, service: Service, state: Calculation) -> Table | None:
    """The first of those a calculation waits for; None when it waits for nobody."""
    awaited = find_awaited(state)
    if awaited is None or not awaited.parties:
        return None
    columns = (
        Column(visit.say("Organisation")),
        Column(visit.say("Waiting since"), "time"),
        Column(visit.say("Node")),
        Column(visit.say("Heard last"), "time"),
        Column(visit.say("What to tell them")),
    )
    rows = []
    for party in cut(visit, awaited.parties, 0)[0]:
        advice = ADVICE[state.phase][0 if _is_connected(service, party) else 1]
        node = node_cells(visit, service, party)
        rows.append((party_cell(visit, service, party), awaited.since, *node, visit.say(advice)))
    caption = visit.say_many(
        "It waits for %(n)s organisation", "It waits for %(n)s organisations", len(awaited.parties)
    )
    return Table("awaited", caption, columns, rows, about=[about_presence(visit, service)])


def about_presence(visit: Visit, service: Service) -> tuple[str, str]:
    """What a table with `node_cells` says of them, by label."""
    began = show_time(service.watching.presence.since, visit.ahead)
    said = visit.say(
        "Connected and heard: at this process of the coordinator, which began at %(when)s.", when=began
    )
    return visit.say("Note"), said


def node_cells(visit: Visit, service: Service, enrolment: str) -> tuple[Cell, int | None]:
    """Whether its node is connected to this process, and when it was heard here last (Unix seconds).

    The operator has no node: it is this coordinator.
    """
    found = find_enrolment(service, enrolment)
    if found is not None and "operator" in found.entity_roles:
        return Cell("–"), None
    if _is_connected(service, enrolment):
        return Cell(visit.say("connected"), state="good"), visit.now
    heard = None if found is None else service.watching.presence.heard(key_of_entity(found))
    return Cell(visit.say("not connected"), state="late"), heard


def _is_connected(service: Service, enrolment: str) -> bool:
    found = find_enrolment(service, enrolment)
    return found is not None and service.watching.presence.streams(key_of_entity(found)) > 0
