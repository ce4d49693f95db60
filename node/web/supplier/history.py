"""Everything this organisation signed, newest first, and how far each has come."""

from __future__ import annotations

from fastapi import FastAPI
from sqlalchemy import select
from starlette.responses import Response

from node.outbox import describe_delivery, find_delivery_by_id
from node.tables import OUTGOING
from node.web.desk import Desk
from node.web.supplier.products import STATES
from node.web.visiting import Reader
from node.words import STATEMENT_WORDS
from web.tables import Cell, Column, Table
from web.visits import Visit

_SHOWN = 200


def add_history(app: FastAPI, desk: Desk) -> None:
    """Add the page."""

    @app.get("/history")
    def history(visit: Reader) -> Response:
        return visit.page("history.html", [_table(visit, desk)])


def _table(visit: Visit, desk: Desk) -> Table:
    columns = (
        Column(visit.say("Signed"), "time"),
        Column(visit.say("What")),
        Column(visit.say("State")),
        Column(visit.say("Calculation"), "id"),
        Column(visit.say("Statement"), "id"),
    )
    query = select(OUTGOING.c.id, OUTGOING.c.kind, OUTGOING.c.calculation, OUTGOING.c.created)
    query = query.order_by(OUTGOING.c.created.desc(), OUTGOING.c.key)
    with desk.node.store.read() as connection:
        found = connection.execute(query if visit.wants_file else query.limit(_SHOWN)).all()
        states = {row.id: describe_delivery(find_delivery_by_id(connection, row.id)) for row in found}
    rows = []
    for row in found:
        state, message = states[row.id]
        word, colour = STATES[state]
        words = STATEMENT_WORDS[row.kind]
        rows.append(
            (
                row.created,
                Cell(words.zh if visit.language == "zh" else words.en, note=row.kind),
                Cell(visit.say(word), state=colour, note=message if state == "refused" else ""),
                row.calculation,
                row.id,
            )
        )
    return Table(
        "history", visit.say("Signed by this organisation"), columns, rows, visit.say("Nothing yet.")
    )
