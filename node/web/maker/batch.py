"""Many models in one go: requests of their own, one after the other, or one calculation for all of them.

The one fact: each request is signed and stored before the next begins, so a process that ends in between loses none
and repeats none.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import FastAPI, Form, Query
from pydantic import BaseModel, Field
from starlette.responses import Response

from node.maker.bills import need_pack
from node.maker.checklist import Checklist, check_entries, check_request, read_declared
from node.maker.directory import Directory, directory_of
from node.maker.doubts import find_empty_stages, say_empty
from node.maker.modelling import request_drafts
from node.maker.outcomes import Standing
from node.maker.outdated import find_outdated
from node.maker.pack_drafts import PackDraft, list_drafts
from node.maker.readiness import Readiness, look_over
from node.maker.requesting import Terms
from node.maker.standings import find_under, refresh_standings
from node.organisation import Node
from node.web.desk import Desk
from node.web.library import after_reading
from node.web.maker.asking import list_rules, make_terms, name_rules
from node.web.maker.lacking import count_letters, say_lacks
from node.web.maker.saying import say_phase, say_phrase, warn_of_boundary
from node.web.visiting import Owner, Reader
from protocol.errors import NetworkError, PeerError, Refused, SealsumError, StoreError
from web.boundaries import say_boundary
from web.languages import mark
from web.tables import Cell, Column, Table
from web.visits import Visit

STATES = {
    "waiting": mark("waiting"),
    "working": mark("committing and proving"),
    "asked": mark("asked"),
    "refused": mark("cannot be asked for"),
}
CHECKED = 10
"""How many models are looked over for one page: each is checked as its own page would."""
_COLOURS = {"asked": "good", "refused": "bad"}


class Picked(BaseModel):
    """What the form of the models holds. `models`: the cursor of those that it shows; `sent`: whether it was sent once,
    so that its own ticks stand."""

    method: str = Field(default="", max_length=64)
    boundary: str = Field(default="", max_length=16)
    chosen: list[str] = []
    together: bool = False
    consent_days: int = Field(default=14, ge=1, le=180)
    contribute_days: int = Field(default=14, ge=1, le=180)
    models: str = ""
    sent: bool = False

    def address(self, chosen: Sequence[str]) -> str:
        """Of the form with all that was typed into it, and these models ticked."""
        kept = self.model_copy(update={"chosen": list(chosen), "sent": True})
        return f"/models/batch?{urlencode(kept.model_dump(exclude_defaults=True), doseq=True)}"


@dataclass(slots=True)
class _Line:
    """One request of a batch: its models, how far, its id once it is asked, or why it cannot be."""

    drafts: tuple[PackDraft, ...]
    state: str = "waiting"
    request: str = ""
    problem: SealsumError | None = None
    checklist: Checklist | None = None
    """Of one model that cannot be asked for: what it lacks."""

    def look(self, node: Node) -> None:
        """Look up what a refused model lacks, if it is that."""
        with suppress(Refused, PeerError, StoreError):
            (draft, *others), directory = self.drafts, directory_of(node)
            found = None if others else check_request(node, need_pack(draft), Terms(), directory)
            self.checklist = None if found is None or found.is_ready else found


@dataclass(frozen=True, slots=True)
class Candidate:
    """One model to choose. `problem`: why its rule set refuses it; `empty`: what is said of each stage that no row
    stands in; `warning`: of its boundary; `state` and `path`: what was asked for under its rule set
    already, and where that is, "" for nothing; `is_outdated`: whether the model was changed since."""

    draft: PackDraft
    readiness: Readiness
    problem: str
    empty: tuple[str, ...]
    rules: str
    warning: str
    state: str
    path: str
    is_outdated: bool


@dataclass(slots=True)
class Batch:
    """What is being requested; one at a time in a process."""

    lines: list[_Line] = field(default_factory=list)
    picked: Picked = field(default_factory=Picked)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def begin(self, node: Node, requests: list[tuple[PackDraft, ...]], picked: Picked) -> None:
        """Make these requests, each of its models, one after the other; Refused("batch") while others are made."""
        terms = make_terms(picked.method, picked.boundary, (picked.consent_days, picked.contribute_days))
        with self._lock:
            if self.is_running:
                raise Refused("batch", "other models are being requested just now; wait until they are done")
            self.lines, self.picked = [_Line(drafts) for drafts in requests], picked
        threading.Thread(target=self._run, args=(node, terms), name="batch", daemon=True).start()

    @property
    def is_running(self) -> bool:
        """Whether something is left to request."""
        return any(line.state in ("waiting", "working") for line in self.lines)

    @property
    def way_back(self) -> str:
        """To the form with what could not be asked for ticked again; "" while something is asked for, or all was."""
        refused = [draft.id for line in self.lines if line.state == "refused" for draft in line.drafts]
        return self.picked.address(refused) if refused and not self.is_running else ""

    @property
    def version(self) -> str:
        """What changes whenever a line does."""
        return ".".join(line.state for line in self.lines)

    def _run(self, node: Node, terms: Terms) -> None:
        for line in self.lines:
            line.state = "working"
            try:
                line.request = request_drafts(node, line.drafts, terms).id
                node.deliver()
            except NetworkError as error:
                # Once it is signed and stored, the agent sends it.
                line.problem = None if line.request else error
            except Refused as error:
                line.problem = error
                line.look(node)
            except (PeerError, StoreError) as error:
                line.problem = error
            finally:
                line.state = "asked" if line.request else "refused"


def add_batch(app: FastAPI, desk: Desk, directory: Directory) -> None:
    """Add the pages."""
    batch = Batch()
    _add_choosing(app, desk, directory, batch)
    _add_progress(app, desk, batch)


def _add_choosing(app: FastAPI, desk: Desk, directory: Directory, batch: Batch) -> None:
    @app.get("/models/batch", dependencies=after_reading(desk))
    def choose(visit: Reader, picked: Annotated[Picked, Query()]) -> Response:
        part = visit.slice("models", str, most=CHECKED)
        shown, further = part.take(list_drafts(desk.node), lambda one: (one.id,))
        terms = Terms(method=picked.method or None, boundary=picked.boundary or None)
        answered = directory.refresh(desk.node)
        return visit.page(
            "batch.html",
            [_table(visit, desk.node, batch)],
            found=list_candidates(visit, (desk.node, directory), shown, terms),
            further=further,
            batch=batch,
            picked=picked,
            answered=answered,
            **list_rules(visit),
        )

    @app.post("/models/batch")
    def begin(visit: Owner, picked: Annotated[Picked, Form()]) -> Response:
        """Ask for them in the background; the form again as it was sent, with its message, where that cannot be."""
        wanted = tuple(
            one.under(picked.method, picked.boundary)
            for one in list_drafts(desk.node)
            if one.id in picked.chosen
        )
        if not wanted:
            return visit.go(picked.address([]), visit.say("Tick at least one model."), is_task=True)
        requests: list[tuple[PackDraft, ...]] = [wanted] if picked.together else [(one,) for one in wanted]
        try:
            batch.begin(desk.node, requests, picked)
        except Refused as error:
            return visit.go(picked.address(picked.chosen), visit.explain(error), is_task=True)
        return visit.go("/models/batch/progress")


def _add_progress(app: FastAPI, desk: Desk, batch: Batch) -> None:
    @app.get("/models/batch/progress")
    def progress(visit: Reader) -> Response:
        return visit.page(
            "batch_progress.html",
            [_table(visit, desk.node, batch)],
            version=batch.version,
            **_describe(visit, desk.node, batch),
        )

    @app.get("/models/batch/progress/live")
    def live(visit: Reader) -> Response:
        return visit.live(
            "batch_live.html",
            batch.version,
            lambda: [_table(visit, desk.node, batch)],
            **_describe(visit, desk.node, batch),
        )


def list_candidates(
    visit: Visit, looking: tuple[Node, Directory], drafts: Sequence[PackDraft], terms: Terms
) -> list[Candidate]:
    """These models, each with what is to be mended in it, and what was asked for already under the rule set and the
    boundary that the terms name, else its own."""
    node, directory = looking
    refresh_standings(node)
    kept = {one.model: one for one in drafts}
    check = partial(check_entries, known=read_declared(node, directory))
    readiness = [look_over(node, one, terms, directory, check) for one in drafts]
    drafts = [one.under(terms.method, terms.boundary) for one in drafts]
    under = find_under(node, {one.model: (one.value("method"), one.value("boundary")) for one in drafts})
    outdated = find_outdated(
        node, [(one.request, kept[model]) for model, one in under.items() if model in kept]
    )
    return [
        Candidate(
            one,
            ready,
            "" if ready.refused is None else _say_first(visit, ready.refused),
            tuple(
                say_phrase(visit, say_empty(stage))
                for stage in (find_empty_stages(one) if any(one.rows) else ())
            ),
            name_rules(visit, one),
            warn_of_boundary(visit, one.value("method"), one.value("boundary")),
            *_asked(visit, under.get(one.model), one.value("boundary")),
            one.id in outdated,
        )
        for one, ready in zip(drafts, readiness, strict=True)
    ]


def _asked(visit: Visit, standing: Standing | None, boundary: str) -> tuple[str, str]:
    if standing is None:
        return "", ""
    said = f"{say_phase(visit, standing.phase)} {standing.year}"
    if standing.boundary != boundary:
        said += f"{visit.marks.comma}{say_boundary(visit, standing.boundary)}"
    return said, f"/calculations/{standing.request}"


def _describe(visit: Visit, node: Node, batch: Batch) -> dict[str, Any]:
    """`lacking`: each model that lacks something, and for how many suppliers there is a text; `details`: what another
    refusal says beyond its first line, by the models that it is about."""
    told = [
        (_models(line), visit.explain(line.problem).partition("\n")[2])
        for line in batch.lines
        if line.problem is not None and line.checklist is None
    ]
    return {
        "batch": batch,
        "lacking": [
            (line.drafts[0], line.checklist.pack, count_letters(node, line.drafts[0], line.checklist))
            for line in batch.lines
            if line.checklist is not None
        ],
        "details": [(models, details) for models, details in told if details],
    }


def _models(line: _Line) -> str:
    return ", ".join(one.model for one in line.drafts)


def _say_problem(visit: Visit, node: Node, line: _Line) -> str:
    if line.checklist is not None:
        return say_lacks(visit, node, directory_of(node), line.checklist)
    return "" if line.problem is None else _say_first(visit, line.problem)


def _say_first(visit: Visit, problem: SealsumError) -> str:
    said = visit.explain(problem).splitlines()
    # A line that announces a list says nothing without the first of it.
    return "".join(one.strip() for one in said[: 2 if said[0].endswith((":", "：")) else 1])


def _table(visit: Visit, node: Node, batch: Batch) -> Table:
    columns = (Column(visit.say("Model")), Column(visit.say("State")), Column(visit.say("Calculation"), "id"))
    rows: list[list[Cell | str]] = []
    for line in batch.lines:
        link = visit.url(f"/calculations/{line.request}") if line.request else ""
        problem = _say_problem(visit, node, line)
        state = Cell(visit.say(STATES[line.state]), "", problem, _COLOURS.get(line.state, ""))
        rows.append([_models(line), state, Cell(line.request, link)])
    return Table("batch", visit.say("Calculations"), columns, rows, visit.say("Nothing is being requested."))
