"""Calculations: which there are, and each replayed step by step by the rules that every party runs.

The one fact: what is shown of a step is what the fold makes of it here and now, not what a table remembers.
"""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from starlette.responses import Response

from coordinator.console.naming import kind_name, party_cell, party_name, phase_name, statement_cell
from coordinator.console.paging import END, Before, next_before, rows_wanted
from coordinator.console.roles import Auditor
from coordinator.record import parse_stored
from coordinator.service import Service
from coordinator.store.contract import StoredStatement
from protocol.calculation import Calculation, advance, open_calculation
from protocol.errors import PeerError, Refused
from protocol.payloads import Request
from protocol.statements import Logged
from web.tables import Cell, Column, Table
from web.visits import Visit


def add_calculation_pages(app: FastAPI, service: Service) -> None:
    """Add the pages."""

    @app.get("/calculations")
    def calculations(visit: Auditor, before: Before = END) -> Response:
        rows = service.stores.log.newest("request", before, rows_wanted(visit))
        return visit.page(
            "calculations.html",
            [_list(visit, service, rows)],
            further=next_before([row.index for row in rows], rows_wanted(visit)),
        )

    @app.get("/calculations/{request}")
    def calculation(visit: Auditor, request: str) -> Response:
        rows = _statements(service, request)
        tables, shown = _one(visit, service, rows)
        return visit.page("calculation.html", tables, version=str(len(rows)), **shown)

    @app.get("/calculations/{request}/live")
    def live(visit: Auditor, request: str) -> Response:
        """The same steps while it goes on."""
        rows = _statements(service, request)
        version = str(len(rows))
        if visit.shows(version):
            return visit.live("calculation_live.html", version)
        tables, shown = _one(visit, service, rows)
        return visit.live("calculation_live.html", version, lambda: tables, **shown)


def _list(visit: Visit, service: Service, rows: list[StoredStatement]) -> Table:
    columns = (
        Column(visit.say("Asked"), "time"),
        Column(visit.say("Request"), "id"),
        Column(visit.say("Pack maker")),
        Column(visit.say("Models")),
        Column(visit.say("Entries"), "number"),
        Column(visit.say("Phase")),
        Column(visit.say("Deadline"), "time"),
    )
    shown = []
    for row in rows:
        logged = service.gateway.record.get(row.id)
        state = service.stores.log.calculation(row.id)
        if logged is None or not isinstance(logged.payload, Request):
            continue
        phase = "" if state is None else state.phase
        late = state is not None and state.deadline not in (None, 0) and (state.deadline or 0) < visit.now
        shown.append(
            (
                row.logged_at,
                Cell(row.id, visit.url(f"/calculations/{row.id}")),
                party_cell(visit, service, row.signer),
                ", ".join(model.model for model in logged.payload.models),
                len(logged.payload.entries),
                phase_name(visit, phase),
                Cell(None if state is None else state.deadline or None, state="late" if late else ""),
            )
        )
    return Table("calculations", visit.say("Newest first"), columns, shown, visit.say("There are none yet."))


def _statements(service: Service, request: str) -> list[StoredStatement]:
    """The statements of a calculation; Refused("unknown") when there is none."""
    rows = service.stores.log.calculation_statements(request)
    if not rows or rows[0].kind != "request":
        raise Refused("unknown", f"the log has no request {request[:64]}")
    return rows


def _one(visit: Visit, service: Service, rows: list[StoredStatement]) -> tuple[list[Table], dict[str, Any]]:
    """What the page of one calculation shows."""
    state, steps = _replay(visit, service, [parse_stored(row) for row in rows])
    terms = state.terms
    return [steps, _entries(visit, service, state)], {
        "request": rows[0].id,
        "maker": party_name(visit, service, terms.by),
        "models": ", ".join(model.model for model in terms.models),
        "method": terms.method,
        "boundary": terms.boundary,
        "phase": phase_name(visit, state.phase),
        "deadline": state.deadline,
    }


def _replay(visit: Visit, service: Service, logged: list[Logged]) -> tuple[Calculation, Table]:
    """The state after the last step, and every step with the phase that follows from it."""
    record = service.gateway.record
    state = open_calculation(logged[0], record)
    rows = [_step(visit, service, logged[0], phase_name(visit, state.phase), "")]
    for one in logged[1:]:
        try:
            state = advance(state, one, record)
            said = ""
        except PeerError as error:  # the log should not have it: an audit says so as well
            said = f"{error.check}: {error.message}"
        rows.append(_step(visit, service, one, phase_name(visit, state.phase), said))
    columns = (
        Column(visit.say("Step"), "number"),
        Column(visit.say("Logged"), "time"),
        Column(visit.say("What")),
        Column(visit.say("Signed by")),
        Column(visit.say("Statement"), "id"),
        Column(visit.say("Then the calculation is")),
    )
    numbered: list[list[Cell | int]] = [[number, *row] for number, row in enumerate(rows, start=1)]
    return state, Table("steps", visit.say("Every step, replayed"), columns, numbered)


def _step(visit: Visit, service: Service, one: Logged, phase: str, said: str) -> tuple[Cell, ...]:
    return (
        Cell(one.logged_at),
        Cell(kind_name(visit, one.payload.type)),
        party_cell(visit, service, one.payload.by),
        statement_cell(visit, one.id),
        Cell(phase, note=said, state="bad" if said else ""),
    )


def _entries(visit: Visit, service: Service, state: Calculation) -> Table:
    """Who takes part, and how far each has come."""
    columns = (
        Column(visit.say("Entry"), "number"),
        Column(visit.say("Supplier")),
        Column(visit.say("Consented"), "time"),
        Column(visit.say("Contributed"), "time"),
        Column(visit.say("State")),
    )
    contributed = {state.member(consent): one.logged_at for consent, one in state.contributions.items()}
    rows = []
    for entry, supplier in enumerate(state.suppliers):
        consent, refusal = state.consents.get(entry), state.refusals.get(entry)
        said = visit.say("invited")
        if refusal is not None:
            said = visit.say("refused")
        elif entry in contributed:
            said = visit.say("contributed")
        elif consent is not None:
            said = visit.say("consented")
        rows.append(
            (
                entry,
                party_cell(visit, service, supplier),
                None if consent is None else consent.logged_at,
                contributed.get(entry),
                Cell(said, state="bad" if refusal is not None else ""),
            )
        )
    return Table("entries", visit.say("Suppliers"), columns, rows)
