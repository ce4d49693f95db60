"""Everything this organisation signed, newest first: what it was about, and how far each has come."""

from __future__ import annotations

from collections.abc import Sequence

from fastapi import FastAPI
from starlette.responses import Response

from node.outbox import describe_delivery, list_signed
from node.subjects import Subject, find_subjects
from node.web.desk import Desk
from node.web.supplier.products import STATES
from node.web.visiting import Reader
from node.words.leaving import STATEMENT_WORDS, word_statement
from web.tables import Cell, Column, Table
from web.visits import Visit


def add_history(app: FastAPI, desk: Desk) -> None:
    """Add the page."""

    @app.get("/history")
    def history(visit: Reader) -> Response:
        return visit.page("history.html", [_table(visit, desk)])


def _table(visit: Visit, desk: Desk) -> Table:
    columns = (
        Column(visit.say("Signed"), "time"),
        Column(visit.say("What")),
        Column(visit.say("About")),
        Column(visit.say("State")),
        Column(visit.say("Calculation"), "id"),
        Column(visit.say("Statement"), "id"),
    )
    part = visit.slice("history", int, str)
    found, further = part.cut(list_signed(desk.node.store, part), lambda one: (one.created, one.delivery.key))
    about = find_subjects(desk.node, found)
    rows = []
    for one in found:
        state, message = describe_delivery(one.delivery)
        word, colour = STATES[state]
        words = STATEMENT_WORDS[one.kind] if one.answer is None else word_statement(one.kind, one.answer)
        rows.append(
            (
                one.created,
                Cell(words.zh if visit.language == "zh" else words.en, note=one.kind),
                _about(visit, about.get(one.delivery.key, [])),
                Cell(visit.say(word), state=colour, note=message if state == "refused" else ""),
                one.calculation,
                one.delivery.id,
            )
        )
    caption, empty = visit.say("Signed by this organisation"), visit.say("Nothing yet.")
    return Table("history", caption, columns, rows, empty, further=further)


def _about(visit: Visit, subjects: Sequence[Subject]) -> Cell:
    """Products or packs by name with the periods declared; one product alone leads to its page."""
    names = visit.marks.between.join(one.name.say(visit.language) for one in subjects)
    periods = visit.marks.between.join(dict.fromkeys(one.period for one in subjects if one.period))
    codes = {one.code for one in subjects}
    code = codes.pop() if len(codes) == 1 else ""
    return Cell(names, link=visit.url(f"/products/{code}") if code else "", note=periods)
