"""How the coordinator does, at a glance, and in full when the operator asks for a look-over."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from starlette.responses import Response

from coordinator.console.naming import phase_name
from coordinator.console.roles import EXPERT, OPERATOR, PROVIDER, VERIFIER, Member, Operator
from coordinator.doctor import examine_serving
from coordinator.service import Service
from operation.findings import Verdict, free_bytes, worst
from web.languages import mark
from web.tables import Cell, Column, Table
from web.visits import Visit

VERDICTS: dict[str, str] = {"good": mark("good"), "warning": mark("warning"), "bad": mark("bad")}
HOMES = ((OPERATOR, ""), (VERIFIER, "/work"), (EXPERT, "/reviews"), (PROVIDER, "/submissions"))
"""Where each role begins; the operator on the overview itself."""


def add_overview_pages(app: FastAPI, service: Service) -> None:
    """Add the pages."""

    @app.get("/")
    def overview(visit: Member) -> Response:
        if OPERATOR not in visit.account.roles:
            return visit.go(next(path for role, path in HOMES if role in visit.account.roles))
        return visit.page("overview.html", [_phases(visit, service)], **_state(service))

    @app.get("/live")
    def live(visit: Operator) -> Response:
        """The same while somebody looks."""
        state = _state(service)
        version = state.pop("version")
        return visit.live("overview_live.html", version, lambda: [_phases(visit, service)], **state)

    @app.get("/health")
    def health(visit: Operator) -> Response:
        findings = examine_serving(service.folder, service.stores, visit.now)
        columns = (
            Column(visit.say("Check")),
            Column(visit.say("State")),
            Column(visit.say("Found")),
            Column(visit.say("What to do")),
        )
        states = {Verdict.GOOD: "good", Verdict.WARNING: "late", Verdict.BAD: "bad"}
        rows = [
            (
                one.check,
                Cell(visit.say(VERDICTS[one.verdict]), state=states[one.verdict]),
                one.found,
                one.advice,
            )
            for one in findings
        ]
        table = Table("health", visit.say("Looked over now"), columns, rows)
        return visit.page("health.html", [table], verdict=worst(findings))


def _phases(visit: Visit, service: Service) -> Table:
    columns = (Column(visit.say("Phase")), Column(visit.say("Calculations"), "number"))
    rows = [(phase_name(visit, one.phase), one.count) for one in service.stores.log.open_phases(visit.now)]
    return Table("phases", visit.say("Open calculations"), columns, rows, visit.say("None is open."))


def _state(service: Service) -> dict[str, Any]:
    """What changes while it works, and a version that says whether it did."""
    head, cosigned = service.journal.head, service.stores.log.newest_cosigned()
    streams, running = service.watching.count, service.sequencer.is_running
    return {
        "size": head.frontier.size,
        "signed_at": head.signed_at,
        "running": running,
        "streams": streams,
        "free": free_bytes(service.folder.path),
        "cosigned": None if cosigned is None else cosigned.size,
        "version": f"{head.frontier.size} {head.signed_at} {streams} {running}",
    }
