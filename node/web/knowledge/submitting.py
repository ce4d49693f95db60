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
from typing import Annotated

from fastapi import FastAPI, File, Form, UploadFile
from starlette.responses import Response

from method.factor import Factor
from method.factor_table import encode_factor_row, encode_factor_table
from node.importers.factors import read_any_factors
from node.importers.problem import ImportProblems
from node.organisation import Node
from node.reviewing import check_factors, judge_version, leave_unchanged
from node.web.desk import Desk
from node.web.knowledge.submissions import find_own, read_fresh
from node.web.knowledge.template import newest_versions
from node.web.visiting import Owner
from protocol.errors import Refused
from web.factor_words import title_of
from web.numbers import show_unit
from web.tables import Cell, Column, Table
from web.visits import Visit

MOST_BYTES = 16 * 1024 * 1024
_GIVEN = "factors given"
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
    def take(visit: Owner, digest: Annotated[str, Form(max_length=64)]) -> Response:
        found = find_given(desk.node, digest)
        if found is None:
            raise Refused("file", "what was shown is not here any more; give the file again")
        return sign(visit, found)


def show_given(visit: Visit, desk: Desk, factors: list[Factor], is_form: bool = False) -> Response:
    """What of these would be signed, from a file or from the form; Refused when it cannot get published."""
    fresh, unchanged = leave_unchanged(desk.node, factors)
    check_factors(desk.node, fresh)
    digest = hashlib.sha256(encode_factor_table(fresh)).hexdigest()
    desk.node.kept[_GIVEN] = {digest: fresh}
    return visit.page(
        "factors_given.html",
        [_table(visit, desk.node, fresh)],
        digest=digest,
        count=len(fresh),
        unchanged=[one.code for one in unchanged],
        is_form=is_form,
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
        return read_any_factors(path, judge=partial(judge_version, node))


def _table(visit: Visit, node: Node, factors: Sequence[Factor]) -> Table:
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
    )
    rows = []
    for one in factors:
        earlier = before.get(one.code)
        cells = encode_factor_row(one)
        rows.append(
            (
                one.code,
                one.version,
                one.name_zh if visit.language == "zh" else one.name_en,
                Decimal(cells["total"]),
                f"kgCO₂e/{show_unit(one.unit)}",
                one.region,
                one.source,
                _changes(visit, cells, None if earlier is None else encode_factor_row(earlier)),
            )
        )
    return Table("given", visit.say("What you would sign"), columns, rows, visit.say("Nothing."), False)


def _changes(visit: Visit, cells: dict[str, str], earlier: dict[str, str] | None) -> Cell:
    if earlier is None:
        return Cell(visit.say("new"))
    changed = [name for name in cells if name != "version" and cells[name] != earlier[name]]
    titles = visit.marks.semicolon.join(title_of(visit.say, name) for name in changed)
    was = visit.marks.semicolon.join(earlier[name] or "–" for name in changed)
    return Cell(titles, note=visit.say("before: %(was)s", was=was))
