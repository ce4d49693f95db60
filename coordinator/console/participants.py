"""Who is enrolled, who was revoked, and what was refused from whom."""

from __future__ import annotations

from fastapi import FastAPI
from starlette.responses import Response

from coordinator.console.naming import find_enrolment, party_cell, statement_cell
from coordinator.console.paging import END, Before, next_before, rows_wanted
from coordinator.console.roles import Operator
from coordinator.service import Service
from coordinator.store.contract import RefusedEnvelope, StoredStatement
from web.languages import mark
from web.paging import Cursor, make_cursor, parse_cursor
from web.tables import Cell, Column, Table
from web.visits import Visit

ROLES: dict[str, str] = {
    "supplier": mark("supplier"),
    "requester": mark("pack maker"),
    "operator": mark("operator"),
    "verifier": mark("verifier"),
    "provider": mark("factor provider"),
    "expert": mark("expert"),
}


def add_participant_pages(app: FastAPI, service: Service) -> None:
    """Add the pages."""

    @app.get("/participants")
    def participants(visit: Operator, before: Before = END) -> Response:
        rows = service.stores.log.newest("enrolment", before, rows_wanted(visit))
        further = next_before([row.index for row in rows], rows_wanted(visit))
        return visit.page("participants.html", [_list(visit, service, rows)], further=further)

    @app.get("/refusals")
    def refusals(visit: Operator, before: Cursor = "") -> Response:
        place = parse_cursor(before, int, str)
        asked = rows_wanted(visit)
        found = service.stores.ledger.refused(
            asked, None if place is None else (int(place[0]), str(place[1]))
        )
        further = make_cursor(found[-1].refused_at, found[-1].id) if len(found) == asked else ""
        return visit.page("refusals.html", [_refusals(visit, service, found)], further=further)


def _list(visit: Visit, service: Service, rows: list[StoredStatement]) -> Table:
    columns = (
        Column(visit.say("Since"), "time"),
        Column(visit.say("Organisation")),
        Column(visit.say("Legal entity")),
        Column(visit.say("Ultimate parent")),
        Column(visit.say("Roles")),
        Column(visit.say("Enrolment"), "id"),
        Column(visit.say("State")),
    )
    shown = []
    for row in rows:
        found = find_enrolment(service, row.id)
        if found is None:
            continue
        revoked = service.gateway.record.revoked_at(row.id)
        counts = revoked is None
        state = Cell(visit.say("counts"), state="good") if counts else Cell(visit.say("revoked"), state="bad")
        shown.append(
            (
                row.logged_at,
                found.name_zh if visit.language == "zh" else found.name_en,
                found.legal_entity,
                found.parent,
                ", ".join(visit.say(ROLES[role]) for role in found.entity_roles),
                statement_cell(visit, row.id),
                state,
            )
        )
    return Table(
        "participants", visit.say("Enrolments, newest first"), columns, shown, visit.say("Nobody yet.")
    )


def _refusals(visit: Visit, service: Service, found: list[RefusedEnvelope]) -> Table:
    columns = (
        Column(visit.say("Refused"), "time"),
        Column(visit.say("Signed by")),
        Column(visit.say("Check")),
        Column(visit.say("Why")),
        Column(visit.say("Statement"), "id"),
    )
    rows = [
        (one.refused_at, party_cell(visit, service, one.signer), one.check, one.message, one.id)
        for one in found
    ]
    return Table(
        "refusals",
        visit.say("Refused envelopes, newest first"),
        columns,
        rows,
        visit.say("Nothing was refused."),
    )
