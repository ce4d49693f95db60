"""Who is enrolled, who was revoked, and how somebody joins."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import islice
from typing import Annotated

from fastapi import FastAPI, Query
from starlette.responses import Response

from coordinator.console.naming import find_enrolment, find_revocation, party_cell, statement_cell
from coordinator.console.paging import END, Before, next_before, rows_wanted
from coordinator.console.roles import OPERATOR, Operator
from coordinator.console.waiting import about_presence, node_cells
from coordinator.enrolled import AT_ONCE
from coordinator.folder import SERVING, make_pins
from coordinator.record import read_fields
from coordinator.service import Service
from coordinator.store.contract import StoredStatement
from coordinator.witnessing import pins_to_add
from web.languages import mark
from web.tables import Cell, Column, Table
from web.visits import Visit

Words = Annotated[str, Query(max_length=200)]
_ANYWHERE = ("", "0.0.0.0", "[::]", "::")
OFF = "off"
"""Those whose nodes are not connected."""
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
    def participants(visit: Operator, before: Before = END, q: Words = "", node: Words = "") -> Response:
        """Every enrolment, or those of this name, or those that count and whose nodes are not connected."""
        words, is_off, asked = q.strip(), node == OFF, rows_wanted(visit)
        if words or is_off:
            rows = list(islice(_chosen(service, words, is_off, before), asked))
        else:
            rows = service.stores.log.newest("enrolment", before, asked)
        return visit.page(
            "participants.html",
            [_list(visit, service, rows)],
            further=next_before([row.index for row in rows], asked),
            q=words,
            is_off=is_off,
            known_since=service.watching.presence.since,
            address=_address(service),
            folder=str(service.folder.path.absolute()),
            is_empty=service.journal.head.frontier.size == 1,
            entity_roles={role: name for role, name in ROLES.items() if role != OPERATOR},
            pins=json.dumps(make_pins(service.folder), indent=2),
            witnesses=pins_to_add(service.folder.path),
        )

    @app.get("/pins.json")
    def pins(visit: Operator) -> Response:
        """What every participant pins, as the file that it is given."""
        headers = {"Content-Disposition": "attachment; filename=pins.json"}
        text = json.dumps(make_pins(service.folder), indent=2)
        return Response(text, media_type="application/json", headers=headers)


def find_participants(visit: Visit, service: Service, words: str, most: int) -> list[tuple[str, str]]:
    """(enrolment, name) of at most so many whose name, legal entity or parent has these words, newest first."""
    name = "name_zh" if visit.language == "zh" else "name_en"
    return [(row.id, read_fields(row)[name]) for row in islice(_chosen(service, words), most)]


def _chosen(
    service: Service, words: str, is_off: bool = False, before: int = END
) -> Iterator[StoredStatement]:
    """Enrolments whose names have these words, newest first. Thousands are read through in a moment."""
    for row in _named(service, words, before) if words else _every(service, before):
        if not is_off or _is_missed(service, row):
            yield row


def _named(service: Service, words: str, before: int) -> Iterator[StoredStatement]:
    log = service.stores.log
    return (
        row for leaf in service.enrolled.find(words, before) if (row := log.statement_at(leaf)) is not None
    )


def _every(service: Service, before: int) -> Iterator[StoredStatement]:
    while rows := service.stores.log.newest("enrolment", before, AT_ONCE):
        yield from rows
        before = rows[-1].index


def _is_missed(service: Service, row: StoredStatement) -> bool:
    """Whether an enrolment counts and nobody of its organisation is connected here, the operator aside."""
    if service.watching.presence.streams(row.audience or "") or service.gateway.record.revoked_at(row.id):
        return False
    return "operator" not in read_fields(row)["entity_roles"]


def _address(service: Service) -> str:
    """Where nodes reach this coordinator, as far as the process knows; HOST where it listens on every address."""
    path = service.folder.path / SERVING
    if not path.exists():
        return ""
    host, _, port = json.loads(path.read_text("utf-8"))["grpc"].rpartition(":")
    return f"{'HOST' if host in _ANYWHERE else host}:{port}"


def _list(visit: Visit, service: Service, rows: list[StoredStatement]) -> Table:
    columns = (
        Column(visit.say("Since"), "time"),
        Column(visit.say("Organisation")),
        Column(visit.say("Legal entity")),
        Column(visit.say("Ultimate parent")),
        Column(visit.say("Roles")),
        Column(visit.say("Enrolment"), "id"),
        Column(visit.say("State")),
        Column(visit.say("Revoked at"), "time"),
        Column(visit.say("Node")),
        Column(visit.say("Heard last"), "time"),
    )
    shown = []
    for row in rows:
        found = find_enrolment(service, row.id)
        if found is None:
            continue
        shown.append(
            (
                row.logged_at,
                party_cell(visit, service, row.id),
                found.legal_entity,
                found.parent,
                visit.marks.between.join(visit.say(ROLES[role]) for role in found.entity_roles),
                statement_cell(visit, row.id),
                *_state_cells(visit, service, row.id),
                *node_cells(visit, service, row.id),
            )
        )
    caption, empty = visit.say("Enrolments, newest first"), visit.say("Nobody is enrolled so.")
    about = [about_presence(visit, service)]
    return Table("participants", caption, columns, shown, empty, about=about)


def _state_cells(visit: Visit, service: Service, enrolment: str) -> tuple[Cell, int | None]:
    """Whether an enrolment counts; of one that was revoked why, and when (Unix seconds)."""
    ended = find_revocation(service, enrolment)
    if ended is None:
        return Cell(visit.say("counts"), state="good"), None
    return Cell(visit.say("revoked"), visit.url(f"/statements/{ended.id}"), ended.reason, "bad"), ended.at
