"""The log's newest statements."""

from __future__ import annotations

from fastapi import FastAPI
from starlette.responses import Response

from coordinator.console.roles import Member
from coordinator.service import Service
from web.tables import Column, Table
from web.visits import Visit

_SHOWN = 50


def add_log_page(app: FastAPI, service: Service) -> None:
    """Add the page."""

    @app.get("/")
    def log(visit: Member) -> Response:
        return visit.page("log.html", [_newest(visit, service)], version=str(_size(service)))

    @app.get("/live")
    def live(visit: Member) -> Response:
        """The same table while somebody looks at it."""
        return visit.live("log_live.html", str(_size(service)), lambda: [_newest(visit, service)])


def _size(service: Service) -> int:
    return service.journal.head.frontier.size


def _newest(visit: Visit, service: Service) -> Table:
    columns = (
        Column(visit.say("Index"), "number"),
        Column(visit.say("Logged"), "time"),
        Column(visit.say("Statement"), "id"),
        Column(visit.say("Kind")),
        Column(visit.say("Signer"), "id"),
    )
    end = _size(service)
    start = 0 if visit.wants_file else max(end - _SHOWN, 0)
    rows = [
        (one.index, one.logged_at, one.id, one.kind, one.signer)
        for one in service.stores.log.leaves(start, end - start)
    ]
    return Table("log", visit.say("Newest statements"), columns, rows[::-1], visit.say("The log is empty."))
