"""Commands about the public library: find categories, factors and declarations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from node.commands.output import (
    Folder,
    Json,
    opened,
    say_unreached,
    show_json,
    show_table,
    working,
)
from node.language import Phrase
from operation.told import tell
from protocol.errors import NetworkError
from web.numbers import show_unit

if TYPE_CHECKING:
    from node.organisation import Node
    from protocol.shelf import Item

find_app = typer.Typer(help="Search what is public: categories, factors, declarations.", no_args_is_help=True)
Text = Annotated[str, typer.Option("--text", help="Only what has this in code or name.")]


def mount(app: typer.Typer) -> None:
    """Add these commands to `sealsum node`."""
    app.add_typer(find_app, name="find")


@find_app.command("categories")
def find_categories(folder: Folder, text: Text = "", as_json: Json = False) -> None:
    """Published product categories: declared unit, stages, lines."""
    with opened(folder) as node:
        library = _library(node)
        found = [item for code, item in sorted(library.categories.items()) if _has(text, item.category)]
        if as_json:
            show_json({"categories": [_category_fields(item) for item in found]})
            return
        rows = [
            (c.code, c.name_zh, c.name_en, c.declared_unit, str(len(c.lines)), ", ".join(c.stages))
            for c in (item.category for item in found)
        ]
        show_table(("code", "名称", "name", "per", "lines", "stages"), rows, right=("lines",))


@find_app.command("factors")
def find_factors(folder: Folder, text: Text = "", as_json: Json = False) -> None:
    """Published factors: value, unit, region, year, source, owner."""
    from method.exact import encode_decimal

    with opened(folder) as node:
        library = _library(node)
        found = [item for code, item in sorted(library.factors.items()) if _has(text, item.factor)]
        if as_json:
            show_json({"factors": [_factor_fields(item) for item in found]})
            return
        rows = [
            (
                f.code,
                f.name_zh,
                f.name_en,
                encode_decimal(f.total),
                _PER.here(show_unit(f.unit)),
                f.region,
                str(f.year),
                f.owner,
            )
            for f in (item.factor for item in found)
        ]
        titles = ("code", "名称", "name", "kgCO2e", "unit", "region", "year", "owner")
        show_table(titles, rows, right=("kgCO2e",))


_STATE_NAMES = {
    "submitted": Phrase("submitted", "已提交"),
    "in_review": Phrase("in review", "评审中"),
    "published": Phrase("published", "已发布"),
    "returned": Phrase("returned", "已退回"),
    "superseded": Phrase("superseded", "已被替代"),
    "withdrawn": Phrase("withdrawn", "已撤回"),
    "objected": Phrase("returned by an expert", "专家退回"),
}
_PER, _CATEGORY = Phrase("per {}", "每 {}"), Phrase("category, per {}", "类别，每 {}")
_REPLACED = Phrase("version {} was submitted in its place", "已另行提交版本 {}")
_BETWEEN = Phrase("; ", "；")


@find_app.command("library")
def find_in_library(
    folder: Folder,
    words: Annotated[
        list[str] | None,
        typer.Argument(help="Words in Chinese or English; all must be found.", metavar="WORD..."),
    ] = None,
    kind: Annotated[str, typer.Option(help="factor or category.")] = "",
    region: Annotated[str, typer.Option(help="Such as CN; finds CN-SC as well.")] = "",
    year: Annotated[int | None, typer.Option(help="The year a factor stands for.")] = None,
    unit: Annotated[str, typer.Option(help="Per what, such as kWh.")] = "",
    classification: Annotated[str, typer.Option(help="energy, material, transport, waste, process.")] = "",
    grade: Annotated[str, typer.Option(help="Grade of the source, such as country.")] = "",
    state: Annotated[str, typer.Option(help="Only what is in this state, such as published.")] = "",
    as_json: Json = False,
) -> None:
    """Search factors and categories by code, name, region, source and owner; whatever their state."""
    from node.library import fetch_submissions, read_submissions
    from node.reviewing import find_replaced_here
    from protocol.searching import Query, search
    from protocol.shelf import STATES

    if state and state not in STATES:
        raise typer.BadParameter(f"--state {state!r}: expected {', '.join(STATES)}")
    with opened(folder) as node:
        or_stored(lambda: fetch_submissions(node))
        wanted = Query(" ".join(words or ()), kind, region, year, unit, classification, grade, state)
        items = read_submissions(node)
        found, replaced = search(items, wanted), find_replaced_here(node, items)
        if as_json:
            show_json({"items": [_item_fields(item, replaced.get(item.id)) for item in found]})
            return
        show_table(
            ("state", "code", "version", "名称", "name", "value", "region", "year", "why"),
            [
                (*item_row(item, replaced.get(item.id)), _tell_why(item, replaced.get(item.id)))
                for item in found
            ],
        )
        typer.echo(tell("{} found", len(found)))


def _item_fields(item: Item, replaced: int | None) -> dict[str, Any]:
    header = {"protocol", "by", "saw", "nonce"}
    return {
        "id": item.id,
        "state": item.state,
        "publication": None if item.publication is None else item.publication.id,
        "reviews": len(item.reviews),
        "returning": item.count("return"),
        "replaced_by": replaced,
        "reason": item.reason or "; ".join(item.objections),
        **item.payload.model_dump(mode="json", exclude=header),
    }


def _tell_why(item: Item, replaced: int | None) -> str:
    if replaced is not None:
        return _REPLACED.here(replaced)
    return item.reason or _BETWEEN.here().join(item.objections)


def item_row(item: Item, replaced: int | None) -> tuple[str, ...]:
    """A submission as a row: state, code, version, both names, value, region, year."""
    from protocol.shelf import OPEN
    from web.shelf_states import state_shown

    payload = item.payload
    state = state_shown(item, replaced)
    state = "objected" if state in OPEN and item.objections else state
    names = (_STATE_NAMES[state].here(), payload.code, str(payload.version), payload.name_zh, payload.name_en)
    if payload.type == "factor":
        return (
            *names,
            f"{payload.total} kgCO2e/{show_unit(payload.unit)}",
            payload.region,
            str(payload.year),
        )
    return (*names, _CATEGORY.here(show_unit(payload.declared_unit)), "", "")


@find_app.command("declarations")
def find_declarations(
    folder: Folder,
    text: Text = "",
    product: Annotated[str, typer.Option(help="Only this product code.")] = "",
    as_json: Json = False,
) -> None:
    """Logged declarations: product, supplier, category, period, id. Amounts are not in them."""
    from node.library import fetch_kind
    from protocol.library import enrolment_of, published_category
    from protocol.payloads import Declaration

    with opened(folder) as node:
        _library(node)
        or_stored(lambda: fetch_kind(node, "declaration"))
        found = []
        for logged in node.record.of_kind("declaration"):
            payload = logged.payload
            assert isinstance(payload, Declaration)
            supplier = enrolment_of(payload.by, node.record)
            item = {
                "id": logged.id,
                "product": payload.product,
                "product_name": payload.product_name,
                "supplier": supplier.name_en,
                "legal_entity": supplier.legal_entity,
                "category": published_category(payload.category, node.record).code,
                "period": f"{payload.period.start}..{payload.period.end}",
                "method": payload.method,
            }
            if product in ("", payload.product) and (text in " ".join(item.values())):
                found.append(item)
        if as_json:
            show_json({"declarations": found})
            return
        rows = [(f["product"], f["supplier"], f["category"], f["period"], f["id"]) for f in found]
        show_table(("product", "supplier", "category", "period", "id"), rows)


def _library(node: Node) -> Any:
    from node.library import fetch_library, read_library

    found = or_stored(lambda: fetch_library(node))
    return found if found is not None else read_library(node)


def or_stored(fetch: Any) -> Any:
    """What is fetched; None, and that what is known counts, where the coordinator does not answer."""
    try:
        with working(tell("asking the coordinator")):
            return fetch()
    except NetworkError as error:
        say_unreached(str(error))
        return None


def _has(text: str, item: Any) -> bool:
    return text.lower() in f"{item.code} {item.name_zh} {item.name_en}".lower()


def _category_fields(item: Any) -> dict[str, Any]:
    from method.category import make_category_fields

    return {"publication": item.publication, **make_category_fields(item.category)}


def _factor_fields(item: Any) -> dict[str, Any]:
    from method.factor import make_factor_fields

    return {"publication": item.publication, **make_factor_fields(item.factor)}
