"""`sealsum verifier`: an accredited verifier's work, on a node enrolled with the role verifier.

The one fact: what an owner opens is checked here, amount by amount and record by record, before anything is shown or
signed. Enrol first, as any organisation: `sealsum node enrol`.
"""

from __future__ import annotations

import base64
import json
from enum import StrEnum
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from node.commands.output import (
    Folder,
    Json,
    opened,
    refresh,
    reported,
    settle,
    show_json,
    show_lines,
    show_table,
    show_time,
)
from operation.told import tell

if TYPE_CHECKING:
    from node.verifying import Shown

app = typer.Typer(
    name="verifier",
    help="An accredited verifier's work: ask an owner to open lines and records, check them, sign what was found.",
    no_args_is_help=True,
)


class Assurance(StrEnum):
    """How sure the verifier is."""

    limited = "limited"
    reasonable = "reasonable"


class Found(StrEnum):
    """The kinds of opinion of ISO 14064-3."""

    unmodified = "unmodified"
    modified = "modified"
    adverse = "adverse"
    disclaimed = "disclaimed"


@app.command()
def ask(
    folder: Folder,
    declaration: Annotated[
        str, typer.Argument(help="The declaration's id, or its beginning.", metavar="DECLARATION")
    ],
    reason: Annotated[
        str,
        typer.Option(
            help="Why, in words. Not sealed: it stays in the log, where the operator and other verifiers read it "
            "as well. Write no amounts."
        ),
    ],
    line: Annotated[list[int] | None, typer.Option(help="A line's number, from 0; repeatable.")] = None,
    record: Annotated[
        list[int] | None, typer.Option(help="An evidence record's number, from 0; repeatable, 64 at most.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Ask the owner of a declaration to open lines and records of it to you."""
    from node.results import resolve_subject
    from node.verifying import Wish, ask_for_opening

    with opened(folder) as node:
        wish = Wish(resolve_subject(node, declaration).id, tuple(line or ()), tuple(record or ()), reason)
        statement = ask_for_opening(node, wish)
        settle(node, statement)
        if as_json:
            show_json({"request": statement})
        else:
            typer.echo(
                tell(
                    "Asked: {}\nOnce the owner has answered: sealsum verifier open {} {}",
                    statement,
                    folder,
                    statement[:12],
                )
            )


@app.command("list")
def list_all(folder: Folder, as_json: Json = False) -> None:
    """What you asked for and how far it has come: asked, refused, checked, false (it does not hold) or signed."""
    from dataclasses import asdict

    from node.verifications import list_work
    from protocol.library import enrolment_of
    from web.paging import WHOLE

    with opened(folder) as node:
        refresh(node)
        found = [(one.inquiry, one.state) for one in reversed(list_work(node, WHOLE))]
        if as_json:
            fields = [
                asdict(one) | {"lines": list(map(str, one.lines)), "state": state} for one, state in found
            ]
            show_json({"openings": fields})
            return
        rows = [
            (
                one.id[:16],
                one.product,
                enrolment_of(one.owner, node.record).name_en,
                state,
                show_time(one.asked_at),
                one.reason,
            )
            for one, state in found
        ]
        show_table(("request", "product", "supplier", "state", "asked", "why"), rows)


@app.command("results")
def list_results(
    folder: Folder,
    words: Annotated[
        list[str] | None,
        typer.Argument(help="Words of model or pack maker, or the beginning of an id.", metavar="WORD..."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Pack results that you may say your opinion on, newest first."""
    from node.results import find_results

    with opened(folder) as node:
        refresh(node)
        found = find_results(node, " ".join(words or ()))
        if as_json:
            fields = [
                {
                    "result": one.id,
                    "calculation": one.request,
                    "pack_maker": one.maker.name_en,
                    "models": [{"model": model, "per_kwh": figure} for model, figure in one.models],
                    "logged_at": one.logged_at,
                }
                for one in found
            ]
            show_json({"results": fields})
            return
        rows = [
            (one.id[:16], one.request[:16], one.names, one.maker.name_en, show_time(one.logged_at))
            for one in found
        ]
        show_table(("result", "calculation", "models", "pack maker", "logged"), rows)


@app.command("open")
def open_(
    folder: Folder,
    request: Annotated[str, typer.Argument(help="Your request's id, or its beginning.", metavar="REQUEST")],
    out: Annotated[
        Path | None, typer.Option(help="Write it to this new file, for your records; it is not locked.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Unseal an owner's answer, hold it against commitments and evidence root, and show it."""
    from node.importers.cells import keep_printable
    from node.private_files import write_private
    from node.verifying import resolve_opening, show_opening

    with opened(folder) as node:
        refresh(node)
        shown = show_opening(node, resolve_opening(node, request))
    fields = _as_fields(shown)
    if out is not None:
        with reported():
            write_private(out, json.dumps(fields, ensure_ascii=False, indent=2).encode())
    if as_json:
        show_json(fields)
        return
    show_lines([("opening", shown.answer), ("declaration", shown.declaration)])
    rows = [
        (str(one.line), f"{one.name_zh} / {one.name_en}", _amount(one.amount), one.unit)
        for one in shown.lines
    ]
    show_table(("line", "activity", "amount per declared unit", "unit"), rows)
    for record in fields["records"]:
        text = keep_printable(json.dumps(record["record"], ensure_ascii=False))
        typer.echo(tell("record {} of {}: {}", record["number"], shown.size, text))
    if not shown.is_size_proven:
        typer.echo(
            tell(
                "That there are {} records is what the owner says; ask for record {} to have it proven.",
                shown.size,
                max(0, shown.size - 1),
            )
        )
    typer.echo(tell("Every amount opens its commitment, every record is one of those committed to."))


def _as_fields(shown: Shown) -> dict[str, Any]:
    lines = [
        {
            "line": one.line,
            "code": one.code,
            "unit": one.unit,
            "factor": one.factor,
            "amount": _amount(one.amount),
        }
        for one in shown.lines
    ]
    records = [{"number": one.number, "record": _readable(one.record)} for one in shown.records]
    return {
        "opening": shown.answer,
        "declaration": shown.declaration,
        "lines": lines,
        "records": records,
        "size": shown.size,
        "size_proven": shown.is_size_proven,
    }


def _readable(record: bytes) -> Any:
    try:
        return json.loads(record)
    except (ValueError, RecursionError):  # the owner writes what it likes
        return base64.b64encode(record).decode()


def _amount(fixed: int) -> str:
    from method.exact import encode_decimal

    return encode_decimal(Fraction(fixed, 10**6))


@app.command()
def issue(
    folder: Folder,
    subject: Annotated[
        str,
        typer.Argument(
            help="The declaration's, the result's or its calculation's id (the one on the certificate), or its "
            "beginning.",
            metavar="SUBJECT",
        ),
    ],
    finding: Annotated[Found, typer.Option(help="What you found, as ISO 14064-3 names it.")],
    assurance: Annotated[Assurance, typer.Option(help="How sure you are.")],
    scope: Annotated[str, typer.Option(help="What you looked at.")],
    opinion: Annotated[
        str, typer.Option(help="What you found, in your words; needed for all but unmodified.")
    ] = "",
    opening: Annotated[
        list[str] | None, typer.Option(help="Full id of an opening that it rests on; repeatable.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Sign what you found: public, and part of every certificate that rests on this declaration or result."""
    from node.results import resolve_subject
    from node.verifying import issue_verification
    from protocol.verification_payloads import Statement

    with opened(folder) as node:
        refresh(node)
        says = Statement(scope=scope, assurance=assurance.value, finding=finding.value, opinion=opinion)
        statement = issue_verification(node, resolve_subject(node, subject).id, says, opening or ())
        settle(node, statement)
        if as_json:
            show_json({"verification": statement})
        else:
            typer.echo(tell("Signed and logged: {}", statement))
