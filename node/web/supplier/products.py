"""The products of this organisation: the list, a new one, and one product with its imports and declarations."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import FastAPI, Form, Query
from pydantic import BaseModel, ConfigDict
from sqlalchemy import func, select
from starlette.responses import Response

from method.errors import BadFields, MethodError
from method.periods import move_period
from method.product import Product, parse_product_file
from method.provinces import PROVINCES
from method.rules import DEFAULT_METHOD, RULES
from node.library import fetch_or_read
from node.maker.pack_drafts import list_drafts
from node.opinions import list_opinions_on
from node.organisation import Node
from node.store.tables import ACTIVITIES
from node.supplier.activities import find_before, find_other_period
from node.supplier.declaring import (
    OwnDeclaration,
    check_enrolled,
    declare,
    declared_methods,
    declared_periods,
    find_period_before,
    list_cautions,
    list_undeclared,
    newest_declarations,
)
from node.supplier.drafts import find_draft
from node.supplier.footprints import Footprint, find_footprint, list_declared
from node.supplier.products import add_new_product, find_product, list_products, start_period
from node.web.chosen import Beside, Chosen
from node.web.desk import Desk
from node.web.library import after_reading, need_library
from node.web.supplier.footprint import (
    DIGITS,
    compare_with,
    decimal,
    factors_shown,
    footprint_parts,
    list_factors,
    say_unit,
)
from node.web.supplier.opinions import say_findings
from node.web.visiting import Owner, Preparer, Reader
from node.words.refusals import say_message
from operation.method_words import say_reason
from protocol.errors import NetworkError
from web.languages import mark
from web.rule_sets import say_method
from web.tables import Cell, Column, Table, ascribe
from web.visits import Visit

STATES = {
    "logged": (mark("in the log"), "good"),
    "waiting": (mark("signed, will be sent"), "late"),
    "refused": (mark("refused"), "bad"),
    "missing": (mark("missing"), "bad"),
}


class ProductForm(BaseModel):
    """A product as the form gives it."""

    model_config = ConfigDict(str_max_length=300, str_strip_whitespace=True)
    code: str = ""
    name_zh: str = ""
    name_en: str = ""
    category: str = ""
    plant: str = ""
    period_start: str = ""
    period_end: str = ""


Named = Annotated[str, Query(max_length=300)]


def add_products(app: FastAPI, desk: Desk) -> None:
    """Add the pages."""

    @app.get("/products")
    def products(visit: Reader, q: Annotated[str, Query(max_length=200)] = "") -> Response:
        return visit.page("products.html", [_list(visit, desk, q.strip())], q=q)

    @app.get("/products/new", dependencies=after_reading(desk))
    def new(visit: Preparer, code: Named = "", category: Named = "") -> Response:
        """`code` and `category`: what a bill of materials of one's own names and is not here yet."""
        year = datetime.fromtimestamp(visit.now, UTC).year - 1
        form = ProductForm(period_start=f"{year}-01-01", period_end=f"{year}-12-31")
        return _form(visit, desk, form.model_copy(update={"code": code, "category": category}))

    @app.post("/products/new")
    def add(visit: Preparer, form: Annotated[ProductForm, Form()]) -> Response:
        try:
            product = _make(desk, form)
        except BadFields as error:
            return _form(visit, desk, form, error.problems)
        except MethodError as error:
            return _form(visit, desk, form, [str(error)])
        if not add_new_product(desk.node, product):
            return _form(visit, desk, form, taken=find_product(desk.node, product.code))
        return visit.go(f"/products/{product.code}", visit.say(ADDED))

    @app.get("/products/{code}", dependencies=after_reading(desk))
    def product(visit: Reader, code: str, chosen: Beside, model: str = "") -> Response:
        """`chosen` and `model`: under what a model of one's own, by its id, needs the product."""
        return _show(visit, desk, find_product(desk.node, code), (chosen, model))

    @app.post("/products/{code}/period")
    def period(
        visit: Preparer,
        code: str,
        start: Annotated[str, Form(max_length=10)],
        later: Annotated[bool, Form()],
    ) -> Response:
        """Work on the period behind the one that begins on `start`, or on the one before it."""
        moved = start_period(desk.node, code, start, 1 if later else -1)
        return visit.go(f"/products/{code}", visit.say(PERIOD, period=_say_period(moved)))

    @app.post("/products/{code}/declare")
    def declare_product(  # noqa: PLR0913 - the form's fields
        visit: Owner,
        code: str,
        method: Annotated[str, Form(max_length=64)],
        shown: Annotated[str, Form(max_length=64)],
        chosen: Beside,
        model: Annotated[str, Form(max_length=64)] = "",
    ) -> Response:
        """Commitments and a proof leave; amounts stay. Not before the owner saw the factors that are `shown`.

        `model`: the one of one's own that needs it, by its id, to which the page leads back.
        """
        page = f"/products/{code}{chosen.ask(model=model) if model else ''}"
        check_enrolled(desk.node)
        library, _ = fetch_or_read(desk.node)
        found = find_footprint(desk.node, find_product(desk.node, code), library, DEFAULT_METHOD)
        if found is not None and factors_shown(found) != shown:
            return visit.go(page, visit.say(NEWER), is_task=True)
        if method in declared_methods(desk.node, code):
            return visit.go(page, visit.say(DECLARED_BEFORE), is_task=True)
        statement = declare(desk.node, code, method)
        try:
            desk.node.settle(statement)
        except NetworkError:
            return visit.go(page, visit.say(DECLARED_LATER), is_task=True)
        return visit.go(page, visit.say(DECLARED))


ADDED = mark("The product is kept. Now its activity: download the template, or give the sheet you have.")
PERIOD = mark(
    "The product's period is %(period)s now. What was declared before stays in the log and below; next comes the sheet "
    "of this period."
)
DECLARED = mark(
    "Declared. Locked numbers and a proof left this house; no amount did. Customers find the product by your name now; "
    "their requests wait for you under Requests. Make a new backup."
)
DECLARED_BEFORE = mark(
    "This import was declared under this rule set before. Nothing was sent. For another declaration choose another "
    "rule set, or give a new sheet first."
)
NEWER = mark(
    "Not declared yet: a factor has another version since this page was shown. The figures below are computed with it: "
    "look at them, then declare."
)
DECLARED_LATER = mark("Signed. The coordinator does not answer; it will be sent by itself.")


def _list(visit: Visit, desk: Desk, words: str) -> Table:
    part = visit.slice("products", str)
    products, further = part.cut(list_products(desk.node, part, words), lambda one: (one.code,))
    codes = [product.code for product in products]
    declared, undeclared = newest_declarations(desk.node, products), list_undeclared(desk.node, products)
    newer = visit.say("imported again since, not declared anew")
    with desk.node.store.read() as connection:
        query = select(ACTIVITIES.c.product, func.max(ACTIVITIES.c.created)).group_by(ACTIVITIES.c.product)
        found = connection.execute(query.where(ACTIVITIES.c.product.in_(codes)))
        imported = {code: int(at) for code, at in found}
    rows = []
    for product in products:
        word, colour, note = mark("not declared"), "late", ""
        newest = declared.get(product.code)
        if newest is not None and _say_period(newest) in (_say_period(product), ""):
            word, colour = STATES[newest.state]
            note = newer if product.code in undeclared else ""
        elif newest is not None:
            note = visit.say("declared so far: %(period)s", period=_say_period(newest))
        rows.append(
            (
                Cell(_name(visit, product), link=visit.url(f"/products/{product.code}"), note=product.code),
                product.plant,
                _say_period(product),
                Cell(imported.get(product.code)),
                Cell(visit.say(word), state=colour, note=note),
            )
        )
    columns = (
        Column(visit.say("Product")),
        Column(visit.say("Plant")),
        Column(visit.say("Period")),
        Column(visit.say("Last import"), "time"),
        Column(visit.say("Declaration")),
    )
    empty = visit.say("Nothing of that name.") if words else visit.say("No product yet.")
    return Table("products", visit.say("Products"), columns, rows, empty, further=further)


def _say_period(of: Product | OwnDeclaration) -> str:
    return f"{of.period_start} – {of.period_end}" if of.period_start else ""


def _name(visit: Visit, product: Product) -> str:
    return product.name_zh if visit.language == "zh" else product.name_en


def _form(
    visit: Visit,
    desk: Desk,
    form: ProductForm,
    problems: list[str] | tuple[str, ...] = (),
    taken: Product | None = None,
) -> Response:
    """`taken`: the product that has the code already."""
    categories = sorted(need_library(desk.node).categories.values(), key=lambda one: one.category.code)
    return visit.page(
        "product_form.html",
        status=422 if problems or taken else 200,
        form=form,
        taken=taken,
        categories=[one.category for one in categories],
        provinces=PROVINCES,
        say_unit=lambda unit: say_unit(visit, unit),
        is_maker="requester" in desk.organisation(),
        problems=[say_problem(visit, one) for one in problems],
    )


def say_problem(visit: Visit, problem: str) -> str:
    """A problem of the method in the reader's language."""
    return say_reason(MethodError(problem)).say(visit.language)


def _make(desk: Desk, form: ProductForm) -> Product:
    category = need_library(desk.node).category(form.category).category if form.category else None
    entity = desk.node.identity.entity
    fields = {**form.model_dump(), "name_en": form.name_en or form.name_zh}
    record = {
        "company": {
            "name_zh": entity.name_zh,
            "name_en": entity.name_en,
            "legal_entity": entity.legal_entity,
            "parent": entity.parent,
        },
        "product": {
            **fields,
            "declared_unit": category.declared_unit if category else "kg",
            "activity": "activity.xlsx",
        },
    }
    _, product = parse_product_file(record)
    return product


def _name_model(node: Node, draft: str) -> str:
    """The code of one's own model, "" where it is not here."""
    return next((one.model for one in list_drafts(node) if one.id == draft), "")


def _show(visit: Visit, desk: Desk, product: Product, needed: tuple[Chosen, str]) -> Response:
    """`needed`: under what it is needed, and the id of the model that needs it, "" where none does."""
    chosen, model = needed
    found = find_footprint(desk.node, product, need_library(desk.node), DEFAULT_METHOD)
    tables = [_declarations(visit, desk, product)]
    values: dict[str, Any] = {"footprint": None, "before": None, "is_compared": False}
    values |= _periods(desk.node, product)
    if found is not None:
        other = find_other_period(found.activity, product)
        before = find_before(desk.node, found.activity)
        earlier = find_period_before(desk.node, product) or before
        if earlier is not None and other is None:
            values["is_compared"] = True
            tables.append(compare_with(visit, earlier, product, found.category, found.preview))
        if before is not None and find_other_period(before, product) is None:
            values["before"] = before
        parts = footprint_parts(visit, found)
        period = _say_period(product) if other is None else f"{other[0]} – {other[1]}"
        tables += ascribe([parts.table, parts.chart.table], "", [(visit.say("Period"), period)])
        values |= {"footprint": parts, "shown": factors_shown(found), "category": _say_category(visit, found)}
        values |= {"factors": list_factors(found), "declared": declared_methods(desk.node, product.code)}
        values["other_period"] = other
        values["is_declared"] = (chosen.method or DEFAULT_METHOD) in values["declared"]
        values["is_undeclared"] = bool(list_undeclared(desk.node, [product]))
    return visit.page(
        "product.html",
        ascribe(tables, product.code, [(visit.say("Product"), f"{_name(visit, product)} · {product.code}")]),
        product=product,
        draft=find_draft(desk.node, product.code),
        methods=[(code, say_method(visit, code)) for code in RULES],
        method=chosen.method or DEFAULT_METHOD,
        is_needed=bool(chosen.method) and not values.get("is_declared"),
        chosen=chosen,
        model=model,
        needed_by=_name_model(desk.node, model) if model else "",
        warnings=_warnings(visit, desk, product, found),
        **values,
    )


def _periods(node: Node, product: Product) -> dict[str, Product | None]:
    """The product in its next period, once this one is declared, and in the one before, where that is declared."""
    declared = declared_periods(node, product.code)
    following, former = move_period(product), move_period(product, -1)
    return {
        "following": following if (product.period_start, product.period_end) in declared else None,
        "former": former if (former.period_start, former.period_end) in declared else None,
    }


def _say_category(visit: Visit, found: Footprint) -> str:
    return found.category.name_zh if visit.language == "zh" else found.category.name_en


def _warnings(visit: Visit, desk: Desk, product: Product, found: Footprint | None) -> list[str]:
    if found is None:
        return []
    warned = list_cautions(desk.node, product.code, DEFAULT_METHOD)
    said = [one.say(visit.language) for one in found.preview.warnings]
    return [*said, *(one.say(visit.language) for one in warned)]


def _declarations(visit: Visit, desk: Desk, product: Product) -> Table:
    unit = say_unit(visit, product.declared_unit)
    part = visit.slice("declarations", int, str)
    own, further = part.cut(
        list_declared(desk.node, product.code, part), lambda one: (one.own.created, one.own.id)
    )
    columns = (
        Column(visit.say("Declared"), "time"),
        Column(visit.say("Period")),
        Column(visit.say("Declaration"), "id"),
        Column(visit.say("Method")),
        Column(visit.say("Footprint per %(unit)s", unit=unit), "number", "kgCO2e", digits=DIGITS),
        Column(visit.say("State")),
        Column(visit.say("Verifiers' findings")),
        Column(visit.say("Remark")),
    )
    said = list_opinions_on(desk.node, [one.own.id for one in own])
    rows = []
    for each in own:
        one = each.own
        word, colour = STATES[one.state]
        rows.append(
            (
                one.created,
                _say_period(one),
                one.id,
                say_method(visit, one.method),
                Cell(visit.say("not kept here"), kind="text") if each.kg is None else decimal(each.kg),
                Cell(visit.say(word), state=colour),
                say_findings(visit, [opinion for opinion in said if opinion.declaration == one.id]),
                say_message(one.message).say(visit.language),
            )
        )
    caption, empty = visit.say("Declarations"), visit.say("Not declared yet.")
    return Table("declarations", caption, columns, rows, empty, further=further)
