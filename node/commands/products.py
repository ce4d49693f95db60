"""Commands about a supplier's own products: describe them, declare them."""

from __future__ import annotations

import os
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from method.rules import DEFAULT_METHOD
from node.commands.output import (
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
from node.importers.problem import ImportProblems
from node.language import Phrase, find_language
from node.words.refusals import say_message
from operation.told import tell

WARNING = Phrase("Warning: {}", "请核对：{}")
product_app = typer.Typer(help="The products this organisation makes.", no_args_is_help=True)


def mount(app: typer.Typer) -> None:
    """Add these commands to `sealsum node`."""
    app.add_typer(product_app, name="product")
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
    from node.supplier.products import add_product as keep_product

    with opened(folder, asked=lang) as node:
        try:
            company, product = read_product(file.parent if file.name == PRODUCT_FILE else file)
        except ImportProblems as error:
            raise report_problems(error, as_json, lang) from error
        if company.legal_entity != node.identity.entity.legal_entity:
            say(
                tell(
                    "the file says legal entity {}, this node is enrolled as {}; "
                    "declarations are signed as the latter",
                    company.legal_entity,
                    node.identity.entity.legal_entity,
                )
            )
        keep_product(node, product)
        if as_json:
            show_json(asdict(product))
        else:
            typer.echo(
                tell(
                    "Product {} ({}) of category {} is known.",
                    product.code,
                    product.name_en,
                    product.category,
                )
            )


@product_app.command("list")
def list_products(folder: Folder, as_json: Json = False) -> None:
    """List the products of this node."""
    from node.supplier.products import list_products as read_products

    with opened(folder) as node:
        products = read_products(node)
        if as_json:
            show_json({"products": [asdict(product) for product in products]})
            return
        rows = [
            (p.code, p.name_zh, p.name_en, p.category, f"{p.period_start}..{p.period_end}") for p in products
        ]
        show_table(("code", "名称", "name", "category", "period"), rows)


@product_app.command("show")
def show_product(
    folder: Folder,
    product: Annotated[str, typer.Argument(help="The product's code.", metavar="PRODUCT")],
    method: Annotated[str, typer.Option(help="The method to count by.")] = DEFAULT_METHOD,
    lang: Lang = None,
    as_json: Json = False,
) -> None:
    """Show what the import of a product's period comes to: unit footprint by line, data quality, what was declared.

    Nothing of it leaves this machine.
    """
    from node.commands.importing import fetch_or_read_library
    from node.commands.preview_output import show_footprint
    from node.supplier.footprints import list_declared, need_footprint
    from node.supplier.products import find_product

    with opened(folder, asked=lang) as node:
        known = find_product(node, product)
        found = need_footprint(node, known, fetch_or_read_library(node), method)
        language = None if as_json else find_language(lang, os.environ)
        show_footprint(known, found, list_declared(node, product), language)


def declare(
    folder: Folder,
    product: Annotated[str, typer.Argument(help="The product's code.", metavar="PRODUCT")],
    method: Annotated[str, typer.Option(help="The published method to declare under.")] = DEFAULT_METHOD,
    lang: Lang = None,
    as_json: Json = False,
) -> None:
    """Declare a product from its newest import: commitments and a proof leave, amounts stay.

    Give the printed id to customers who put this product into a pack.
    """
    from node.supplier.declaring import declare as sign_declaration
    from node.supplier.declaring import list_cautions

    with opened(folder, asked=lang) as node:
        with working(tell("committing and proving")):
            declaration = sign_declaration(node, product, method)
        state, message = settle(node, declaration)
        language = find_language(lang, os.environ)
        warnings = [one.say(language) for one in list_cautions(node, product, method)]
        for warning in warnings:
            say(WARNING.say(language).format(warning))
        if as_json:
            show_json({"declaration": declaration, "product": product, "state": state, "warnings": warnings})
        else:
            typer.echo(
                tell("Declared {}: {}.", product, say_message(message).say(find_language(None, os.environ)))
            )
            show_lines([("declaration", declaration)])
