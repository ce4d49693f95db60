"""Many models in one go: ready ones are requested one after the other, while a page says how far it is.

The one fact: each request is signed and stored before the next begins, so a process that ends in between loses none
and repeats none.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import Annotated

from fastapi import FastAPI, Form
from starlette.responses import Response

from node.bills import check_draft
from node.library import read_library
from node.modelling import request_drafts
from node.organisation import Node
from node.pack_drafts import PackDraft, list_drafts
from node.web.desk import Desk
from node.web.maker.asking import make_terms
from node.web.maker.saying import say_rules
from node.web.visiting import Owner, Reader
from protocol.errors import NetworkError, PeerError, Refused, StoreError
from web.languages import mark
from web.tables import Cell, Column, Table
from web.visits import Visit

STATES = {
    "waiting": mark("waiting"),
    "working": mark("committing and proving"),
    "asked": mark("asked"),
    "refused": mark("cannot be asked for"),
}
_COLOURS = {"asked": "good", "refused": "bad"}


@dataclass(slots=True)
class _Line:
    """One model of a batch: how far, its request once it is asked, or why it cannot be."""

    draft: PackDraft
    state: str = "waiting"
    request: str = ""
    problem: str = ""


@dataclass(slots=True)
class Batch:
    """What is being requested; one at a time in a process."""

    lines: list[_Line] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def begin(self, node: Node, drafts: list[PackDraft], days: tuple[int, int]) -> None:
        """Request these models one after the other; Refused("batch") while another batch runs."""
        with self._lock:
            if self.is_running:
                raise Refused("batch", "other models are being requested just now; wait until they are done")
            self.lines = [_Line(draft) for draft in drafts]
        threading.Thread(target=self._run, args=(node, days), name="batch", daemon=True).start()

    @property
    def is_running(self) -> bool:
        """Whether something is left to request."""
        return any(line.state in ("waiting", "working") for line in self.lines)

    @property
    def version(self) -> str:
        """What changes whenever a line does."""
        return ".".join(line.state for line in self.lines)

    def _run(self, node: Node, days: tuple[int, int]) -> None:
        for line in self.lines:
            line.state = "working"
            try:
                line.request = request_drafts(node, [line.draft], make_terms(None, None, days)).id
                node.deliver()
            except NetworkError as error:
                # Signed and stored: the agent sends it.
                if not line.request:
                    line.problem = str(error)
            except (Refused, PeerError) as error:
                line.problem = error.message
            except StoreError as error:
                line.problem = str(error)
            finally:
                line.state = "asked" if line.request else "refused"


def add_batch(app: FastAPI, desk: Desk) -> None:
    """Add the pages."""
    batch = Batch()

    @app.get("/models/batch")
    def choose(visit: Reader) -> Response:
        library = read_library(desk.node)
        found = [
            (one, check_draft(one, library).count, say_rules(visit, one.value("method")))
            for one in list_drafts(desk.node)
        ]
        return visit.page("batch.html", [_table(visit, batch)], found=found, batch=batch)

    @app.post("/models/batch")
    def begin(
        visit: Owner,
        chosen: Annotated[list[str], Form()],
        consent_days: Annotated[int, Form(ge=1, le=180)] = 14,
        contribute_days: Annotated[int, Form(ge=1, le=180)] = 14,
    ) -> Response:
        wanted = [one for one in list_drafts(desk.node) if one.id in chosen]
        batch.begin(desk.node, wanted, (consent_days, contribute_days))
        return visit.go("/models/batch/progress")

    @app.get("/models/batch/progress")
    def progress(visit: Reader) -> Response:
        return visit.page("batch_progress.html", [_table(visit, batch)], version=batch.version, batch=batch)

    @app.get("/models/batch/progress/live")
    def live(visit: Reader) -> Response:
        return visit.live("batch_live.html", batch.version, lambda: [_table(visit, batch)], batch=batch)


def _table(visit: Visit, batch: Batch) -> Table:
    columns = (Column(visit.say("Model")), Column(visit.say("State")), Column(visit.say("Calculation"), "id"))
    rows: list[list[Cell | str]] = []
    for line in batch.lines:
        link = visit.url(f"/calculations/{line.request}") if line.request else ""
        state = Cell(visit.say(STATES[line.state]), "", line.problem, _COLOURS.get(line.state, ""))
        rows.append([line.draft.model, state, Cell(line.request, link)])
    return Table("batch", visit.say("Requests"), columns, rows, visit.say("Nothing is being requested."))
