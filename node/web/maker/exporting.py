"""A result in the formats that others read: the format, and what no certificate says of the pack, field by field.

The one fact: the fields are those of the owner's file (exchange/particular_fields.py), with its checks and its words.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any

from fastapi import Depends, FastAPI, Request
from starlette.responses import Response

from exchange.particular_fields import FIELDS, FORMAT_NAMES, Kind
from exchange.particulars import NotStated, find_slips
from method.fields import Record
from node.accounts import OWNER, PREPARER
from node.exporting import ALL_FORMATS, Wanted, export_file, make_particulars, tell_left_out
from node.language import Phrase
from node.maker.pack_drafts import find_model
from node.maker.requesting import resolve_request
from node.maker.standings import find_standings
from node.maker.stating import find_stated, keep_stated
from node.organisation import Node
from node.web.desk import Desk
from node.web.maker.checking import MEDIA, fetch_saved, make_file, name_file
from node.web.maker.saying import say_phrase
from node.web.visiting import Reader
from protocol.errors import Refused
from web.languages import mark
from web.visits import Visit

NEEDED = mark("%(format)s asks for this.")
EXPECTED = mark("Expected: %(what)s.")
_MAY_KEEP = frozenset({OWNER, PREPARER})


async def _read(request: Request) -> dict[str, list[str]]:
    form = await request.form()
    return {name: [one for one in form.getlist(name) if isinstance(one, str)] for name in form}


Typed = Annotated[dict[str, list[str]], Depends(_read)]
"""Every text of a form by name, several under one name as well."""


@dataclass(frozen=True, slots=True)
class _Shown:
    """The form: of which calculation and model, the format, what is stated, and what is wrong with it."""

    request: str
    model: str
    format: str = ALL_FORMATS[0]
    record: Record = field(default_factory=dict)
    slips: Mapping[str, str] = field(default_factory=dict)
    problem: str = ""


def add_export(app: FastAPI, desk: Desk) -> None:
    """Add the page."""

    @app.get("/calculations/{request}/export")
    def show_export(visit: Reader, request: str, model: int = 0) -> Response:
        full = resolve_request(desk.node, request)
        names = _models(desk, full)
        name = names[model] if 0 <= model < len(names) else ""
        return _show(visit, desk, _Shown(full, name, record=_begin(desk.node, name)))

    @app.post("/calculations/{request}/export")
    def export(visit: Reader, request: str, typed: Typed) -> Response:
        """The file, or the form again with what is wrong at its field; what was typed stays in it."""
        node, full = desk.node, resolve_request(desk.node, request)
        format, model = _one(typed, "form"), _one(typed, "model")
        shown = _Shown(full, model, format, read_record(typed))
        try:
            slips = {name: _expected(visit, slip) for name, slip in find_slips(shown.record).items()}
            if slips:
                problem = visit.say("Nothing is written yet: mend what is marked.")
                return _show(visit, desk, _Shown(full, model, format, shown.record, slips, problem))
            fetch_saved(node, full)
            data = export_file(node, full, Wanted(format, model or None, make_particulars(shown.record)))
        except NotStated as error:
            slips = {one.name: visit.say(NEEDED, format=FORMAT_NAMES[format]) for one in error.missing}
            problem = visit.say("Nothing is written yet: this format asks for what is marked.")
            return _show(visit, desk, _Shown(full, model, format, shown.record, slips, problem))
        except Refused as error:
            problem = visit.explain(error)
            return _show(visit, desk, _Shown(full, model, format, shown.record, problem=problem))
        if visit.account.roles & _MAY_KEEP:
            keep_stated(node, model, shown.record)
        kind, ending = ("footprint", format) if format in MEDIA else (format, "json")
        name = name_file(node, full, kind, ending, model)
        return make_file(data, name, MEDIA.get(format, "application/json"))


def _begin(node: Node, model: str) -> Record:
    """What was stated last; the mass of a pack that has none stated yet is the one in the model."""
    draft = find_model(node, model)
    mass = "" if draft is None else draft.value("mass_kg")
    return {**({"mass_kg": mass} if mass else {}), **find_stated(node, model)}


def read_record(typed: Mapping[str, list[str]]) -> Record:
    """The record that a form states, as the owner's file would: what is empty is not stated."""
    record: dict[str, object] = {}
    for one in FIELDS:
        texts = [line.strip() for text in typed.get(one.name, []) for line in text.splitlines()]
        texts = [text for text in texts if text]
        if not texts:
            continue
        match one.kind:
            case Kind.TEXTS | Kind.CHOICES:
                record[one.name] = texts
            case Kind.FLAG:
                record[one.name] = {"true": True, "false": False}.get(texts[0], texts[0])
            case _:
                record[one.name] = " ".join(texts)
    return record


def _one(typed: Mapping[str, list[str]], name: str) -> str:
    return next(iter(typed.get(name, [])), "")[:200]


def _expected(visit: Visit, slip: Phrase) -> str:
    return visit.say(EXPECTED, what=slip.say(visit.language))


def _models(desk: Desk, request: str) -> list[str]:
    """The models of a calculation by number."""
    standing = find_standings(desk.node, [request]).get(request)
    return [] if standing is None else [one.model for one in standing.outcomes]


def _say_left_out(visit: Visit, node: Node, request: str) -> list[str]:
    """What files lack without saying so, format by format."""
    found = (tell_left_out(node, request, format) for format in ALL_FORMATS)
    return [say_phrase(visit, one) for one in found if one is not None]


def _show(visit: Visit, desk: Desk, shown: _Shown) -> Response:
    status = 409 if shown.problem and not shown.slips else 422 if shown.slips else 200
    values: dict[str, Any] = {
        "shown": shown,
        "formats": ALL_FORMATS,
        "left_out": _say_left_out(visit, desk.node, shown.request),
        "models": _models(desk, shown.request),
        "asked": [one for one in FIELDS if one.needed_by],
        "further": [one for one in FIELDS if not one.needed_by],
        "offered": lambda one: {choice: choice for choice in one.choices},
        "needed_by": lambda one: visit.marks.between.join(FORMAT_NAMES[format] for format in one.needed_by),
    }
    return visit.page("export.html", status=status, **values)
