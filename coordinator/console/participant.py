"""What one participant did, on the page of its enrolment: its declarations, and calculations with its answers.

The one fact: it is the whole legal entity's, whichever of its enrolments signed.
"""

from __future__ import annotations

from typing import Any

from coordinator.console.naming import party_cell, phase_name
from coordinator.console.opinions import findings_cell
from coordinator.console.paging import next_before, rows_wanted
from coordinator.console.verifier_work import findings_on
from coordinator.readers import key_of_entity
from coordinator.record import read_fields
from coordinator.service import Service
from coordinator.store.contract import StoredStatement
from protocol.payloads import Enrolment
from web.languages import mark
from web.tables import Cell, Column, Table
from web.visits import Visit

LISTS = ("declared", "shared")
ANSWERS: dict[str, str] = {
    "consent": mark("consented"),
    "refusal": mark("declined"),
    "withdrawal": mark("withdrew"),
}


def list_doings(
    visit: Visit, service: Service, enrolment: Enrolment, starts: tuple[int, int]
) -> tuple[list[Table], dict[str, Any]]:
    """Both tables, each from below the leaf of its start on, and where the next pages begin."""
    log, reader, asked = service.stores.log, key_of_entity(enrolment), rows_wanted(visit)
    declared = log.declared_by(reader, starts[0], asked)
    shared = log.shared_by(reader, starts[1], asked)
    tables = [_list_declared(visit, service, declared), _list_shared(visit, service, reader, shared)]
    ends = [next_before([row.index for row in rows], asked) for rows in (declared, shared)]
    return tables, {
        "earlier": dict(zip(LISTS, ends, strict=True)),
        "shown": dict(zip(LISTS, starts, strict=True)),
    }


def _list_declared(visit: Visit, service: Service, rows: list[StoredStatement]) -> Table:
    columns = (
        Column(visit.say("Logged"), "time"),
        Column(visit.say("Product")),
        Column(visit.say("Period of the data")),
        Column(visit.say("Rule set")),
        Column(visit.say("Verifiers found")),
    )
    findings = findings_on(service, {row.id for row in rows})
    shown = []
    for row in rows:
        fields = read_fields(row)
        period = f"{fields['period']['start']} – {fields['period']['end']}"
        found = findings_cell(visit, service, findings.get(row.id, ()))
        product = Cell(fields["product_name"], visit.url(f"/statements/{row.id}"))
        shown.append((row.logged_at, product, period, fields["method"], found))
    return Table(
        "declared", visit.say("Its declarations, newest first"), columns, shown, visit.say("None yet.")
    )


def _list_shared(visit: Visit, service: Service, reader: str, rows: list[StoredStatement]) -> Table:
    columns = (
        Column(visit.say("Asked"), "time"),
        Column(visit.say("Models")),
        Column(visit.say("Pack maker")),
        Column(visit.say("Its answer")),
        Column(visit.say("Phase")),
    )
    log, ids = service.stores.log, [row.id for row in rows]
    states, answers = log.calculations(ids), _answers(visit, service, reader, ids)
    shown = []
    for row in rows:
        models = visit.marks.between.join(model["model"] for model in read_fields(row)["models"])
        phase = phase_name(visit, states[row.id].phase) if row.id in states else ""
        maker, link = party_cell(visit, service, row.signer), visit.url(f"/calculations/{row.id}")
        shown.append((row.logged_at, Cell(models, link), maker, answers.get(row.id, ""), phase))
    return Table(
        "shared",
        visit.say("Calculations that it is a party of, newest first"),
        columns,
        shown,
        visit.say("None yet."),
    )


def _answers(visit: Visit, service: Service, reader: str, ids: list[str]) -> dict[str, str]:
    """Of each calculation what it answered, each once, in the order of the log."""
    found: dict[str, list[str]] = {}
    for row in service.stores.log.answers_of(reader, ids):
        said = found.setdefault(row.calculation or "", [])
        if row.kind not in said:
            said.append(row.kind)
    return {
        calculation: visit.marks.between.join(visit.say(ANSWERS[kind]) for kind in kinds)
        for calculation, kinds in found.items()
    }
