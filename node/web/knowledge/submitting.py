"""Factors of a file or of the form: read whole, shown as what would be signed, and signed only then.

The one fact: what is signed is what was shown. What was given but not signed is forgotten when the next one is given
or the program ends.
"""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Callable, Sequence
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Annotated, Literal

from fastapi import FastAPI, File, Form, UploadFile
from starlette.responses import Response

from method.factor import Factor, make_factor_fields
from method.factor_table import encode_factor_table
from node.importers.factors import read_any_factors
from node.importers.problem import ImportProblems
from node.library import Library, read_library
from node.organisation import Node
from node.reviewing import (
    check_factors,
    find_before_in_other_unit,
    judge_factor,
    leave_unchanged,
    list_withdrawn,
)
from node.web.desk import Desk
from node.web.knowledge.citable import show_lines, tell_uncited
from node.web.knowledge.submissions import find_own, read_fresh, read_known
from node.web.knowledge.template import newest_versions
from node.web.visiting import Owner
from protocol.errors import Refused
from web.languages import mark
from web.numbers import show_unit
from web.submissions import compare_submissions, describe_submission
from web.tables import Cell, Column, Table
from web.visits import Visit

MOST_BYTES = 16 * 1024 * 1024
_GIVEN = "factors given"
GONE = mark(
    "Nothing is signed: this preview was replaced by a later one, or the program was started anew since. Sign what the "
    "later one shows, or give here again what you would sign."
)
_AGAIN = mark("It was withdrawn: signed, it is put forward again.")
_OTHER_UNIT = mark("Version %(version)s is per %(unit)s: correct the unit, unless it is meant to change.")
Sign = Callable[[Visit, list[Factor]], Response]
Refuse = Callable[[Visit, ImportProblems | Refused], Response]


def add_submitting(app: FastAPI, desk: Desk, sign: Sign, refuse: Refuse) -> None:
    """Add the pages. `sign` signs and sends; `refuse` shows what is wrong beside the form for the file."""

    @app.post("/factors")
    def look(visit: Owner, file: Annotated[UploadFile, File()]) -> Response:
        """Read a file whole, or take nothing of it; nothing is signed yet."""
        try:
            return show_given(visit, desk, _read(desk.node, file))
        except (ImportProblems, Refused) as error:
            return refuse(visit, error)

    @app.post("/factors/sign")
    def take(
        visit: Owner,
        digest: Annotated[str, Form(max_length=64)],
        origin: Annotated[Literal["file", "form"], Form()] = "file",
    ) -> Response:
        """Sign what was shown last; of what was shown before it say so, where another one can be given."""
        found = find_given(desk.node, digest)
        if found is None:
            return visit.go("/factors/new" if origin == "form" else "/factors", visit.say(GONE), is_task=True)
        return sign(visit, found)


def show_given(visit: Visit, desk: Desk, factors: list[Factor], is_form: bool = False) -> Response:
    """What of these would be signed, from a file or from the form; Refused when it cannot get published."""
    fresh, unchanged = leave_unchanged(desk.node, factors)
    check_factors(desk.node, fresh)
    digest = hashlib.sha256(encode_factor_table(fresh)).hexdigest()
    desk.node.kept[_GIVEN] = {digest: fresh}
    library = read_library(desk.node)
    uncited = [
        (one.code, one.unit)
        for one in fresh
        if not library.lines_for(one.code, one.unit) and not library.is_named(one.code)
    ]
    return visit.page(
        "factors_given.html",
        [_table(visit, desk.node, library, fresh)],
        digest=digest,
        count=len(fresh),
        fields=[(one, describe_submission(visit, make_factor_fields(one))) for one in fresh],
        unchanged=_name(visit, desk.node, unchanged),
        is_form=is_form,
        uncited=tell_uncited(visit, library, read_known(desk.node).items, uncited) if uncited else None,
    )


def find_given(node: Node, digest: str) -> list[Factor] | None:
    """The factors that were shown last, by what the page calls them; None once others were."""
    found: list[Factor] | None = node.kept.get(_GIVEN, {}).get(digest)
    return found


def _read(node: Node, file: UploadFile) -> list[Factor]:
    """The factors of an uploaded file; its name tells how it is read. What is known of their codes is fresh."""
    data = file.file.read(MOST_BYTES + 1)
    if len(data) > MOST_BYTES:
        raise Refused("file", f"the file has more than {MOST_BYTES} bytes; split it")
    name = Path(file.filename or "factors.csv").name
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(data)
        read_fresh(node)
        return read_any_factors(path, judge=partial(judge_factor, node))


def _table(visit: Visit, node: Node, library: Library, factors: Sequence[Factor]) -> Table:
    """What would be signed, and what of it differs from the last version of one's own."""
    shelved, _ = read_fresh(node)
    own = find_own(node, shelved.parties)
    before = newest_versions(item for item in shelved.items if item.payload.by in own)
    columns = (
        Column(visit.say("Code")),
        Column(visit.say("Version"), "number"),
        Column(visit.say("Name")),
        Column(visit.say("Value"), "number"),
        Column(visit.say("Unit")),
        Column(visit.say("Region")),
        Column(visit.say("Source")),
        Column(visit.say("What changes")),
        Column(visit.say("Lines that accept it")),
    )
    rows = [
        (
            one.code,
            one.version,
            one.name_zh if visit.language == "zh" else one.name_en,
            Decimal(str(make_factor_fields(one)["total"])),
            f"kgCO₂e/{show_unit(one.unit)}",
            one.region,
            one.source,
            _changes(visit, node, before.get(one.code), one),
            show_lines(visit, library, one.code, one.unit),
        )
        for one in factors
    ]
    return Table("given", visit.say("What you would sign"), columns, rows, visit.say("Nothing."), False)


def _name(visit: Visit, node: Node, unchanged: Sequence[Factor]) -> list[str]:
    """What is left out, by code; with what of it was withdrawn and stays so."""
    withdrawn = set(list_withdrawn(node, unchanged))
    return [
        visit.say("%(code)s (withdrawn)", code=one.code) if one.code in withdrawn else one.code
        for one in unchanged
    ]


def _changes(visit: Visit, node: Node, earlier: Factor | None, one: Factor) -> Cell:
    """What differs from the version before; another unit is marked, for it is seldom meant."""
    if earlier is None:
        return Cell(visit.say("new"))
    changed = compare_submissions(visit, make_factor_fields(earlier), make_factor_fields(one))
    said = visit.marks.semicolon.join(f"{title}{visit.marks.colon}{value}" for title, value in changed)
    notes = [visit.say(_AGAIN)] if list_withdrawn(node, [one]) else []
    before = find_before_in_other_unit(node, one)
    if before is not None:
        notes.append(visit.say(_OTHER_UNIT, version=before.version, unit=show_unit(before.unit)))
    return Cell(said, note=" ".join(notes), state="" if before is None else "bad")
