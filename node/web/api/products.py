"""Calls about products: describe one, import its sheet, declare it."""

from __future__ import annotations

import hashlib
from dataclasses import asdict
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field
from starlette.responses import JSONResponse

from method.errors import MethodError
from method.product import Product, parse_product
from method.rules import DEFAULT_METHOD, FULL, find_rules
from node.importers.activity import make_activity, parse_sheets
from node.library import fetch_or_read
from node.organisation import Node
from node.supplier.activities import Source, find_newest, keep_activity
from node.supplier.declaring import declare, list_cautions, list_declarations
from node.supplier.mappings import find_mapping
from node.supplier.preview_fields import make_preview_fields
from node.supplier.previewing import preview_lines
from node.supplier.products import add_product, find_product, list_products
from node.supplier.slips import find_former
from node.web.api.calling import API, Answers, Deciding, Preparing, Reading, Sent, problems, send
from node.web.desk import Desk
from protocol.errors import Refused
from web.paging import Cursor, Limit, PageOf, make_cursor, parse_cursor

Code = Annotated[str, Field(pattern="^[a-z0-9][a-z0-9._-]{0,63}$", max_length=64)]
_ANY_FILE = {"content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}}


class ProductOrder(BaseModel):
    """A product as product.toml describes it, without its code; dates are ISO, both included."""

    name_zh: str
    name_en: str
    category: str
    declared_unit: str
    plant: str
    period_start: str
    period_end: str
    activity: str = "api"


class ProductFields(ProductOrder):
    """A product with its code."""

    code: str


class LineText(BaseModel):
    """A sentence in both languages."""

    zh: str
    en: str


class PreviewLine(BaseModel):
    """One line of the template: what the sheet became. Decimals as text, per declared unit."""

    line: str
    name_zh: str
    name_en: str
    unit: str
    amount: str
    factor: str
    factor_name_zh: str
    factor_name_en: str
    factor_version: int
    source: str
    region: str
    year: int
    system_boundary: str
    grade: str
    kg_per_unit: str
    footprint_kg: str
    share: str
    data: str
    quality_rating: str


class Imported(BaseModel):
    """What a sheet became; `number` of the import is null for a preview, which stores nothing."""

    number: int | None = Field(alias="import")
    records: int
    product: str
    declared_unit: str
    method: str
    boundary: str
    lines: list[PreviewLine]
    unit_footprint_kg: str
    certificates: int
    warnings: list[LineText]


class ImportOptions(BaseModel):
    """How to import a sheet."""

    name: str = Field("sheet", max_length=200, description="The file's name, for what is said of it.")
    preview: bool = Field(False, description="Show what it would become; store nothing.")
    method: str = Field(DEFAULT_METHOD, max_length=64, description="The rule set to count by.")
    mapping: str = Field("", max_length=64, description="A saved mapping of columns.")


class DeclareOrder(BaseModel):
    """What to declare, and under which rule set."""

    product: str = Field(max_length=64)
    method: str = Field(DEFAULT_METHOD, max_length=64)


class Declared(Sent):
    """A declaration, and what its owner should look at."""

    product: str
    warnings: list[LineText]


class DeclarationRow(BaseModel):
    """One of this node's declarations; `created` in Unix seconds; first and last day of its period, "" if not known."""

    id: str
    product: str
    method: str
    period_start: str
    period_end: str
    created: int
    state: str
    message: str


def make_products(desk: Desk) -> APIRouter:
    """The calls."""
    router = APIRouter(prefix=API, tags=["products"])

    @router.get("/products", responses=problems())
    def products(caller: Reading, limit: Limit = 100, cursor: Cursor = "") -> PageOf[ProductFields]:
        """List the products, by code."""
        after = parse_cursor(cursor, str)
        found = [one for one in list_products(desk.node) if after is None or one.code > str(after[0])]
        page = found[:limit]
        return PageOf(
            items=[ProductFields(**asdict(one)) for one in page],
            next=make_cursor(page[-1].code) if len(found) > limit else None,
        )

    @router.get("/products/{code}", responses=problems())
    def product(caller: Reading, code: Code) -> ProductFields:
        """One product."""
        return ProductFields(**asdict(_need_product(desk.node, code)))

    @router.put("/products/{code}", responses=problems())
    def put_product(change: Preparing, code: Code, order: ProductOrder) -> ProductFields:
        """Add a product, or replace its description."""
        try:
            made = parse_product({**order.model_dump(), "code": code})
        except MethodError as error:
            raise Refused("product", str(error)) from error
        add_product(desk.node, made)
        return ProductFields(**asdict(made))

    _add_imports(router, desk)
    _add_declarations(router, desk)
    return router


def _need_product(node: Node, code: str) -> Product:
    try:
        return find_product(node, code)
    except Refused as error:
        raise Refused("unknown", error.message) from error


def _add_imports(router: APIRouter, desk: Desk) -> None:
    answers: Answers = problems() | {201: {"model": Imported}}

    @router.post(
        "/products/{code}/imports",
        response_model=Imported,
        responses=answers,
        openapi_extra={"requestBody": {**_ANY_FILE, "required": True}},
    )
    def import_sheet(change: Preparing, code: Code, asked: Annotated[ImportOptions, Query()]) -> JSONResponse:
        """Import an .xlsx or .csv, sent as the body: every problem with its cell, or what each line becomes."""
        product = _need_product(desk.node, code)

        def work() -> tuple[int, Any]:
            return (200 if asked.preview else 201), _import(desk.node, product, change.body, asked)

        return change.once(work)


def _import(node: Node, product: Product, data: bytes, asked: ImportOptions) -> dict[str, Any]:
    try:
        rules = find_rules(asked.method, FULL)
    except MethodError as error:
        raise Refused("method", str(error)) from error
    library, _ = fetch_or_read(node)
    category = library.category(product.category).category
    factors = {code: item.factor for code, item in library.factors.items()}
    columns = find_mapping(node, asked.mapping).mapping if asked.mapping else None
    if columns is not None and columns.category != category.code:
        raise Refused("mapping", f"mapping {asked.mapping} was learned for category {columns.category}")
    sheets = parse_sheets(asked.name, data)
    imported = make_activity((asked.name, sheets), product, category, factors, columns)
    former = find_former(node, product, category, find_newest(node, product.code))
    found = preview_lines(imported, library, rules, former)
    number = None
    if not asked.preview:
        source = Source(asked.name, hashlib.sha256(data).hexdigest())
        number = keep_activity(node, product.code, imported.records, source, imported.certificates)
    return {"import": number, **make_preview_fields(found)}


def _add_declarations(router: APIRouter, desk: Desk) -> None:
    @router.get("/declarations", responses=problems())
    def declarations(caller: Reading, limit: Limit = 100, cursor: Cursor = "") -> PageOf[DeclarationRow]:
        """List this node's declarations, oldest first, and how far each has come."""
        after = parse_cursor(cursor, int, str)
        rows = [asdict(one) for one in list_declarations(desk.node)]
        rows.sort(key=lambda row: (row["created"], row["id"]))
        found = [row for row in rows if after is None or (row["created"], row["id"]) > after]
        page = [DeclarationRow(**row) for row in found[:limit]]
        last = page[-1] if len(found) > limit else None
        return PageOf(items=page, next=None if last is None else make_cursor(last.created, last.id))

    @router.post(
        "/declarations",
        status_code=201,
        response_model=Declared,
        responses=problems() | {202: {"model": Declared}},
    )
    def make_declaration(change: Deciding, order: DeclareOrder) -> JSONResponse:
        """Declare a product from its newest import: commitments and a proof leave, amounts stay."""

        def work() -> tuple[Literal[201, 202], Any]:
            node = desk.node
            sent = send(node, declare(node, order.product, order.method))
            warnings = list_cautions(node, order.product, order.method)
            told = [LineText(zh=one.zh, en=one.en) for one in warnings]
            made = Declared(**sent.model_dump(), product=order.product, warnings=told)
            return (201 if sent.state == "logged" else 202), made.model_dump()

        return change.once(work)
