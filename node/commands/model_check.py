"""Commands that look at one of a pack maker's models: what is written, what is wrong with it, what is missing.

The one fact: problems come from the functions behind the pages, so a model without one here can be asked for there.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import typer

from method.exact import encode_decimal
from node.commands.models import Model
from node.commands.output import (
    FAILED,
    Folder,
    Json,
    Lang,
    opened,
    say,
    say_unreached,
    show_json,
    show_lines,
    show_stage,
    show_table,
    working,
)
from node.commands.request import Boundary, Method
from node.language import Language, Phrase, find_language
from operation.told import tell

if TYPE_CHECKING:
    from node.maker.checklist import Checklist
    from node.maker.directory import Offer
    from node.maker.pack_drafts import PackDraft
    from node.organisation import Node


def mount(models: typer.Typer) -> None:
    """Add these commands to `sealsum node model`."""
    models.command("show")(show_model)
    models.command("check")(check_model)
    models.command("texts")(write_texts)


def show_model(folder: Folder, model: Model, lang: Lang = None, as_json: Json = False) -> None:
    """One model as it is written: its fields and bill of materials, what is to be mended, masses, total energies."""
    from node.maker.pack_drafts import ROW_FIELDS, resolve_draft
    from node.maker.parts import show_cell, show_items

    language = find_language(lang, os.environ)
    with opened(folder, asked=lang) as node:
        draft = resolve_draft(node, model)
        found = asdict(draft) | {
            "problems": _problems_of(node, draft, language),
            "masses": _masses_of(draft),
            "energies": _energies_of(draft, language),
        }
    if as_json:
        show_json(found)
        return
    show_lines([("id", draft.id), *draft.fields.items(), *draft.stated.items()])
    written = show_items(draft.rows)
    rows = [tuple(show_cell(row, name, written) for name in ROW_FIELDS) for row in draft.rows]
    show_table(ROW_FIELDS, rows, ("quantity",))
    masses = [(m["component"], m["stated_kg"], m["summed_kg"], _say_agreement(m)) for m in found["masses"]]
    show_table(("parts of", "stated kg", "summed kg", "agree"), masses, ("stated kg", "summed kg"))
    energies = [(e["method"], e["kwh"], e["missing"]) for e in found["energies"]]
    show_table(("rule set", "kWh delivered", "missing"), energies, ("kWh delivered",))
    _say_problems(found["problems"], language)


def _masses_of(draft: PackDraft) -> list[dict[str, Any]]:
    """Each component's stated mass and the sum of its parts in kg; "" while the stated one cannot be read.

    `sum_of`: the parts of one that has no mass of its own and weighs what they do.
    """
    from node.maker.weighing import weigh_draft

    return [
        {
            "component": one.component,
            "stated_kg": "" if one.stated_kg is None else encode_decimal(one.stated_kg, 3),
            "summed_kg": encode_decimal(one.summed_kg, 3),
            "agree": one.is_within,
            "sum_of": list(one.parts),
        }
        for one in weigh_draft(draft)
    ]


def _say_agreement(mass: dict[str, Any]) -> str:
    if mass["sum_of"]:
        return _SUMMED.here(", ".join(mass["sum_of"]))
    return (Phrase("yes", "是") if mass["agree"] else Phrase("NO", "否")).here()


def _energies_of(draft: PackDraft, language: Language) -> list[dict[str, str]]:
    from node.maker.functional_units import list_energies

    return [
        {
            "method": one.method,
            "kwh": one.total_kwh,
            "missing": "" if one.missing is None else one.missing.say(language),
        }
        for one in list_energies(draft)
    ]


def _problems_of(node: Node, draft: PackDraft, language: Language) -> list[dict[str, Any]]:
    """What is to be mended, with its field and the number of its row; 0 where it is no row's."""
    from node.library import read_library
    from node.maker.bills import check_draft

    found = check_draft(draft, read_library(node))
    places = [(0, name, one) for name, one in found.fields.items()]
    places += [(row + 1, name, one) for (row, name), one in sorted(found.cells.items())]
    places += [(0, "", one) for one in found.whole]
    return [{"row": row, "field": name, "problem": one.say(language)} for row, name, one in places]


def _doubts_of(
    node: Node, draft: PackDraft, offers: Iterable[Offer], language: Language
) -> list[dict[str, Any]]:
    """What its maker should look at once more, in the form of `_problems_of`; it blocks nothing."""
    from node.library import read_library
    from node.maker.doubts import UNLIKE, find_last_doubts, find_unlike

    found = [(0, "", one) for one in find_last_doubts(draft, read_library(node))]
    found += [(row + 1, "product", UNLIKE) for row in sorted(find_unlike(draft, offers))]
    return [{"row": row, "field": name, "problem": one.say(language)} for row, name, one in found]


def _say_problems(problems: Iterable[dict[str, Any]], language: Language) -> None:
    for one in problems:
        place = one["field"] or _MODEL.say(language)
        if one["row"]:
            place = _ROW.say(language).format(one["row"], one["field"])
        say(_PROBLEM.say(language).format(place, one["problem"]))


_SUMMED = Phrase("no mass of its own: the sum of {}", "没有标明质量，取各部分之和：{}")
_ROW, _MODEL = Phrase("row {}, {}", "第 {} 行 {}"), Phrase("the model", "型号")
_PROBLEM = Phrase("{}: {}", "{}：{}")


def check_model(
    folder: Folder,
    model: Model,
    method: Method = None,
    boundary: Boundary = None,
    lang: Lang = None,
    as_json: Json = False,
) -> None:
    """The checklist before a request: what is to be mended, who has not declared, what owners will be asked.

    What looks odd though nothing is wrong is told as well. Exit code 1 while something is missing.
    """
    from node.library import read_library
    from node.maker.bills import need_pack
    from node.maker.checklist import check_request
    from node.maker.directory import Directory
    from node.maker.pack_drafts import resolve_draft
    from node.maker.requesting import Terms
    from node.maker.twice import list_askers

    language = find_language(lang, os.environ)
    with opened(folder, asked=lang) as node:
        draft, directory, checklist = resolve_draft(node, model), Directory(), None
        with working(tell("asking for what suppliers have declared")):
            if not directory.refresh(node):
                say_unreached()
        under = draft.under(method, boundary or draft.value("boundary"))
        problems = _problems_of(node, under, language)
        doubts = _doubts_of(node, under, directory.offers(node), language)
        asks_twice = bool(list_askers(node, under, read_library(node)))
        if not problems:
            terms = Terms(method=method, boundary=boundary)
            checklist = check_request(node, need_pack(draft), terms, directory)
    is_ready = checklist is not None and checklist.is_ready
    found = {"is_ready": is_ready, "problems": problems, "doubts": doubts, **_fields_of(checklist)}
    if as_json:
        show_json(found)
    else:
        _show_checked(draft, found["entries"], checklist)
        typer.echo(tell("Ready to be asked for.") if is_ready else tell("Something is missing."))
    _say_problems([*problems, *doubts], language)
    if asks_twice and not as_json:
        say(tell("Texts that ask these suppliers: sealsum node model texts {} {}", folder, model))
    if not is_ready:
        raise typer.Exit(FAILED)


def _show_checked(draft: PackDraft, entries: list[dict[str, Any]], checklist: Checklist | None) -> None:
    from node.maker.parts import show_items
    from node.words.asked import ASKED

    titles = ("item", "stage", "supplier", "state", "declared_for")
    written = show_items(draft.rows)
    shown = [
        one | {"item": written.get(one["item"], one["item"]), "stage": show_stage(one["stage"])}
        for one in entries
    ]
    show_table(titles, [tuple(one[name] for name in titles) for one in shown])
    for question, count in ({} if checklist is None else checklist.asks).items():
        typer.echo(tell("{} owners will be asked: {}.", count, ASKED[question].here()))


def write_texts(folder: Folder, model: Model, lang: Lang = None, as_json: Json = False) -> None:
    """Texts to send by your own mail to the suppliers whose templates ask for materials that have rows of their own.

    What both declare counts twice. No quantity is in a text.
    """
    from node.library import read_library
    from node.maker.pack_drafts import resolve_draft
    from node.maker.twice import list_askers, make_question

    language = find_language(lang, os.environ)
    with opened(folder, asked=lang) as node:
        draft = resolve_draft(node, model)
        found = [
            {"supplier": supplier, **asdict(make_question(node, draft.model, products, language))}
            for supplier, products in list_askers(node, draft, read_library(node)).items()
        ]
    if as_json:
        show_json({"texts": found})
        return
    if not found:
        typer.echo(tell("Nobody is to be asked."))
    for one in found:
        typer.echo(tell("To: {}\nSubject: {}\n\n{}", one["supplier"], one["subject"], one["text"]))


def _fields_of(checklist: Checklist | None) -> dict[str, Any]:
    if checklist is None:
        return {"entries": [], "left_out": [], "asks": {}}
    entries = [
        {
            "item": one.entry.item,
            "stage": one.entry.stage,
            "supplier": one.entry.legal_entity if one.offer is None else one.offer.name_en,
            "state": one.need.value,
            "declared_for": "" if one.offer is None else f"{one.offer.start}..{one.offer.end}",
            "is_older": one.is_older,
        }
        for one in checklist.entries
    ]
    asks = {question.value: count for question, count in checklist.asks.items()}
    return {"entries": entries, "left_out": list(checklist.left_out), "asks": asks}
