"""Commands about a pack maker's own models: written down, checked, asked for. The pages do the same.

The one fact: a draft may be wrong in any way and is kept as typed; `check` says what keeps it from being asked for.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from node.commands.output import (
    FAILED,
    TRY_AGAIN,
    Folder,
    Json,
    Lang,
    opened,
    refresh,
    say,
    say_unreached,
    settle,
    show_json,
    show_table,
    working,
)
from node.commands.request import Boundary, Method, Seconds
from node.importers.pack import PACK_FILE
from node.importers.problem import ImportProblems
from node.language import find_language
from operation.told import tell, tell_name
from protocol.errors import NetworkError, PeerError, Refused

if TYPE_CHECKING:
    from node.maker.directory import Directory
    from node.maker.modelling import How, Taken
    from node.maker.outcomes import Standing
    from node.maker.pack_drafts import PackDraft
    from node.maker.requesting import Terms
    from node.organisation import Node

models_app = typer.Typer(
    help="A pack maker's models: bills of materials, what is missing, requests.", no_args_is_help=True
)
Model = Annotated[
    str, typer.Argument(help="The model's code, or its id.", metavar="MODEL", show_default=False)
]


@models_app.command("list")
def list_models(folder: Folder, as_json: Json = False) -> None:
    """Every model: how many things are to be mended, where its newest calculation stands, its footprint."""
    from node.library import read_library
    from node.maker.bills import check_draft
    from node.maker.pack_drafts import list_drafts, list_removed
    from node.maker.standings import find_certified, find_latest, refresh_standings

    with opened(folder) as node:
        refresh(node)
        refresh_standings(node, None)
        drafts, library = list_drafts(node), read_library(node)
        models = [one.model for one in drafts]
        latest, certified = find_latest(node, models), find_certified(node, models)
        standings = {one: _standing_fields(one, latest.get(one), certified.get(one)) for one in models}
        found = [
            {
                "id": one.id,
                "model": one.model,
                "chemistry": one.value("chemistry"),
                "items": len(one.rows),
                "to_mend": check_draft(one, library).count,
                **standings[one.model],
            }
            for one in drafts
        ]
        removed = [{"id": one.id, "model": one.model} for one in list_removed(node)]
    if as_json:
        show_json({"models": found, "removed": removed})
        return
    titles = ("id", "model", "chemistry", "items", "to_mend", "state", "year", "per_kwh")
    show_table(
        titles, [tuple(str(one[name]) for name in titles) for one in found], ("items", "to_mend", "per_kwh")
    )
    for model, standing in standings.items():
        _say_newer(model, standing)
    for gone in removed:
        say(tell("removed: {} ({}); sealsum node model undo brings it back", gone["model"], gone["id"]))


def _standing_fields(model: str, standing: Standing | None, certified: Standing | None) -> dict[str, str]:
    """How far the newest request is, and of which request the year and the footprint are."""
    from node.maker.outcomes import find_result

    if standing is None:
        return {"state": "draft", "request": "", "result": "", "year": "", "per_kwh": ""}
    shown, outcome = find_result(model, standing, certified)
    return {
        "state": standing.phase.value,
        "request": standing.request,
        "result": "" if outcome is None else shown.request,
        "year": shown.year,
        "per_kwh": "" if outcome is None else outcome.figures.per_kwh,
    }


def _say_newer(model: str, standing: dict[str, str]) -> None:
    """That the number of a model is not of its newest request, and how far that is."""
    result, request = standing["result"][:16], standing["request"][:16]
    if result not in ("", request):
        newer = tell_name(standing["state"])
        say(tell("{}: the number is of request {}; a newer one: {}, {}", model, result, request, newer))


@models_app.command("set")
def set_fields(
    folder: Folder,
    model: Model,
    fields: Annotated[
        list[str] | None,
        typer.Argument(help="Fields as pack.toml names them, such as mass_kg=523.", metavar="FIELD=VALUE..."),
    ] = None,
    is_new: Annotated[bool, typer.Option("--new", help="Begin a model of this code.")] = False,
    as_json: Json = False,
) -> None:
    """Write fields of a model; rows come from a file: `import --into`. `undo` takes the last change back."""
    from node.maker.modelling import change_fields, start_model
    from node.maker.pack_drafts import resolve_draft

    pairs = {}
    for text in fields or ():
        name, sign, value = text.partition("=")
        if not sign:
            raise typer.BadParameter(f"{text!r}: expected FIELD=VALUE")
        pairs[name.strip()] = value.strip()
    with opened(folder) as node:
        draft = start_model(node, model) if is_new else resolve_draft(node, model)
        kept = change_fields(node, draft, pairs)
    _tell(kept, tell_name("kept"), as_json)


@models_app.command("import")
def import_models(
    folder: Folder,
    files: Annotated[
        list[Path],
        typer.Argument(help="pack.toml, a folder with one, or a bill as .xlsx or .csv.", metavar="FILE..."),
    ],
    into: Annotated[
        str | None, typer.Option(help="The model whose rows they become.", metavar="MODEL")
    ] = None,
    per_assembly: Annotated[
        bool,
        typer.Option(
            "--per-assembly",
            help="Quantities of a file with levels are per assembly: multiply them up to the pack.",
        ),
    ] = False,
    keeps_left: Annotated[
        bool,
        typer.Option(
            "--keep-left", help="Keep rows of a model that the file does not have, below those of the file."
        ),
    ] = False,
    lang: Lang = None,
    as_json: Json = False,
) -> None:
    """Take models over from files: new ones, or the next version of the one with the same code.

    Cells that a supplier's declaration decides are filled in; a file that cannot be read leaves everything as it was.
    """
    from node.maker.directory import Directory
    from node.maker.modelling import How, say_read
    from node.maker.pack_drafts import resolve_draft

    with opened(folder, asked=lang) as node:
        base, directory = None if into is None else resolve_draft(node, into), Directory()
        how = How(per_assembly, keeps_left)
        with working(tell("asking for what suppliers have declared")):
            if not directory.refresh(node):
                say_unreached()
        taken = [one for file in files for one in _take(node, directory, file, base, how)]
    drafts = [one.draft for one in taken if one.draft is not None]
    problems = [one for each in taken if each.problems is not None for one in each.problems.problems]
    language = find_language(lang, os.environ)
    if as_json:
        rows = [
            {
                "id": one.draft.id,
                "model": one.draft.model,
                "items": len(one.draft.rows),
                "file": one.draft.source,
                "columns_left_out": list(one.bill.unread),
                "has_levels": one.bill.has_levels,
                "whole": one.bill.whole,
                "not_in_the_file": [row.get("item", "") for row in one.left.rows],
            }
            for one in taken
            if one.draft is not None
        ]
        show_json({"taken": rows, "problems": [one.as_fields(language) for one in problems]})
    else:
        found = [(one.id, one.model, str(len(one.rows)), one.source) for one in drafts]
        show_table(("id", "model", "items", "file"), found, ("items",))
        for read in (phrase for one in taken for phrase in say_read(one)):
            say(read.say(language))
    for one in problems:
        say(one.describe(language))
    if problems:
        raise typer.Exit(FAILED)


def _take(
    node: Node, directory: Directory, path: Path, into: PackDraft | None, how: How
) -> tuple[Taken, ...]:
    from node.importers.sheets import read_bytes
    from node.maker.modelling import Taken, take_file

    file = path / PACK_FILE if path.is_dir() else path
    try:
        data = read_bytes(file)
    except ImportProblems as problems:
        return (Taken(str(file), None, problems),)
    with working(tell("reading {}", file.name)):
        return take_file(node, directory, (file.name, data), into, how)


@models_app.command("remove")
def remove_model(folder: Folder, model: Model, as_json: Json = False) -> None:
    """Take a model away; `undo` brings it back. What was asked for stays."""
    from node.maker.pack_drafts import remove_draft, resolve_draft

    with opened(folder) as node:
        draft = resolve_draft(node, model)
        remove_draft(node, draft.id)
    _tell(draft, tell_name("removed"), as_json)


@models_app.command("undo")
def undo_model(folder: Folder, model: Model, as_json: Json = False) -> None:
    """Put back what was there before the last change, a removal included; once more, and it is there again."""
    from node.maker.pack_drafts import list_removed, resolve_draft, undo_draft

    with opened(folder) as node:
        gone = next((one for one in list_removed(node) if model in (one.model, one.id)), None)
        draft = undo_draft(node, (gone or resolve_draft(node, model)).id)
    _tell(draft, tell_name("put back"), as_json)


def _tell(draft: PackDraft, done: str, as_json: bool) -> None:
    if as_json:
        show_json({"id": draft.id, "model": draft.model, "items": len(draft.rows)})
    else:
        typer.echo(tell("Model {} ({}), {} items: {}.", draft.model, draft.id, len(draft.rows), done))


@models_app.command("request")
def request_models(
    folder: Folder,
    models: Annotated[list[str], typer.Argument(help="Codes or ids of models.", metavar="MODEL...")],
    is_joint: Annotated[
        bool,
        typer.Option(
            "--together", help="One calculation and certificate for all; they need the same suppliers."
        ),
    ] = False,
    method: Method = None,
    boundary: Boundary = None,
    consent_within: Seconds = 14 * 86_400,
    contribute_within: Seconds = 28 * 86_400,
    result_within: Seconds = 42 * 86_400,
    as_json: Json = False,
) -> None:
    """Ask for the footprints of models: each by itself, one after the other, or --together.

    What cannot be asked for is said, and the others go on.
    """
    from node.maker.pack_drafts import resolve_draft
    from node.maker.requesting import Terms

    terms = Terms(consent_within, contribute_within, result_within, method=method, boundary=boundary)
    with opened(folder) as node:
        drafts = [resolve_draft(node, one) for one in models]
        groups = [drafts] if is_joint else [[one] for one in drafts]
        for draft in drafts:
            _say_empty(draft.under(terms.method, terms.boundary))
        found = [_request(node, group, terms) for group in groups]
    if as_json:
        show_json({"requests": found})
    else:
        show_table(
            ("model", "state", "request"),
            [(", ".join(one["models"]), one["state"], one["request"]) for one in found],
        )
    states = {one["state"] for one in found}
    if states - {"logged"}:
        raise typer.Exit(FAILED if "refused" in states else TRY_AGAIN)


def _say_empty(draft: PackDraft) -> None:
    from node.maker.doubts import find_empty_stages, say_empty

    for stage in find_empty_stages(draft):
        say(f"{draft.model}: {say_empty(stage).say(find_language(None, os.environ))}")


def _request(node: Node, drafts: list[PackDraft], terms: Terms) -> dict[str, Any]:
    """Ask for these in one request; what became of it: logged, waiting to be sent, or refused, with the reason."""
    from node.maker.modelling import request_drafts
    from node.words.refusals import say_message, say_refusal

    found: dict[str, Any] = {
        "models": [one.model for one in drafts],
        "request": "",
        "state": "refused",
        "problem": "",
    }
    try:
        with working(tell("committing to the bill of materials and proving")):
            prepared = request_drafts(node, drafts, terms)
        found |= {"request": prepared.id, "entries": prepared.entries, "warnings": list(prepared.warnings)}
        found |= {"left_out": list(prepared.left_out), "state": "waiting"}
        found["state"], _ = settle(node, prepared.id)
    except NetworkError as error:
        if not found["request"]:
            raise
        found["problem"] = str(error)
    except (Refused, PeerError) as error:
        found |= {"state": "refused", "problem": say_refusal(error).say(find_language(None, os.environ))}
    for line in (*(say_message(one).here() for one in found.get("warnings", ())), found["problem"]):
        if line:
            say(f"{', '.join(found['models'])}: {line}")
    return found
