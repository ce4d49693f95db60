"""Commands about a supplier's own products: describe them, import their activity, declare."""

from __future__ import annotations

import csv
import hashlib
import io
from dataclasses import asdict
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from node.importers.problem import ImportProblems
from node.output import (
    Folder,
    Json,
    Lang,
    opened,
    report_problems,
    say,
    settle,
    show_json,
    show_lines,
    show_table,
    working,
)
from protocol.errors import Refused

if TYPE_CHECKING:
    from node.declaring import Preview
    from node.organisation import Node

DEFAULT_METHOD = "mee-2025-cff"
product_app = typer.Typer(help="The products this organisation makes.", no_args_is_help=True)


def mount(app: typer.Typer) -> None:
    """Add these commands to `sealsum node`."""
    app.add_typer(product_app, name="product")
    app.command("template")(template)
    app.command("import")(import_activity)
    app.command("declare")(declare)


@product_app.command("add")
def add_product(
    folder: Folder,
    file: Annotated[Path, typer.Argument(help="product.toml, or the folder that holds it.", metavar="FILE")],
    lang: Lang = None,
    as_json: Json = False,
) -> None:
    """Add or replace a product from its description."""
    from node.importers.pack import PRODUCT_FILE, read_product
    from node.products import add_product as keep_product

    with opened(folder) as node:
        try:
            company, product = read_product(file.parent if file.name == PRODUCT_FILE else file)
        except ImportProblems as error:
            raise report_problems(error, as_json, lang) from error
        if company.legal_entity != node.identity.entity.legal_entity:
            say(
                f"the file says legal entity {company.legal_entity}, this node is enrolled as "
                f"{node.identity.entity.legal_entity}; declarations are signed as the latter"
            )
        keep_product(node, product)
        if as_json:
            show_json(asdict(product))
        else:
            typer.echo(f"Product {product.code} ({product.name_en}) of category {product.category} is known.")


@product_app.command("list")
def list_products(folder: Folder, as_json: Json = False) -> None:
    """List the products of this node."""
    from node.products import list_products as read_products

    with opened(folder) as node:
        products = read_products(node)
        if as_json:
            show_json({"products": [asdict(product) for product in products]})
            return
        rows = [
            (p.code, p.name_zh, p.name_en, p.category, f"{p.period_start}..{p.period_end}") for p in products
        ]
        show_table(("code", "名称", "name", "category", "period"), rows)


def template(
    folder: Folder,
    product: Annotated[str, typer.Argument(help="The product's code.", metavar="PRODUCT")],
    out: Annotated[Path, typer.Option(help="The new file, .csv; it opens in a spreadsheet program.")],
    as_json: Json = False,
) -> None:
    """Write an activity sheet to fill in: production output, and every line of the product's category with 0."""
    from node.cli_request import write_file
    from node.importers.columns import ACTIVITY
    from node.products import find_product

    with opened(folder) as node:
        found = find_product(node, product)
        category = _library(node).category(found.category).category
        if out.exists():
            raise Refused("file", f"{out} is there already and may hold your work; choose another --out")
        period = (found.period_start, found.period_end)
        fields = ("line", "name", "start", "end", "amount", "unit", "document", "note")
        sink = io.StringIO()
        writer = csv.writer(sink)
        writer.writerow([ACTIVITY.titles[field] for field in fields])
        writer.writerow(["output", "产量 Production output", *period, "0", found.declared_unit, "", ""])
        for line in category.lines:
            writer.writerow([line.code, f"{line.name_zh} {line.name_en}", *period, "0", line.unit, "", ""])
        # With the mark that tells Excel it is UTF-8.
        write_file(out, sink.getvalue().encode("utf-8-sig"))
        if as_json:
            show_json({"file": str(out), "lines": len(category.lines)})
        else:
            typer.echo(
                f"{out}: {len(category.lines)} lines and the output. Fill in amounts, then: sealsum node import"
            )


def import_activity(
    folder: Folder,
    product: Annotated[str, typer.Argument(help="The product's code.", metavar="PRODUCT")],
    file: Annotated[
        Path, typer.Argument(help="Activity as .xlsx or .csv: period totals and output.", metavar="FILE")
    ],
    preview_only: Annotated[
        bool, typer.Option("--preview", "--dry-run", help="Show what it would become; store nothing.")
    ] = False,
    lang: Lang = None,
    as_json: Json = False,
) -> None:
    """Import a product's activity: every row checked, all problems at once, then what each line becomes.

    Nothing of it leaves this machine.
    """
    from node.activities import Source, keep_activity
    from node.declaring import preview_lines
    from node.importers.activity import read_activity
    from node.products import find_product

    with opened(folder) as node:
        found = find_product(node, product)
        library = _library(node)
        category = library.category(found.category).category
        factors = {code: item.factor for code, item in library.factors.items()}
        try:
            with working(f"reading {file.name}"):
                imported = read_activity(file, found, category, factors)
        except ImportProblems as error:
            raise report_problems(error, as_json, lang) from error
        preview = preview_lines(category, imported.amounts, library, product)
        number = None
        if not preview_only:
            digest = hashlib.sha256(file.read_bytes()).hexdigest()
            number = keep_activity(node, product, imported.records, Source(file.name, digest))
        _show_preview(preview, number, len(imported.records), as_json)


def _library(node: Node) -> Any:
    from node.library import fetch_library, read_library
    from protocol.errors import NetworkError

    try:
        return fetch_library(node)
    except NetworkError as error:
        library = read_library(node)
        if not library.categories:
            raise
        say(f"{error}; using the library as this node knew it last")
        return library


def _show_preview(preview: Preview, number: int | None, records: int, as_json: bool) -> None:
    if as_json:
        show_json({"import": number, "records": records, **_preview_fields(preview)})
        return
    total = preview.unit_footprint_kg
    rows = [
        (
            line.line,
            line.name_zh,
            line.name_en,
            _decimal(line.amount, 6),
            line.unit,
            line.factor,
            _decimal(line.footprint_kg, 6),
            f"{float(line.footprint_kg / total * 100):.1f} %" if total else "",
        )
        for line in preview.lines
        if line.amount
    ]
    titles = ("line", "项目", "name", f"per {preview.declared_unit}", "unit", "factor", "kgCO2e", "share")
    show_table(titles, rows, right=(titles[3], "kgCO2e", "share"))
    if unused := len(preview.lines) - len(rows):
        typer.echo(
            f"{unused} further lines of the template are 0; they are declared as well, so that none stands out."
        )
    typer.echo(
        f"Unit footprint {_decimal(total, 6)} kgCO2e per {preview.declared_unit}, from {records} records."
    )
    typer.echo(
        "Preview only; nothing was stored."
        if number is None
        else f"Stored as import {number}; it stays here."
    )


def _preview_fields(preview: Preview) -> dict[str, Any]:
    lines = [
        {
            "line": line.line,
            "name_zh": line.name_zh,
            "name_en": line.name_en,
            "unit": line.unit,
            "factor": line.factor,
            "amount": _decimal(line.amount),
            "kg_per_unit": _decimal(line.factor_value),
            "footprint_kg": _decimal(line.footprint_kg),
        }
        for line in preview.lines
    ]
    return {
        "product": preview.product,
        "declared_unit": preview.declared_unit,
        "lines": lines,
        "unit_footprint_kg": _decimal(preview.unit_footprint_kg),
    }


def _decimal(value: Fraction, places: int = 15) -> str:
    from method.exact import encode_decimal

    return encode_decimal(value, places)


def declare(
    folder: Folder,
    product: Annotated[str, typer.Argument(help="The product's code.", metavar="PRODUCT")],
    method: Annotated[str, typer.Option(help="The published method to declare under.")] = DEFAULT_METHOD,
    as_json: Json = False,
) -> None:
    """Declare a product from its newest import: commitments and a proof leave, amounts stay.

    Give the printed id to customers who put this product into a pack.
    """
    from node.declaring import declare as sign_declaration

    with opened(folder) as node:
        with working("committing and proving"):
            declaration = sign_declaration(node, product, method)
        state, message = settle(node, declaration)
        if as_json:
            show_json({"declaration": declaration, "product": product, "state": state})
        else:
            typer.echo(f"Declared {product}: {message}.")
            show_lines([("declaration", declaration)])
