"""What one participant did, on the page of its enrolment: its declarations, and calculations with its answers; what a
verifier asked and signed.

The one fact: it is the whole legal entity's, whichever of its enrolments signed.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel, Field

from coordinator.console.naming import party_cell, party_name, phase_name
from coordinator.console.opinions import findings_cell
from coordinator.console.paging import END, next_before, rows_wanted
from coordinator.console.roles import VERIFIER
from coordinator.console.verifier_report import list_openings, list_signed
from coordinator.console.verifier_work import findings_on, signed_by
from coordinator.readers import key_of_entity
from coordinator.record import read_fields
from coordinator.service import Service
from coordinator.store.contract import StoredStatement
from protocol.library import enrolment_of
from protocol.statements import Logged
from web.languages import mark
from web.rule_sets import say_rules
from web.tables import Cell, Column, Table, ascribe
from web.visits import Visit

DECLARING = {"supplier", "requester"}
"""The roles that may have declarations and calculations."""
Shown = tuple[Table, Sequence[StoredStatement] | Sequence[Logged]]
"""A table with the statements that its rows are of."""
ANSWERS: dict[str, str] = {
    "consent": mark("consented"),
    "refusal": mark("declined"),
    "withdrawal": mark("withdrew"),
}


class Starts(BaseModel):
    """Of each table the leaf below which its page begins."""

    declared: int = Field(END, ge=0, le=END)
    shared: int = Field(END, ge=0, le=END)
    openings: int = Field(END, ge=0, le=END)
    signed: int = Field(END, ge=0, le=END)


def list_doings(
    visit: Visit, service: Service, party: str, starts: Starts
) -> tuple[list[Table], dict[str, Any]]:
    """The tables of an enrolment's roles, each from below the leaf of its start on, and where the next pages begin."""
    of = enrolment_of(party, service.gateway.record)
    roles = set(of.entity_roles)
    is_verifier = VERIFIER in roles
    found: list[Shown] = []
    if not is_verifier or roles & DECLARING:
        found += _list_own(visit, service, party, starts)
    if is_verifier:
        found += _list_verified(visit, service, party, starts)
    asked = rows_wanted(visit)
    name = visit.marks.comma.join((party_name(visit, service, party), of.legal_entity))
    named = ascribe((table for table, _ in found), of.legal_entity, [(visit.say("Participant"), name)])
    return named, {
        "doings": [table.name for table, _ in found],
        "earlier": {table.name: next_before([row.index for row in rows], asked) for table, rows in found},
        "shown": starts.model_dump(),
        "is_verifier": is_verifier,
    }


def _list_own(visit: Visit, service: Service, party: str, starts: Starts) -> list[Shown]:
    """What it declared, and the calculations that it is a party of, each with the statements it shows."""
    log, asked = service.stores.log, rows_wanted(visit)
    reader = key_of_entity(enrolment_of(party, service.gateway.record))
    declared = log.declared_by(reader, starts.declared, asked)
    shared = log.shared_by(reader, starts.shared, asked)
    return [
        (_list_declared(visit, service, declared), declared),
        (_list_shared(visit, service, reader, shared), shared),
    ]


def _list_verified(visit: Visit, service: Service, party: str, starts: Starts) -> list[Shown]:
    """What it asked to see, and what it signed, each with the statements it shows."""
    asked = rows_wanted(visit)
    questions = signed_by(service, party, ("opening_request", starts.openings, asked))
    opinions = signed_by(service, party, ("verification", starts.signed, asked))
    return [
        (list_signed(visit, service, opinions), opinions),
        (list_openings(visit, service, questions), questions),
    ]


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
        rules = Cell(say_rules(visit, fields["method"]), note=fields["method"])
        found = findings_cell(visit, service, findings.get(row.id, ()))
        product = Cell(fields["product_name"], visit.url(f"/statements/{row.id}"))
        shown.append((row.logged_at, product, period, rules, found))
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
