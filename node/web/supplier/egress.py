"""What left this house: the egress ledger as a receipt book."""

from __future__ import annotations

from fastapi import FastAPI
from starlette.responses import Response

from node.egress import Filter, list_egress
from node.web.desk import Desk
from node.web.visiting import Reader
from web.tables import Column, Table
from web.visits import Visit


def add_egress(app: FastAPI, desk: Desk) -> None:
    """Add the page."""

    @app.get("/egress")
    def egress(visit: Reader, to: str = "", kind: str = "") -> Response:
        rows = list_egress(desk.node.store, Filter(to=to[:200], kind=kind[:32]))
        return visit.page("egress.html", [_table(visit, rows)], to=to, kind=kind)


def _table(visit: Visit, rows: list[dict[str, object]]) -> Table:
    columns = (
        Column(visit.say("No."), "number"),
        Column(visit.say("When"), "time"),
        Column(visit.say("To whom")),
        Column(visit.say("Kind")),
        Column(visit.say("Size"), "size"),
        Column(visit.say("What it holds")),
        Column("SHA-256", "id"),
    )
    holds = "holds_zh" if visit.language == "zh" else "holds_en"
    names = ("id", "at", "receiver", "kind", "size", holds, "sha256")
    return Table(
        "egress",
        visit.say("Everything that left, newest first"),
        columns,
        [[row[name] for name in names] for row in reversed(rows)],  # type: ignore[misc]
        visit.say("Nothing left so far."),
    )
