"""Calculations: which there are, and each replayed step by step by the rules that every party runs.

The one fact: what is shown of a step is what the fold makes of it here and now, not what a table remembers.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice
from typing import Annotated, Any

from fastapi import FastAPI, Query
from starlette.responses import Response

from coordinator.console.endings import list_endings
from coordinator.console.naming import PHASES, kind_name, party_cell, party_name, phase_name, statement_cell
from coordinator.console.opinions import findings_cell, list_opinions
from coordinator.console.paging import END, Before, Start, cut, next_before, rows_wanted
from coordinator.console.replaying import Replay, Replays, Step
from coordinator.console.roles import Auditor
from coordinator.console.verifier_work import findings_on
from coordinator.console.waiting import list_awaited
from coordinator.record import read_fields
from coordinator.service import Service
from coordinator.store.contract import CalculationState, StoredStatement
from protocol.calculation import Calculation, Phase
from protocol.payloads import Declaration, Result
from web.boundaries import say_boundary
from web.rule_sets import say_method
from web.tables import Cell, Column, Table, Value, ascribe
from web.visits import Visit

Phased = Annotated[str, Query(max_length=32)]


def add_calculation_pages(app: FastAPI, service: Service) -> None:
    """Add the pages."""
    log, replays = service.stores.log, Replays(service.stores.log, service.gateway.record)

    @app.get("/calculations")
    def calculations(visit: Auditor, before: Before = END, phase: Phased = "") -> Response:
        """Every calculation, or the open ones in this phase."""
        asked = rows_wanted(visit)
        is_open = phase in PHASES
        rows = log.newest_requests(phase, before, asked) if is_open else log.newest("request", before, asked)
        return visit.page(
            "calculations.html",
            [_list(visit, service, rows)],
            phase=phase if is_open else "",
            phase_name=phase_name(visit, phase),
            further=next_before([row.index for row in rows], asked),
        )

    @app.get("/calculations/{request}")
    def calculation(visit: Auditor, request: str, entries: Start = 0, steps: Start = 0) -> Response:
        """One calculation; `entries` and `steps` begin a page of each."""
        replay = replays.read(request)
        tables, shown = _one(visit, service, replay, (entries, steps))
        return visit.page("calculation.html", tables, **shown)

    @app.get("/calculations/{request}/certificate")
    def certificate(visit: Auditor, request: str) -> Response:
        """The certificate, with what verifiers have said until now."""
        data = service.bundles.make(request)
        name = f"certificate-{request[:12]}.json"
        return Response(
            data,
            media_type="application/json",
            headers={"Content-Disposition": f"attachment; filename={name}"},
        )

    @app.get("/calculations/{request}/live")
    def live(visit: Auditor, request: str, entries: Start = 0, steps: Start = 0) -> Response:
        """The same pages of it while it goes on."""
        replay = replays.read(request)
        version = _version(service, replay)
        if visit.shows(version):
            return visit.live("calculation_live.html", version)
        tables, shown = _one(visit, service, replay, (entries, steps))
        shown.pop("version")
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
    states = service.stores.log.calculations([row.id for row in rows])
    shown = [_row(visit, service, row, states.get(row.id)) for row in rows]
    return Table(
        "calculations",
        visit.say("Calculations, newest first"),
        columns,
        shown,
        visit.say("There are none yet."),
    )


def _row(
    visit: Visit, service: Service, row: StoredStatement, state: CalculationState | None
) -> tuple[Cell | Value, ...]:
    fields, phase = read_fields(row), "" if state is None else state.phase
    deadline = None if state is None else state.deadline or None
    return (
        row.logged_at,
        Cell(row.id, visit.url(f"/calculations/{row.id}")),
        party_cell(visit, service, row.signer),
        Cell(", ".join(model["model"] for model in fields["models"]), visit.url(f"/calculations/{row.id}")),
        len(fields["entries"]),
        phase_name(visit, phase),
        Cell(deadline, state="late" if deadline is not None and deadline < visit.now else ""),
    )


def _one(
    visit: Visit, service: Service, replay: Replay, starts: tuple[int, int]
) -> tuple[list[Table], dict[str, Any]]:
    """What the page of one calculation shows, its entries and steps from these places on."""
    state, (entries, steps) = replay.state, starts
    terms = state.terms
    shown, more_entries = cut(visit, range(len(state.suppliers)), entries)
    taken, more_steps = cut(visit, replay.steps, steps)
    found = (
        list_endings(visit, service, state),
        list_awaited(visit, service, state),
        *_list_result(visit, service, state),
    )
    more = [one for one in found if one is not None]
    tables = [_steps(visit, service, taken, steps), _entries(visit, service, state, shown), *more]
    return ascribe(tables, state.request.id[:8], _tell_whose(visit, service, state)), {
        "version": _version(service, replay),
        "known_since": service.watching.presence.since,
        "request": state.request.id,
        "maker": party_cell(visit, service, terms.by),
        "models": ", ".join(model.model for model in terms.models),
        "method": say_method(visit, terms.method),
        "boundary": say_boundary(visit, terms.boundary),
        "phase": phase_name(visit, state.phase),
        "is_certified": state.phase is Phase.CERTIFIED,
        "deadline": state.deadline,
        "shown": {"entries": entries, "steps": steps},
        "further": {"entries": more_entries, "steps": more_steps},
    }


def _tell_whose(visit: Visit, service: Service, state: Calculation) -> list[tuple[str, str]]:
    """Which calculation it is, for a table that leaves its page."""
    terms = state.terms
    rules = visit.marks.comma.join((say_method(visit, terms.method), say_boundary(visit, terms.boundary)))
    return [
        (visit.say("Calculation"), state.request.id),
        (visit.say("Pack maker"), party_name(visit, service, terms.by)),
        (visit.say("Model"), ", ".join(model.model for model in terms.models)),
        (visit.say("Rule set"), rules),
        (visit.say("Phase"), phase_name(visit, state.phase)),
    ]


def _list_result(visit: Visit, service: Service, state: Calculation) -> tuple[Table, ...]:
    """What came out, model by model, and what verifiers say of it; nothing while there is no result."""
    payload = None if state.result is None else state.result.payload
    if state.result is None or not isinstance(payload, Result):
        return ()
    found = findings_on(service, {state.result.id}).get(state.result.id, ())
    opinions = list(islice(found, rows_wanted(visit)))
    columns = (
        Column(visit.say("Model")),
        Column(visit.say("Footprint"), "number", "kgCO2e/kWh", 3),
        Column(visit.say("Total of a pack"), "number", "kgCO2e", 1),
        Column(visit.say("Overstated by at most"), "most", "kgCO2e"),
        Column(visit.say("Share of primary data, at least"), "least"),
        Column(visit.say("Verifiers found")),
    )
    findings = findings_cell(visit, service, opinions)
    rows = [
        (
            unit.model,
            part.figures.per_kwh,
            part.figures.total_kg,
            part.figures.overstated_by_at_most,
            part.figures.primary_data_share,
            findings,
        )
        for unit, part in zip(state.terms.models, payload.models, strict=True)
    ]
    result = Table("result", visit.say("Result"), columns, rows)
    if not opinions:
        return (result,)
    return result, list_opinions(visit, service, opinions)


def _version(service: Service, replay: Replay) -> str:
    """Another one with each step, and while it goes on whenever nodes come and go."""
    steps = len(replay.steps)
    return str(steps) if replay.state.deadline is None else f"{steps}-{service.watching.count}"


def _steps(visit: Visit, service: Service, steps: Sequence[Step], start: int) -> Table:
    """Every step with the phase that follows from it."""
    columns = (
        Column(visit.say("Step"), "number"),
        Column(visit.say("Logged"), "time"),
        Column(visit.say("What")),
        Column(visit.say("Signed by")),
        Column(visit.say("Statement"), "id"),
        Column(visit.say("Then the calculation is")),
    )
    rows = [
        (
            number,
            step.logged_at,
            kind_name(visit, step.kind),
            party_cell(visit, service, step.by),
            statement_cell(visit, step.id),
            _phase_cell(visit, step),
        )
        for number, step in enumerate(steps, start=start + 1)
    ]
    return Table("steps", visit.say("Every step, replayed"), columns, rows)


def _phase_cell(visit: Visit, step: Step) -> Cell:
    name = phase_name(visit, step.phase)
    return Cell(name) if step.problem is None else Cell(name, note=visit.explain(step.problem), state="bad")


def _product(service: Service, declaration: str) -> str:
    logged = service.gateway.record.get(declaration)
    payload = None if logged is None else logged.payload
    return payload.product_name if isinstance(payload, Declaration) else ""


def _entries(visit: Visit, service: Service, state: Calculation, shown: Sequence[int]) -> Table:
    """Who takes part with what, and how far each has come."""
    columns = (
        Column(visit.say("Entry"), "number"),
        Column(visit.say("Supplier")),
        Column(visit.say("Product")),
        Column(visit.say("Consented"), "time"),
        Column(visit.say("Contributed"), "time"),
        Column(visit.say("State")),
        Column(visit.say("Declaration"), "id"),
        Column(visit.say("Verifiers found")),
    )
    rows = []
    declarations = {entry: state.terms.entries[entry].declaration for entry in shown}
    findings = findings_on(service, set(declarations.values()))
    for entry, declaration in declarations.items():
        consent, refusal = state.consents.get(entry), state.refusals.get(entry)
        contribution = None if consent is None else state.contributions.get(consent.id)
        said = visit.say("invited")
        if refusal is not None:
            said = visit.say("declined")
        elif contribution is not None:
            said = visit.say("contributed")
        elif consent is not None:
            said = visit.say("consented")
        rows.append(
            (
                entry,
                party_cell(visit, service, state.suppliers[entry]),
                _product(service, declaration),
                None if consent is None else consent.logged_at,
                None if contribution is None else contribution.logged_at,
                Cell(said, state="bad" if refusal is not None else ""),
                statement_cell(visit, declaration),
                findings_cell(visit, service, findings.get(declaration, ())),
            )
        )
    return Table("entries", visit.say("Suppliers"), columns, rows)
