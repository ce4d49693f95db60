"""Commands of an owner who lets partners read footprints over PACT 3.0: who they are, what each may see."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from node.cli_export import Model, ParticularsFile
from node.importers.problem import ImportProblems
from node.output import (
    Folder,
    Json,
    RequestId,
    opened,
    report_problems,
    show_json,
    show_lines,
    show_table,
    show_time,
    working,
)

partners_app = typer.Typer(help="Who may read what you publish over PACT 3.0.", no_args_is_help=True)
footprints_app = typer.Typer(help="What you publish over PACT 3.0, and to whom.", no_args_is_help=True)
Name = Annotated[str, typer.Argument(help="The partner's name, as you chose it.", metavar="NAME")]
FootprintId = Annotated[str, typer.Argument(help="The footprint's id.", metavar="ID")]


@partners_app.command("add")
def add(
    folder: Folder,
    name: Name,
    secret_out: Annotated[
        Path | None,
        typer.Option(
            help="Write the credential to this new file, for your eyes only, instead of showing it."
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """Let a partner sign in. Its secret is shown this once; only its hash is kept. It sees nothing yet."""
    from node.partners import add_partner
    from node.private_files import write_private

    with opened(folder) as node:
        made = add_partner(node, name)
        if secret_out is not None:
            write_private(secret_out, f"{made.client}:{made.secret}\n".encode())
    shown = {"partner": made.name, "client_id": made.client}
    secret = {} if secret_out is not None else {"client_secret": made.secret}
    if as_json:
        show_json({**shown, **secret})
        return
    show_lines([*shown.items(), *secret.items()])
    if secret:
        typer.echo("Pass the secret on by a safe way now: it is not shown again.")


@partners_app.command("list")
def list_all(folder: Folder, as_json: Json = False) -> None:
    """List partners, and how many footprints each may see."""
    from node.partners import list_partners

    with opened(folder) as node:
        found = list_partners(node)
    if as_json:
        show_json({"partners": [asdict(one) for one in found]})
        return
    rows = [(one.name, one.client, show_time(one.created), str(one.footprints)) for one in found]
    show_table(("partner", "client id", "added", "footprints"), rows, right=("footprints",))


@partners_app.command("remove")
def remove(folder: Folder, name: Name, as_json: Json = False) -> None:
    """End a partner's credential and tokens at once; it sees nothing any more."""
    from node.partners import remove_partner

    with opened(folder) as node:
        remove_partner(node, name)
    if as_json:
        show_json({"removed": name})
    else:
        typer.echo(f"{name} can no longer sign in.")


@partners_app.command("events")
def events(folder: Folder, as_json: Json = False) -> None:
    """List what partners asked and told by event."""
    from node.partner_events import list_events

    with opened(folder) as node:
        found = list_events(node)
    if as_json:
        show_json({"events": [asdict(one) for one in found]})
        return
    for one in found:
        typer.echo(f"{show_time(one.received)}  {one.partner}  {one.kind}\n      {one.data}")


# --- footprints ------------------------------------------------------------------------------------


@footprints_app.command("publish")
def publish(
    folder: Folder,
    request: RequestId,
    to: Annotated[
        list[str] | None, typer.Option(help="A partner that may read it; repeatable.", metavar="NAME")
    ] = None,
    particulars: ParticularsFile = None,
    model: Model = None,
    replaces: Annotated[
        list[str] | None,
        typer.Option(help="An earlier footprint that this one takes the place of; repeatable.", metavar="ID"),
    ] = None,
    as_json: Json = False,
) -> None:
    """Let partners read a certified footprint as PACT 3.0. Nothing is sent; they ask at your node's pages."""
    from node.exporting import Wanted, read_particulars
    from node.footprints import publish_footprint
    from node.requesting import resolve_request

    with opened(folder) as node:
        try:
            wanted = Wanted("pact", model, read_particulars(particulars))
        except ImportProblems as error:
            raise report_problems(error, as_json) from error
        full = resolve_request(node, request)
        with working("verifying"):
            made = publish_footprint(node, full, wanted, to or (), replaces or ())
    if as_json:
        show_json(asdict(made))
    else:
        show_lines([("footprint", made.id), ("model", made.model), ("readable by", ", ".join(made.partners))])


@footprints_app.command("list")
def list_published(folder: Folder, as_json: Json = False) -> None:
    """List what is published, and who may read it."""
    from node.footprints import list_footprints

    with opened(folder) as node:
        found = list_footprints(node)
    if as_json:
        show_json({"footprints": [asdict(one) for one in found]})
        return
    rows = [(one.id, one.model, one.status, show_time(one.created), ", ".join(one.partners)) for one in found]
    show_table(("id", "model", "status", "published", "readable by"), rows)


@footprints_app.command("withdraw")
def withdraw(
    folder: Folder,
    footprint: FootprintId,
    of: Annotated[
        list[str] | None,
        typer.Option(
            "--from", help="Only from this partner; repeatable. Without it from all.", metavar="NAME"
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """Let partners read a footprint no more. What they have read already they keep."""
    from node.footprints import withdraw_footprint

    with opened(folder) as node:
        withdraw_footprint(node, footprint, of or ())
    if as_json:
        show_json({"withdrawn": footprint, "from": of or []})
    else:
        typer.echo("It is no longer served to them." if of else "It is no longer served.")
