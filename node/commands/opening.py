"""Commands for an owner whom a verifier asks: what is asked, and to open or refuse it."""

from __future__ import annotations

from dataclasses import asdict
from functools import partial
from typing import Annotated

import typer

from node.commands.output import (
    Folder,
    Json,
    ask_to_sign,
    opened,
    refresh,
    settle,
    show_json,
    show_lines,
    show_time,
)
from operation.told import tell, tell_name

opening_app = typer.Typer(
    help="What verifiers ask to see of your declarations; nothing is opened without your word.",
    no_args_is_help=True,
)
RequestPrefix = Annotated[
    str, typer.Argument(help="The opening request's id, or its first characters.", metavar="REQUEST")
]


@opening_app.command("list")
def list_all(
    folder: Folder,
    everything: Annotated[bool, typer.Option("--all", help="Also what is answered.")] = False,
    as_json: Json = False,
) -> None:
    """Who asks to see which lines and records of which declaration, and why."""
    from node.verifying import WAITING, list_openings

    with opened(folder) as node:
        refresh(node)
        found = [one for one in list_openings(node) if everything or one.state == WAITING]
        if as_json:
            show_json({"openings": [asdict(one) | {"lines": list(map(str, one.lines))} for one in found]})
            return
        if not found:
            typer.echo(tell("Nothing waits for you.") if not everything else tell("Nobody has asked yet."))
        for one in found:
            pairs = [("request", one.id), ("verifier", one.verifier), ("product", one.product)]
            pairs += [("line", str(line)) for line in one.lines]
            pairs += [("records", ", ".join(map(str, one.records)) or tell_name("none")), ("why", one.reason)]
            show_lines(
                [*pairs, ("asked", show_time(one.asked_at)), ("state", one.state), ("answer", one.answer)]
            )
            typer.echo("")
        if any(one.state == WAITING for one in found):
            typer.echo(
                tell(
                    "To show only a part, refuse and say in the reason which part you would show: the verifier asks "
                    "again for that."
                )
            )


@opening_app.command("approve")
def approve(
    folder: Folder,
    request: RequestPrefix,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask again.")] = False,
    as_json: Json = False,
) -> None:
    """Open what is asked, sealed to this verifier alone: exact amounts of the lines, records as you imported them."""
    from node.verifying import list_openings, open_to_verifier, resolve_opening

    with opened(folder) as node:
        refresh(node)
        asked = resolve_opening(node, request)
        (inquiry,) = [one for one in list_openings(node) if one.id == asked.id]
        if not yes:
            read = [*map(str, inquiry.lines), *(f"record {number}" for number in inquiry.records)]
            shown = "\n  ".join((tell("{} will read, exactly:", inquiry.verifier), *read))
            ask_to_sign(tell("Open this?"), partial(typer.echo, shown), as_json)
        statement = open_to_verifier(node, asked)
        settle(node, statement)
        if as_json:
            show_json({"opening": statement})
        else:
            typer.echo(tell("Opened to {}, and to nobody else: {}", inquiry.verifier, statement))


@opening_app.command("refuse")
def refuse(
    folder: Folder,
    request: RequestPrefix,
    reason: Annotated[
        str,
        typer.Option(
            help="Why, in words. Not sealed: it stays in the log, where the operator and other verifiers read it "
            "as well. Write no amounts."
        ),
    ],
    as_json: Json = False,
) -> None:
    """Open nothing, and say why. To show only a part, say which you would show: the verifier asks again for that."""
    from node.verifying import refuse_opening, resolve_opening

    with opened(folder) as node:
        refresh(node)
        statement = refuse_opening(node, resolve_opening(node, request), reason)
        settle(node, statement)
        if as_json:
            show_json({"refusal": statement})
        else:
            typer.echo(tell("Refused; nothing was opened."))
