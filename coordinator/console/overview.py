"""How the coordinator does, at a glance, and in full when the operator asks for a look-over."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from starlette.responses import Response

from coordinator.console.library import READY, RETURNABLE, find_ready, find_returnable
from coordinator.console.naming import phase_name
from coordinator.console.paging import first_since
from coordinator.console.roles import EXPERT, OPERATOR, PROVIDER, VERIFIER, Member, Operator
from coordinator.doctor import examine_serving, find_neglected
from coordinator.doctor_witnesses import find_unwitnessed
from coordinator.folder import find_backed_up
from coordinator.outcomes import MALFORMED
from coordinator.service import Service
from coordinator.witnessing import read_witnesses
from operation.findings import Verdict, free_bytes, worst
from web.accounts import stored_password
from web.codes import SecondFactor, has_code
from web.languages import mark
from web.numbers import show_time
from web.tables import Cell, Column, Table
from web.visits import Visit

VERDICTS: dict[str, str] = {"good": mark("good"), "warning": mark("warning"), "bad": mark("bad")}
IN_ALL: dict[Verdict, str] = {
    Verdict.GOOD: mark("All is well."),
    Verdict.WARNING: mark("It works; something is worth a look."),
    Verdict.BAD: mark("Something is bad. Begin with it."),
}
"""What the worst of all verdicts means."""
CHECKS: dict[str, str] = {
    "folder": mark("Data folder"),
    "disk": mark("Disk"),
    "backup": mark("Backup"),
    "keys": mark("Keys"),
    "certificate": mark("Connection certificate"),
    "log": mark("Log"),
    "clock": mark("Clock"),
    "witnesses": mark("Witnesses"),
    "duties": mark("Duties to calculations"),
}
HOMES = ((OPERATOR, ""), (VERIFIER, "/work"), (EXPERT, "/reviews"), (PROVIDER, "/submissions"))
"""Where each role begins; the operator on the overview itself."""
DAY, HOUR = 86400, 3600


def add_overview_pages(app: FastAPI, service: Service) -> None:
    """Add the pages."""

    @app.get("/")
    def overview(visit: Member) -> Response:
        if OPERATOR not in visit.account.roles:
            return visit.go(next(path for role, path in HOMES if role in visit.account.roles))
        shown = _shown(visit, service)
        return visit.page(
            "overview.html", [_phases(visit, service)], version=_version(visit, service), **shown
        )

    @app.get("/live")
    def live(visit: Operator) -> Response:
        """The same while somebody looks."""
        version = _version(visit, service)
        if visit.shows(version):
            return visit.live("overview_live.html", version)
        shown = _shown(visit, service)
        return visit.live("overview_live.html", version, lambda: [_phases(visit, service)], **shown)

    @app.get("/health")
    def health(visit: Operator) -> Response:
        findings = examine_serving(service.folder, service.stores, visit.now, visit.language)
        columns = (
            Column(visit.say("Check")),
            Column(visit.say("State")),
            Column(visit.say("Found")),
            Column(visit.say("What to do")),
        )
        states = {Verdict.GOOD: "good", Verdict.WARNING: "late", Verdict.BAD: "bad"}
        rows = [
            (
                visit.say(CHECKS[one.check]),
                Cell(visit.say(VERDICTS[one.verdict]), state=states[one.verdict]),
                one.found,
                one.advice,
            )
            for one in findings
        ]
        caption = visit.say("Looked over at %(when)s", when=show_time(visit.now, visit.ahead))
        verdict = visit.say(IN_ALL[worst(findings)])
        table = Table("health", caption, columns, rows, about=[(visit.say("In all"), verdict)])
        return visit.page("health.html", [table], verdict=verdict)


def _phases(visit: Visit, service: Service) -> Table:
    columns = (Column(visit.say("Phase")), Column(visit.say("Calculations"), "number"))
    rows = [
        (Cell(phase_name(visit, one.phase), visit.url(f"/calculations?phase={one.phase}")), one.count)
        for one in service.stores.log.open_phases(visit.now)
    ]
    return Table("phases", visit.say("Open calculations"), columns, rows, visit.say("None is open."))


def _version(visit: Visit, service: Service) -> str:
    """Another one whenever somebody did something that the overview shows, or a witness did nothing."""
    head, handed_in = service.journal.head, sum(service.gateway.outcomes.counts().values())
    now = (
        head.frontier.size,
        head.signed_at,
        _cosigned_at(service),
        handed_in,
        service.watching.count,
        service.sequencer.is_running,
        len(find_unwitnessed(service.folder.path, service.stores.log, visit.now)),
    )
    return " ".join(map(str, now))


def read_status(service: Service, now: int) -> dict[str, Any]:
    """How the coordinator does: its log's head, what was handed in since it started, who listens, where it stores."""
    head, log = service.journal.head, service.stores.log
    cosigned = log.newest_cosigned()
    handed_in = service.gateway.outcomes.counts()
    url = service.folder.database_url

    def became(wanted: str) -> int:
        return sum(count for (_kind, outcome), count in handed_in.items() if outcome == wanted)

    return {
        "size": head.frontier.size,
        "root": head.frontier.root().hex(),
        "signed_at": head.signed_at,
        "logged_within_a_day": head.frontier.size - first_since(log, head.frontier.size, now - DAY),
        "logged_within_an_hour": head.frontier.size - first_since(log, head.frontier.size, now - HOUR),
        "takes_submissions": service.sequencer.is_running,
        "logged": became("logged"),
        "repeated": became("repeated"),
        "refused": became("refused"),
        "malformed": handed_in.get((MALFORMED, "refused"), 0),
        "again": became("try-again"),
        "nodes_listening": service.watching.count,
        "witnesses": len(read_witnesses(service.folder.path)),
        "cosigned": None if cosigned is None else cosigned.size,
        "open_calculations": {one.phase: one.count for one in log.open_phases(now)},
        "database": "PostgreSQL" if url.startswith("postgresql") else "SQLite",
        "free_bytes": free_bytes(service.folder.path),
    }


def _cosigned_at(service: Service) -> int | None:
    cosigned = service.stores.log.newest_cosigned()
    return None if cosigned is None else cosigned.logged_at


def _shown(visit: Visit, service: Service) -> dict[str, Any]:
    refused = service.stores.ledger.refused(1)
    return {
        "tasks": _tasks(visit, service),
        "found": read_status(service, visit.now),
        "note": service.journal.head.note,
        "folder": str(service.folder.path.absolute()),
        "backed_up_at": find_backed_up(service.folder.path),
        "refused_at": refused[0].refused_at if refused else None,
        "cosigned_at": _cosigned_at(service),
    }


def _tasks(visit: Visit, service: Service) -> list[tuple[str, str]]:
    """What waits for the operator, and where it is done."""
    tasks = []
    with service.stores.accounts.read() as connection:
        has_password = stored_password(connection, visit.account.name) is not None
        is_asked = has_code(connection, SecondFactor(visit.account.name, visit.site.key()))
    if has_password and not is_asked:
        said = visit.say("Set up an app: without its code, whoever learns your password is the operator here")
        tasks.append((said, "/account"))
    if not has_password and service.company is None:
        tasks.append((visit.say("Set a password: without one you need a new link next time"), "/account"))
    if service.journal.head.frontier.size == 1:
        said = visit.say("Nobody but you takes part yet: see how an organisation joins")
        tasks.append((said, "/participants#joining"))
    ready, returnable = find_ready(service), find_returnable(service)
    late = sum(one.late for one in service.stores.log.open_phases(visit.now))
    if ready:
        said = visit.say_many(
            "%(n)s submission may be published", "%(n)s submissions may be published", len(ready)
        )
        tasks.append((said, f"/library?state={READY}"))
    if returnable:
        said = visit.say_many(
            "%(n)s submission was returned by an expert: decide on it",
            "%(n)s submissions were returned by an expert: decide on them",
            len(returnable),
        )
        tasks.append((said, f"/library?state={RETURNABLE}"))
    if late:
        said = visit.say_many(
            "%(n)s calculation is past its deadline", "%(n)s calculations are past their deadline", late
        )
        tasks.append((said, "/health"))
    neglected = find_neglected(service.folder, service.stores, visit.now, visit.language)
    tasks += [
        (f"{visit.say(CHECKS[one.check])}{visit.marks.colon}{one.found}", "/health") for one in neglected
    ]
    return tasks
