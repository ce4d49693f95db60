"""One factor by a form: the columns of the sheet as fields, read and judged as a row of it.

The one fact: it goes through the same importer, the same look and the same signing as a file, so what one refuses the
other refuses.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Annotated, Any

from fastapi import Depends, FastAPI, Query, Request
from starlette.responses import Response

from method.factor_table import COLUMNS, encode_factor_row
from node.importers.factors import read_factor_cells
from node.importers.problem import ImportProblems, Problem
from node.reviewing import judge_factor
from node.web.desk import Desk
from node.web.knowledge.submissions import find_own, read_fresh
from node.web.knowledge.submitting import find_given, show_given
from node.web.knowledge.template import choices_of, help_of, may_be_empty, next_versions
from node.web.library import after_reading
from node.web.visiting import Owner, Reader
from protocol.errors import Refused
from web.factor_words import title_of
from web.languages import mark
from web.visits import Visit

LONGEST = 4000
EMPTY_FORM = {"version": "1", "biogenic": "0", "land_use": "0"}
CHOOSE = mark("Choose one of the list.")
EXPECTED = mark("Expected: %(what)s.")
FOUND_WRONG = mark("Found %(found)s; expected: %(expected)s.")
_DAYS = ("valid_from", "valid_to")
_NUMBERS = ("version", "total", "biogenic", "land_use", "year")


async def _read(request: Request) -> dict[str, str]:
    form = await request.form(max_files=0, max_fields=2 * len(COLUMNS))
    texts = {name: form.get(name) for name in COLUMNS}
    return {name: text.strip()[:LONGEST] for name, text in texts.items() if isinstance(text, str)}


Typed = Annotated[dict[str, str], Depends(_read)]
"""The columns that a form has, as texts."""


def add_entering(app: FastAPI, desk: Desk) -> None:
    """Add the page."""

    @app.get("/factors/new", dependencies=after_reading(desk))
    def new(
        visit: Reader,
        code: Annotated[str, Query(max_length=64)] = "",
        given: Annotated[str, Query(max_length=64)] = "",
    ) -> Response:
        """Empty, with the next version of a factor of one's own, or with the one that was `given` and looked at."""
        looked = find_given(desk.node, given)
        if looked:
            return _show(visit, encode_factor_row(looked[0]))
        return _show(visit, _next_version(desk, code) if code else EMPTY_FORM)

    @app.post("/factors/new")
    def enter(visit: Owner, typed: Typed) -> Response:
        read_fresh(desk.node)
        try:
            factor = read_factor_cells(typed, partial(judge_factor, desk.node))
            return show_given(visit, desk, [factor], is_form=True)
        except ImportProblems as error:
            wrong = {one.column: _say(visit, one, typed.get(one.column, "")) for one in error.problems}
            return _show(visit, typed, wrong, visit.say("Nothing was signed: mend what is marked."))
        except Refused as error:
            return _show(visit, typed, problem=visit.explain(error))


def _next_version(desk: Desk, code: str) -> Mapping[str, str]:
    shelved, _ = read_fresh(desk.node)
    own = find_own(desk.node, shelved.parties)
    factors = next_versions(item for item in shelved.items if item.payload.by in own)
    if code not in factors:
        raise Refused("unknown", f"{code} is no factor of this organisation")
    return encode_factor_row(factors[code])


def _say(visit: Visit, problem: Problem, cell: str) -> str:
    words = problem.words(visit.language)
    if not cell and choices_of(visit, problem.column):
        return visit.say(CHOOSE)
    if not cell:
        return visit.say(EXPECTED, what=words.expected)
    return visit.say(FOUND_WRONG, found=words.found, expected=words.expected)


def _show(
    visit: Visit, cells: Mapping[str, str], wrong: Mapping[str, str] | None = None, problem: str = ""
) -> Response:
    wrong = wrong or {}
    fields: list[dict[str, Any]] = [
        {
            "name": name,
            "title": title_of(visit.say, name),
            "help": help_of(visit, name),
            "value": cells.get(name, ""),
            "choices": choices_of(visit, name),
            "kind": "date" if name in _DAYS else "number" if name in _NUMBERS else "text",
            "is_needed": not may_be_empty(name),
            "problem": wrong.get(name, ""),
        }
        for name in COLUMNS
    ]
    whole = [text for name, text in wrong.items() if name not in COLUMNS]
    status = 422 if problem else 200
    return visit.page("one_factor.html", status=status, fields=fields, problems=[problem, *whole])
