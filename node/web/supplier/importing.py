"""Importing a sheet: as its owner knows it, problems in the cell where they are, beside it what the numbers became.

The one fact: what was given stays as a draft until it is taken over or put away; it is mended here cell by cell, or
downloaded, mended in the program it came from, and given again.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, Any

from fastapi import FastAPI, File, Form, UploadFile
from starlette.responses import Response

from method.category import Category
from method.errors import MethodError
from method.exact import encode_decimal
from method.product import Product
from method.rules import DEFAULT_METHOD, FULL, find_rules
from node.importers.activity import FORMER, ImportedActivity, make_activity
from node.importers.problem import ImportProblems, Problem
from node.importers.rows import Rulebook, make_rulebook
from node.importers.sheets import MAX_SHEETS
from node.importers.tables import make_output_row
from node.importers.template import make_template
from node.supplier.activities import Source, find_newest, find_other_period, keep_activity, return_to_before
from node.supplier.alike import drop_alike, write_unit_alike
from node.supplier.choosing import choose_factor
from node.supplier.dating import has_moving, move_dates
from node.supplier.drafts import (
    Draft,
    add_row,
    begin_draft,
    drop_draft,
    drop_row,
    find_draft,
    list_dropped,
    list_skipped,
    mark_changed,
    mend_cell,
    mend_rows,
    need_draft,
    read_cell,
    take_back,
)
from node.supplier.footprints import find_footprint
from node.supplier.naming import count_filled, fill_names, follow_name
from node.supplier.previewing import Preview, preview_lines
from node.supplier.products import find_product
from node.supplier.slips import find_former
from node.supplier.sums import find_sums
from node.supplier.templates import order_template
from node.web.desk import Desk
from node.web.library import after_reading, factors_of, need_library
from node.web.supplier.footprint import (
    compare_with,
    contribution_chart,
    lines_table,
    say_unit,
)
from node.web.supplier.sheet_view import Looked, is_read, show_hints, texts_of, view_sheet
from node.web.visiting import Preparer
from protocol.errors import Refused
from web.languages import mark
from web.tables import Column, Table
from web.visits import Visit

RowPlace = Annotated[str, Form(pattern=r"^\d{1,2}-\d{1,7}$")]
PASTED = "pasted.csv"
TAKEN = mark("Taken over. Nothing of it left this house; what leaves is said when you declare.")
TAKEN_INSTEAD = mark(
    "Taken over: %(n)s records of %(file)s instead of the %(before)s of %(earlier)s, which can be brought back below. "
    "Nothing of it left this house; what leaves is said when you declare."
)
RETURNED = mark("What was imported before is the newest import again.")
NOTHING_GIVEN = mark("Choose a file first, or paste rows. Nothing was changed.")
PUT_AWAY = mark("The sheet was put away. What was imported before is as it was.")


def add_importing(app: FastAPI, desk: Desk) -> None:
    """Add the pages."""

    @app.get("/products/{code}/template", dependencies=after_reading(desk))
    def template(visit: Preparer, code: str) -> Response:
        """The sheet to fill in."""
        product = find_product(desk.node, code)
        order = order_template(desk.node, product, need_library(desk.node))
        return _file(make_template(order), f"{code}-{product.period_start[:4]}.xlsx")

    @app.get("/products/{code}/import", dependencies=after_reading(desk))
    def show(visit: Preparer, code: str, row: str = "") -> Response:
        return _show(visit, desk, code, row)

    @app.post("/products/{code}/import")
    def give(
        visit: Preparer,
        code: str,
        file: Annotated[UploadFile | None, File()] = None,
        pasted: Annotated[str, Form(max_length=2_000_000)] = "",
    ) -> Response:
        """A file, or what was pasted from a spreadsheet."""
        find_product(desk.node, code)
        is_file = file is not None and bool(file.filename)
        if not is_file and not pasted.strip():
            return _show(visit, desk, code, "", visit.say(NOTHING_GIVEN))
        name = file.filename or PASTED if file is not None and is_file else PASTED
        data = file.file.read() if file is not None and is_file else pasted.encode()
        try:
            draft = begin_draft(desk.node, code, name, data)
        except ImportProblems as error:
            return _refuse_file(visit, desk, code, error)
        fill_names(desk.node, draft, _rules_of(desk, code))
        return visit.go(f"/products/{code}/import")

    @app.post("/products/{code}/import/cell")
    def mend(
        visit: Preparer,
        code: str,
        place: Annotated[str, Form(pattern=r"^\d{1,2}-\d{1,7}-\d{1,2}$")],
        value: Annotated[str, Form(max_length=5000)] = "",
    ) -> Response:
        """Write one cell; answers with the sheet as it is now."""
        sheet, row, column = map(int, place.split("-"))
        draft = need_draft(desk.node, code)
        own = read_cell(draft, (sheet, row, column))
        draft = mend_cell(desk.node, draft, (sheet, row, column), value)
        follow_name(desk.node, draft, (sheet, row, column), own, _rules_of(desk, code))
        return _part(visit, desk, code, f"{sheet}-{row}")

    @app.post("/products/{code}/import/drop")
    def drop(visit: Preparer, code: str, place: RowPlace) -> Response:
        """Take one row out."""
        sheet, row = map(int, place.split("-"))
        drop_row(desk.node, need_draft(desk.node, code), (sheet, row))
        return _part(visit, desk, code)

    @app.post("/products/{code}/import/drop-alike")
    def drop_same(visit: Preparer, code: str, place: RowPlace) -> Response:
        """Take out all rows that call their item as one does."""
        sheet, row = map(int, place.split("-"))
        drop_alike(desk.node, need_draft(desk.node, code), (sheet, row))
        return _part(visit, desk, code)

    @app.post("/products/{code}/import/unit-alike")
    def write_unit(visit: Preparer, code: str, place: RowPlace) -> Response:
        """Have all rows of one item in the unit that was written into one of them."""
        sheet, row = map(int, place.split("-"))
        write_unit_alike(desk.node, need_draft(desk.node, code), (sheet, row))
        return _part(visit, desk, code)

    @app.post("/products/{code}/import/sums")
    def sums(visit: Preparer, code: str) -> Response:
        """Take out all rows of sums that cannot be read."""
        draft = need_draft(desk.node, code)
        problems = check_draft(draft, find_product(desk.node, code), desk).problems
        mend_rows(desk.node, draft, dict.fromkeys(find_sums(draft, problems)))
        return _part(visit, desk, code) if visit.is_part else visit.go(f"/products/{code}/import")

    @app.post("/products/{code}/import/add")
    def add(
        visit: Preparer,
        code: str,
        sheet: Annotated[int, Form(ge=0, lt=MAX_SHEETS)],
        output: Annotated[bool, Form()] = False,
    ) -> Response:
        """Put a row in, an empty one or one for the production."""
        draft, product = need_draft(desk.node, code), find_product(desk.node, code)
        cells = make_output_row(draft.sheets[sheet], product) if output and sheet < len(draft.sheets) else ()
        draft = add_row(desk.node, draft, sheet, cells)
        return _part(visit, desk, code, f"{sheet}-{draft.changes[-1].row}")

    @app.post("/products/{code}/import/dates")
    def dates(visit: Preparer, code: str) -> Response:
        """Move every date of a sheet of the period before into the product's period."""
        draft = need_draft(desk.node, code)
        if _is_former(check_draft(draft, find_product(desk.node, code), desk)):
            move_dates(desk.node, draft, _rules_of(desk, code))
        return _part(visit, desk, code) if visit.is_part else visit.go(f"/products/{code}/import")

    @app.post("/products/{code}/import/factor")
    def choose(
        visit: Preparer,
        code: str,
        line: Annotated[str, Form(max_length=200)],
        factor: Annotated[str, Form(max_length=200)],
    ) -> Response:
        """Have every row of a line cite a factor."""
        choose_factor(desk.node, need_draft(desk.node, code), _rules_of(desk, code), line, factor)
        return _part(visit, desk, code)

    @app.post("/products/{code}/import/undo")
    def undo(visit: Preparer, code: str) -> Response:
        take_back(desk.node, need_draft(desk.node, code))
        return _part(visit, desk, code) if visit.is_part else visit.go(f"/products/{code}/import")

    @app.post("/products/{code}/import/away")
    def away(visit: Preparer, code: str) -> Response:
        drop_draft(desk.node, code)
        return visit.go(f"/products/{code}", visit.say(PUT_AWAY))

    @app.post("/products/{code}/import/take")
    def take(visit: Preparer, code: str) -> Response:
        """Take the sheet over as this product's activity, whole or not at all."""
        draft = need_draft(desk.node, code)
        found = check_draft(draft, find_product(desk.node, code), desk)
        if found.imported is None:
            return visit.go(f"/products/{code}/import")
        source = Source(draft.name, draft.sha256, list_dropped(draft), list_skipped(draft))
        before = find_newest(desk.node, code)
        records = found.imported.records
        keep_activity(desk.node, code, records, source, found.imported.certificates)
        drop_draft(desk.node, code)
        if before is None or find_other_period(before, found.imported.product) is not None:
            return visit.go(f"/products/{code}", visit.say(TAKEN))
        counts = {"n": len(records), "before": len(before.records)}
        said = visit.say(TAKEN_INSTEAD, file=draft.name, earlier=before.source.name, **counts)
        return visit.go(f"/products/{code}", said)

    @app.post("/products/{code}/import/before")
    def before(visit: Preparer, code: str) -> Response:
        """Have the import before the newest one again."""
        return_to_before(desk.node, code)
        return visit.go(f"/products/{code}", visit.say(RETURNED))


def _say_named(visit: Visit, count: int) -> str:
    """How many rows were named by what their owner chose for their names; "" for none."""
    if not count:
        return ""
    return visit.say_many(
        "%(n)s row was given the item that you chose for its name; undo puts the name back.",
        "%(n)s rows were given the items that you chose for their names; undo puts the names back.",
        count,
    )


def _rules_of(desk: Desk, code: str) -> Rulebook:
    """What the rows of a product's sheet are judged by."""
    library, product = need_library(desk.node), find_product(desk.node, code)
    return make_rulebook(product, library.category(product.category).category, factors_of(library))


@dataclass(frozen=True, slots=True)
class Checked:
    """A draft held against its category: what is wrong, or what it becomes."""

    category: Category
    problems: tuple[Problem, ...] = field(repr=False)
    imported: ImportedActivity | None = field(repr=False)
    preview: Preview | None = field(repr=False)
    failure: MethodError | None = None


def check_draft(draft: Draft, product: Product, desk: Desk) -> Checked:
    """All problems of a draft at once, or its preview."""
    library = need_library(desk.node)
    category = library.category(product.category).category
    try:
        imported = make_activity((draft.name, mark_changed(draft)), product, category, factors_of(library))
    except ImportProblems as error:
        return Checked(category, error.problems, None, None)
    former = find_former(desk.node, product, category, find_newest(desk.node, product.code))
    try:
        preview = preview_lines(imported, library, find_rules(DEFAULT_METHOD, FULL), former)
        return Checked(category, (), imported, preview)
    except MethodError as error:
        return Checked(category, (), None, None, error)


def _is_former(checked: Checked) -> bool:
    return any(one.kind == FORMER for one in checked.problems)


def _file(data: bytes, name: str) -> Response:
    media = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    return Response(data, media_type=media, headers={"Content-Disposition": f'attachment; filename="{name}"'})


def _refuse_file(visit: Visit, desk: Desk, code: str, error: ImportProblems) -> Response:
    """A file that is no sheet at all: said on the page where it was given; an earlier draft stays."""
    return visit.page(
        "import_none.html",
        status=422,
        product=find_product(desk.node, code),
        problems=[one.describe(visit.language) for one in error.problems],
    )


def _show(visit: Visit, desk: Desk, code: str, row: str, problem: str = "") -> Response:
    product, draft = find_product(desk.node, code), find_draft(desk.node, code)
    status, problems = (422, [problem]) if problem else (200, [])
    if draft is None:
        return visit.page("import_none.html", status=status, product=product, problems=problems)
    tables, values = _values(visit, desk, draft, row)
    return visit.page("import.html", tables, status, problems=problems, **values)


def _part(visit: Visit, desk: Desk, code: str, row: str = "") -> Response:
    tables, values = _values(visit, desk, need_draft(desk.node, code), row)
    return visit.page("import_part.html", tables, **values)


def _values(visit: Visit, desk: Desk, draft: Draft, row: str) -> tuple[list[Table], dict[str, Any]]:
    product = find_product(desk.node, draft.product)
    checked = check_draft(draft, product, desk)
    lacking = [one.sheet for one in checked.problems if one.kind == "output-missing"]
    factors = factors_of(need_library(desk.node))
    hints = () if checked.preview is None else checked.preview.warnings
    looked = Looked(draft, checked.category, factors, checked.problems, row, hints)
    values: dict[str, Any] = {
        "product": product,
        "draft": draft,
        "named": _say_named(visit, count_filled(draft)),
        "checked": checked,
        "sheets": [view_sheet(visit, looked, at) for at, sheet in enumerate(draft.sheets) if is_read(sheet)],
        "file_problems": [one.describe(visit.language) for one in checked.problems if not one.row],
        "output_sheet": next((at for at, sheet in enumerate(draft.sheets) if sheet.name in lacking), None),
        "count": len(checked.problems),
        "sums": len(find_sums(draft, checked.problems)),
        "can_move": _is_former(checked) and has_moving(draft, _rules_of(desk, draft.product)),
        "chart": None,
        "preview_total": "",
        "unit": say_unit(visit, product.declared_unit),
        "warnings": show_hints(visit, looked, _rules_of(desk, draft.product)),
        "replaced": None,
        "dropped": list_dropped(draft),
    }
    tables = [_mended(visit, draft, at) for at in range(len(draft.sheets))]
    if checked.preview is not None:
        tables.append(lines_table(visit, checked.preview))
        values["preview_total"] = encode_decimal(checked.preview.unit_footprint_kg)
        values["chart"] = contribution_chart(visit, checked.preview)
        values["replaced"], compared = _replaced(visit, desk, product, checked)
        tables += compared
    return tables, values


@dataclass(frozen=True, slots=True)
class Replaced:
    """The import that a sheet would take the place of; `total`: its unit footprint, "" where a factor is gone.

    `period`: of which it is, where that is another than the product's; it then stays as it was declared.
    """

    records: int = field(repr=False)
    source: str
    created: int
    total: str = field(repr=False)
    period: str


def _replaced(
    visit: Visit, desk: Desk, product: Product, checked: Checked
) -> tuple[Replaced | None, list[Table]]:
    """What taking a sheet over replaces, and line by line what that changes."""
    before = find_newest(desk.node, product.code)
    if before is None or checked.preview is None:
        return None, []
    try:
        found = find_footprint(desk.node, product, need_library(desk.node), DEFAULT_METHOD)
        compared = [compare_with(visit, before, product, checked.category, checked.preview)]
    except (MethodError, Refused):
        found, compared = None, []
    total = "" if found is None else encode_decimal(found.preview.unit_footprint_kg)
    period = " – ".join(find_other_period(before, product) or ())
    return Replaced(len(before.records), before.source.name, before.created, total, period), compared


def _mended(visit: Visit, draft: Draft, at: int) -> Table:
    """A sheet as it is by now, to be downloaded and given again."""
    sheet = draft.sheets[at]
    width = max((len(row.cells) for row in sheet.rows), default=0)
    texts = [texts_of(row.cells, width) for row in sheet.rows]
    columns = [Column(title) for title in (texts[0] if texts else ())]
    rows = texts[1:]
    return Table(f"sheet-{at}", sheet.name or draft.name, columns, rows)
