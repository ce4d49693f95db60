"""Commands of a pack maker: request, follow, result, certificate; and looking at what this node knows."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from node.commands.figures import SEALED, show_figures, show_rules
from node.commands.output import (
    Folder,
    Json,
    RequestId,
    opened,
    parse_pairs,
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
from node.importers.problem import ImportProblems
from node.language import Phrase, find_language
from operation.told import tell, tell_name
from protocol.errors import Refused, StoreError

if TYPE_CHECKING:
    from node.maker.requesting import Prepared
    from node.organisation import Node

Seconds = Annotated[int, typer.Option(min=10, help="Seconds from now.")]
Method = Annotated[str | None, typer.Option(help="The rule set; the default is what the model names.")]
Boundary = Annotated[str | None, typer.Option(help="partial or full; the default is what the model names.")]


def mount(app: typer.Typer) -> None:
    """Add these commands to `sealsum node`."""
    app.command("request")(request_pack)
    app.command("status")(status)
    app.command("result")(result)
    app.command("certificate")(certificate)
    app.command("list")(list_everything)
    app.command("show")(show)


def request_pack(
    folder: Folder,
    pack_files: Annotated[
        list[Path],
        typer.Argument(
            help="pack.toml, or the folder that holds it; several are one calculation.", metavar="PACK..."
        ),
    ],
    declaration: Annotated[
        list[str] | None, typer.Option(help="ITEM=ID: the declaration to use for an item; repeatable.")
    ] = None,
    supplier: Annotated[
        list[str] | None, typer.Option(help="ITEM=LEGAL_ENTITY: whose declaration to use; repeatable.")
    ] = None,
    method: Method = None,
    boundary: Boundary = None,
    consent_within: Seconds = 14 * 86_400,
    contribute_within: Seconds = 28 * 86_400,
    result_within: Seconds = 42 * 86_400,
    as_json: Json = False,
) -> None:
    """Ask for a pack's footprint: quantities are locked, and each is readable by its own supplier only.

    Each item's declaration is the one you name, or the newest of its product code. Several models, in one pack.toml
    or in several, become one calculation with one certificate, as long as they have the same suppliers.
    """
    from node.importers.pack import read_pack_files
    from node.maker.requesting import Terms, request_calculation

    terms = Terms(
        consent_seconds=consent_within,
        contribute_seconds=contribute_within,
        result_seconds=result_within,
        declarations=parse_pairs(declaration, "ITEM=DECLARATION_ID"),
        suppliers=parse_pairs(supplier, "ITEM=LEGAL_ENTITY"),
        method=method,
        boundary=boundary,
    )
    with opened(folder) as node:
        try:
            packs = read_pack_files(pack_files)
        except ImportProblems as error:
            raise report_problems(error, as_json) from error
        with working(tell("committing to the bill of materials and proving")):
            prepared = request_calculation(node, packs, terms)
        settle(node, prepared.id)
        show_prepared(prepared, as_json)


def show_prepared(prepared: Prepared, as_json: bool) -> None:
    """What was asked for, and what its maker should know."""
    from node.words.refusals import say_message

    for warning in prepared.warnings:
        say(tell("warning: {}", say_message(warning).here()))
    if prepared.left_out:
        say(tell("beyond the boundary, left out: {}", ", ".join(prepared.left_out)))
    if as_json:
        fields = asdict(prepared)
        show_json({"request": fields.pop("id"), **fields})
        return
    typer.echo(
        tell("Requested the footprint of {} from {} entries.", ", ".join(prepared.models), prepared.entries)
    )
    show_lines([("request", prepared.id)])


# --- a calculation ---------------------------------------------------------------------------------


def status(
    folder: Folder,
    request: RequestId,
    follow: Annotated[
        bool, typer.Option("--follow", help="Keep showing until it is certified or has ended.")
    ] = False,
    timeout: Annotated[
        float, typer.Option(help="With --follow: give up after so many seconds, exit code 3.")
    ] = 86_400,
    as_json: Json = False,
) -> None:
    """Where a calculation stands: who was invited, consented, contributed; who is awaited, until when."""
    from node.commands.following import follow_progress, show_progress, show_step
    from node.maker.progress import read_progress
    from node.maker.reminding import find_reminded

    with opened(folder) as node:
        refresh(node)
        from node.maker.requesting import resolve_request

        full = resolve_request(node, request)
        progress = read_progress(node, full)
        if follow:
            progress = follow_progress(node, full, timeout, lambda found: show_step(found, as_json))
        if as_json:
            show_json(asdict(progress))
        else:
            show_progress(progress, find_reminded(node, full))
        if progress.phase == "ended":
            raise typer.Exit(1)


def result(folder: Folder, request: RequestId, as_json: Json = False) -> None:
    """The published totals of a calculation: stages, total, per kWh, and how much it may be overstated."""
    from method.result import make_rules_report
    from method.rules import counted_stages
    from node.maker.data_years import say_years, years_of
    from node.maker.opened import note_opened
    from node.maker.requesting import resolve_request
    from node.maker.resulting import figures_of, result_of

    with opened(folder) as node:
        refresh(node)
        full = resolve_request(node, request)
        published = result_of(node.calculation(full))
        note_opened(node, full)
        models = figures_of(node.calculation(full))
        rules, years = make_rules_report(published.method, published.boundary), years_of(node, full)
        terms = node.calculation(full).terms
        if as_json:
            alone = {"data_years": years, **(models[0] if len(models) == 1 else {})}
            show_json({"request": full, "models": models, **alone, **rules, "electricity": SEALED.en})
            return
        for figures in models:
            if len(models) > 1:
                typer.echo(f"Model 型号 {figures['model']}")
            show_figures(figures, counted_stages(terms.method, terms.boundary), terms.declared)
        typer.echo(_YEARS.here(*say_years(years)))
        show_rules(rules)


_YEARS = Phrase("{0} {1}", "{1}")


def _check_row(check: Mapping[str, object], is_asked: bool) -> tuple[str, ...]:
    status = tell_name(str(check["status"]) if is_asked else "not asked")
    title = check[f"title_{find_language(None, os.environ)}"]
    return str(check["number"]), status, str(title), str(check["detail"])


def certificate(
    folder: Folder,
    request: RequestId,
    out: Annotated[Path | None, typer.Option(help="Write the bundle to this file.")] = None,
    redacted: Annotated[
        bool, typer.Option("--redacted", help="The public form: totals only, bound to the full one.")
    ] = False,
    newest: Annotated[
        bool, typer.Option("--newest", help="Fetch it again, with what verifiers have said since.")
    ] = False,
    as_json: Json = False,
) -> None:
    """The certificate of a calculation: fetched, checked under this node's own pins, and written to one file."""
    from node.maker.requesting import resolve_request
    from node.maker.resulting import fetch_certificate, find_unasked, redact_certificate

    with opened(folder) as node:
        refresh(node)
        full = resolve_request(node, request)
        with working(tell("verifying")):
            saved = fetch_certificate(node, node.calculation(full), newest)
        data = redact_certificate(saved.bundle) if redacted else saved.bundle
        if out is not None:
            write_file(out, data)
        if as_json:
            show_json(
                {"request": full, "holds": saved.holds, "bytes": len(data), "checks": list(saved.checks)}
            )
        else:
            unasked = find_unasked(node, saved)
            rows = [_check_row(one, one["name"] not in unasked) for one in saved.checks]
            show_table(("no.", "status", "check", "found"), rows)
            if out is not None:
                typer.echo(
                    tell(
                        "The certificate is in {} ({} bytes). Anyone can: sealsum verify {} --pins PINS",
                        out,
                        len(data),
                        out,
                    )
                )
        if not saved.holds:
            raise Refused(
                "certificate",
                "this certificate does not verify under the pins of this node; do not rely on it",
            )


def write_file(path: Path, data: bytes) -> None:
    """Write a file that is meant for others; StoreError says why not."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    except OSError as error:
        raise StoreError(f"cannot write {path}: {error.strerror}; choose another place with --out") from error


# --- looking ---------------------------------------------------------------------------------------


def _say_phase(request: dict[str, Any]) -> str:
    phase = tell_name(request["phase"])
    return tell("{}, new result", phase) if request["is_new"] else phase


def list_everything(folder: Folder, as_json: Json = False) -> None:
    """What this node has: its declarations, its requests, what others ask of it, what it said to the library."""
    from node.commands.following import tell_requests
    from node.commands.own_library import read_own, show_own
    from node.supplier.declaring import list_declarations
    from node.supplier.inbox import list_inquiries

    with opened(folder) as node:
        refresh(node)
        declarations = [asdict(one) for one in list_declarations(node)]
        requests = tell_requests(node)
        inquiries = [asdict(one) for one in list_inquiries(node)]
        roles = frozenset[str](node.identity.entity.entity_roles)
        own = read_own(node, roles)
        if as_json:
            show_json({"declarations": declarations, "requests": requests, "inbox": inquiries, **own})
            return
        show_own(roles, own)
        if roles.isdisjoint(("supplier", "requester")):
            return
        _name_products(node, [*declarations, *inquiries])
        typer.echo(tell("Declarations"))
        show_table(
            ("id", "product", "period", "made", "state"),
            [_declaration_row(d) for d in declarations],
        )
        typer.echo(tell("Requests"))
        show_table(
            ("id", "model", "made", "phase"),
            [(r["id"], r["model"], show_time(r["created"]), _say_phase(r)) for r in requests],
        )
        typer.echo(tell("Asked of you"))
        show_table(
            ("request", "entry", "product", "period", "customer", "state"),
            [
                (i["request"], str(i["entry"]), i["product"], i["period"], i["customer"], i["state"])
                for i in inquiries
            ],
        )


def _name_products(node: Node, rows: Sequence[dict[str, Any]]) -> None:
    """For people: declarations, and what was asked of them, by the product's name, with the period declared."""
    from node.subjects import name_declarations

    ids = [str(row["declaration"] if "declaration" in row else row["id"]) for row in rows]
    about = name_declarations(node, ids)
    for row, declaration in zip(rows, ids, strict=True):
        subject = about[declaration]
        name = subject.name.say(find_language(None, os.environ))
        row["period"] = subject.period
        row["product"] = subject.code if name == subject.code else f"{name} ({subject.code})"


def show(
    folder: Folder,
    statement: Annotated[
        str, typer.Argument(help="A statement's id, or 8 of its first digits or more.", metavar="ID")
    ],
    as_json: Json = False,
) -> None:
    """Show a statement as it was signed and logged: payload, signer, place in the log."""
    from protocol.library import enrolment_of

    with opened(folder) as node:
        logged = node.record.get(statement) if len(statement) == 64 else node.record.find(statement)
        if logged is None:
            raise Refused(
                "unknown", f"no statement {statement} is known here or readable for you; give its full id"
            )
        payload = json.loads(logged.signed.envelope.payload)
        found = {"id": logged.id, "index": logged.index, "logged_at": logged.logged_at, "payload": payload}
        if as_json:
            show_json(found)
            return
        signer = payload["by"]
        if payload["type"] not in ("enrolment", "revocation"):
            signer = f"{enrolment_of(signer, node.record).name_en} ({signer[:16]})"
        show_lines(
            [
                ("id", logged.id),
                ("kind", payload["type"]),
                ("signed by", signer),
                ("in the log", f"at {logged.index}, {show_time(logged.logged_at)}"),
            ]
        )
        typer.echo(json.dumps(payload, ensure_ascii=False, indent=2))


def _declaration_row(declared: dict[str, Any]) -> tuple[str, ...]:
    made = show_time(declared["created"])
    return declared["id"], declared["product"], declared["period"], made, declared["state"]
