"""The pack maker's models: what is a draft, what is asked for, what is certified; files in, files out."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Annotated

from fastapi import FastAPI, File, Form, UploadFile
from starlette.responses import Response

from node.importers.bill_sheet import make_blank_bill
from node.importers.sheets import MAX_FILE_BYTES
from node.library import Library, read_library
from node.maker.bills import check_draft
from node.maker.directory import Directory
from node.maker.modelling import FIRST_FIELDS, How, Taken, copy_draft, take_file
from node.maker.outcomes import Standing, find_result
from node.maker.outdated import find_outdated
from node.maker.pack_drafts import (
    PackDraft,
    find_draft,
    find_model,
    keep_draft,
    list_drafts,
    list_removed,
    new_draft,
    remove_draft,
    undo_draft,
)
from node.maker.standings import find_certified, find_latest, list_models, refresh_standings
from node.organisation import Node
from node.web.chosen import Beside
from node.web.desk import Desk
from node.web.maker.checking import MEDIA, make_file
from node.web.maker.editing import say_taken, show_taken
from node.web.maker.saying import say_pair_of_rules, say_phase
from node.web.visiting import Preparer, Reader
from web.tables import Cell, Column, Table
from web.visits import Visit

_COUNTED = "what drafts lack"
_Standings = tuple[Standing | None, Standing | None]
"""The newest request of a model, and its newest certified one."""


def add_models(app: FastAPI, desk: Desk, directory: Directory) -> None:
    """Add the pages."""
    _add_list(app, desk)
    _add_files(app, desk, directory)
    _add_changes(app, desk)


def _add_list(app: FastAPI, desk: Desk) -> None:
    @app.get("/models")
    def models(visit: Reader) -> Response:
        table = make_models_table(
            visit, desk.node, read_library(desk.node) if desk.prepared.is_set() else None
        )
        part = visit.slice("removed", str)
        removed, further = part.cut(list_removed(desk.node, part), lambda one: (one.id,))
        asked = visit.request.query_params.get("q", "")
        return visit.page("models.html", [table], removed=removed, further=further, q=asked)

    @app.get("/models/bill-of-materials.xlsx")
    def blank(visit: Reader) -> Response:
        """A sheet to fill in, with an example and what each column is for."""
        return make_file(make_blank_bill(), "bill-of-materials.xlsx", MEDIA["xlsx"])

    @app.get("/models/of/{model:path}")
    def model_of(visit: Reader, model: str, method: str = "", boundary: str = "") -> Response:
        """The request form of a model by its code; where its bill of materials is not here, what to do."""
        draft = find_model(desk.node, model)
        if draft is None:
            missing = visit.say(
                "The bill of materials of %(model)s is not on this node. Upload it here.", model=model
            )
            return visit.go("/models", missing)
        return visit.go(f"/models/{draft.id}/request?method={method}&boundary={boundary}")


def _add_files(app: FastAPI, desk: Desk, directory: Directory) -> None:
    @app.post("/models")
    def upload(
        visit: Preparer,
        files: Annotated[list[UploadFile], File()],
        per_assembly: Annotated[bool, Form()] = False,
    ) -> Response:
        """One file leads to its model; of several, each is said what became of it."""
        directory.refresh(desk.node)
        taken = [one for file in files[:200] for one in _take(desk.node, directory, file, per_assembly)]
        if len(taken) == 1 and taken[0].draft is not None:
            said = say_taken(visit, taken[0], directory.offers(desk.node))
            return visit.go(f"/models/{taken[0].draft.id}", said)
        status = 422 if any(one.problems is not None for one in taken) else 200
        return show_taken(visit, desk, taken, status)

    @app.post("/models/new")
    def new(visit: Preparer) -> Response:
        directory.refresh(desk.node)
        draft = keep_draft(desk.node, PackDraft(new_draft(desk.node).id, dict(FIRST_FIELDS)))
        return visit.go(f"/models/{draft.id}")


def _take(node: Node, directory: Directory, file: UploadFile, per_assembly: bool) -> tuple[Taken, ...]:
    name = (file.filename or "bill").replace("\\", "/").rpartition("/")[2]
    upload = name, file.file.read(MAX_FILE_BYTES + 1)
    return take_file(node, directory, upload, how=How(per_assembly))


def _add_changes(app: FastAPI, desk: Desk) -> None:
    @app.post("/models/{draft}/copy")
    def copy(visit: Preparer, draft: str) -> Response:
        made = copy_draft(desk.node, find_draft(desk.node, draft))
        said = visit.say("A new model with everything of the other but its code and its names: fill them in.")
        return visit.go(f"/models/{made.id}", said)

    @app.post("/models/{draft}/remove")
    def remove(visit: Preparer, draft: str) -> Response:
        remove_draft(desk.node, draft)
        return visit.go(
            "/models", visit.say("Removed. You can bring it back below. What was asked for stays.")
        )

    @app.post("/models/{draft}/undo")
    def undo(visit: Preparer, draft: str, chosen: Beside) -> Response:
        undo_draft(desk.node, draft)
        said = visit.say("The last change is undone. Undo again to have it back.")
        return visit.go(f"/models/{draft}{chosen.query}", said)


def make_models_table(visit: Visit, node: Node, library: Library | None) -> Table:
    """One row a model: those with a bill of materials here, then those that were asked for from elsewhere.

    What is to be mended in a draft is counted once the library is there.
    """
    refresh_standings(node)
    words = visit.request.query_params.get("q", "").strip().casefold()
    every = list_drafts(node)
    drafts = [one for one in every if words in _words_of(one)] if words else every
    known = {draft.model for draft in every}
    asked = [model for model in list_models(node) if model not in known and words in model.casefold()]
    listed: list[PackDraft | str] = [*drafts, *asked]
    shown, further = visit.slice("models", str).take(listed, _place)
    models = [one if isinstance(one, str) else one.model for one in shown]
    latest, certified = find_latest(node, models), find_certified(node, models)
    known_drafts = [one for one in shown if isinstance(one, PackDraft) and one.model in latest]
    outdated = find_outdated(node, [(latest[one.model].request, one) for one in known_drafts])
    columns = (
        Column(visit.say("Model")),
        Column(visit.say("Name")),
        Column(visit.say("Chemistry")),
        Column(visit.say("State")),
        Column(visit.say("Year")),
        Column(visit.say("Footprint"), "number", "kgCO2e/kWh", 3),
        Column(visit.say("Rule set and boundary")),
        Column(visit.say("Items"), "number"),
    )
    rows = [
        _asked_row(visit, one, (latest[one], certified.get(one)))
        if isinstance(one, str)
        else _draft_row(
            visit,
            one,
            (latest.get(one.model), certified.get(one.model)),
            (_count(node, one, library), one.id in outdated),
        )
        for one in shown
    ]
    empty = visit.say("No model yet. Drop a bill of materials above, or begin with an empty one.")
    if words:
        empty = visit.say("Nothing of that name.")
    return Table("models", visit.say("Models"), columns, rows, empty, further=further)


def _words_of(draft: PackDraft) -> str:
    return " ".join(draft.value(name) for name in ("model", "name_zh", "name_en", "chemistry")).casefold()


def _place(model: PackDraft | str) -> tuple[str]:
    """A draft by its random name, a model that was only asked for by its code, which no name of a draft is."""
    return (f"={model}" if isinstance(model, str) else model.id,)


def _draft_row(
    visit: Visit, draft: PackDraft, standings: _Standings, found: tuple[int, bool]
) -> list[Cell | str | Decimal | int | None]:
    """`found`: how much is to be mended, and whether it was changed since it was asked for."""
    name = draft.value("name_zh" if visit.language == "zh" else "name_en") or draft.value("name_en")
    shown = draft.model or visit.say("(no code yet)")
    state: list[Cell | str | Decimal | None]
    if standings[0] is None:
        state = [_draft_state(visit, found[0]), "", None, ""]
    else:
        phase, *others = _state_cells(visit, draft.model, (standings[0], standings[1]))
        if found[1] and isinstance(phase, Cell):
            phase = replace(phase, note=visit.say("the model was changed since"), state="late")
        state = [phase, *others]
    return [
        Cell(shown, visit.url(f"/models/{draft.id}")),
        name,
        draft.value("chemistry"),
        *state,
        len(draft.rows),
    ]


def _count(node: Node, draft: PackDraft, library: Library | None) -> int:
    """How much is to be mended in a draft; a process counts again only after draft or library changed."""
    if library is None:
        return 0
    counted: dict[str, tuple[PackDraft, Library, int]] = node.kept.setdefault(_COUNTED, {})
    before = counted.get(draft.id)
    if before is None or before[0] is not draft or before[1] is not library:
        before = counted[draft.id] = (draft, library, check_draft(draft, library).count)
    return before[2]


def _draft_state(visit: Visit, lacks: int) -> Cell:
    note = visit.say_many("%(n)s thing to be mended", "%(n)s things to be mended", lacks) if lacks else ""
    return Cell(visit.say("draft"), "", note, "late" if lacks else "")


def _asked_row(
    visit: Visit, model: str, standings: tuple[Standing, Standing | None]
) -> list[Cell | str | Decimal | int | None]:
    standing = standings[0]
    chemistry = next((one.unit.chemistry for one in standing.outcomes if one.model == model), "")
    link = visit.url(f"/calculations/{standing.request}")
    return [Cell(model, link), "", chemistry, *_state_cells(visit, model, standings), standing.members]


def _state_cells(
    visit: Visit, model: str, standings: tuple[Standing, Standing | None]
) -> list[Cell | str | Decimal | None]:
    """State, year, footprint and what that counts under: until a newer request is certified, those of the newest
    certified one stay."""
    standing, certified = standings
    shown, outcome = find_result(model, standing, certified)
    result = "" if outcome is None else f"{_link(visit, shown)}/result?model={outcome.number}"
    state = {"certified": "good", "ended": "bad"}.get(standing.phase, "")
    is_newest = shown.request == standing.request
    said = Cell(say_phase(visit, standing.phase), (is_newest and result) or _link(visit, standing), "", state)
    if outcome is None:
        return [said, standing.year, None, ""]
    note = "" if is_newest else visit.say("certified before, stays until then")
    footprint = Cell(Decimal(outcome.figures.per_kwh), "" if is_newest else result, note)
    return [said, shown.year, footprint, say_pair_of_rules(visit, shown.method, shown.boundary)]


def _link(visit: Visit, standing: Standing) -> str:
    return visit.url(f"/calculations/{standing.request}")
