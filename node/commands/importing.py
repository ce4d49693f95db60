"""Commands from a supplier's spreadsheets to a preview: template, column mappings, import. Nothing of it leaves."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from node.commands.output import (
    Folder,
    Json,
    Lang,
    opened,
    parse_pairs,
    report_problems,
    say_unreached,
    show_json,
    show_table,
    show_time,
    working,
)
from node.importers.problem import ImportProblems
from node.language import find_language
from operation.told import tell
from protocol.errors import Refused

if TYPE_CHECKING:
    from node.importers.mapping import ColumnMapping
    from node.library import Library
    from node.organisation import Node

DEFAULT_METHOD = "mee-2025-cff"
Product = Annotated[str, typer.Argument(help="The product's code.", metavar="PRODUCT")]
Sheet = Annotated[Path, typer.Argument(help="A sheet as .xlsx or .csv.", metavar="FILE")]
mapping_app = typer.Typer(help="Saved columns of sheets that you keep anyway.", no_args_is_help=True)


def mount(app: typer.Typer) -> None:
    """Add these commands to `sealsum node`."""
    app.command("template")(template)
    app.command("import")(import_activity)
    app.add_typer(mapping_app, name="mapping")


def template(
    folder: Folder,
    wanted: Annotated[
        str, typer.Argument(help="A product's code, or a category's.", metavar="PRODUCT|CATEGORY")
    ],
    out: Annotated[
        Path, typer.Option(help="The new file: .xlsx with drop-downs and a guide, or plain .csv.")
    ],
    year: Annotated[
        int | None, typer.Option(help="Year to fill in for a category; the last full one by default.")
    ] = None,
    totals: Annotated[bool, typer.Option(help="One row a line for the period, instead of months.")] = False,
    as_json: Json = False,
) -> None:
    """Write an activity sheet to fill in: every line of the category, units and factors to choose from, a guide."""
    from node.commands.request import write_file
    from node.importers.template import make_csv_template, make_template

    with opened(folder) as node:
        if out.suffix.casefold() not in (".xlsx", ".csv"):
            raise Refused("file", f"{out}: expected a name that ends in .xlsx or .csv")
        if out.exists():
            raise Refused("file", f"{out} is there already and may hold your work; choose another --out")
        order = _order_template(node, wanted, year, totals)
        make = make_csv_template if out.suffix.casefold() == ".csv" else make_template
        write_file(out, make(order))
        if as_json:
            period = [order.period_start, order.period_end]
            show_json({"file": str(out), "lines": len(order.category.lines), "period": period})
        else:
            typer.echo(
                tell(
                    "{}: {} lines and the output. Fill in amounts, then: sealsum node import",
                    out,
                    len(order.category.lines),
                )
            )


def _order_template(node: Node, wanted: str, year: int | None, totals: bool) -> Any:
    from node.importers.template import TemplateOrder
    from node.supplier.products import look_up_product
    from node.supplier.templates import order_template

    library = fetch_or_read_library(node)
    rows: Any = "period" if totals else "month"
    product = look_up_product(node, wanted)
    if product is not None:
        return order_template(node, product, library, rows)
    factors = {code: item.factor for code, item in library.factors.items()}
    last_year = datetime.fromtimestamp(node.clock(), UTC).year - 1
    at = last_year if year is None else year
    if not 1990 <= at <= last_year + 1:
        raise Refused("year", f"{at}: expected a year from 1990 to {last_year + 1}")
    return TemplateOrder(library.category(wanted).category, factors, f"{at}-01-01", f"{at}-12-31", rows)


def import_activity(
    folder: Folder,
    product: Product,
    file: Annotated[
        Path, typer.Argument(help="Activity as .xlsx or .csv: period totals and output.", metavar="FILE")
    ],
    preview_only: Annotated[
        bool, typer.Option("--dry-run", "--preview", help="Show what it would become; store nothing.")
    ] = False,
    mapping: Annotated[
        str | None, typer.Option(help="A saved mapping that says which column is which.", metavar="NAME")
    ] = None,
    method: Annotated[str, typer.Option(help="The method that the preview counts by.")] = DEFAULT_METHOD,
    lang: Lang = None,
    as_json: Json = False,
) -> None:
    """Import a product's activity: every row checked, all problems at once, then what each line becomes.

    Nothing of it leaves this machine.
    """
    from method.rules import FULL, find_rules
    from node.commands.preview_output import show_preview
    from node.importers.activity import read_activity
    from node.supplier.activities import Source, find_newest, keep_activity
    from node.supplier.previewing import preview_lines
    from node.supplier.products import find_product
    from node.supplier.slips import find_former

    with opened(folder, asked=lang) as node:
        rules = find_rules(method, FULL)
        found = find_product(node, product)
        library = fetch_or_read_library(node)
        category = library.category(found.category).category
        factors = {code: item.factor for code, item in library.factors.items()}
        columns = None if mapping is None else _find_columns(node, mapping, category.code)
        try:
            with working(tell("reading {}", file.name)):
                imported = read_activity(file, found, category, factors, columns)
        except ImportProblems as error:
            raise report_problems(error, as_json, lang) from error
        former = find_former(node, found, category, find_newest(node, product))
        preview = preview_lines(imported, library, rules, former)
        number = None
        if not preview_only:
            digest = hashlib.sha256(file.read_bytes()).hexdigest()
            source = Source(file.name, digest)
            number = keep_activity(node, product, imported.records, source, imported.certificates)
        show_preview(preview, number, None if as_json else find_language(lang, os.environ))


def fetch_or_read_library(node: Node) -> Library:
    """The public library, as this node knew it last when the coordinator is out of reach; then it says so."""
    from node.library import fetch_or_read

    library, failure = fetch_or_read(node)
    if failure:
        say_unreached(failure)
    return library


def _find_columns(node: Node, name: str, category: str) -> ColumnMapping:
    from node.supplier.mappings import find_mapping

    columns = find_mapping(node, name).mapping
    if columns.category != category:
        raise Refused(
            "mapping",
            f"mapping {name} was learned for category {columns.category}, this product is of {category}; learn its own",
        )
    return columns


@mapping_app.command("learn")
def learn(
    folder: Folder,
    product: Product,
    file: Sheet,
    save: Annotated[
        str | None, typer.Option(help="Keep it under this name; without it, only show it.", metavar="NAME")
    ] = None,
    sheet: Annotated[str, typer.Option(help="The sheet to read; the best one by default.")] = "",
    column: Annotated[
        list[str] | None,
        typer.Option(help="Which column is what: amount=D, or amount=用电量.", metavar="FIELD=COLUMN"),
    ] = None,
    constant: Annotated[
        list[str] | None, typer.Option(help="What holds for every row: unit=kWh.", metavar="FIELD=VALUE")
    ] = None,
    line: Annotated[
        list[str] | None,
        typer.Option(help="The sheet's name of a line: 外购电=grid-electricity.", metavar="NAME=LINE"),
    ] = None,
    series: Annotated[
        list[str] | None,
        typer.Option(
            help="A column of amounts of one line: grid-electricity=C:kWh.", metavar="LINE=COLUMN:UNIT"
        ),
    ] = None,
    skip: Annotated[
        list[str] | None,
        typer.Option(help="Leave out rows whose first cell starts so, as sums.", metavar="TEXT"),
    ] = None,
    lang: Lang = None,
    as_json: Json = False,
) -> None:
    """Learn which column of an existing sheet is which, from its titles and from what you say; amounts are not kept."""
    from node.commands.preview_output import show_proposal
    from node.importers.activity import read_sheets
    from node.importers.learning import Asked, CannotLearn, learn_mapping
    from node.importers.rows import make_rulebook
    from node.supplier.mappings import save_mapping
    from node.supplier.products import find_product

    with opened(folder, asked=lang) as node:
        found = find_product(node, product)
        library = fetch_or_read_library(node)
        category = library.category(found.category).category
        asked = Asked(
            sheet=sheet,
            columns=parse_pairs(column, "FIELD=COLUMN, such as amount=D"),
            constants=parse_pairs(constant, "FIELD=VALUE, such as unit=kWh"),
            lines=parse_pairs(line, "NAME=LINE, such as 外购电=grid-electricity"),
            series=_parse_series(series),
            skip=skip or (),
        )
        try:
            proposal = learn_mapping(read_sheets(file), asked, make_rulebook(found, category, {}))
        except ImportProblems as error:
            raise report_problems(error, as_json, lang) from error
        except CannotLearn as error:
            raise Refused("mapping", str(error)) from error
        if save is not None and not proposal.missing:
            save_mapping(node, save, proposal.mapping)
        saved = save if save is not None and not proposal.missing else None
        show_proposal(proposal, saved, None if as_json else find_language(lang, os.environ))
        if proposal.missing:
            raise typer.Exit(1)


def _parse_series(items: Sequence[str] | None) -> list[tuple[str, str, str]]:
    found = []
    for name, value in parse_pairs(items, "LINE=COLUMN:UNIT, such as grid-electricity=C:kWh").items():
        column, sign, unit = value.rpartition(":")
        if not sign or not column or not unit:
            raise typer.BadParameter(
                f"{name}={value!r}: expected LINE=COLUMN:UNIT, such as grid-electricity=C:kWh"
            )
        found.append((name, column.strip(), unit.strip()))
    return found


@mapping_app.command("list")
def list_all(folder: Folder, as_json: Json = False) -> None:
    """List the saved mappings."""
    from node.supplier.mappings import list_mappings

    with opened(folder) as node:
        saved = list_mappings(node)
        if as_json:
            show_json(
                {
                    "mappings": [
                        {"name": one.name, "category": one.mapping.category, "created": one.created}
                        for one in saved
                    ]
                }
            )
            return
        show_table(
            ("mapping", "category", "learned"),
            [(one.name, one.mapping.category, show_time(one.created)) for one in saved],
        )


Name = Annotated[str, typer.Argument(help="The mapping's name.", metavar="NAME")]


@mapping_app.command("show")
def show(folder: Folder, name: Name, lang: Lang = None, as_json: Json = False) -> None:
    """Show which column a saved mapping takes for what."""
    from node.commands.preview_output import show_mapping
    from node.supplier.mappings import find_mapping

    with opened(folder, asked=lang) as node:
        mapping = find_mapping(node, name).mapping
        show_mapping(mapping, None if as_json else find_language(lang, os.environ))


@mapping_app.command("remove")
def remove(folder: Folder, name: Name, as_json: Json = False) -> None:
    """Forget a saved mapping; imports made with it stay."""
    from node.supplier.mappings import remove_mapping

    with opened(folder) as node:
        remove_mapping(node, name)
        if as_json:
            show_json({"removed": name})
        else:
            typer.echo(tell("Mapping {} is forgotten.", name))
