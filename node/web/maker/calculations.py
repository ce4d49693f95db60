"""Screen 4, the progress of calculations: who was invited, consented, contributed, who is late, and what to do."""

from __future__ import annotations

import hashlib
from typing import Annotated, Any

from fastapi import FastAPI, Form, Query
from starlette.responses import Response

from node.language import name_product
from node.maker.outcomes import Standing
from node.maker.own_requests import list_newest_requests
from node.maker.progress import EntryProgress, Progress, describe_request, read_progress
from node.maker.reminding import AWAITED, find_reminded, is_awaited, is_late
from node.maker.requesting import OwnRequest, resolve_request
from node.maker.standings import find_standings, refresh_standings
from node.organisation import Node
from node.supplier.consenting import withdraw
from node.supplier.inbox import find_inquiry, list_inquiries
from node.supplier.states import WAITING
from node.web.desk import Desk
from node.web.maker.reminding import add_reminding
from node.web.maker.saying import say_phase, say_stage
from node.web.visiting import Owner, Reader
from node.words.refusals import say_message
from operation.moments import tell_day
from protocol.errors import NetworkError, Refused
from web.boundaries import say_boundary
from web.languages import mark
from web.rule_sets import say_rules
from web.tables import Cell, Column, Table, ascribe
from web.visits import Visit

Words = Annotated[str, Query(max_length=200)]
STATES = {
    "invited": mark("invited, no answer yet"),
    "consented": mark("consented"),
    "contributed": mark("share is in"),
    "refused": mark("refused"),
}
_WORKS = ("consenting", "contributing", "computing", "published", "disputing")


def add_calculations(app: FastAPI, desk: Desk) -> None:
    """Add the pages."""
    _add_all(app, desk)
    _add_one(app, desk)
    add_reminding(app, desk)
    _add_actions(app, desk)


def _add_all(app: FastAPI, desk: Desk) -> None:
    def read(visit: Visit, words: str) -> tuple[list[tuple[OwnRequest, Standing | None]], str]:
        refresh_standings(desk.node)
        part = visit.slice("calculations", int)
        found = list_newest_requests(desk.node, part, words.strip())
        shown, further = part.cut(found, lambda one: (one.sequence,))
        standings = find_standings(desk.node, [one.id for one in shown])
        return [(one, standings.get(one.id)) for one in shown], further

    @app.get("/calculations")
    def calculations(visit: Reader, q: Words = "") -> Response:
        shown, further = read(visit, q)
        table = _all_table(visit, desk, shown, further)
        return visit.page("calculations.html", [table], version=_version_of(shown), q=q)

    @app.get("/calculations/live")
    def live(visit: Reader, q: Words = "") -> Response:
        shown, further = read(visit, q)
        return visit.live(
            "calculations_live.html",
            _version_of(shown),
            lambda: [_all_table(visit, desk, shown, further)],
        )


def _version_of(shown: list[tuple[OwnRequest, Standing | None]]) -> str:
    told = ".".join(
        own.id if one is None else f"{own.id}{one.phase}{one.consented}.{one.contributed}"
        for own, one in shown
    )
    return hashlib.sha256(told.encode()).hexdigest()[:16]


def _row(visit: Visit, desk: Desk, own: OwnRequest, standing: Standing | None) -> list[Any]:
    link = visit.url(f"/calculations/{own.id}")
    if standing is None:
        state = say_message(describe_request(desk.node, own.id)).say(visit.language)
        return [Cell(own.model, link), "", "", "", Cell(state, "", "", "late"), "", "", own.created]
    good = {"certified": "good", "ended": "bad", "disputing": "bad"}.get(standing.phase, "")
    return [
        Cell(own.model, link),
        standing.year,
        Cell(say_rules(visit, standing.method), note=standing.method),
        say_boundary(visit, standing.boundary),
        Cell(say_phase(visit, standing.phase), f"{link}/result" if standing.outcomes else "", "", good),
        f"{standing.consented}/{standing.members}",
        f"{standing.contributed}/{standing.members}",
        own.created,
    ]


def _all_table(
    visit: Visit, desk: Desk, shown: list[tuple[OwnRequest, Standing | None]], further: str
) -> Table:
    rows = [_row(visit, desk, own, standing) for own, standing in shown]
    columns = (
        Column(visit.say("Model")),
        Column(visit.say("Year")),
        Column(visit.say("Rule set")),
        Column(visit.say("Boundary")),
        Column(visit.say("State")),
        Column(visit.say("Consented")),
        Column(visit.say("Shares in")),
        Column(visit.say("Asked"), "time"),
    )
    empty = visit.say(
        "Nothing was asked for yet. Start from a model: its bill of materials, then the request."
    )
    caption = visit.say("Calculations, newest first")
    return Table("calculations", caption, columns, rows, empty, further=further)


def _add_one(app: FastAPI, desk: Desk) -> None:
    def read(visit: Visit, request: str) -> tuple[Progress, dict[str, Any]]:
        progress = read_progress(desk.node, resolve_request(desk.node, request))
        return progress, _describe(visit, desk.node, progress)

    @app.get("/calculations/{request}")
    def calculation(visit: Reader, request: str) -> Response:
        full = resolve_request(desk.node, request)
        try:
            progress, values = read(visit, full)
        except Refused:
            state = say_message(describe_request(desk.node, full)).say(visit.language)
            return visit.page("calculation_waiting.html", request=full, state=state)
        tables = [_entries_table(visit, desk.node, progress)]
        subject = (
            (visit.say("Model"), progress.model),
            (visit.say("State"), values["phase"]),
            (visit.say("Calculation"), full),
        )
        return visit.page(
            "calculation.html",
            ascribe(tables, f"{progress.model}-{full[:8]}", subject),
            progress=progress,
            **values,
        )

    @app.get("/calculations/{request}/live")
    def live(visit: Reader, request: str) -> Response:
        progress, values = read(visit, request)
        version = values.pop("version")
        return visit.live(
            "calculation_live.html",
            version,
            lambda: [_entries_table(visit, desk.node, progress)],
            progress=progress,
            **values,
        )


def _describe(visit: Visit, node: Node, progress: Progress) -> dict[str, Any]:
    late = [one for one in progress.entries if is_late(progress, one, visit.now)]
    reminded = max(find_reminded(node, progress.request).values(), default=0)
    return {
        "phase": say_phase(visit, progress.phase),
        "steps": _steps(visit, progress),
        "awaited": [one for one in progress.entries if is_awaited(progress, one)],
        "refused": [one for one in progress.entries if one.state == "refused"],
        "late": late,
        "works": progress.phase in _WORKS,
        "can_withdraw": progress.phase in (*AWAITED, "computing", "disputing"),
        "version": f"{progress.phase}.{progress.consented}.{progress.contributed}.{len(late)}"
        f".{sum(one.state == 'refused' for one in progress.entries)}.{len(list_inquiries(node, progress.request))}"
        f".{reminded}",
    }


def _steps(visit: Visit, progress: Progress) -> list[tuple[str, str]]:
    """The way of a calculation: each step in words, and whether it is done, under way or to come."""
    count = len(progress.entries)
    order = ["consenting", "contributing", "computing", "published", "certified"]
    at = (
        order.index(progress.phase)
        if progress.phase in order
        else (2 if progress.phase == "disputing" else -1)
    )
    texts = (
        visit.say("Suppliers consent: %(done)s of %(all)s", done=progress.consented, all=count),
        visit.say("Sealed shares are in: %(done)s of %(all)s", done=progress.contributed, all=count),
        visit.say("The sum is opened and checked here"),
        visit.say("The certificate is issued and verified here"),
    )
    return [
        (text, "done" if at > number else ("now" if at == number else ""))
        for number, text in enumerate(texts)
    ]


def _entries_table(visit: Visit, node: Node, progress: Progress) -> Table:
    """Every supplier, those that are awaited first."""
    columns = (
        Column(visit.say("Supplier")),
        Column(visit.say("Item")),
        Column(visit.say("Stage")),
        Column(visit.say("State")),
        Column(visit.say("What to do")),
    )
    entries = sorted(progress.entries, key=lambda one: not is_awaited(progress, one))
    reminded = find_reminded(node, progress.request)
    rows = [_entry_row(visit, node, progress, (entry, reminded.get(entry.entry))) for entry in entries]
    return Table("suppliers", visit.say("Suppliers"), columns, rows)


def _entry_row(
    visit: Visit, node: Node, progress: Progress, told: tuple[EntryProgress, int | None]
) -> list[Cell | str]:
    """`told`: the entry, and when its supplier was last reminded."""
    entry, _ = told
    late = is_late(progress, entry, visit.now)
    state = visit.say(STATES[entry.state])
    colour = {"contributed": "good", "refused": "bad"}.get(entry.state, "late" if late else "")
    todo: Cell | str = ""
    if is_awaited(progress, entry):
        todo = _todo(visit, node, progress, told)
    note = visit.say("late") if late else (entry.answer if entry.state == "refused" else "")
    supplier = entry.supplier_zh if visit.language == "zh" else entry.supplier
    product = name_product(visit.language, entry.product, entry.code)
    return [supplier, Cell(entry.item, "", product if product != entry.item else ""),
            say_stage(visit, entry.stage), Cell(state, "", note, colour), todo]  # fmt: skip


def _todo(visit: Visit, node: Node, progress: Progress, told: tuple[EntryProgress, int | None]) -> Cell | str:
    """Remind the supplier; an entry of one's own is answered, and its share goes out by itself."""
    entry, reminded = told
    own = find_inquiry(node, progress.request, entry.entry)
    if own is None:
        link = visit.url(f"/calculations/{progress.request}/remind/{entry.entry}")
        if reminded is None:
            return Cell(visit.say("Remind"), link)
        day = tell_day(reminded, visit.language)
        return Cell(visit.say("Remind again"), link, visit.say("last reminded on %(day)s", day=day))
    if own.state != WAITING:
        return ""
    return Cell(visit.say("Answer it: it is your own"), visit.url(f"/inbox/{own.request}/{own.entry}"))


def _add_actions(app: FastAPI, desk: Desk) -> None:
    @app.post("/calculations/{request}/withdraw")
    def withdraw_request(
        visit: Owner, request: str, reason: Annotated[str, Form(min_length=1, max_length=500)]
    ) -> Response:
        full = resolve_request(desk.node, request)
        withdraw(desk.node, full, reason)
        try:
            desk.node.deliver()
        except NetworkError:
            waiting = visit.say("Withdrawn here; it is sent as soon as the coordinator answers.")
            return visit.go(f"/calculations/{full}", waiting)
        return visit.go(f"/calculations/{full}", visit.say("Withdrawn. The suppliers' shares are void."))
