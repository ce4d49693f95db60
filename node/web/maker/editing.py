"""One model: its bill of materials as a table one types in, checked as one types, with suppliers from the directory."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from functools import partial
from typing import Annotated, Any

from fastapi import FastAPI, Form, UploadFile
from starlette.responses import Response

from method.exact import encode_decimal
from method.rules import RULES, STAGES, VEHICLE_CATEGORIES
from method.units import parse_unit
from node.importers.bill import BILL
from node.importers.sheets import MAX_FILE_BYTES
from node.library import read_library
from node.maker.bills import Findings, check_draft
from node.maker.chemistries import CHEMISTRIES
from node.maker.directory import Directory, Offer
from node.maker.doubts import find_doubts, find_empty_stages, find_unlike
from node.maker.functional_units import list_energies, read_unit
from node.maker.item_codes import is_only_name, with_codes
from node.maker.merging import find_alike
from node.maker.modelling import How, Taken, say_read, take_file, with_own_item
from node.maker.ourselves import name_ourselves
from node.maker.pack_drafts import ROW_FIELDS, PackDraft, find_draft, has_before, keep_draft
from node.maker.parts import name_components, resolve_parts, show_cell, show_items
from node.maker.pieces import weigh_pieces
from node.maker.standings import find_superseded
from node.maker.suggesting import find_open, find_single, suggest_offers
from node.maker.weighing import weigh_draft
from node.web.chosen import Beside, Chosen
from node.web.desk import Desk
from node.web.library import after_reading
from node.web.maker.asking import list_rules, name_rules
from node.web.maker.lacking import list_wanted
from node.web.maker.mending import ON_UNIT_PAGE, ROW_TITLES, count_on_bill
from node.web.maker.pressed import BUTTONS, Pressed, press
from node.web.maker.saying import say_phrase, say_stage, say_vehicle, warn_of_boundary
from node.web.maker.typed import Typed, with_typed
from node.web.maker.wants import describe_life, describe_wants
from node.web.visiting import Preparer, Reader
from web.boundaries import say_boundary
from web.rule_sets import say_variant
from web.tables import Column, Table, ascribe
from web.visits import Visit

COLUMNS = (
    ("name", "item"), ("quantity",), ("unit",), ("product", "legal_entity"), ("category", "stage"), ("part_of",),
    ("default_factor",),
)  # fmt: skip
"""What stands together in a column of the table: one below the other, all of it fits on a notebook's screen."""
_FIRST = ("model", "chemistry", "name_zh", "name_en", "mass_kg")
"""While nothing of these is typed nor any row there, nothing is called wrong."""
WIDEST = {"category": 14, "stage": 14, "part_of": 12, "default_factor": 12}
NARROWEST = {"quantity": 6, "unit": 3, "default_factor": 6}
"""How many characters a cell of the bill of materials shows, at most 20; the code of a category comes with its
product."""
MOST_FACTORS = 2000
"""How many factors are listed to choose from."""
OFFERED = 20
"""How many declared products are offered for what is typed."""


def add_editing(app: FastAPI, desk: Desk, directory: Directory) -> None:
    """Add the pages."""
    _add_table(app, desk, directory)
    _add_finding(app, desk, directory)
    _add_unit(app, desk)


def _add_table(app: FastAPI, desk: Desk, directory: Directory) -> None:
    @app.get("/models/{draft}", dependencies=after_reading(desk))
    def model(visit: Reader, draft: str, chosen: Beside, after: int = -1, into: int = -1) -> Response:
        """What is found goes `into` a row that one came from, else into the next one that is open `after` it, else
        into a new one."""
        found = find_draft(desk.node, draft)
        offers = directory.offers(desk.node)
        names = {one.legal_entity: _name_of(visit, one) for one in offers}
        unlike = {
            row: one.category_zh if visit.language == "zh" else one.category_en
            for row, one in find_unlike(found, offers).items()
        }
        tables = ascribe([make_bill_table(visit, found)], found.model, [(visit.say("Model"), found.model)])
        offered = suggest_offers(found.rows, offers, found.value("chemistry"))
        is_sought = 0 <= into < len(found.rows)
        text = name_sought(found.rows[into]) if is_sought else ""
        following = find_open(found.rows, offers, after) if after >= 0 else None
        return visit.page(
            "model.html",
            tables,
            suppliers=names,
            declared_names={(one.legal_entity, one.product): one.product_name for one in offers},
            ourselves=desk.node.identity.entity,
            unlike=unlike,
            offered=offered,
            single=len(find_single(found.rows, offered)),
            alike=find_alike(found.rows, read_library(desk.node)),
            has_open=find_open(found.rows, offers) is not None,
            target=into if is_sought else following,
            name_sought=name_sought,
            text=text,
            offers=directory.find(desk.node, text)[:OFFERED] if text else [],
            answered=True,
            wanted={one.item for one in list_wanted(desk.node, found, offers)},
            components=name_components(found.rows, offers),
            chemistries=[(code, say_phrase(visit, name)) for code, name in CHEMISTRIES.items()],
            name_of=lambda one: _name_of(visit, one),
            outdated=find_superseded(desk.node, found),
            **_describe(visit, desk, found, chosen),
        )

    @app.post("/models/{draft}")
    def save(visit: Preparer, draft: str, chosen: Beside, typed: Typed) -> Response:
        """Save what was typed, then do what the pressed button says: undo takes back that alone."""
        found, library = with_typed(find_draft(desk.node, draft), typed), read_library(desk.node)
        found = replace(found, rows=name_ourselves(desk.node, found.rows))
        if BUTTONS & typed.keys():
            keep_draft(desk.node, replace(found, rows=tuple(row for row in found.rows if any(row.values()))))
        pressed = press(found, typed, directory.offers(desk.node), library)
        changed = pressed.draft
        kept = keep_draft(desk.node, replace(changed, fields=with_own_item(desk.node, changed, changed.rows)))
        if "next" not in typed:
            return _show_pressed(visit, draft, chosen, pressed)
        if count_on_bill(check_draft(chosen.of(kept), library)):
            problem = visit.say("This is saved. Before going on, mend what is marked.")
            return visit.go(f"/models/{draft}{chosen.query}", problem, is_task=True)
        return visit.go(f"/models/{draft}/unit{chosen.query}", visit.say("Saved."))

    @app.post("/models/{draft}/check")
    def check(visit: Preparer, draft: str, chosen: Beside, typed: Typed) -> Response:
        """What is wrong with what is typed so far; nothing is saved."""
        found, offers = with_typed(find_draft(desk.node, draft), typed), directory.offers(desk.node)
        weighed = weigh_pieces(found.rows, read_library(desk.node))
        found = with_codes(replace(found, rows=resolve_parts(weighed, offers)))
        components = name_components(found.rows, offers)
        return visit.page(
            "model_check.html", is_live=True, components=components, **_describe(visit, desk, found, chosen)
        )

    @app.post("/models/{draft}/upload")
    def upload(  # noqa: PLR0913 - the form's fields
        visit: Preparer,
        draft: str,
        file: UploadFile,
        chosen: Beside,
        per_assembly: Annotated[bool, Form()] = False,
        keeps_left: Annotated[bool, Form()] = False,
    ) -> Response:
        """The rows of a file in place of those that are there; undo brings them back."""
        directory.refresh(desk.node)
        found = find_draft(desk.node, draft)
        name = (file.filename or "bill").replace("\\", "/").rpartition("/")[2]
        upload = name, file.file.read(MAX_FILE_BYTES + 1)
        (taken,) = take_file(desk.node, directory, upload, found, How(per_assembly, keeps_left))
        if taken.draft is None:
            return show_taken(visit, desk, [taken], 422)
        return visit.go(
            f"/models/{draft}{chosen.query}", say_taken(visit, taken, directory.offers(desk.node))
        )


def name_sought(row: Mapping[str, str]) -> str:
    """What the product of a row is looked for by."""
    return row.get("name") or row.get("product") or row.get("item", "")


def _show_pressed(visit: Visit, draft: str, chosen: Chosen, pressed: Pressed) -> Response:
    """At the row that was changed; where that had a product before, at what is said of it."""
    pick, row = pressed.pick, pressed.row
    if pick is not None and pick.before and row is not None:
        said = visit.say(
            "Saved. Row %(row)s, “%(name)s”, has the product %(product)s now in place of %(before)s; the last change "
            "can be undone.",
            row=row + 1,
            name=pick.name,
            product=pick.product,
            before=pick.before,
        )
        return visit.go(f"/models/{draft}{chosen.query}", said, is_task=True)
    query = chosen.query if row is None or not pressed.goes_on else chosen.ask(after=row)
    at = "" if row is None else f"#row-{row}"
    return visit.go(f"/models/{draft}{query}{at}", _say_saved(visit, pressed))


def _say_saved(visit: Visit, pressed: Pressed) -> str:
    if pressed.pick is not None and pressed.row is not None:
        return visit.say(
            "Saved. %(product)s is in row %(row)s.", product=pressed.pick.product, row=pressed.row + 1
        )
    if not pressed.taken:
        return visit.say("Saved.")
    return visit.say_many(
        "%(n)s row has the only product that was offered there. Look it over; the last change can be undone.",
        "%(n)s rows have the only product that was offered there. Look them over; the last change can be undone.",
        pressed.taken,
    )


def show_taken(visit: Visit, desk: Desk, taken: Sequence[Taken], status: int) -> Response:
    """The page that says of each file what became of it, and how much of it is to be mended."""
    library = read_library(desk.node)
    return visit.page(
        "models_taken.html",
        status=status,
        taken=taken,
        read=lambda one: _say_read(visit, one),
        mend=lambda one: check_draft(one.draft, library).count,
    )


def _say_read(visit: Visit, taken: Taken) -> str:
    return ("" if visit.language == "zh" else " ").join(say_phrase(visit, one) for one in say_read(taken))


def say_taken(visit: Visit, taken: Taken, offers: Sequence[Offer]) -> str:
    """What was taken over from a file, and how many rows got a product that their own name does not say."""
    said = visit.say("Taken over from %(name)s.", name=taken.name)
    if read := _say_read(visit, taken):
        said += f" {read}"
    unlike = 0 if taken.draft is None else len(find_unlike(taken.draft, offers))
    if not unlike:
        return said
    return f"{said} " + visit.say(
        "Materials whose own name is not what their supplier declared: %(count)s. Agree to each in the table.",
        count=unlike,
    )


def _name_of(visit: Visit, offer: Offer) -> str:
    return offer.name_zh if visit.language == "zh" else offer.name_en


def _add_finding(app: FastAPI, desk: Desk, directory: Directory) -> None:
    @app.get("/directory")
    def find(visit: Reader, find: str = "") -> Response:
        """Declared products whose words hold what is typed, to choose from."""
        text = find.strip()[:100]
        answered = directory.refresh(desk.node) if text else True
        offers: list[Offer] = directory.find(desk.node, text)[:OFFERED] if text else []
        return visit.page("directory_part.html", offers=offers, text=text, answered=answered)

    @app.get("/directory/factors")
    def factors(visit: Reader) -> Response:
        """What a default factor may be: the published factors of a mass or of pieces, as a list to choose from."""
        published = [one.factor for one in read_library(desk.node).factors.values()]
        fit = [one for one in published if parse_unit(one.unit).kind in ("mass", "count")]
        return visit.page("factors_part.html", factors=sorted(fit, key=lambda one: one.code)[:MOST_FACTORS])


def _add_unit(app: FastAPI, desk: Desk) -> None:
    @app.get("/models/{draft}/unit", dependencies=after_reading(desk))
    def unit(visit: Reader, draft: str, chosen: Beside) -> Response:
        return _show_unit(visit, desk, find_draft(desk.node, draft), chosen)

    @app.post("/models/{draft}/unit")
    def save_unit(visit: Preparer, draft: str, chosen: Beside, typed: Typed) -> Response:
        """Another rule set or boundary of the model itself is what it is asked for under from then on."""
        before = find_draft(desk.node, draft)
        after = _with_boundary(before, with_typed(before, typed))
        kept = keep_draft(desk.node, after)
        if any(kept.value(name) != before.value(name) for name in ("method", "boundary")):
            chosen = Chosen()
        findings = check_draft(chosen.of(kept), read_library(desk.node))
        saved, space = visit.say("Saved."), "" if visit.language == "zh" else " "
        if kept.value("boundary") != typed.get("boundary", kept.value("boundary")):
            over = say_boundary(visit, kept.value("boundary"))
            saved = visit.say(
                "Saved. The boundary is the %(boundary)s now: only over it a declaration counts under this rule set.",
                boundary=over,
            )
        if "next" not in typed:
            return visit.go(f"/models/{draft}/unit{chosen.query}", saved)
        if any(name in findings.fields for name in typed):
            problem = visit.say("Before going on, mend what is marked.")
            return _show_unit(visit, desk, kept, chosen, space.join((saved, problem)))
        if count_on_bill(findings):
            problem = visit.say("In the bill of materials there is something to mend before you ask.")
            return visit.go(f"/models/{draft}{chosen.query}", space.join((saved, problem)), is_task=True)
        return visit.go(f"/models/{draft}/request{chosen.query}", saved)


def _with_boundary(before: PackDraft, after: PackDraft) -> PackDraft:
    """Another rule set brings a boundary that may be declared, unless one was chosen along with it."""
    if after.value("boundary") != before.value("boundary"):
        return after
    return after.under(None, before.under(after.value("method"), None).value("boundary"))


def _show_unit(visit: Visit, desk: Desk, draft: PackDraft, chosen: Chosen, problem: str = "") -> Response:
    under = chosen.of(draft)
    findings = check_draft(under, read_library(desk.node))
    energies = [
        (
            say_variant(visit, one.method),
            one,
            "" if one.life is None else describe_life(visit, read_unit(draft), one.life),
            describe_wants(visit, RULES[one.method]),
        )
        for one in list_energies(draft)
    ]
    return visit.page(
        "model_unit.html",
        status=422 if problem else 200,
        draft=draft,
        chosen=chosen,
        chosen_rules="" if under == draft else name_rules(visit, under),
        outdated=find_superseded(desk.node, draft),
        problem_text=problem,
        problem_of=_field_problem(visit, findings),
        energies=energies,
        vehicles=[(one, say_vehicle(visit, one)) for one in VEHICLE_CATEGORIES],
        **list_rules(visit),
        boundary_warning=warn_of_boundary(visit, draft.value("method"), draft.value("boundary")),
        phrase=lambda one: say_phrase(visit, one),
    )


def _field_problem(visit: Visit, findings: Findings) -> Any:
    def problem_of(name: str) -> str:
        problem = findings.fields.get(name)
        return "" if problem is None else say_phrase(visit, problem)

    return problem_of


def _describe(visit: Visit, desk: Desk, draft: PackDraft, chosen: Chosen) -> dict[str, Any]:
    library, written = read_library(desk.node), show_items(draft.rows)
    is_new = not draft.rows and not any(draft.value(name) for name in _FIRST)
    findings = Findings() if is_new else check_draft(chosen.of(draft), library)

    def cell_problem(row: int, name: str) -> str:
        problem = findings.cells.get((row, name))
        return "" if problem is None else say_phrase(visit, problem)

    return {
        "draft": draft,
        "chosen": chosen,
        "is_new": is_new,
        "columns": [[(name, visit.say(ROW_TITLES[name])) for name in some] for some in COLUMNS],
        "widths": {name: max(_width(draft, one) for one in some) for some in COLUMNS for name in some},
        "is_only_name": is_only_name,
        "show_cell": partial(show_cell, written=written),
        "written": written,
        "findings": findings,
        "is_supplier": "supplier" in desk.organisation(),
        "on_unit_page": len(findings.fields.keys() & ON_UNIT_PAGE),
        "whole": [say_phrase(visit, one) for one in findings.whole],
        "problem_of": _field_problem(visit, findings),
        "cell_problem": cell_problem,
        "balances": weigh_draft(draft),
        "is_stage_empty": bool(find_empty_stages(chosen.of(draft))),
        "doubts": [say_phrase(visit, one) for one in find_doubts(chosen.of(draft), library)],
        "decimal": _decimal,
        "stages": [(stage, say_stage(visit, stage)) for stage in STAGES],
        "can_undo": has_before(desk.node, draft.id),
        "categories": [
            (code, one.category.name_zh if visit.language == "zh" else one.category.name_en)
            for code, one in sorted(library.categories.items())
        ],
    }


def _width(draft: PackDraft, name: str) -> int:
    """So many characters wide is a column that its longest usual cell is read whole, a Chinese one counting twice."""
    texts = (row.get(name, "") for row in draft.rows)
    longest = max((len(text) + sum(one > "\u2e7f" for one in text) for text in texts), default=0)
    return min(max(longest, NARROWEST.get(name, 8)), WIDEST.get(name, 20))


def _decimal(value: Fraction) -> Decimal:
    return Decimal(encode_decimal(value, 3))


def make_bill_table(visit: Visit, draft: PackDraft) -> Table:
    """The bill of materials as a file that can be uploaded again."""
    names, written = ("name", *ROW_FIELDS), show_items(draft.rows)
    columns = [Column(BILL.titles[name]) for name in names]
    rows = [[show_cell(row, name, written) for name in names] for row in draft.rows]
    return Table("bill-of-materials", visit.say("Bill of materials"), columns, rows)
