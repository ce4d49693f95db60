"""Reminders to suppliers that a calculation waits for: the texts, and the day on which they were sent.

The one fact: opening or copying a text sends nothing, so the day is noted when whoever sent it says so.
"""

from __future__ import annotations

from functools import partial

from fastapi import FastAPI
from starlette.responses import Response

from node.maker.progress import EntryProgress, Progress, read_progress
from node.maker.reminding import is_awaited, make_reminder, note_reminded
from node.maker.requesting import resolve_request
from node.supplier.inbox import find_inquiry
from node.web.desk import Desk
from node.web.maker.letters import list_letters, show_letters
from node.web.visiting import Preparer, Reader
from protocol.errors import Refused
from web.visits import Visit


def add_reminding(app: FastAPI, desk: Desk) -> None:
    """Add the pages with the text for one supplier, and with those for all."""

    def read(request: str) -> Progress:
        return read_progress(desk.node, resolve_request(desk.node, request))

    def list_awaited(progress: Progress) -> list[EntryProgress]:
        return [
            one
            for one in progress.entries
            if is_awaited(progress, one) and find_inquiry(desk.node, progress.request, one.entry) is None
        ]

    @app.get("/calculations/{request}/remind/{entry}")
    def remind(visit: Reader, request: str, entry: int) -> Response:
        progress = read(request)
        found = _find_entry(progress, entry)
        path = f"/calculations/{progress.request}"
        return visit.page(
            "letter.html",
            supplier=_name_supplier(visit, found),
            texts=list_letters(visit, lambda language: make_reminder(desk.node, progress, found, language)),
            back=visit.url(path),
            sent=visit.url(f"{path}/remind/{entry}"),
        )

    @app.get("/calculations/{request}/letters")
    def reminders(visit: Reader, request: str) -> Response:
        """A reminder to every supplier that is awaited, about each of its products."""
        progress = read(request)
        made = [
            (_name_supplier(visit, one), partial(make_reminder, desk.node, progress, one))
            for one in list_awaited(progress)
        ]
        path = f"/calculations/{progress.request}"
        return show_letters(visit, made, progress.request[:8], path, f"{path}/letters")

    @app.post("/calculations/{request}/remind/{entry}")
    def note(visit: Preparer, request: str, entry: int) -> Response:
        progress = read(request)
        note_reminded(desk.node, progress.request, [_find_entry(progress, entry).entry])
        return visit.go(f"/calculations/{progress.request}", visit.say("The day of the reminder is noted."))

    @app.post("/calculations/{request}/letters")
    def note_all(visit: Preparer, request: str) -> Response:
        progress = read(request)
        note_reminded(desk.node, progress.request, [one.entry for one in list_awaited(progress)])
        return visit.go(f"/calculations/{progress.request}", visit.say("The day of the reminders is noted."))


def _find_entry(progress: Progress, entry: int) -> EntryProgress:
    found = next((one for one in progress.entries if one.entry == entry), None)
    if found is None:
        raise Refused("unknown", f"this calculation has {len(progress.entries)} entries")
    return found


def _name_supplier(visit: Visit, entry: EntryProgress) -> str:
    return entry.supplier_zh if visit.language == "zh" else entry.supplier
