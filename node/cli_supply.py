"""Commands of a supplier: products, import, declare; the inbox, and what its owner answers."""

from __future__ import annotations

import hashlib
from dataclasses import asdict
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from node.importers.problem import ImportProblems
from node.output import (
    Folder,
    Json,
    opened,
    refresh,
    report_problems,
    say,
    settle,
    show_json,
    show_lines,
    show_table,
    show_time,
    working,
)
from protocol.errors import Refused

if TYPE_CHECKING:
    from node.organisation import Node

DEFAULT_METHOD = "mee-2025-cff"
RequestId = Annotated[
    str, typer.Argument(help="The request's id, or its first characters.", metavar="REQUEST")
]
EntryNumber = Annotated[
    int | None, typer.Option("--entry", help="One entry only. Default: every entry of yours.")
]

product_app = typer.Typer(help="The products this organisation makes.", no_args_is_help=True)
policy_app = typer.Typer(
    help="What you approve in advance; without a policy every request waits for you.", no_args_is_help=True
)


def mount(app: typer.Typer) -> None:
    """Add these commands to `sealsum node`."""
    app.add_typer(product_app, name="product")
    app.add_typer(policy_app, name="policy")
    app.command("import")(import_activity)
    app.command("declare")(declare)
    app.command("inbox")(inbox)
    app.command("consent")(consent)
    app.command("refuse")(refuse)
    app.command("withdraw")(withdraw)


# --- products and their activity -------------------------------------------------------------------


@product_app.command("add")
def add_product(
    folder: Folder,
    file: Annotated[Path, typer.Argument(help="product.toml, or the folder that holds it.", metavar="FILE")],
    as_json: Json = False,
) -> None:
    """Add or replace a product from its description."""
    from node.importers.pack import PRODUCT_FILE, read_product
    from node.products import add_product as keep_product

    with opened(folder) as node:
        try:
            company, product = read_product(file.parent if file.name == PRODUCT_FILE else file)
        except ImportProblems as error:
            raise report_problems(error, as_json) from error
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


def import_activity(
    folder: Folder,
    product: Annotated[str, typer.Argument(help="The product's code.", metavar="PRODUCT")],
    file: Annotated[
        Path, typer.Argument(help="Activity as .xlsx or .csv: period totals and output.", metavar="FILE")
    ],
    preview_only: Annotated[
        bool, typer.Option("--preview", help="Show what it would become; store nothing.")
    ] = False,
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
            raise report_problems(error, as_json) from error
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
        say(f"the coordinator cannot be reached ({error}); using the library as this node knew it last")
        return library


def _show_preview(preview: Any, number: int | None, records: int, as_json: bool) -> None:
    total = preview.unit_footprint_kg
    if as_json:
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
        found = {
            "import": number,
            "product": preview.product,
            "declared_unit": preview.declared_unit,
            "records": records,
            "lines": lines,
            "unit_footprint_kg": _decimal(total),
        }
        show_json(found)
        return
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
    ]
    titles = ("line", "项目", "name", f"per {preview.declared_unit}", "unit", "factor", "kgCO2e", "share")
    show_table(titles, rows, right=(titles[3], "kgCO2e", "share"))
    typer.echo(
        f"Unit footprint {_decimal(total, 6)} kgCO2e per {preview.declared_unit}, from {records} records."
    )
    typer.echo(
        "Preview only; nothing was stored."
        if number is None
        else f"Stored as import {number}; it stays here."
    )


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


# --- what others ask -------------------------------------------------------------------------------


def inbox(
    folder: Folder,
    everything: Annotated[bool, typer.Option("--all", help="Also what is answered or over.")] = False,
    as_json: Json = False,
) -> None:
    """Requests that name your declarations: who asks, for what, and what waits for your answer."""
    from node.consenting import WAITING, list_inquiries

    with opened(folder) as node:
        refresh(node)
        found = [one for one in list_inquiries(node) if everything or one.state == WAITING]
        if as_json:
            show_json({"inbox": [asdict(one) for one in found]})
            return
        if not found:
            typer.echo("Nothing waits for you." if not everything else "Nobody has asked yet.")
        for one in found:
            show_lines(
                [
                    ("request", one.request),
                    ("entry", str(one.entry)),
                    ("customer", one.customer),
                    ("product", one.product),
                    ("state", one.state),
                    ("asked", show_time(one.created)),
                ]
            )
            for line in one.findings:
                typer.echo(f"  {line}")
            typer.echo("")


def consent(
    folder: Folder,
    request: RequestId,
    entry: EntryNumber = None,
    answer: Annotated[str, typer.Option(help="What you answered, in your words; it is logged.")] = "approved",
    as_json: Json = False,
) -> None:
    """Take part in a calculation with your entries of it."""
    from node.consenting import approve, open_entries
    from node.requesting import resolve_request
    from protocol.payloads import Approval

    with opened(folder) as node:
        refresh(node)
        signed = {}
        for inquiry in open_entries(node, resolve_request(node, request), entry):
            approval = Approval(decided_by="person", asked=inquiry.findings, answer=answer)
            signed[inquiry.entry] = approve(node, inquiry, approval)
        for statement in signed.values():
            settle(node, statement)
        if as_json:
            show_json({"consents": {str(number): statement for number, statement in signed.items()}})
        else:
            typer.echo(
                f"Consented with {len(signed)} entries. The agent contributes once everyone has answered."
            )


def refuse(
    folder: Folder,
    request: RequestId,
    reason: Annotated[str, typer.Option(help="Why; the other parties will read it.")],
    entry: EntryNumber = None,
    as_json: Json = False,
) -> None:
    """Do not take part; the calculation ends, and its parties read your reason."""
    from node.consenting import open_entries
    from node.consenting import refuse as sign_refusal
    from node.requesting import resolve_request

    with opened(folder) as node:
        refresh(node)
        inquiries = open_entries(node, resolve_request(node, request), entry)
        # One refusal ends the calculation, so the first entry says it for all.
        statement = sign_refusal(node, inquiries[0], reason)
        settle(node, statement)
        if as_json:
            show_json({"refusal": statement})
        else:
            typer.echo("Refused. The coordinator ends this calculation.")


def withdraw(
    folder: Folder,
    request: RequestId,
    reason: Annotated[str, typer.Option(help="Why; the other parties will read it.")],
    as_json: Json = False,
) -> None:
    """Leave a calculation before its result, as a supplier or as the requester; it ends for everyone."""
    from node.consenting import withdraw as sign_withdrawal
    from node.requesting import resolve_request

    with opened(folder) as node:
        refresh(node)
        statement = sign_withdrawal(node, resolve_request(node, request), reason)
        settle(node, statement)
        if as_json:
            show_json({"withdrawal": statement})
        else:
            typer.echo("Withdrawn. The calculation has ended for all its parties.")


# --- policy ----------------------------------------------------------------------------------------


@policy_app.command("set")
def set_policy(
    folder: Folder,
    customer: Annotated[str, typer.Option(help="The customer's legal entity, or * for anyone.")],
    product: Annotated[str, typer.Option(help="A product's code, or * for all.")] = "*",
    totals: Annotated[int, typer.Option(min=1, help="How many totals it may approve.")] = 1,
    as_json: Json = False,
) -> None:
    """Approve in advance: the agent consents by itself to this customer, for this product, so many times."""
    from node.policies import add_policy

    with opened(folder) as node:
        with node.store.write() as connection:
            number = add_policy(connection, customer, product, totals, node.clock())
        if as_json:
            show_json({"policy": number})
        else:
            typer.echo(
                f"Policy {number}: up to {totals} totals of {product} for {customer} without asking you."
            )


@policy_app.command("show")
def show_policies(folder: Folder, as_json: Json = False) -> None:
    """Show what is approved in advance."""
    from node.policies import list_policies

    with opened(folder) as node:
        with node.store.read() as connection:
            policies = list_policies(connection)
        if as_json:
            show_json({"policies": [asdict(policy) for policy in policies]})
        elif not policies:
            typer.echo("No policy: every request waits for your answer (sealsum node inbox).")
        else:
            rows = [(str(p.id), p.customer, p.product, str(p.totals)) for p in policies]
            show_table(("no.", "customer", "product", "totals"), rows, right=("totals",))


@policy_app.command("remove")
def remove_policy(
    folder: Folder, number: Annotated[int, typer.Argument(help="The policy's number, from `policy show`.")]
) -> None:
    """Remove a policy; what it approved before stands."""
    from node.policies import remove_policy as drop_policy

    with opened(folder) as node:
        with node.store.write() as connection:
            was_there = drop_policy(connection, number)
        if not was_there:
            raise Refused("policy", f"there is no policy {number}; see: sealsum node policy show {folder}")
        typer.echo(f"Policy {number} is removed.")
