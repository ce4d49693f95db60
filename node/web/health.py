"""How this node is: what `sealsum node doctor` finds, in words."""

from __future__ import annotations

from fastapi import FastAPI
from starlette.responses import Response

from node.doctor import examine_open
from node.web.desk import Desk
from node.web.visiting import Reader
from operation.findings import Finding, Verdict
from web.languages import mark
from web.numbers import show_time
from web.tables import Cell, Column, Table
from web.visits import Visit

_VERDICTS = {
    Verdict.GOOD: (mark("in order"), "good"),
    Verdict.WARNING: (mark("look at it"), "late"),
    Verdict.BAD: (mark("bad"), "bad"),
}
CHECKS = {
    "folder": mark("Data folder"),
    "disk": mark("Disk"),
    "store": mark("Store"),
    "keys": mark("Keys"),
    "backup": mark("Backup"),
    "agent": mark("Agent"),
    "certificate": mark("Connection certificate"),
    "coordinator": mark("Coordinator"),
    "outbox": mark("Outbox"),
    "inbox": mark("Inbox"),
    "anomalies": mark("Others' mistakes"),
    "restore": mark("Restore"),
}

_PLACES = {
    "keys": (mark("Set a passphrase."), "/keys"),
    "backup": (mark("Make one under Keys and backup, and keep the file on another machine."), "/keys#backup"),
    "coordinator": (
        mark(
            "See whether its address is right, under Keys and backup; ask whether a firewall holds it back."
        ),
        "/keys#coordinator",
    ),
    "outbox": (mark("See what waits and why."), "/history"),
    "inbox": (mark("Read and answer them."), "/inbox"),
}
"""Where these pages mend what a command mends otherwise."""


def add_health(app: FastAPI, desk: Desk) -> None:
    """Add the page."""

    @app.get("/health-report")
    def report(visit: Reader) -> Response:
        findings = examine_open(desk.node, visit.now, visit.language)
        return visit.page("health.html", [_table(visit, findings, desk.node.is_revoked)])


def _table(visit: Visit, findings: list[Finding], is_revoked: bool) -> Table:
    rows = []
    for one in findings:
        word, state = _VERDICTS[one.verdict]
        name = visit.say(CHECKS.get(one.check, one.check))
        advice = one.advice if is_revoked and one.check == "coordinator" else _advice(visit, one)
        rows.append((name, Cell(visit.say(word), state=state), one.found, advice))
    columns = [
        Column(visit.say(title)) for title in (mark("What"), mark("How"), mark("Found"), mark("To do"))
    ]
    caption = visit.say("Looked over at %(when)s", when=show_time(visit.now, visit.ahead))
    return Table("health", caption, columns, rows)


def _advice(visit: Visit, finding: Finding) -> Cell | str:
    if finding.verdict is Verdict.GOOD or finding.check not in _PLACES:
        return finding.advice
    text, path = _PLACES[finding.check]
    return Cell(visit.say(text), visit.url(path))
