"""What left this house: the egress ledger as a receipt book, and its second page, the exact messages.

The one fact: rows are written before anything leaves (node/egress.py); this page only reads them.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from fastapi import FastAPI
from sqlalchemy import select
from starlette.responses import Response

from node.egress import Filter, list_egress, list_wire
from node.tables import EGRESS
from node.web.desk import Desk
from node.web.visiting import Reader
from node.words_reading import who_can_read
from protocol.errors import Refused
from web.tables import Cell, Column, Table
from web.visits import Visit

SHOWN = 200
"""Rows on the page; a file has them all."""


def add_egress(app: FastAPI, desk: Desk) -> None:
    """Add the pages."""

    @app.get("/egress")
    def egress(visit: Reader, to: str = "", kind: str = "", since: str = "") -> Response:
        rows = list_egress(desk.node.store, Filter(since=_seconds(since), to=to[:200], kind=kind[:32]))
        with desk.node.store.read() as connection:
            kinds = sorted(connection.execute(select(EGRESS.c.kind).distinct()).scalars())
        return visit.page(
            "egress.html",
            [_table(visit, rows)],
            asked={"to": to, "kind": kind, "since": since},
            kinds=kinds,
            left_out=max(len(rows) - SHOWN, 0),
        )

    @app.get("/egress/wire")
    def wire(visit: Reader) -> Response:
        return visit.page("wire.html", [_wire(visit, list_wire(desk.node.store))])


def _seconds(day: str) -> int:
    if not day:
        return 0
    try:
        found = date.fromisoformat(day)
    except ValueError as error:
        raise Refused("since", "expected a day such as 2026-11-20") from error
    return int(datetime(found.year, found.month, found.day, tzinfo=UTC).timestamp())


def _table(visit: Visit, rows: list[dict[str, Any]]) -> Table:
    columns = (
        Column(visit.say("No."), "number"),
        Column(visit.say("When"), "time"),
        Column(visit.say("To whom")),
        Column(visit.say("What it holds")),
        Column(visit.say("Can anyone read a number from it?")),
        Column(visit.say("Size"), "size"),
        Column("SHA-256", "id"),
    )
    newest = list(reversed(rows))
    shown = newest if visit.wants_file else newest[:SHOWN]
    caption = visit.say("Everything that left, newest first")
    return Table(
        "egress", caption, columns, [_row(visit, row) for row in shown], visit.say("Nothing left so far.")
    )


def _row(visit: Visit, row: dict[str, Any]) -> tuple[Cell | str | int, ...]:
    holds = row["holds_zh"] if visit.language == "zh" else row["holds_en"]
    answer = who_can_read(row["kind"]).say(visit.language)
    return (
        row["id"],
        row["at"],
        row["receiver"],
        Cell(holds, note=row["kind"]),
        answer,
        row["size"],
        row["sha256"],
    )


def _wire(visit: Visit, rows: list[dict[str, Any]]) -> Table:
    columns = (
        Column(visit.say("No."), "number"),
        Column(visit.say("When"), "time"),
        Column(visit.say("To whom")),
        Column(visit.say("Belongs to no."), "number"),
        Column(visit.say("Call")),
        Column(visit.say("Size"), "size"),
        Column("SHA-256", "id"),
    )
    newest = list(reversed(rows)) if visit.wants_file else list(reversed(rows))[:SHOWN]
    names = ("id", "at", "receiver", "parcel", "method", "size", "sha256")
    lines = [[row[name] for name in names] for row in newest]
    return Table(
        "wire", visit.say("Every message, byte for byte"), columns, lines, visit.say("Nothing left so far.")
    )
