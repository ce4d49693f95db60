"""The search field: what an id or its beginning, a place in the log, a company's name or a factor's words lead to.

The one fact: a search that finds one thing opens it; one that finds nothing says where else to look.
"""

from __future__ import annotations

import re
from typing import Annotated
from urllib.parse import urlencode

from fastapi import FastAPI, Query
from starlette.responses import Response

from coordinator.console.naming import kind_name, phase_name
from coordinator.console.paging import END
from coordinator.console.participants import find_participants
from coordinator.console.roles import OPERATOR, VERIFIER, Member
from coordinator.record import read_fields
from coordinator.service import Service
from protocol.searching import Query as Wanted
from web.tables import Cell, Column, Table
from web.visits import Visit

ID_START = re.compile(r"[0-9a-f]{6,64}")
"""An id or its beginning."""
_INDEX = re.compile(r"[0-9]{1,15}")
_SHOWN = 20
NEWEST = 50
"""Requests that are looked through for a model."""
Found = tuple[str, str, str]
"""What it is, its name, where it is."""


def add_finding_page(app: FastAPI, service: Service) -> None:
    """Add the page."""

    @app.get("/find")
    def find(visit: Member, q: Annotated[str, Query(max_length=200)] = "") -> Response:
        words = q.strip()
        found = _find(visit, service, words) if words else []
        if len(found) == 1:
            return visit.go(found[0][2])
        columns = (Column(visit.say("What")), Column(visit.say("Name")))
        rows = [(what, Cell(name, visit.url(path))) for what, name, path in found]
        empty = visit.say(
            "Nothing is called this. Try part of a name, six or more of an id's first digits, or its place in the log."
        )
        return visit.page("find.html", [Table("found", visit.say("Found"), columns, rows, empty)], q=words)


def _find(visit: Visit, service: Service, words: str) -> list[Found]:
    found: list[Found] = []
    if visit.account.roles & {OPERATOR, VERIFIER}:
        found += _find_leaf(visit, service, words)
        if ID_START.fullmatch(words.casefold()):
            found += [
                (kind_name(visit, row.kind), row.id[:12], _path_of(row.kind, row.id))
                for row in service.stores.log.beginning(words.casefold(), _SHOWN)
            ]
            if OPERATOR in visit.account.roles:
                found += [
                    (visit.say("not accepted"), refused[:12], f"/refusals/{refused}")
                    for refused in service.stores.ledger.refused_beginning(words.casefold(), _SHOWN)
                ]
        found += _find_calculations(visit, service, words)
        found += [
            (visit.say("participant"), name, f"/statements/{enrolment}")
            for enrolment, name in find_participants(visit, service, words, _SHOWN)
        ]
    submissions = service.catalogue.search(Wanted(words, "", state=""))
    for item in submissions[:_SHOWN]:
        payload = item.payload
        name = payload.name_zh if visit.language == "zh" else payload.name_en
        found.append(
            (visit.say("submission"), f"{payload.code} {payload.version} · {name}", f"/library/{item.id}")
        )
    if len(submissions) > _SHOWN:
        text = visit.say("all %(count)s submissions that match", count=len(submissions))
        found.append((visit.say("submission"), text, f"/library?{urlencode({'q': words})}"))
    return found


def _find_leaf(visit: Visit, service: Service, words: str) -> list[Found]:
    """The statement with this index in the log."""
    if not _INDEX.fullmatch(words) or int(words) >= service.journal.head.frontier.size:
        return []
    stored = service.stores.log.statement_at(int(words))
    if stored is None:
        return []
    name = visit.say("log number %(index)s", index=words)
    return [(kind_name(visit, stored.kind), f"{name} · {stored.id[:12]}", _path_of(stored.kind, stored.id))]


def _find_calculations(visit: Visit, service: Service, words: str) -> list[Found]:
    """Calculations that name a model so, each with its phase, of the newest NEWEST: the log has no index by model."""
    named = [
        (row, models)
        for row in service.stores.log.newest("request", END, NEWEST)
        for models in (visit.marks.between.join(model["model"] for model in read_fields(row)["models"]),)
        if words.casefold() in models.casefold()
    ][:_SHOWN]
    states = service.stores.log.calculations([row.id for row, _ in named])
    found: list[Found] = []
    for row, models in named:
        phase = [phase_name(visit, states[row.id].phase)] if row.id in states else []
        name = " · ".join((models, *phase, row.id[:12]))
        found.append((visit.say("calculation"), name, f"/calculations/{row.id}"))
    return found


def _path_of(kind: str, statement: str) -> str:
    return f"/calculations/{statement}" if kind == "request" else f"/statements/{statement}"
