"""Commands about the public library: find categories, factors and declarations; submit factors; review."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from node.commands.output import (
    Folder,
    Json,
    opened,
    report_problems,
    say_unreached,
    settle,
    show_json,
    show_lines,
    show_table,
    working,
)
from node.importers.problem import ImportProblems
from node.language import Phrase
from operation.told import tell
from protocol.errors import NetworkError, Refused
from web.numbers import show_unit

if TYPE_CHECKING:
    from node.organisation import Node
    from protocol.shelf import Item

find_app = typer.Typer(help="Search what is public: categories, factors, declarations.", no_args_is_help=True)
Text = Annotated[str, typer.Option("--text", help="Only what has this in code or name.")]


def mount(app: typer.Typer) -> None:
    """Add these commands to `sealsum node`."""
    app.add_typer(find_app, name="find")
    app.command("submit-factors")(submit_factors)
    app.command("review")(review)
    app.command("withdraw-factor")(withdraw_factor)
    app.command("citations")(citations)


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
    "submitted": "submitted 已提交",
    "in_review": "in review 评审中",
    "published": "published 已发布",
    "returned": "returned 已退回",
    "superseded": "superseded 已被替代",
    "withdrawn": "withdrawn 已撤回",
    "objected": "returned by an expert 专家退回",
}
_PER, _CATEGORY = Phrase("per {}", "每 {}"), Phrase("category, per {}", "类别，每 {}")
_REPLACED = Phrase("version {} was submitted in its place", "已另行提交版本 {}")


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
        _or_stored(lambda: fetch_submissions(node))
        wanted = Query(" ".join(words or ()), kind, region, year, unit, classification, grade, state)
        items = read_submissions(node)
        found, replaced = search(items, wanted), find_replaced_here(node, items)
        if as_json:
            show_json({"items": [_item_fields(item, replaced.get(item.id)) for item in found]})
            return
        show_table(
            ("state", "code", "version", "名称", "name", "value", "region", "year", "why"),
            [
                (*_item_row(item, replaced.get(item.id)), _tell_why(item, replaced.get(item.id)))
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
        "reason": item.reason or item.objection,
        **item.payload.model_dump(mode="json", exclude=header),
    }


def _tell_why(item: Item, replaced: int | None) -> str:
    if replaced is not None:
        return _REPLACED.here(replaced)
    return item.reason or item.objection


def _item_row(item: Item, replaced: int | None) -> tuple[str, ...]:
    from protocol.shelf import OPEN
    from web.shelf_states import state_shown

    payload = item.payload
    state = state_shown(item, replaced)
    state = "objected" if state in OPEN and item.objection else state
    names = (_STATE_NAMES[state], payload.code, str(payload.version), payload.name_zh, payload.name_en)
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
        _or_stored(lambda: fetch_kind(node, "declaration"))
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

    found = _or_stored(lambda: fetch_library(node))
    return found if found is not None else read_library(node)


def _or_stored(fetch: Any) -> Any:
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


# --- providers and experts -------------------------------------------------------------------------


def submit_factors(
    folder: Folder,
    file: Annotated[
        Path,
        typer.Argument(
            help="An .xlsx, .csv or .toml, openLCA's .zip, or a folder with factors.toml.", metavar="FILE"
        ),
    ],
    fill: Annotated[
        Path | None, typer.Option(help="A .toml with the fields that openLCA's results lack, such as region.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Submit factors as their provider. They count once two experts accepted them and the operator published them.

    A factor that only repeats what you submitted last is left out, whatever its version.
    """
    from node.importers.factors import read_any_factors
    from node.library import fetch_submissions
    from node.reviewing import judge_factor, leave_unchanged, list_withdrawn
    from node.reviewing import submit_factors as sign_factors

    with opened(folder) as node:
        _or_stored(lambda: fetch_submissions(node))
        try:
            factors = read_any_factors(file, fill, partial(judge_factor, node))
        except ImportProblems as error:
            raise report_problems(error, as_json) from error
        with working(tell("signing")):
            fresh, unchanged = leave_unchanged(node, factors)
            again = list_withdrawn(node, fresh)
            submitted = sign_factors(node, fresh)
        for item in submitted:
            settle(node, item.id)
        if as_json:
            left_out = [one.code for one in unchanged]
            show_json({"factors": [asdict(item) for item in submitted], "unchanged": left_out})
        else:
            show_table(("code", "id"), [(item.code, item.id) for item in submitted])
            typer.echo(tell("{} factors are in the log and wait for reviews.", len(submitted)))
            if again:
                typer.echo(tell("Withdrawn before, put forward again: {}", ", ".join(again)))
            if unchanged:
                typer.echo(tell("{} say what you submitted last; nothing was sent for them.", len(unchanged)))


def withdraw_factor(
    folder: Folder,
    code: Annotated[str, typer.Argument(help="The code of a published factor of yours.", metavar="CODE")],
    reason: Annotated[str, typer.Option(help="Why, in words; everyone will read it.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask again.")] = False,
    as_json: Json = False,
) -> None:
    """Withdraw a factor that you published: new declarations may not cite it, those that do keep counting."""
    from node.library import fetch_submissions
    from node.reviewing import find_published
    from node.reviewing import withdraw_factor as sign_withdrawal

    with opened(folder) as node:
        fetch_submissions(node)
        if not yes:
            _show_withdrawal(find_published(node, code), reason)
            typer.confirm(tell("Withdraw it?"), abort=True)
        statement = sign_withdrawal(node, code, reason)
        settle(node, statement)
        if as_json:
            show_json({"retirement": statement, "code": code})
        else:
            typer.echo(tell("{} is withdrawn: {}", code, statement))


def _show_withdrawal(published: Sequence[Item], reason: str) -> None:
    """What a withdrawal ends, and what follows from it; the version that counts is the last."""
    payload = published[-1].payload
    name, value = Phrase(payload.name_en, payload.name_zh).here(), _item_row(published[-1], None)[5]
    told = [("code", payload.code), ("version", str(payload.version)), ("factor", name)]
    show_lines([*told, ("value", value), ("why", reason)])
    typer.echo(tell("Declarations that cite it keep counting; new ones may not cite it."))
    if len(published) > 1:
        typer.echo(tell("Version {} may be cited again.", published[-2].payload.version))
    else:
        typer.echo(tell("Nothing of this code may be cited then."))
    typer.echo(tell("The withdrawal is public under your name and stays; nobody can take it back."))


def citations(folder: Folder, as_json: Json = False) -> None:
    """How often your factors were cited in certificates: by version, rule set and month, not by whom."""
    with opened(folder) as node:
        with working(tell("asking the coordinator")):
            found = node.egress.citations()
        if as_json:
            show_json({"citations": [asdict(one) for one in found]})
            return
        rows = [(one.month, one.code, str(one.version), one.method, str(one.certificates)) for one in found]
        show_table(("month", "code", "version", "method", "certificates"), rows, right=("certificates",))
        typer.echo(tell("{} citations in certificates", sum(one.certificates for one in found)))


def review(
    folder: Folder,
    ids: Annotated[
        list[str] | None,
        typer.Argument(help="Codes or statement ids of factors and categories.", metavar="CODE|ID..."),
    ] = None,
    verdict: Annotated[str, typer.Option(help="accept or return.")] = "accept",
    opinion: Annotated[str, typer.Option(help="Your opinion in words; everyone will read it.")] = "",
    everything: Annotated[
        bool, typer.Option("--all", help="Everything submitted that waits for your opinion.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Review factors and categories as an expert: your written opinion is logged under your name."""
    from node.reviewing import review as sign_review

    if verdict not in ("accept", "return"):
        raise typer.BadParameter(f"--verdict {verdict!r}: expected accept or return")
    if not opinion:
        raise typer.BadParameter(tell("--opinion: say in words what you checked"))
    with opened(folder) as node:
        subjects = _choose_subjects(node, ids or (), everything)
        chosen: Literal["accept", "return"] = "accept" if verdict == "accept" else "return"
        statement = sign_review(node, subjects, chosen, opinion)
        settle(node, statement)
        if as_json:
            show_json({"review": statement, "subjects": subjects})
        else:
            typer.echo(tell("Your review of {} submissions is in the log: {}", len(subjects), statement))


def _choose_subjects(node: Node, named: Sequence[str], everything: bool) -> list[str]:
    """The ids of what to review: those named, by code or id, or all that wait for this one's opinion; Refused."""
    from node.library import fetch_submissions, read_submissions
    from node.reviewing import find_subjects, find_unjudged, find_waiting

    fetch_submissions(node)
    waiting = find_waiting(node, read_submissions(node))
    if named:
        return find_subjects(waiting, named)
    subjects = [item.id for item in find_unjudged(node, waiting)]
    if not (everything and subjects):
        raise Refused("review", "nothing to review: name codes or ids, or --all when something waits")
    return subjects
